"""Addresses of the inbox."""

from django.urls import path

from booking.staff.inbox import pages

urlpatterns = [
    path("staff/<slug:store>/inbox/", pages.inbox, name="staff-inbox"),
    path("staff/<slug:store>/inbox/<int:text>/", pages.talk, name="staff-inbox-talk"),
    path("staff/<slug:store>/inbox/<int:text>/settle/", pages.settle, name="staff-inbox-settle"),
    path("staff/<slug:store>/visits/<str:reference>/text/", pages.text_visitor, name="staff-visit-text"),
]
