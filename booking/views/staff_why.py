"""Why a time cannot be had, told to staff in the words of the store: what lasts how long, who has how many places."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.models import Booking
from booking.policy import BookingRefused, Refusal
from booking.texts import time_in_words, visit_type_name
from booking.views.staff_access import AtStore
from booking.why_closed import Answer, DeskAnswer, Why, why
from stores.models import Desk

_NO_TIME = (Refusal.SLOT_FULL, Refusal.SLOT_CLOSED)


def why_not_moved(at: AtStore, booking: Booking, wanted: datetime, desk: Desk | None) -> Why:
    """Return what stands in the way of moving a visit there, for staff."""
    return why(
        store=at.store.slug,
        visit_type=booking.visit_type.slug,
        starts_at=wanted,
        party_size=booking.party_size,
        now=at.now,
        by_staff=True,
        desk=desk.slug if desk else "",
        is_booked=True,
    )


def refusal_in_words(at: AtStore, found: Why, refused: BookingRefused) -> str:
    """Return why a time was refused, where it can be told more exactly than by the refusal itself; else ""."""
    if refused.reason not in _NO_TIME:
        return ""
    answers = {one.answer: one for one in found.desks}
    if len(answers) > 1:  # each desk has its own reason
        return ""
    one = next(iter(answers.values()), None)
    return _in_words(at, found, one) if one else ""


def _in_words(at: AtStore, found: Why, one: DeskAnswer) -> str:
    match one.answer:
        case Answer.TOO_LONG if one.until:
            return _(
                "The visit lasts {minutes} minutes, and visits end at {time}. Please choose an earlier time."
            ).format(minutes=found.minutes, time=time_in_words(one.until, at.zone))
        case Answer.TOO_SMALL if one.desk:
            has = ngettext("has {count} place", "has {count} places", one.places_left).format(count=one.places_left)
            needs = ngettext("{count} is needed", "{count} are needed", one.places_needed).format(
                count=one.places_needed
            )
            return _("{desk} {has} at this time, {needs}.").format(
                desk=visit_type_name(one.desk.name), has=has, needs=needs
            )
        case Answer.DESK_HOURS if one.desk:
            return _("{desk} does not serve at this time.").format(desk=visit_type_name(one.desk.name))
        case Answer.NO_START:
            return _("No visit begins at this time. Please choose one of the times below.")
    return ""
