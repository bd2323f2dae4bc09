"""Labels of the trail of a store's set-up: what was changed, which field of it, and its values."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.accounts.api_keys import READ_DAY, WRITE_BOOKINGS
from booking.formatting import dated_day_in_words, visit_type_name
from stores.models import (
    CapacityCounts,
    FeedbackWhen,
    LineShows,
    OrganizationKind,
    ReminderChannel,
    Role,
    VisitMode,
    Wheelchair,
)
from stores.services.changes import DAY_NAMES

WHAT = {
    "opening_hours": gettext_lazy("Opening hours"),
    "special_hours": gettext_lazy("Special hours"),
    "closing": gettext_lazy("Regular closure"),
    "slots": gettext_lazy("Times of a day"),
    "desk": gettext_lazy("Desk"),
    "desk_choice": gettext_lazy("Choice of desk"),
    "absence": gettext_lazy("Absence"),
    "visit_type": gettext_lazy("Kind of visit"),
    "questions": gettext_lazy("Questions"),
    "rules": gettext_lazy("Rules of booking"),
    "notice": gettext_lazy("Notice"),
    "address": gettext_lazy("Name and address"),
    "contact": gettext_lazy("Contact"),
    "sharing": gettext_lazy("Sharing"),
    "protection": gettext_lazy("Protection"),
    "waiting_room": gettext_lazy("Waiting room"),
    "day_sheet": gettext_lazy("Sheet of the day"),
    "feed": gettext_lazy("Calendar feed"),
    "desk_feed": gettext_lazy("Calendar feed of a desk"),
    "desk_calendar": gettext_lazy("Calendar of a desk"),
    "webhook": gettext_lazy("Program that is told"),
    "api_key": gettext_lazy("Key of a program"),
    "door": gettext_lazy("Sheet for the door"),
    "line": gettext_lazy("Line"),
    "feedback": gettext_lazy("After the visit"),
    "calls": gettext_lazy("Booking by phone keys"),
    "members": gettext_lazy("How managers sign in"),
    "messages": gettext_lazy("Messages"),
    "texting": gettext_lazy("Texts from customers"),
    "device": gettext_lazy("Tablet"),
    "member": gettext_lazy("Members"),
    "import": gettext_lazy("Import"),
    "organization": gettext_lazy("Organization"),
}
_DAYS = frozenset(
    {"bookings_open_at", "valid_until", "away_from", "away_until"}
)  # stored as "2026-11-30", or "2026-11-30 09:00"
# The names of messages' texts, of which a store may write its own.
TEXT_NAMES: Mapping[str, Any] = {
    "confirmation": gettext_lazy("Confirmation"),
    "reminder": gettext_lazy("Reminder"),
    "change": gettext_lazy("New time"),
    "new_hours": gettext_lazy("Your hours change, the visit stays"),
    "choose_again": gettext_lazy("Please choose another time"),
    "cancellation": gettext_lazy("Cancellation"),
    "place_offered": gettext_lazy("Offer of a place"),
    "feedback": gettext_lazy("After the visit"),
    "nearly_turn": gettext_lazy("Nearly your turn"),
}
_FIELDS = {
    "hours": gettext_lazy("Hours"),
    "name": gettext_lazy("Name"),
    "capacity": gettext_lazy("Places"),
    "kept_back": gettext_lazy("Places kept back"),
    "is_active": gettext_lazy("In use"),
    "away_from": gettext_lazy("First day"),
    "away_until": gettext_lazy("Last day"),
    "from_time": gettext_lazy("From"),
    "until_time": gettext_lazy("Until"),
    "weekdays": gettext_lazy("Again on"),
    "nth_of_month": gettext_lazy("Of each month"),
    "slot_count": gettext_lazy("Times in a row"),
    "visit_types": gettext_lazy("Kinds of visit served"),
    "notice_minutes": gettext_lazy("Own notice, in minutes"),
    "notice_until": gettext_lazy("Booked the day before, until"),
    "minutes_before": gettext_lazy("Minutes kept before"),
    "minutes_after": gettext_lazy("Minutes kept after"),
    "most_at_once": gettext_lazy("Most at the same time"),
    "max_party_size": gettext_lazy("Largest party"),
    "what_to_bring": gettext_lazy("What to bring"),
    "mode": gettext_lazy("Where it takes place"),
    "video_url": gettext_lazy("Link to the video"),
    "offers_desk_choice": gettext_lazy("Customers choose"),
    "questions": gettext_lazy("Questions"),
    "slot_minutes": gettext_lazy("Minutes of a time"),
    "capacity_counts": gettext_lazy("A place is for"),
    "minimum_notice_minutes": gettext_lazy("Minutes before a visit"),
    "booking_horizon_days": gettext_lazy("Days ahead"),
    "change_until_minutes": gettext_lazy("Minutes until which a visit can be changed"),
    "open_bookings_per_customer": gettext_lazy("Visits to come for each customer"),
    "keep_days": gettext_lazy("Days until customers are forgotten"),
    "notice": gettext_lazy("Notice"),
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("E-mail"),
    "website": gettext_lazy("Website"),
    "wheelchair": gettext_lazy("Wheelchairs"),
    "embed_origins": gettext_lazy("Sites that may show the times"),
    "asks_proof_under_load": gettext_lazy("Devices calculate when far more is booked than usual"),
    "has_waiting_room": gettext_lazy("Visitors wait in order when too many want to book"),
    "bookings_open_at": gettext_lazy("Bookings open"),
    "sheet_number": gettext_lazy("Number of the sheet"),
    "has_feed": gettext_lazy("Has an address"),
    "is_new_address": gettext_lazy("New address"),
    "calendar_host": gettext_lazy("Follows a calendar at"),
    "day_sheet_email": gettext_lazy("Mailed to"),
    "day_sheet_asked": gettext_lazy("Address asked"),
    "day_sheet_language": gettext_lazy("Language"),
    "reminder_days": gettext_lazy("Reminders, days before"),
    "messages_from": gettext_lazy("Messages from"),
    "messages_until": gettext_lazy("Messages until"),
    "reminder_hours": gettext_lazy("One more reminder, hours before"),
    "reminder_channel": gettext_lazy("Reminders go"),
    "confirms_by_text": gettext_lazy("Confirmed by text as well as by e-mail"),
    "sms_text": gettext_lazy("Own text message"),
    "email_text": gettext_lazy("Own paragraph in the e-mail"),
    "sms_word": gettext_lazy("Word for booking by text"),
    "saved_replies": gettext_lazy("Saved replies"),
    "scopes": gettext_lazy("It may"),
    "valid_until": gettext_lazy("Valid until"),
    "refused_for": gettext_lazy("Refused, as it is not for that"),
    "has_new_secret": gettext_lazy("New secret"),
    "said_gone": gettext_lazy("It said that it wants nothing any more"),
    "is_tried": gettext_lazy("Trial sent"),
    "sent_again": gettext_lazy("Events sent again"),
    "line_shows": gettext_lazy("People are called by"),
    "feedback_when": gettext_lazy("Question after the visit"),
    "keypad_phone": gettext_lazy("Number for bookings by keys"),
    "is_paired": gettext_lazy("Paired"),
    "invited_as": gettext_lazy("Asked to join as"),
    "has_email": gettext_lazy("Has an e-mail address"),
    "has_new_email": gettext_lazy("New e-mail address"),
    "has_new_link": gettext_lazy("New link"),
    "chooses_anew": gettext_lazy("Must choose a new PIN"),
    "may_use_tablets": gettext_lazy("May use the tablets"),
    "requires_second_factor": gettext_lazy("Managers need more than a password"),
    "role": gettext_lazy("Role"),
    "organization": gettext_lazy("Organization"),
    "has_new_password": gettext_lazy("New password"),
    "capacities": gettext_lazy("Places"),
    "closed_slots": gettext_lazy("Closed times"),
    "open_slots": gettext_lazy("Open times"),
    "kind": gettext_lazy("Kind"),
    "street": gettext_lazy("Street"),
    "postal_code": gettext_lazy("Postal code"),
    "town": gettext_lazy("Town"),
    "country": gettext_lazy("Country"),
    "time_zone": gettext_lazy("Time zone"),
    "latitude": gettext_lazy("Latitude"),
    "longitude": gettext_lazy("Longitude"),
}
SCOPE_WORDS = {
    READ_DAY: gettext_lazy("Read the visits of a day, with names and phone numbers"),
    WRITE_BOOKINGS: gettext_lazy("Book, move and cancel visits, and say who arrived"),
}
_CHOICES: Mapping[str, Mapping[str, Any]] = {
    "kind": dict(OrganizationKind.choices),
    "feedback_when": dict(FeedbackWhen.choices),
    "line_shows": dict(LineShows.choices),
    "reminder_channel": dict(ReminderChannel.choices),
    "role": dict(Role.choices),
    "scopes": SCOPE_WORDS,
    "refused_for": SCOPE_WORDS,
    "invited_as": dict(Role.choices),
    "mode": dict(VisitMode.choices),
    "wheelchair": dict(Wheelchair.choices),
    "capacity_counts": dict(CapacityCounts.choices),
}


def what_in_words(what: str) -> str:
    """Return the label of a part of the set-up; a part without a label is returned as it is."""
    return str(WHAT.get(what, what))


def subject_in_words(subject: str) -> str:
    """Return what was changed: a name as on screens, or a date: "Friday 4 December 2026, 17:00–18:00"."""
    day, _space, rest = subject.partition(" ")
    try:
        words = dated_day_in_words(date.fromisoformat(day))
    except ValueError:
        return _own_text_in_words(subject) or visit_type_name(subject)
    return ", ".join(part for part in (words, rest.replace("-", "–", 1)) if part)


def _own_text_in_words(subject: str) -> str:
    """Return "Reminder, Français" for "reminder/fr"; "" for what names no text."""
    name, _slash, language = subject.partition("/")
    return f"{TEXT_NAMES[name]}, {dict(settings.LANGUAGES).get(language, language)}" if name in TEXT_NAMES else ""


def field_in_words(field: str) -> str:
    """Return the label of a field of the set-up; a field without a label is returned as it is."""
    return str(_FIELDS.get(field, field.replace("_", " ")))


def value_in_words(field: str, value: Any) -> str:
    """Return the value of a field as a manager reads it: days and languages by their names."""
    if value is None or value == "":
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        is_of_week = field in ("hours", "weekdays")
        words = _CHOICES.get(field, {})
        texts = [_hours_in_words(text) if is_of_week else str(words.get(text, text)) for text in map(str, value)]
        return ", ".join(texts) or (_("closed") if field == "hours" else _("none"))
    if field in _DAYS:
        return subject_in_words(str(value))
    if field == "day_sheet_language":
        return str(dict(settings.LANGUAGES).get(str(value), value))
    return str(_CHOICES.get(field, {}).get(str(value), value))


def _hours_in_words(text: str) -> str:
    """Return "mon 09:00-12:00" as "Mon 09:00–12:00", with the weekday in the reader's language."""
    weekday, _space, times = text.replace("-", "–").partition(" ")
    return (
        f"{WEEKDAYS_ABBR[DAY_NAMES.index(weekday)]} {times}".strip() if weekday in DAY_NAMES else text.replace("-", "–")
    )
