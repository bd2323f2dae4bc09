"""Whatever may be done at a shop, by customers, staff, managers and the clock: one call of a service for each.

What is done, to whom and when is drawn from a `Random`: many threads may live in one shop at once, or one for a while.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from booking.arrivals import line, steps, walk_ins
from booking.arrivals.offline_actions import Tap, TapOutcome, take_taps
from booking.bookings import lateness, lifecycle, offered_place, rebooking, rescheduling
from booking.bookings.form_idempotency import book_once
from booking.customer_input import CustomerDetails
from booking.idempotency import SentForm
from booking.models import Actor, Booking, Hold, Source, Status, Ticket, WaitingListEntry
from booking.places import holds
from booking.places.claims import release_expired_holds
from booking.privacy import erase_customer
from booking.refusals import BookingRefused, UnknownVisitType
from booking.store_setup.affected_visits import AffectedResolution
from booking.store_setup.hours_changes import (
    change_opening_hours,
    change_rules,
    change_special_hours,
    remove_special_hours,
)
from booking.store_setup.slot_changes import change_slots
from booking.tokens import hold_token
from booking.waiting_list import entries, offers
from booking.who import Who
from stores import services as store_services
from stores.hours import WeeklyInterval
from stores.models import Desk, Store
from tests.factories import make_user

REFUSALS = (BookingRefused, UnknownVisitType)
KINDS = ("visit", "advice")
THENS = tuple(AffectedResolution)
Hours = Sequence[tuple[time, time]]
_AFTERNOON = (time(14), time(19))
DAYS: tuple[Hours, ...] = (
    [(time(9), time(12)), _AFTERNOON],
    [(time(9), time(11, 30)), _AFTERNOON],
    [(time(10), time(19))],
)
STEPS: tuple[Any, ...] = ("check_in", "start", "complete", "no_show")


class Life:
    """A shop, and what may happen in it; `starts` are the times at which people would like to come.

    `days` are the hours that its manager sets, for a week or for one day.
    """

    def __init__(self, store: Store, starts: Sequence[datetime], days: Sequence[Hours] = DAYS) -> None:
        self.store = store
        self.days = days
        self.user = make_user("manager", store=store)
        self.starts = list(starts)
        self.desks = list(Desk.objects.filter(store=store).order_by("pk"))
        self.numbers = count(1)
        self.happenings: dict[str, Callable[[Random, datetime], Any]] = {
            name.removeprefix("do_"): getattr(self, name) for name in dir(self) if name.startswith("do_")
        }

    # --- Customers ---

    def wish(self, rng: Random) -> dict[str, Any]:
        return {
            "store": self.store.slug,
            "visit_type": rng.choice(KINDS),
            "starts_at": rng.choice(self.starts),
            "party_size": rng.randint(1, 5),
            "desk": rng.choice(["", "", "", rng.choice(self.desks).slug]),
        }

    def customer(self, rng: Random) -> CustomerDetails:
        number = rng.choice([rng.randint(1, 6), next(self.numbers)])
        return CustomerDetails(name="Ada Test", phone=f"+336{number:08d}", email="", locale="en")

    def book_it(self, rng: Random, now: datetime, **more: Any) -> Booking:
        source = rng.choice([Source.API, Source.WEB, Source.PHONE])
        wish = {**self.wish(rng), **more}
        return lifecycle.book_visit(**wish, customer=self.customer(rng), note="", source=source, now=now)

    def do_book(self, rng: Random, now: datetime) -> None:
        self.book_it(rng, now)

    def do_book_by_form(self, rng: Random, now: datetime) -> None:
        book_once(SentForm(f"form {rng.randint(1, 30)}"), now=now, book=partial(self.book_it, rng, now))

    def do_hold(self, rng: Random, now: datetime) -> None:
        holds.hold_places(**self.wish(rng), now=now)

    def do_hold_and_book(self, rng: Random, now: datetime) -> None:
        wish = self.wish(rng)
        kept = holds.hold_places(**wish, now=now)
        self.book_it(rng, now, **wish, hold=hold_token(kept.public_id))

    def do_hold_instead(self, rng: Random, now: datetime) -> None:
        holds.hold_other_places(instead_of=self._token(rng), **self.wish(rng), now=now)

    def do_extend(self, rng: Random, now: datetime) -> None:
        holds.extend_hold(token=self._token(rng), now=now)

    def do_let_go(self, rng: Random, now: datetime) -> None:
        holds.release_hold(token=self._token(rng), now=now)

    def do_move(self, rng: Random, now: datetime) -> None:
        desk = rng.choice(["", rng.choice(self.desks).slug])
        actor = Actor.STAFF if desk else Actor.CUSTOMER
        rescheduling.reschedule(
            booking_id=self._visit(rng), starts_at=rng.choice(self.starts), who=Who(actor, None, now), desk=desk
        )

    def do_cancel(self, rng: Random, now: datetime) -> None:
        lifecycle.cancel_booking(
            booking_id=self._visit(rng), who=Who(rng.choice([Actor.CUSTOMER, Actor.STAFF]), None, now)
        )

    def do_confirm(self, rng: Random, now: datetime) -> None:
        lifecycle.confirm_attendance(booking_id=self._visit(rng), now=now)

    def do_say_late(self, rng: Random, now: datetime) -> None:
        lateness.say_late(booking_id=self._visit(rng), minutes=rng.randint(1, 60), now=now)

    def do_erase(self, rng: Random, now: datetime) -> None:
        if rng.random() < 0.2:
            erase_customer(booking_id=self._visit(rng), who=Who.customer(now))

    def do_take_kept_time(self, rng: Random, now: datetime) -> None:
        kept = list(Hold.objects.exclude(kept_for=None).order_by("pk").values_list("kept_for", "pk"))
        if kept:
            booking_id, hold_id = rng.choice(kept)
            rebooking.take_kept_time(booking_id=booking_id, hold_id=hold_id, now=now)

    # --- The waiting list ---

    def do_wait(self, rng: Random, now: datetime) -> None:
        day = rng.choice(self.starts).astimezone(now.tzinfo).date()
        entries.join_waiting_list(
            store=self.store.slug,
            visit_type=rng.choice(KINDS),
            from_date=day,
            to_date=day,
            party_size=rng.randint(1, 5),
            customer=self.customer(rng),
            source=Source.WEB,
            now=now,
        )

    def do_offer(self, rng: Random, now: datetime) -> None:
        offers.offer_places(store_id=self.store.pk, now=now)

    def do_leave(self, rng: Random, now: datetime) -> None:
        if entry := self._entry(rng):
            entries.leave_waiting_list(entry_id=entry.pk, now=now)

    def do_let_pass(self, rng: Random, now: datetime) -> None:
        if entry := self._entry(rng):
            entries.pass_offer(entry_id=entry.pk, now=now)

    def do_take_offer(self, rng: Random, now: datetime) -> None:
        if entry := self._entry(rng):
            offered_place.take_offer(entry=entry, now=now)

    # --- Staff ---

    def do_step(self, rng: Random, now: datetime) -> None:
        steps.take_step(booking_id=self._visit(rng), step=rng.choice(STEPS), who=Who.staff(self.user, now))

    def do_undo(self, rng: Random, now: datetime) -> None:
        steps.undo_step(booking_id=self._visit(rng), who=Who.staff(self.user, now))

    def do_walk_in(self, rng: Random, now: datetime) -> None:
        walk_ins.admit_walk_in(
            store=self.store,
            visit_type=rng.choice(KINDS),
            party_size=rng.randint(1, 5),
            name="Bo",
            squeeze_in=rng.random() < 0.3,
            now=now,
            user=self.user,
        )

    def do_taps(self, rng: Random, now: datetime) -> None:
        references = list(Booking.objects.order_by("pk").values_list("reference", flat=True))
        sent = [self._tap(rng, now, references) for _ in range(rng.randint(1, 4))]
        found = take_taps(store=self.store, taps=sent, now=now, user=self.user, is_manager=True)
        assert len(found) == len(sent)
        assert not [one for one in found if one.result == TapOutcome.BUSY or one.reason == "failed"]

    def _tap(self, rng: Random, now: datetime, references: Sequence[str]) -> Tap:
        step = rng.choice([*STEPS, "undo", "walk_in", "ticket"])
        return Tap(
            action_id=UUID(int=rng.randint(1, 400)),
            step=step,
            happened_at=now - timedelta(minutes=rng.randint(0, 30)),
            reference=rng.choice(references) if references and step not in ("walk_in", "ticket") else "",
            visit_type=rng.choice(KINDS),
            party_size=rng.randint(1, 5),
            squeeze_in=rng.random() < 0.3,
        )

    # --- The line ---

    def do_join_line(self, rng: Random, now: datetime) -> None:
        line.join_line(store=self.store, visit_type=rng.choice(KINDS), party_size=rng.randint(1, 4), name="", now=now)

    def do_serve(self, rng: Random, now: datetime) -> None:
        line.serve_ticket(
            store=self.store, ticket_id=self._ticket(rng), now=now, user=self.user, may_squeeze_in=rng.random() < 0.3
        )

    def do_put_back(self, rng: Random, now: datetime) -> None:
        line.put_back(store=self.store, ticket_id=self._ticket(rng), now=now, user=self.user)

    def do_call(self, rng: Random, now: datetime) -> None:
        references = list(Booking.objects.order_by("pk").values_list("reference", flat=True))
        is_visit = bool(references) and rng.random() < 0.5
        calls = rng.choice([line.call_turn, line.call_back])
        reference = rng.choice(references) if is_visit else ""
        calls(store=self.store, ticket_id=None if is_visit else self._ticket(rng), reference=reference, now=now)

    def do_leave_line(self, rng: Random, now: datetime) -> None:
        line.leave_line(store=self.store, ticket_id=self._ticket(rng), has_left=rng.random() < 0.5, now=now)

    # --- Managers ---

    def do_change_slots(self, rng: Random, now: datetime) -> None:
        first = rng.choice(self.starts)
        changes: list[dict[str, Any]] = [
            {"capacity": rng.randint(0, 6)},
            {"closed": True},
            {"closed": False},
            {"closed": False},
        ]
        change_slots(
            store_id=self.store.pk,
            from_at=first,
            to_at=first + timedelta(minutes=rng.choice([15, 45])),
            desk=rng.choice([None, rng.choice(self.desks).slug]),
            **rng.choice(changes),
            then=rng.choice(THENS),
            now=now,
            user=self.user,
        )

    def do_change_week(self, rng: Random, now: datetime) -> None:
        hours = rng.choice(self.days)
        weekly = [WeeklyInterval(day, opens, closes) for day in range(7) for opens, closes in hours]
        change_opening_hours(store_id=self.store.pk, weekly=weekly, then=rng.choice(THENS), now=now, user=self.user)

    def do_change_day(self, rng: Random, now: datetime) -> None:
        who: dict[str, Any] = {"store_id": self.store.pk, "date": self._day(rng), "then": rng.choice(THENS), "now": now}
        if rng.random() < 0.6:
            remove_special_hours(**who, user=self.user)
        else:
            hours = rng.choice([*self.days, []])
            change_special_hours(**who, intervals=hours, user=self.user)

    def do_change_desk(self, rng: Random, now: datetime) -> None:
        desk = rng.choice(self.desks)
        change = partial(self._save_desk, desk, capacity=rng.randint(1, 5), kept_back=rng.choice([0, 0, 1]), now=now)
        change_rules(store_id=self.store.pk, edit=change, then=rng.choice(THENS), now=now, user=self.user)

    def _save_desk(self, desk: Desk, store: Store, *, capacity: int, kept_back: int, now: datetime) -> None:
        store_services.save_desk(
            store=store, desk=desk, name=desk.name, capacity=capacity, kept_back=kept_back, user=self.user, now=now
        )

    def do_change_served(self, rng: Random, now: datetime) -> None:
        desk, slugs = Desk.objects.get(pk=rng.choice(self.desks).pk), rng.choice([(), (), ("visit",), ("advice",)])

        def edit(store: Store) -> None:
            known: dict[str, Any] = {"name": desk.name, "capacity": desk.capacity, "kept_back": desk.kept_back}
            served = list(store.visit_types.filter(slug__in=slugs))
            store_services.save_desk(store=store, desk=desk, **known, visit_types=served, user=self.user, now=now)

        change_rules(store_id=self.store.pk, edit=edit, then=rng.choice(THENS), now=now, user=self.user)

    def do_change_kind(self, rng: Random, now: datetime) -> None:
        weekly = rng.choice([(), tuple(WeeklyInterval(day, time(1, 20), time(11)) for day in range(7))])
        own = store_services.KindRules(
            notice_minutes=rng.choice([None, 0, 45]),
            weekly=weekly,
            minutes_before=rng.choice([0, 0, 20]),
            minutes_after=rng.choice([0, 0, 10]),
            most_at_once=rng.choice([None, None, 1, 2]),
        )
        slug = rng.choice(KINDS)

        def edit(store: Store) -> None:
            kind = store.visit_types.get(slug=slug)
            fields: dict[str, Any] = {name: getattr(kind, name) for name in ("name", "slot_count", "max_party_size")}
            store_services.save_visit_type(store=store, visit_type=kind, **fields, own=own, user=self.user, now=now)

        change_rules(store_id=self.store.pk, edit=edit, then=rng.choice(THENS), now=now, user=self.user)

    # --- The clock ---

    def do_release(self, rng: Random, now: datetime) -> None:
        release_expired_holds(store_id=self.store.pk, now=now)

    def do_cancel_unanswered(self, rng: Random, now: datetime) -> None:
        rebooking.cancel_unanswered(now=now)

    # --- Whom or what ---

    def _day(self, rng: Random) -> date:
        return rng.choice(self.starts).date()

    def _token(self, rng: Random) -> str:
        kept = list(Hold.objects.order_by("pk").values_list("public_id", flat=True))
        return hold_token(rng.choice(kept)) if kept else "none"

    def _visit(self, rng: Random) -> int:
        """Return any visit; more often one that may still change."""
        visits = Booking.objects.order_by("pk")
        some = visits.exclude(status__in=(Status.CANCELLED, Status.COMPLETED)) if rng.random() < 0.8 else visits
        found = list(some.values_list("pk", flat=True))
        return rng.choice(found) if found else self.book_it(rng, self.starts[0] - timedelta(days=1)).pk

    def _entry(self, rng: Random) -> WaitingListEntry | None:
        found = list(WaitingListEntry.objects.select_related("store", "visit_type", "booking").order_by("pk"))
        return rng.choice(found) if found else None

    def _ticket(self, rng: Random) -> int:
        found = list(Ticket.objects.order_by("pk").values_list("pk", flat=True))
        return rng.choice(found) if found else 0
