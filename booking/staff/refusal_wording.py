"""Refusals in words for staff, with the names, durations and places of the store."""

from datetime import date, datetime
from functools import cache
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.formatting import moment_in_words, time_in_words, visit_type_name
from booking.models import Booking
from booking.places.explain import explain_day, explain_slot
from booking.places.explanations import DeskExplanation, Explanation, SlotExplanation
from booking.refusals import BookingRefused, Refusal
from booking.staff.access import StaffContext
from booking.staff.wording import staff_sentence
from stores.models import Desk

_NO_TIME = (Refusal.SLOT_FULL, Refusal.SLOT_CLOSED)


def why_not_moved(at: StaffContext, booking: Booking, wanted: datetime, desk: Desk | None) -> SlotExplanation:
    """Return why a visit cannot be moved to a time, in words for staff."""
    return explain_slot(
        store=at.store.slug,
        visit_type=booking.visit_type.slug,
        starts_at=wanted,
        party_size=booking.party_size,
        now=at.now,
        by_staff=True,
        desk=desk.slug if desk else "",
        moved=booking,
    )


def refusal_in_words(at: StaffContext, found: SlotExplanation, refused: BookingRefused) -> str:
    """Return why a time was refused, where there is more to say than the refusal itself does; else ""."""
    if refused.reason not in _NO_TIME:
        return ""
    answers = {one.answer: one for one in found.desks}
    if len(answers) > 1:  # each desk has its own reason
        return ""
    one = next(iter(answers.values()), None)
    return _in_words(at, found.minutes, one) if one else ""


def why_not_each(at: StaffContext, booking: Booking, day: date) -> dict[tuple[datetime, str], str]:
    """Return why a visit cannot be moved, for each start of a day and desk by slug; "" where it can.

    Its own places count as free. Four statements, five while other times are kept for it.
    """
    found = explain_day(
        store=at.store.slug,
        visit_type=booking.visit_type.slug,
        day=day,
        party_size=booking.party_size,
        now=at.now,
        moved=booking,
    )
    words = cache(lambda one: _cell_in_words(at, found.minutes, one))
    return {place: words(one) for place, one in found.answers.items()}


def impossible_times(at: StaffContext, booking: Booking, day: date) -> list[tuple[str, str]]:
    """Return a day's coming times to which a visit cannot be moved, consecutive ones as one, each with the reasons."""
    reasons: dict[datetime, list[str]] = {}
    for (starts_at, _desk), words in why_not_each(at, booking, day).items():
        if starts_at > at.now:
            reasons.setdefault(starts_at, []).append(words)
    told = [(start, "" if "" in words else " ".join(dict.fromkeys(words))) for start, words in reasons.items()]
    found = []
    for words, group in groupby(told, key=lambda one: one[1]):
        starts = [time_in_words(start, at.zone) for start, _words in group]
        if words:
            found.append((starts[0] if len(starts) == 1 else f"{starts[0]} – {starts[-1]}", words))
    return found


def _cell_in_words(at: StaffContext, minutes: int, one: DeskExplanation) -> str:
    """Return why a visit cannot be moved to one start of one desk; "" where it can."""
    match one.answer:
        case Explanation.FREE:
            return ""
        case Explanation.FULL | Explanation.KEPT_BACK:
            left = ngettext("{count} place is free", "{count} places are free", one.places_left)
            needs = ngettext("{count} is needed", "{count} are needed", one.places_needed)
            return _("{left} at this time, {needs}.").format(
                left=left.format(count=one.places_left), needs=needs.format(count=one.places_needed)
            )
        case Explanation.OVER:
            return _("This time is over.")
        case Explanation.TOO_FAR_AHEAD:
            return staff_sentence(BookingRefused(Refusal.TOO_FAR_AHEAD))
    return _in_words(at, minutes, one) or _("The store is closed at this time.")


def _in_words(at: StaffContext, minutes: int, one: DeskExplanation) -> str:
    match one.answer:
        case Explanation.TOO_LONG if one.until:
            return _(
                "The visit lasts {minutes} minutes, and visits end at {time}. Please choose an earlier time."
            ).format(minutes=minutes, time=time_in_words(one.until, at.zone))
        case Explanation.TOO_SMALL if one.desk:
            has = ngettext("has {count} place", "has {count} places", one.places_left).format(count=one.places_left)
            needs = ngettext("{count} is needed", "{count} are needed", one.places_needed).format(
                count=one.places_needed
            )
            return _("{desk} {has} at this time, {needs}.").format(
                desk=visit_type_name(one.desk.name), has=has, needs=needs
            )
        case Explanation.KIND_HOURS:
            return _("This kind of visit does not take place at this time. Please choose another one.")
        case Explanation.AT_ONCE:
            return _("There are as many visits of this kind at this time as may be at once.")
        case Explanation.NOT_SERVED if one.desk:
            return _("{desk} does not serve this kind of visit.").format(desk=visit_type_name(one.desk.name))
        case Explanation.NOT_SPOKEN if one.desk:
            return _("The language that the customer asked for is not spoken at {desk}.").format(
                desk=visit_type_name(one.desk.name)
            )
        case Explanation.DESK_HOURS if one.desk:
            return _("{desk} does not serve at this time.").format(desk=visit_type_name(one.desk.name))
        case Explanation.AWAY if one.desk and one.until:
            return _("{desk} is away until {moment}.").format(
                desk=visit_type_name(one.desk.name), moment=moment_in_words(one.until, at.zone)
            )
        case Explanation.NO_START:
            return _("No visit begins at this time. Please choose one of the times below.")
    return ""
