"""One visit as staff see it on the day schedule and the arrivals screen: facts in words, and available actions."""

import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache, partial
from hashlib import sha1
from typing import NamedTuple
from urllib.parse import quote

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from booking.arrivals.step_rules import STEPS, UNDO, is_overdue, is_same_night, is_step_offered, next_step
from booking.bookings.day_rows import ListedBooking
from booking.bookings.day_schedule import DaySchedule
from booking.bookings.message_plan import message_channel
from booking.bookings.status_wording import LATE
from booking.bookings.visit_facts import booking_facts
from booking.customer_input import can_be_texted, phone_in_words
from booking.formatting import first_name_and_initial, time_in_words, visit_type_name
from booking.models import Status
from booking.staff.visit_facts import FactsAsHtml
from booking.staff.visit_messages import MessageLine, MessageLines
from booking.staff.wording import badges, nameless_words, people_in_words, source_words


class Action(NamedTuple):
    """A button: it posts to `url` with `action_id`, so that a second tap on the same button changes nothing."""

    name: str
    label: str
    url: str
    action_id: str

    @property
    def path(self) -> str:
        """The last part of the address."""
        return path_of(self.name)


class VisitCard(NamedTuple):
    """A visit in words; `main` is the next step, `others` are the other allowed actions."""

    booking: ListedBooking
    reference: str
    name: str
    time: str
    until: str
    people: str
    visit_type: str
    state: str
    badge: SafeString
    said_late: SafeString
    facts: SafeString
    since: str
    source: str
    phone: str
    messages: tuple[MessageLine, ...]
    has_no_messages: bool
    main: Action | None
    others: tuple[Action, ...]
    undo: Action | None
    url: str
    is_changed: bool

    @property
    def is_movable(self) -> bool:
        """Tell whether the visit may be moved or cancelled."""
        return self.booking.status == Status.CONFIRMED

    @property
    def mail_address(self) -> str:
        """The customer's e-mail address for a link: a question mark would end it and begin further fields."""
        return quote(self.booking.email, safe=_ADDRESS_SAFE)

    @property
    def may_be_texted(self) -> bool:
        """Tell whether a text can go to the customer's number."""
        return self.booking.erased_at is None and can_be_texted(self.booking.phone)

    @property
    def has_text_of_morning(self) -> bool:
        """Tell whether a text about what the store did at night waits for the morning."""
        return any(line.is_of_morning for line in self.messages)

    @property
    def is_to_phone(self) -> bool:
        """Tell whether the customer does not know what they should know, as no message reaches them."""
        return self.booking.status in _TOLD_BEFOREHAND and any(line.is_trouble for line in self.messages)


_ADDRESS_SAFE = "@!$'*+="
_TOLD_BEFOREHAND = frozenset({Status.CONFIRMED, Status.CANCELLED})
_NEVER_UNDONE = frozenset({Status.CONFIRMED, Status.CANCELLED})


def path_of(step: str) -> str:
    """Return the last part of the address of a step."""
    return step.replace("_", "-")


def step_labels() -> dict[str, str]:
    """Return the label of each step's button."""
    return {
        "check_in": _("Arrived"),
        "start": _("Start"),
        "complete": _("Done"),
        "no_show": _("Did not come"),
        UNDO: _("Undo"),
    }


class CardMaker:
    """Builds the cards of one day's visits; what all of them share is computed once.

    Cards for a tablet of the store contain no family name and no phone number. `is_of_now` says that all visits belong
    to the current working day, even if midnight lies in between.
    """

    def __init__(
        self, schedule: DaySchedule, *, changed: str = "", is_for_tablet: bool = False, is_of_now: bool = False
    ) -> None:
        self.schedule = schedule
        self.changed = changed
        self.is_of_now = is_of_now
        self.badges = badges()
        self.labels = step_labels()
        self.sources = source_words()
        self.facts = FactsAsHtml(country=schedule.rules.country, has_numbers=not is_for_tablet)
        self.named = first_name_and_initial if is_for_tablet else str
        self.today = schedule.now.astimezone(schedule.rules.zone).date()
        self.one_slot = timedelta(minutes=schedule.rules.slot_minutes)
        zone, country = schedule.rules.zone, schedule.rules.country
        # Worded once for all visits that share it: a day has few times, visit types and party sizes.
        self.time = cache(lambda moment: time_in_words(moment, zone))
        self.day = cache(lambda moment: moment.astimezone(zone).date())
        self.people = cache(people_in_words)
        self.kind = cache(visit_type_name)
        self.phone = partial(phone_in_words, country=country)
        self.step_names = cache(self._step_names)
        self.is_late = cache(self._is_late)
        self.lines = MessageLines()
        self.base_url = reverse("staff-visit-undo", args=[schedule.rules.slug, "-"]).removesuffix("-/undo/")

    def cards(self) -> Iterator[VisitCard]:
        """Yield the day's visits by time."""
        for booking in self.schedule.bookings:
            yield self.card(booking)

    def card(self, booking: ListedBooking) -> VisitCard:
        """Return one visit."""
        main, undo, state = self.main_step(booking), self.undo_step(booking), self.state(booking)
        others = [name for name in self._steps_of(booking) if main is None or name != main.name]
        lasts_longer = booking.ends_at - booking.starts_at > self.one_slot
        facts = booking_facts(booking)
        messages = self.lines.of(self.schedule.deliveries.get(booking.reference, ()), phoned_at=booking.phoned_at)
        return VisitCard(
            booking=booking,
            reference=booking.reference,
            name=self.name(booking),
            time=self.time(booking.starts_at),
            until=self.time(booking.ends_at) if lasts_longer else "",
            people=self.people(booking.party_size),
            visit_type=self.kind(booking.visit_type.name),
            state=state,
            badge=self.badges[state],
            said_late=self.facts.said_late(facts),
            facts=self.facts.facts(facts),
            since=self._since(booking),
            source=self.sources.get(booking.source, ""),
            phone=self.phone(booking.phone) if booking.phone else "",
            messages=messages,
            has_no_messages=not messages and message_channel(booking.phone, booking.email) == "none",
            main=main,
            others=tuple([self._action(booking, name) for name in others]),
            undo=undo,
            url=f"{self.base_url}{booking.reference}/",
            is_changed=booking.reference == self.changed,
        )

    def name(self, booking: ListedBooking) -> str:
        """Return whose visit it is, as this reader may see it."""
        return self.named(booking.name) or nameless_words(booking.source, is_erased=bool(booking.erased_at))

    def state(self, booking: ListedBooking) -> str:
        """Return the state that the badge shows: the status, or that the customer is overdue."""
        status = booking.status
        is_late = self.is_late(status, booking.starts_at, booking.late_minutes, booking.visit_date)
        return LATE if is_late else status

    def main_step(self, booking: ListedBooking) -> Action | None:
        """Return the next step, if its button is shown now."""
        name = next_step(booking.status)
        return self._action(booking, name) if name in self._steps_of(booking) else None

    def undo_step(self, booking: ListedBooking) -> Action | None:
        """Return the step back, if there is a last step that can probably be undone."""
        may_undo = booking.status not in _NEVER_UNDONE and self._changed_today(booking)
        return self._action(booking, UNDO) if may_undo else None

    def _steps_of(self, booking: ListedBooking) -> tuple[str, ...]:
        return self.step_names(booking.status, booking.starts_at, booking.late_minutes, booking.visit_date)

    def _since(self, booking: ListedBooking) -> str:
        """Return since when it has been in its current state, where that matters."""
        moments: dict[str, datetime | None] = {
            Status.CHECKED_IN: booking.checked_in_at,
            Status.IN_SERVICE: booking.started_at,
        }
        moment = moments.get(booking.status)
        return _("since {time}").format(time=self.time(moment)) if moment else ""

    def _step_names(
        self, status: str, starts_at: datetime, late_minutes: int | None, visit_date: date
    ) -> tuple[str, ...]:
        """Return the steps whose buttons are shown; the same for all visits alike in these."""
        return tuple(
            step
            for step in STEPS
            if is_step_offered(
                step=step,
                status=status,
                starts_at=starts_at,
                late_minutes=late_minutes,
                visit_date=visit_date,
                today=self.today,
                now=self.schedule.now,
            )
        )

    def _changed_today(self, booking: ListedBooking) -> bool:
        """Tell whether the last step can probably be undone: the service decides."""
        moments = (booking.updated_at, booking.completed_at, booking.started_at, booking.checked_in_at)
        now = self.schedule.now
        is_of_today = any(self.day(moment) == self.today or is_same_night(moment, now) for moment in moments if moment)
        return booking.visit_date == self.today or is_of_today

    def _is_late(self, status: str, starts_at: datetime, late_minutes: int | None, visit_date: date) -> bool:
        now = self.schedule.now
        is_of_today = visit_date == self.today or is_same_night(starts_at, now)
        is_of_now = self.is_of_now or is_of_today
        return is_of_now and is_overdue(status=status, starts_at=starts_at, late_minutes=late_minutes, now=now)

    def _action(self, booking: ListedBooking, name: str) -> Action:
        seen = f"{booking.reference} {name} {booking.status} {booking.updated_at.isoformat()}"
        return Action(
            name=name,
            label=self.labels[name],
            url=f"{self.base_url}{booking.reference}/{path_of(name)}/",
            # Derived from what the button was drawn from: two taps, by one person or by two, are one step.
            action_id=_uuid5(seen),
        )


def _uuid5(name: str) -> str:
    """Return the text of `uuid.uuid5(uuid.NAMESPACE_URL, name)`, in a third of its time: a day has hundreds."""
    digits = sha1(uuid.NAMESPACE_URL.bytes + name.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"
