"""The desks of a line: where a turn waits and is called to, and whose unclaimed place it may take."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Count

from booking.arrivals.line_state import CLAIMED_WITHIN, tickets_of, visits_of
from booking.models import Booking, Status, Ticket
from booking.places.at_once import kind_visits
from booking.policy import places_needed
from booking.working_days import WorkingDay, working_day
from stores.models import Desk, Store
from stores.queries import rules_around
from stores.slots import DeskRule, SlotTime, StoreRules, desks_there


def desk_at_work(store: Store, ticket: Ticket, *, now: datetime) -> int:
    """Return the desk to which a ticket is called: its own, or the shortest line if that is at rest or away."""
    if Desk.objects.filter(pk=ticket.desk_id, is_active=True, absences=None).exists():
        return ticket.desk_id
    rules = rules_around(store.slug, now)
    if any(desk.id == ticket.desk_id for desk in desks_there(rules, now)):
        return ticket.desk_id
    able = _able(rules, ticket) or rules.desks
    return (
        shortest_line(store, replace(rules, desks=able), working_day(rules, now=now), now) if able else ticket.desk_id
    )


def _able(rules: StoreRules, ticket: Ticket) -> tuple[DeskRule, ...]:
    """Return the desks that serve a ticket's kind of visit in its language; in any, where nobody speaks it any more."""
    able = tuple(desk for desk in rules.desks if desk.serves(ticket.visit_type_id))
    return tuple(desk for desk in able if desk.speaks(ticket.language)) or able


def shortest_line(store: Store, rules: StoreRules, day: WorkingDay, now: datetime) -> int:
    """Return the desk with the shortest line for what it takes at once; one that is away only where all are."""
    lengths = _lengths(store, day)
    return min(desks_there(rules, now), key=lambda desk: lengths.get(desk.id, 0) / max(1, desk.capacity)).id


def _lengths(store: Store, day: WorkingDay) -> dict[int, int]:
    """Return how many people are in each desk's line, those being served included."""
    tickets = tickets_of(store, day).filter(booking=None, left_at=None)
    visits = visits_of(store, day).filter(status__in=(Status.CHECKED_IN, Status.IN_SERVICE))
    found: dict[int, int] = {}
    for rows in (tickets, visits):
        for desk_id, count in rows.order_by().values_list("desk_id").annotate(count=Count("pk")):
            found[desk_id] = found.get(desk_id, 0) + count
    return found


def unclaimed_visit(store: Store, ticket: Ticket, *, now: datetime) -> Booking | None:
    """Return the visit whose places a ticket may take: nobody came for it, and they are enough.

    It is at the ticket's own desk if possible, else the one that has been overdue longest. It is never a visit whose
    places already went to others, or whose desk does not serve the ticket's kind of visit in its language; nor one of
    another kind, where as many of the ticket's kind go on as may at once.
    """
    rules = rules_around(store.slug, now)
    late = visits_of(store, working_day(rules, now=now)).filter(
        desk_id__in=[desk.id for desk in _able(rules, ticket)],
        places__gte=places_needed(party_size=ticket.party_size, counts_people=rules.counts_people),
        status=Status.CONFIRMED,
        starts_at__lte=now - CLAIMED_WITHIN,
        passed_to=None,
    )
    if not _may_one_more_go_on(rules, ticket, now=now):
        late = late.filter(visit_type_id=ticket.visit_type_id)
    # The line's lock stops others from passing it on; its own lock stops its customer from checking in meanwhile.
    late = late.order_by("starts_at", "pk").select_for_update(of=("self",), no_key=True)
    return late.filter(desk_id=ticket.desk_id).first() or late.first()


def _may_one_more_go_on(rules: StoreRules, ticket: Ticket, *, now: datetime) -> bool:
    """Tell whether one more visit of a ticket's kind may begin now, by the largest number of its kind at once."""
    kind = rules.booked_type(ticket.visit_type.slug, party_size=ticket.party_size)
    if kind is None:
        return True
    begun = SlotTime(now, now + timedelta(minutes=rules.slot_minutes * kind.slot_count))
    return kind_visits(rules.id, kind, first=begun.starts_at, last=begun.ends_at, now=now).have_room(begun)
