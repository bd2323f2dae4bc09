"""Addresses of the API, without trailing slashes."""

from django.urls import path, re_path

from booking.api.public.availability import AvailabilityView, LookupView
from booking.api.public.bookings import (
    BookingsView,
    BookingView,
    CalendarView,
    CancelView,
    ConfirmView,
    DataView,
    EraseView,
    RescheduleView,
)
from booking.api.public.holds import HoldExtensionView, HoldsView, HoldView
from booking.api.public.stores import StoresView, StoreView
from booking.api.public.waiting_list import WaitingListEntryView, WaitingListView
from booking.api.reference import DocsView, SchemaView, unknown
from booking.api.staff.bookings import (
    CheckInView,
    CompleteView,
    NoShowView,
    StaffBookingsView,
    StaffCancelView,
    StaffRescheduleView,
    StartView,
    UndoView,
    WalkInsView,
)
from booking.api.staff.day import DayView
from booking.api.staff.hours import FeedView, OpeningHoursView, SlotsView, SpecialDayView, SpecialHoursView
from booking.api.staff.sign_in import MyStoresView, TokenView

urlpatterns = [
    path("stores", StoresView.as_view()),
    path("stores/<slug:store>", StoreView.as_view()),
    path("stores/<slug:store>/availability", AvailabilityView.as_view()),
    path("availability/lookup", LookupView.as_view()),
    path("holds", HoldsView.as_view()),
    path("holds/<str:token>", HoldView.as_view()),
    path("holds/<str:token>/extend", HoldExtensionView.as_view()),
    path("bookings", BookingsView.as_view()),
    path("bookings/<str:reference>", BookingView.as_view()),
    path("bookings/<str:reference>/reschedule", RescheduleView.as_view()),
    path("bookings/<str:reference>/cancel", CancelView.as_view()),
    path("bookings/<str:reference>/confirm", ConfirmView.as_view()),
    path("bookings/<str:reference>/calendar.ics", CalendarView.as_view()),
    path("bookings/<str:reference>/data", DataView.as_view()),
    path("bookings/<str:reference>/erase", EraseView.as_view()),
    path("waiting-list", WaitingListView.as_view()),
    path("waiting-list/<str:reference>", WaitingListEntryView.as_view()),
    path("staff/token", TokenView.as_view()),
    path("staff/stores", MyStoresView.as_view()),
    path("staff/stores/<slug:store>/day", DayView.as_view()),
    path("staff/stores/<slug:store>/bookings", StaffBookingsView.as_view()),
    path("staff/stores/<slug:store>/walk-ins", WalkInsView.as_view()),
    path("staff/stores/<slug:store>/opening-hours", OpeningHoursView.as_view()),
    path("staff/stores/<slug:store>/special-hours", SpecialHoursView.as_view()),
    path("staff/stores/<slug:store>/special-hours/<str:date>", SpecialDayView.as_view()),
    path("staff/stores/<slug:store>/slots", SlotsView.as_view()),
    path("staff/stores/<slug:store>/feed", FeedView.as_view()),
    path("staff/bookings/<str:reference>/check-in", CheckInView.as_view()),
    path("staff/bookings/<str:reference>/start", StartView.as_view()),
    path("staff/bookings/<str:reference>/complete", CompleteView.as_view()),
    path("staff/bookings/<str:reference>/no-show", NoShowView.as_view()),
    path("staff/bookings/<str:reference>/undo", UndoView.as_view()),
    path("staff/bookings/<str:reference>/cancel", StaffCancelView.as_view()),
    path("staff/bookings/<str:reference>/reschedule", StaffRescheduleView.as_view()),
    path("schema", SchemaView.as_view(), name="api-schema"),
    path("docs", DocsView.as_view(), name="api-docs"),
    re_path("", unknown),
]
