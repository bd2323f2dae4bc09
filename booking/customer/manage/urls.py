"""Addresses of one booking's pages. Customers open them by link, without an account."""

from django.urls import path

from booking.customer.manage.attendance import cancel, confirm, late
from booking.customer.manage.change import change, choose
from booking.customer.manage.corrections import details
from booking.customer.manage.feedback import feedback, feedback_answer, feedback_link, feedback_words
from booking.customer.manage.page import booked, manage, older_short_link, short_link
from booking.customer.manage.privacy import calendar, data, erase, erased, kept, link
from booking.customer.manage.texts import texts

urlpatterns = [
    path("b/<str:reference>/", manage, name="manage"),
    path("b/<str:reference>/booked/", booked, name="manage-booked"),
    path("b/<str:reference>/change/", change, name="manage-change"),
    path("b/<str:reference>/choose/", choose, name="manage-choose"),
    path("b/<str:reference>/cancel/", cancel, name="manage-cancel"),
    path("b/<str:reference>/confirm/", confirm, name="manage-confirm"),
    path("b/<str:reference>/late/", late, name="manage-late"),
    path("b/<str:reference>/texts/", texts, name="manage-texts"),
    path("b/<str:reference>/calendar.ics", calendar, name="manage-calendar"),
    path("b/<str:reference>/kept/", kept, name="manage-kept"),
    path("b/<str:reference>/data/", data, name="manage-data"),
    path("b/<str:reference>/details/", details, name="manage-details"),
    path("b/<str:reference>/link/", link, name="manage-link"),
    path("b/<str:reference>/erase/", erase, name="manage-erase"),
    path("b/<str:reference>/feedback/", feedback, name="manage-feedback"),
    path("b/<str:reference>/feedback/answer/", feedback_answer, name="manage-feedback-answer"),
    path("b/<str:reference>/feedback/words/", feedback_words, name="manage-feedback-words"),
    path("q/<str:token>", feedback_link, name="feedback-link"),
    path("s/<slug:store>/erased/", erased, name="erased"),
    path("m/<str:token>", short_link, name="short-link"),
    path("m/<str:reference>/<str:token>", older_short_link, name="older-short-link"),
]
