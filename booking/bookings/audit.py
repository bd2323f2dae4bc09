"""The audit: compares counters with bookings and holds, and messages with bookings. Nothing here writes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import Count

from booking.bookings.message_plan import message_channel
from booking.message_kinds import KINDS, Kind
from booking.models import Booking, Feedback, FeedbackDay, Hold, Source, Status, WaitingListEntry, WaitingStatus
from booking.subjects import Subject
from notifications.models import OPEN_STATES, OutboxMessage
from stores.models import Slot

AT_ONCE = 500  # a database accepts only this many values in one statement

_Span = tuple[datetime, datetime, int, bool]


def differences(*, now: datetime) -> Iterator[str]:
    """Yield one line for each difference found."""
    yield from _counters()
    yield from _messages(now=now)
    yield from _offers(now=now)
    yield from _feedback()


def _counters() -> Iterator[str]:
    """Compare the counters of every slot with what takes its places, one desk at a time."""
    for store_id, desk_id in Slot.objects.order_by("store_id", "desk_id").values_list("store_id", "desk_id").distinct():
        spans = _spans(store_id, desk_id)
        slots = (
            Slot.objects.filter(store_id=store_id, desk_id=desk_id)
            .order_by("starts_at")
            .select_related("store", "desk")
        )
        for slot in slots.iterator():
            here = [one for one in spans[slot.starts_at.date()] if one[0] < slot.ends_at and one[1] > slot.starts_at]
            taken, web = sum(one[2] for one in here), sum(one[2] for one in here if one[3])
            where = f"{slot.store.slug} {slot.desk.slug} {slot.starts_at:%Y-%m-%dT%H:%MZ}"
            if slot.places_taken != taken:
                yield f"slot {where}: places_taken is {slot.places_taken}, bookings and holds take {taken}"
            if slot.places_taken_web != web:
                yield f"slot {where}: places_taken_web is {slot.places_taken_web}, the web's bookings take {web}"
            if slot.places_taken > slot.capacity + slot.squeezed:
                yield f"slot {where}: {slot.places_taken} places taken of {slot.capacity}"


def _spans(store_id: int, desk_id: int) -> dict[object, list[_Span]]:
    """Return what takes places of a desk, under each UTC day that it touches."""
    bookings = Booking.objects.filter(store_id=store_id, desk_id=desk_id).exclude(status=Status.CANCELLED)
    times = ("starts_at", "ends_at", "minutes_before", "minutes_after", "places")
    rows = [_span(*row) for row in bookings.values_list("takes_web_places", *times)]
    holds = Hold.objects.filter(store_id=store_id, desk_id=desk_id).values_list(*times)
    rows += [_span(True, *hold) for hold in holds]
    by_day: dict[object, list[_Span]] = defaultdict(list)
    for row in rows:
        day = row[0].date() - timedelta(days=1)
        while day <= row[1].date():
            by_day[day].append(row)
            day += timedelta(days=1)
    return by_day


def _span(from_web: bool, starts_at: datetime, ends_at: datetime, before: int, after: int, places: int) -> _Span:
    """Return the time that a visit or a hold takes of its desk, with its places."""
    return starts_at - timedelta(minutes=before), ends_at + timedelta(minutes=after), places, from_web


def _messages(*, now: datetime) -> Iterator[str]:
    """Compare open messages with their bookings, and upcoming visits with the messages they should have had."""
    followers = [kind for kind, facts in KINDS.items() if facts.follows_booking]
    open_messages = OutboxMessage.objects.filter(state__in=OPEN_STATES, kind__in=followers).order_by("pk")
    rows = open_messages.values_list("pk", "subject", "sequence", "kind").iterator(chunk_size=AT_ONCE)
    while some := list(islice(rows, AT_ONCE)):
        asked = Booking.objects.filter(reference__in={subject for _pk, subject, _sequence, _kind in some})
        bookings = {reference: of for reference, *of in asked.values_list("reference", "sequence", "status")}
        for pk, subject, sequence, kind in some:
            if subject not in bookings:
                yield f"message {pk}: its booking {subject} does not exist"
                continue
            now_at, status = bookings[subject]
            if now_at != sequence:
                yield f"message {pk}: of sequence {sequence}, {subject} is at {now_at}"
            elif (status == Status.CANCELLED) != KINDS[Kind(kind)].is_of_cancelled:
                yield f"message {pk}: {kind} of {subject}, which is {status}"
    told = OutboxMessage.objects.filter(kind__in=[kind for kind, facts in KINDS.items() if facts.tells_time])
    told_of = set(told.values_list("subject", "sequence"))
    coming = Booking.objects.filter(status=Status.CONFIRMED, starts_at__gt=now).exclude(source=Source.WALK_IN)
    for booking in coming.order_by("pk").iterator():
        is_reachable = message_channel(booking.phone, booking.email) != "none"
        if is_reachable and (booking.reference, booking.sequence) not in told_of:
            yield f"booking {booking.reference}: no message tells of sequence {booking.sequence}"


def _offers(*, now: datetime) -> Iterator[str]:
    """Compare offered places with the waiting list, and open messages about them with both."""
    for hold in Hold.objects.filter(offered_to__isnull=False).select_related("offered_to").order_by("pk"):
        entry = hold.offered_to
        if entry is not None and entry.status != WaitingStatus.OFFERED:
            yield f"hold {hold.pk}: keeps a place for {entry.reference} of the waiting list, which is {entry.status}"
    offered = {
        str(Subject.waiting_list_entry(entry.reference)): entry
        for entry in WaitingListEntry.objects.filter(status=WaitingStatus.OFFERED)
    }
    about_offers = OutboxMessage.objects.filter(state__in=OPEN_STATES, kind=Kind.PLACE_OFFERED, not_after__gt=now)
    for message in about_offers.order_by("pk").iterator():
        entry = offered.get(message.subject)
        if entry is None or entry.offers != message.sequence:
            yield f"message {message.pk}: {message.subject} is offered no such place"
    told_of = set(OutboxMessage.objects.filter(kind=Kind.PLACE_OFFERED).values_list("subject", "sequence"))
    for subject, entry in offered.items():
        # No texts are sent at night, so only customers with an e-mail address must have been told.
        if entry.email and (subject, entry.offers) not in told_of:
            yield f"waiting list {entry.reference}: no message tells of its offer"


def _feedback() -> Iterator[str]:
    """Compare open questions after visits with the visits, and answers that are kept with their counts."""
    asking = OutboxMessage.objects.filter(state__in=OPEN_STATES, kind=Kind.FEEDBACK).order_by("pk")
    rows = asking.values_list("pk", "subject").iterator(chunk_size=AT_ONCE)
    while some := list(islice(rows, AT_ONCE)):
        asked = Booking.objects.filter(reference__in={subject for _pk, subject in some})
        done = set(asked.filter(status=Status.COMPLETED).values_list("reference", flat=True))
        yield from (
            f"message {pk}: asks after {subject}, which is not done" for pk, subject in some if subject not in done
        )
    counts = dict(_keyed(FeedbackDay.objects.values_list("store_id", "day", "visit_type_id", "answer", "count")))
    answers = Feedback.objects.order_by().values_list("booking__store_id", "day", "booking__visit_type_id", "answer")
    for key, kept in _keyed(answers.annotate(count=Count("pk"))):
        if kept > counts.get(key, 0):
            yield f"feedback {' '.join(map(str, key))}: {kept} answers are kept, {counts.get(key, 0)} counted"


def _keyed(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[tuple[Any, ...], int]]:
    """Yield the columns of each row before its count, and the count."""
    yield from ((row[:-1], row[-1]) for row in rows)
