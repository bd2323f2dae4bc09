"""The dialogue of a call: from a place and a key to what is said and what comes next.

All rules are those of the pages: places are held as always, limits count the caller's number, and the visit's history
names the customer. A key that is not offered is asked for once more; then the call leads to a person.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from booking import limits
from booking.bookings.lifecycle import book_visit, cancel_booking
from booking.bookings.rescheduling import reschedule
from booking.calls import words
from booking.calls.place import MOST_OFFERED, Place, Step
from booking.calls.replies import Caller, ask, ask_again, end_call, lead_to_person, say, say_moment
from booking.calls.visits_of_caller import _booked_at, _may_move, _named, _visits
from booking.customer_input import CustomerDetails, can_be_texted
from booking.formatting import visit_type_name
from booking.limits import RateLimited
from booking.models import Booking, Source
from booking.places.days_state import Wish
from booking.places.free_times import kept_availability
from booking.places.holds import hold_places, release_hold
from booking.places.moved_visits import moved_visit
from booking.refusals import BookingRefused, Refusal, UnknownVisitType, while_offered
from booking.tokens import hold_token
from booking.who import Who
from notifications.voice import Line, Spoken
from stores.queries import known_waiting_room

MOST_KINDS = 8  # with keys of their own; 0 is a person
DAYS_LOOKED_AT = 7
WEEKS_LOOKED_AT = 6
PERSON, LATER = "0", "4"
_CURED_BY_ANOTHER_TIME = frozenset(
    {Refusal.SLOT_FULL, Refusal.SLOT_CLOSED, Refusal.TOO_SOON, Refusal.TOO_FAR_AHEAD, Refusal.HOLD_EXPIRED}
)


def answer(place: Place | None, caller: Caller) -> Spoken:
    """Return what is said next; `place` is None at the beginning of a call."""
    if place is None:
        return _welcome(caller)
    with translation.override(place.language or "en"):
        if caller.call.key == PERSON:
            return lead_to_person(place, caller, [])
        try:
            return _STEPS[place.step](place, caller)
        except RateLimited:
            return lead_to_person(place, caller, [words.too_many_tries()])
        except BookingRefused as refused:
            return _refuse(place, caller, refused.reason)
        except UnknownVisitType:
            return lead_to_person(place, caller, [])


def _refuse(place: Place, caller: Caller, reason: Refusal) -> Spoken:
    """Offer other times where they may help, and a person where they cannot."""
    if reason in _CURED_BY_ANOTHER_TIME:
        return _times(replace(place, times=()), caller, words.refused(reason))
    return lead_to_person(place, caller, words.refused(reason))


def _welcome(caller: Caller, *, is_repeated: bool = False) -> Spoken:
    lines = []
    for language in ("fr", "en"):
        with translation.override(language):
            lines.append(Line(words.welcome(caller.name), language))
    return Spoken(tuple(lines), next_url=Place(Step.LANGUAGE, is_repeated=is_repeated).url)


def _language(place: Place, caller: Caller) -> Spoken:
    language = {"1": "fr", "2": "en"}.get(caller.call.key)
    if language is None:
        return _welcome(caller, is_repeated=True) if not place.is_repeated else end_call(place)
    with translation.override(language):
        return ask(Place(Step.WISH, language), words.wishes())


def _wish(place: Place, caller: Caller) -> Spoken:
    if caller.call.key not in ("1", "2"):
        return ask_again(place, caller, words.wishes())
    if not caller.call.caller:
        return lead_to_person(place, caller, [words.no_number()])
    if caller.call.key == "2":
        return _visit_of(place, caller)
    room = known_waiting_room(caller.rules.slug, now=caller.now)
    if room is not None and room.opens_at is not None and room.is_closed(caller.now):
        return lead_to_person(place, caller, [words.not_open_yet(say_moment(room.opens_at, caller))])
    if not caller.rules.visit_types:
        return lead_to_person(place, caller, [words.nothing_free()])
    if len(caller.rules.visit_types) == 1:
        return _times(replace(place, kind=caller.rules.visit_types[0].slug), caller, [])
    kinds = _kinds(caller)
    return ask(replace(place, step=Step.KIND, kinds=(*kinds,), is_repeated=False), words.kinds([*kinds.values()]))


def _kinds(caller: Caller) -> dict[str, str]:
    return {kind.slug: visit_type_name(kind.name) for kind in caller.rules.visit_types[:MOST_KINDS]}


def _kind(place: Place, caller: Caller) -> Spoken:
    """Take the kind that was said with the pressed key, even if the store has others by now."""
    kinds, chosen = _kinds(caller), int(caller.call.key or 0)
    slug = next(iter((place.kinds or (*kinds,))[chosen - 1 : chosen]), "") if chosen else ""
    if slug not in kinds:
        return ask_again(replace(place, kinds=(*kinds,)), caller, words.kinds([*kinds.values()]))
    return _times(replace(place, kind=slug, kinds=()), caller, [])


def _times(place: Place, caller: Caller, said: list[str]) -> Spoken:
    """Offer the first free times, or those after the last one offered."""
    wish = _wish_of(place, caller)
    if wish is None:
        return lead_to_person(place, caller, [words.no_visit()])
    offered = _free_after(place.times[-1] if place.times else None, wish, caller)
    if not offered:
        return lead_to_person(place, caller, [*said, words.nothing_free()])
    today = caller.now.astimezone(caller.rules.zone).date()
    place = replace(place, step=Step.TIME, times=tuple(offered), hold="", is_repeated=False)
    return ask(place, [*said, *words.times(offered, caller.rules.zone, today=today)])


def _wish_of(place: Place, caller: Caller) -> Wish | None:
    """Return what is looked for: for a visit that moves, places for all its people; None where it is gone."""
    if not place.visit:
        return Wish(caller.rules.slug, place.kind)
    visit = _named(place, caller)
    if visit is None:
        return None
    kind, desk, moved = visit.visit_type.slug, visit.desk_kept, moved_visit(visit)
    return Wish(
        caller.rules.slug, kind, visit.party_size, desk=desk, is_booked=True, moved=moved, language=visit.language
    )


def _free_after(after: datetime | None, wish: Wish, caller: Caller) -> list[datetime]:
    """Return the first free starts after an instant, week by week."""
    zone = caller.rules.zone
    first = (after or caller.now).astimezone(zone).date()
    found: list[datetime] = []
    for week in range(WEEKS_LOOKED_AT):
        begins = first + timedelta(days=week * DAYS_LOOKED_AT)
        days = kept_availability(wish, begins, begins + timedelta(days=DAYS_LOOKED_AT - 1), now=caller.now).days
        found += [slot.starts_at for day in days for slot in day.slots if after is None or slot.starts_at > after]
        if len(found) >= MOST_OFFERED:
            break
    return sorted(found)[:MOST_OFFERED]


def _time(place: Place, caller: Caller) -> Spoken:
    if caller.call.key == LATER:
        return _times(place, caller, [])
    chosen = int(caller.call.key or 0)
    if not 1 <= chosen <= len(place.times):
        today = caller.now.astimezone(caller.rules.zone).date()
        return ask_again(place, caller, words.times(place.times, caller.rules.zone, today=today))
    moment = place.times[chosen - 1]
    if place.visit:
        return _move(place, caller, moment)
    with while_offered():
        hold = hold_places(
            store=caller.rules.slug,
            visit_type=place.kind,
            starts_at=moment,
            party_size=1,
            now=caller.now,
            client=caller.client,
        )
    place = replace(place, step=Step.BOOK, times=(moment,), hold=hold_token(hold.public_id), is_repeated=False)
    return ask(place, words.question_to_book(say_moment(moment, caller)))


def _book(place: Place, caller: Caller) -> Spoken:
    if caller.call.key == "2":
        release_hold(token=place.hold, now=caller.now)
        return _times(replace(place, times=()), caller, [])
    if caller.call.key != "1" or not place.times:
        return ask_again(
            place, caller, words.question_to_book(say_moment(place.times[0], caller)) if place.times else []
        )
    before = _booked_at(place, caller)  # the provider asks again where our answer did not reach it
    if before is not None:
        return _said_booked(place, caller, before)
    phone = caller.call.caller
    limits.new_booking(phone)
    details = CustomerDetails(
        name=_("Call from {digits}").format(digits=phone[-4:]),
        phone=phone,
        email="",
        locale=place.language,
        is_simple=False,
        is_for_someone_else=False,
    )
    with while_offered():
        booking = book_visit(
            store=caller.rules.slug,
            visit_type=place.kind,
            starts_at=place.times[0],
            party_size=1,
            customer=details,
            note="",
            source=Source.PHONE,
            hold=place.hold,
            may_repeat=False,
            now=caller.now,
        )
    return _said_booked(place, caller, booking)


def _said_booked(place: Place, caller: Caller, booking: Booking) -> Spoken:
    moment, gets_text = say_moment(booking.starts_at, caller), can_be_texted(caller.call.caller)
    return say(place, words.booked(moment, booking.reference, gets_text=gets_text))


def _visit_of(place: Place, caller: Caller) -> Spoken:
    """Ask what is to be done with the caller's next visit."""
    visits = _visits(caller)
    if not visits:
        return lead_to_person(place, caller, [words.no_visit()])
    visit = visits[0]
    place = Place(Step.CHANGE, place.language, kind=visit.visit_type.slug, visit=visit.reference)
    several = [words.several(len(visits))] if len(visits) > 1 else []
    return ask(place, [*several, *words.question_to_change(say_moment(visit.starts_at, caller))])


def _change(place: Place, caller: Caller) -> Spoken:
    visit = _named(place, caller)
    if visit is None:
        return lead_to_person(place, caller, [words.no_visit()])
    moment = say_moment(visit.starts_at, caller)
    if caller.call.key == "1":
        return _times(place, caller, []) if _may_move(visit, caller) else _refuse(place, caller, Refusal.TOO_LATE)
    if caller.call.key == "2":
        return ask(replace(place, step=Step.CANCEL, is_repeated=False), words.question_to_cancel(moment))
    return ask_again(place, caller, words.question_to_change(moment))


def _move(place: Place, caller: Caller, moment: datetime) -> Spoken:
    visit = _named(place, caller)
    if visit is None:
        return lead_to_person(place, caller, [words.no_visit()])
    moved = reschedule(booking_id=visit.pk, starts_at=moment, who=Who.customer(caller.now))
    return say(place, words.moved(say_moment(moved.starts_at, caller)))


def _cancel(place: Place, caller: Caller) -> Spoken:
    visit = _named(place, caller)
    if visit is None:
        return lead_to_person(place, caller, [words.no_visit()])
    if caller.call.key == "1":
        cancel_booking(booking_id=visit.pk, who=Who.customer(caller.now))
        return say(place, words.cancelled())
    if caller.call.key == "2":
        return say(place, words.kept())
    return ask_again(place, caller, words.question_to_cancel(say_moment(visit.starts_at, caller)))


_STEPS: dict[Step, Callable[[Place, Caller], Spoken]] = {
    Step.LANGUAGE: _language,
    Step.WISH: _wish,
    Step.KIND: _kind,
    Step.TIME: _time,
    Step.BOOK: _book,
    Step.CHANGE: _change,
    Step.CANCEL: _cancel,
}
