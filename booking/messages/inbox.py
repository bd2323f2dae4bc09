"""The store's inbox: texts that a person must read, and what staff reply. It keeps 30 days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Max, Q
from django.db.models.functions import Sign

from booking.bookings.lifecycle import lock_booking
from booking.bookings.message_plan import AT_NIGHT
from booking.message_kinds import Kind
from booking.models import LONGEST_TEXT, Booking, CustomerText
from booking.sending_times import plan_of, text_goes_at
from booking.subjects import Subject
from notifications import outbox
from notifications.content import NewMessage, Skip, Sms
from notifications.models import Channel, OutboxMessage
from stores.hours import today_start
from stores.models import Store

REPLY_OF_USE = timedelta(hours=24)
MOST_TALKS = 100
TOLD_AGAIN_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk with one number: how it is called, its last line, and how many of its texts wait for an answer."""

    phone: str
    last: CustomerText
    waiting: int


def keep_text(*, store: Store, phone: str, body: str, booking: Booking | None, now: datetime) -> CustomerText:
    """Keep a text for a person to read."""
    return CustomerText.objects.create(
        store=store,
        phone=phone,
        name=booking.name if booking else "",
        reference=booking.reference if booking else "",
        body=body[:LONGEST_TEXT],
        at=now,
    )


@transaction.atomic
def reply_to_talk(*, seen: CustomerText, body: str, user: User, now: datetime) -> CustomerText:
    """Write a reply of staff into the talk and the outbox; at night it goes in the morning.

    `seen` is the last line that they saw: the texts up to it are answered, and the same reply to it is sent once.
    """
    store, phone = seen.store, seen.phone
    talk = CustomerText.objects.filter(store=store, phone=phone)
    CustomerText.objects.select_for_update().get(pk=seen.pk)
    same = talk.filter(pk__gt=seen.pk, is_reply=True, body=body[:LONGEST_TEXT]).order_by("pk").first()
    if same is not None:
        return same
    last = talk.filter(is_reply=False).order_by("-pk").first()
    about = last or seen  # where only staff have written, the visit that they wrote about
    reply = _write_line(store, phone, name=about.name, reference=about.reference, body=body, user=user, now=now)
    settle_talk(seen=seen, now=now)
    return reply


@transaction.atomic
def text_customer(*, booking_id: int, body: str, user: User, now: datetime) -> CustomerText:
    """Write a text of staff to the customer of a visit, who need not have written; at night it goes in the morning.

    The same text, sent again before anything else was said, is sent once.
    """
    booking = lock_booking(booking_id)
    talk = CustomerText.objects.filter(store=booking.store_id, phone=booking.phone)
    newest = talk.order_by("-pk").first()
    if newest is not None and newest.is_reply and newest.body == body[:LONGEST_TEXT]:
        return newest
    return _write_line(
        booking.store, booking.phone, name=booking.name, reference=booking.reference, body=body, user=user, now=now
    )


def _write_line(
    store: Store, phone: str, *, name: str, reference: str, body: str, user: User, now: datetime
) -> CustomerText:
    """Write a line of staff into a talk and the outbox."""
    reply = CustomerText.objects.create(
        store=store,
        phone=phone,
        name=name,
        reference=reference,
        body=body[:LONGEST_TEXT],
        is_reply=True,
        user=user,
        at=now,
        done_at=now,
    )
    outbox.enqueue([_message_of(reply, now=now)], now=now)
    return reply


def _message_of(reply: CustomerText, *, now: datetime) -> NewMessage:
    goes_at = reply_goes_at(reply.store, now=now)
    return NewMessage(
        account=reply.store.slug,
        subject=str(Subject.text(reply.pk)),
        kind=Kind.REPLY,
        sequence=0,
        channel=Channel.SMS,
        due_at=goes_at,
        not_after=goes_at + REPLY_OF_USE,
        is_limited=False,
        reason="" if goes_at == now else AT_NIGHT,
    )


def settle_talk(*, seen: CustomerText, now: datetime) -> int:
    """Note that nothing is to do about the texts of a number up to the last line seen; return how many there were."""
    waiting = CustomerText.objects.filter(store=seen.store_id, phone=seen.phone, pk__lte=seen.pk, done_at=None)
    return waiting.update(done_at=now)


def reply_goes_at(store: Store, *, now: datetime) -> datetime:
    """Return when a reply goes: now, or at night when the store's sending hours begin."""
    zone = ZoneInfo(store.time_zone)
    return text_goes_at(now, not_after=now + REPLY_OF_USE, zone=zone, plan=plan_of(store))


def talks_of(store: Store) -> list[Talk]:
    """Return the talks of a store, those that wait first, then the newest; at most so many. Two statements."""
    rows = CustomerText.objects.filter(store=store).order_by().values("phone")
    counted = rows.annotate(last=Max("pk"), waiting=Count("pk", filter=Q(done_at=None)))
    found = {row["last"]: row for row in counted.order_by(Sign("waiting").desc(), "-last")[:MOST_TALKS]}
    talks = [Talk(text.phone, text, found[text.pk]["waiting"]) for text in CustomerText.objects.filter(pk__in=found)]
    return sorted(talks, key=lambda talk: (talk.waiting == 0, -talk.last.pk))


def talk_with(one: CustomerText) -> tuple[Sequence[CustomerText], Mapping[str, Sequence[outbox.Delivery]]]:
    """Return a talk, oldest first, by any of its lines, and what became of the replies."""
    lines = list(CustomerText.objects.filter(store=one.store_id, phone=one.phone).select_related("user").order_by("pk"))
    return lines, outbox.deliveries([str(Subject.text(line.pk)) for line in lines if line.is_reply])


def line_of(store: Store, text_id: int) -> CustomerText | None:
    """Return a line of a store's talks; None for an unknown one. One statement."""
    return CustomerText.objects.filter(store=store, pk=text_id).select_related("store").first()


def newest_line_with(store: Store, phone: str) -> CustomerText | None:
    """Return the newest line of a store's talk with a number; None where nothing was said. One statement."""
    return CustomerText.objects.filter(store=store, phone=phone).order_by("-pk").first()


def has_written_lately(store: Store, phone: str, *, now: datetime) -> bool:
    """Tell whether a text of a number was kept within a day, so that it knows that somebody reads. One statement."""
    return CustomerText.objects.filter(store=store, phone=phone, is_reply=False, at__gt=now - TOLD_AGAIN_AFTER).exists()


def count_waiting(store: Store) -> int:
    """Return how many numbers wait for an answer. One statement."""
    return CustomerText.objects.filter(store=store, done_at=None).values("phone").distinct().count()


def read_reply(subject: Subject) -> CustomerText | None:
    """Return the reply of a message; None if it is gone."""
    number = subject.number()
    return CustomerText.objects.select_related("store").filter(pk=number).first() if number is not None else None


def write_reply(reply: CustomerText, _message: OutboxMessage, /, *, now: datetime) -> Sms | Skip:
    """Return the text of a reply: the store's name, and what staff wrote."""
    zone = ZoneInfo(reply.store.time_zone)
    body = f"{reply.store.name}: {reply.body}"
    return Sms(to=reply.phone, body=body, budget_since=today_start(now, zone))
