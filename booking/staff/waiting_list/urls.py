"""Addresses of the waiting list, for staff."""

from django.urls import path

from booking.staff.waiting_list import entries, join

urlpatterns = [
    path("staff/<slug:store>/waiting/", entries.waiting_page, name="staff-waiting"),
    path("staff/<slug:store>/waiting/join/", join.join_for_caller, name="staff-waiting-join"),
    path("staff/<slug:store>/waiting/<str:reference>/leave/", entries.take_off, name="staff-waiting-leave"),
]
