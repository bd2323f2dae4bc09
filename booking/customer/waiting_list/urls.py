"""Addresses of the waiting list: joining it, and the pages of one entry."""

from django.urls import path

from booking.customer.waiting_list import entry, join

urlpatterns = [
    path("s/<slug:store>/wait/", join.join, name="waiting-join"),
    path("w/<str:reference>/", entry.own, name="waiting"),
    path("w/<str:reference>/take/", entry.take, name="waiting-take"),
    path("w/<str:reference>/pass/", entry.let_it_pass, name="waiting-pass"),
    path("w/<str:reference>/leave/", entry.leave_list, name="waiting-leave"),
    path("p/<str:token>", entry.short_link, name="waiting-short-link"),
    path("o/<str:reference>/<str:token>", entry.older_short_link, name="older-waiting-short-link"),
]
