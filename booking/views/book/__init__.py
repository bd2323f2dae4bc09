"""Booking a visit: choose a time, which is then kept, give details, check, booked. Nothing typed is lost on the way.

These pages carry no authority: nobody is signed in and no cookie is read, so they need no proof of where a form came
from (docs/decisions/0008), and they work in a frame or a browser that keeps no cookies.
"""

from django.urls import path

from booking.views.book.check import check
from booking.views.book.choose import book
from booking.views.book.confirm import confirm
from booking.views.book.details import details
from booking.views.book.hold import extend, keep, kept

urlpatterns = [
    path("s/<slug:store>/book/", book, name="book"),
    path("s/<slug:store>/book/hold/", keep, name="book-hold"),
    path("s/<slug:store>/book/kept/", kept, name="book-kept"),
    path("s/<slug:store>/book/extend/", extend, name="book-extend"),
    path("s/<slug:store>/book/details/", details, name="book-details"),
    path("s/<slug:store>/book/check/", check, name="book-check"),
    path("s/<slug:store>/book/confirm/", confirm, name="book-confirm"),
]

__all__ = ["urlpatterns"]
