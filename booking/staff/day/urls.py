"""Addresses of the day schedule and of the actions on it."""

from django.urls import path

from booking.staff.day import (
    caller,
    caller_visits,
    crowds,
    export,
    find,
    night_texts,
    phone_calls,
    reschedule,
    schedule,
    sheet_address,
    slots,
    visit,
    week,
)

urlpatterns = [
    path("staff/<slug:store>/day/", schedule.day, name="staff-day"),
    path("staff/<slug:store>/day/export.csv", export.as_csv, name="staff-day-csv"),
    path("staff/<slug:store>/day/export.xlsx", export.as_xlsx, name="staff-day-xlsx"),
    path("staff/<slug:store>/day/book/", caller.book_for_caller, name="staff-book"),
    path("staff/<slug:store>/day/book/caller/", caller_visits.caller_visits, name="staff-caller-visits"),
    path("staff/<slug:store>/day/slots/", slots.change_times, name="staff-slots"),
    path("staff/<slug:store>/week/", week.week, name="staff-week"),
    path("staff/<slug:store>/weeks/", week.four_weeks, name="staff-weeks"),
    path("staff/<slug:store>/visits/<str:reference>/", visit.visit_page, name="staff-visit"),
    path("staff/<slug:store>/visits/<str:reference>/move/", reschedule.move, name="staff-visit-move"),
    path("staff/<slug:store>/visits/<str:reference>/move/places/", reschedule.places, name="staff-visit-places"),
    path("staff/<slug:store>/visits/<str:reference>/cancel/", reschedule.cancel, name="staff-visit-cancel"),
    path("staff/<slug:store>/visits/<str:reference>/phoned/", phone_calls.phoned, name="staff-visit-phoned"),
    path("staff/<slug:store>/to-phone/", phone_calls.to_phone_page, name="staff-to-phone"),
    path(
        "staff/<slug:store>/visits/<str:reference>/text-now/", night_texts.text_visit_now, name="staff-visit-text-now"
    ),
    path("staff/<slug:store>/day/text-now/", night_texts.text_visits_now, name="staff-text-now"),
    path("staff/<slug:store>/find/", find.find_page, name="staff-find"),
    path("staff/<slug:store>/crowds/", crowds.crowds_page, name="staff-crowds"),
    path("staff/day-sheet/address/<str:token>/", sheet_address.answer, name="day-sheet-address"),
]
