"""Addresses of booking a visit: choose a time, which is then held, give details, check, confirm.

Every form here is answered with a redirect to a page that can be reloaded, gone back to and opened again. What a
browser has to remember for that is in a cookie that lasts half an hour (docs/decisions/0008).
"""

from django.urls import path

from booking.customer.book.answer import answer
from booking.customer.book.booked import already
from booking.customer.book.check import check
from booking.customer.book.choose import book
from booking.customer.book.confirm import confirm
from booking.customer.book.details import details
from booking.customer.book.hold import extend, keep, kept
from booking.customer.book.rush_gate import later, moment
from booking.customer.book.waiting_room import waiting_room

urlpatterns = [
    path("s/<slug:store>/book/", book, name="book"),
    path("s/<slug:store>/book/hold/", keep, name="book-hold"),
    path("s/<slug:store>/book/kept/", kept, name="book-kept"),
    path("s/<slug:store>/book/extend/", extend, name="book-extend"),
    path("s/<slug:store>/book/details/", details, name="book-details"),
    path("s/<slug:store>/book/answer/", answer, name="book-answer"),
    path("s/<slug:store>/book/check/", check, name="book-check"),
    path("s/<slug:store>/book/confirm/", confirm, name="book-confirm"),
    path("s/<slug:store>/book/already/", already, name="book-already"),
    path("s/<slug:store>/book/moment/", moment, name="book-moment"),
    path("s/<slug:store>/book/later/", later, name="book-later"),
    path("s/<slug:store>/book/wait/", waiting_room, name="book-wait"),
]

__all__ = ["urlpatterns"]
