"""The waiting list's pages: for customers, and for those who work at the store."""

from django.urls import path

from booking.customer.waiting_list import entry, join
from booking.customer.waiting_list.urls import staff, staff_join

urlpatterns = [
    path("s/<slug:store>/wait/", join.join, name="waiting-join"),
    path("w/<str:reference>/", entry.own, name="waiting"),
    path("w/<str:reference>/take/", entry.take, name="waiting-take"),
    path("w/<str:reference>/pass/", entry.let_it_pass, name="waiting-pass"),
    path("w/<str:reference>/leave/", entry.leave_list, name="waiting-leave"),
    path("o/<str:reference>/<str:token>", entry.short_link, name="waiting-short-link"),
    path("staff/<slug:store>/waiting/", staff.waiting_page, name="staff-waiting"),
    path("staff/<slug:store>/waiting/join/", staff_join.join_for_caller, name="staff-waiting-join"),
    path("staff/<slug:store>/waiting/<str:reference>/leave/", staff.take_off, name="staff-waiting-leave"),
]
