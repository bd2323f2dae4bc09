"""Notices of new bookings: wishes for them, when they are due, and the e-mail; bookings are read again at sending."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import ngettext

from booking.accounts.permissions import memberships
from booking.formatting import moment_in_words, visit_type_name
from booking.links import booking_notice_link, day_url
from booking.message_kinds import Kind
from booking.messages.email_texts import one_line
from booking.models import Booking, BookingEvent, BookingNotice, EventKind, NoticePace, Status
from booking.subjects import Subject
from notifications import outbox
from notifications.content import Email, NewMessage, Skip
from notifications.models import Channel, OutboxMessage
from stores.models import Store

TIMES = (time(12), time(18))  # by the store's clock
OF_USE_FOR = timedelta(hours=12)
SETTLED_AFTER = timedelta(seconds=15)  # longer than any transaction that books: none appears before a later one then
SHOWN_MAX = 100
_TEMPLATE = "email/new_bookings"


@transaction.atomic
def choose_notice(*, store: Store, user: User, pace: NoticePace | None, language: str, now: datetime) -> None:
    """Tell a member of a store's bookings from now on at this pace, or no more; what was booked before is not told."""
    present = BookingNotice.objects.select_for_update().filter(store=store, user=user).first()
    if pace is None:
        if present is not None:
            present.delete()
        return
    if present is not None:
        BookingNotice.objects.filter(pk=present.pk).update(pace=pace, language=language)
        return
    last = Booking.objects.aggregate(last=Max("pk"))["last"] or 0
    BookingNotice.objects.create(store=store, user=user, pace=pace, language=language, told_id=last, told_at=now)


def notices_of(user: User) -> list[tuple[Store, str]]:
    """Return the stores of a user with the pace of each notice, "" for none. Two statements."""
    paces = dict(BookingNotice.objects.filter(user=user).values_list("store_id", "pace"))
    return [(one.store, paces.get(one.store.pk, "")) for one in memberships(user)]


@transaction.atomic
def enqueue_notices(*, now: datetime) -> int:
    """Write the messages of all notices that are due; return how many.

    A notice moves on in the transaction that writes its message, so no booking is told twice or left out.
    """
    notices = list(BookingNotice.objects.select_for_update(of=("self",)).select_related("store").order_by("pk"))
    due = [notice for notice in notices if notice.pace == NoticePace.AT_ONCE or _is_time(notice, now=now)]
    if not due:
        return 0
    latest = _latest_by_store(due, now=now)
    messages = []
    for notice in due:
        until = latest.get(notice.store_id, 0)
        if until > notice.told_id:
            messages.append(_message(notice, until=until, now=now))
            notice.told_id = until
        notice.told_at = now
    BookingNotice.objects.bulk_update(due, ["told_id", "told_at"])
    outbox.enqueue(messages, now=now)
    return len(messages)


def read_notice(subject: Subject) -> BookingNotice | None:
    """Return the notice that a message is about; None if its member wants none by now."""
    found = subject.notice_and_range()
    return BookingNotice.objects.filter(pk=found[0]).select_related("store", "user").first() if found else None


def write_notice(notice: BookingNotice, message: OutboxMessage, /, *, now: datetime) -> Email | Skip:
    """Return the e-mail with the bookings as they stand now, or why there is none.

    Those that the member made, that were cancelled, or that are kept no longer, are left out.
    """
    user, store = notice.user, notice.store
    if not (user.is_active and user.email):
        return Skip("no_email")
    if store not in [one.store for one in memberships(user)]:
        return Skip("not_wanted")
    bookings = _bookings(notice, Subject.parse(message.subject))
    if not bookings:
        return Skip("no_visits")
    with translation.override(notice.language):
        return _email(notice, bookings)


def _latest_by_store(notices: Sequence[BookingNotice], *, now: datetime) -> Mapping[int, int]:
    first = min(notice.told_id for notice in notices)
    settled = Booking.objects.filter(
        pk__gt=first, store__in={notice.store_id for notice in notices}, created_at__lte=now - SETTLED_AFTER
    )
    return dict(settled.values("store_id").order_by().annotate(last=Max("pk")).values_list("store_id", "last"))


def _is_time(notice: BookingNotice, *, now: datetime) -> bool:
    """Tell whether one of the two times of the day has come since the notice was looked at."""
    zone = ZoneInfo(notice.store.time_zone)
    day = now.astimezone(zone).date()
    return any(notice.told_at < datetime.combine(day, clock, zone) <= now for clock in TIMES)


def _message(notice: BookingNotice, *, until: int, now: datetime) -> NewMessage:
    return NewMessage(
        account=notice.store.slug,
        subject=str(Subject.booking_notice(notice.pk, after=notice.told_id, until=until)),
        kind=Kind.NEW_BOOKINGS,
        sequence=0,
        channel=Channel.EMAIL,
        due_at=now,
        not_after=now + OF_USE_FOR,
        is_limited=False,
    )


def _bookings(notice: BookingNotice, subject: Subject) -> list[Booking]:
    _notice, after, until = subject.notice_and_range() or (0, 0, 0)
    own = BookingEvent.objects.filter(booking=OuterRef("pk"), kind=EventKind.BOOKED, user=notice.user)
    found = Booking.objects.filter(~Exists(own), store=notice.store, pk__gt=after, pk__lte=until, erased_at=None)
    found = found.exclude(status=Status.CANCELLED).select_related("visit_type", "desk")
    return list(found.order_by("starts_at", "pk")[: SHOWN_MAX + 1])


def _email(notice: BookingNotice, bookings: list[Booking]) -> Email:
    name, zone = one_line(notice.store.name), ZoneInfo(notice.store.time_zone)
    shown = bookings[:SHOWN_MAX]
    heading = ngettext("{count} new visit", "{count} new visits", len(shown)).format(count=len(shown))
    end_url = booking_notice_link(notice.pk, notice.user_id, notice.language)
    context = {
        "store_name": name,
        "heading": heading,
        "visits": [
            {
                "when": moment_in_words(one.starts_at, zone),
                "name": one_line(one.name),
                "visit_type": visit_type_name(one.visit_type.name),
                "desk": visit_type_name(one.desk.name),
                "people": one.party_size,
            }
            for one in shown
        ],
        "has_more": len(bookings) > SHOWN_MAX,
        "manage_url": day_url(notice.store.slug),
        "end_url": end_url,
    }
    return Email(
        to=notice.user.email,
        subject=f"{name}: {heading}",
        text=render_to_string(f"{_TEMPLATE}.txt", context).strip() + "\n",
        html=render_to_string(f"{_TEMPLATE}.html", context).strip() + "\n",
        sender_name=name,
        end_url=end_url,
    )
