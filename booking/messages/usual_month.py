"""What a usual month of text messages costs a store: its visits of the last 30 days, with these texts and times."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from booking.bookings.message_plan import channels_at_once, message_channels, plan_reminders
from booking.message_kinds import Kind
from booking.messages.text_samples import next_week, sample_facts, sample_sms, something_to_bring
from booking.models import Booking, Source
from booking.reports.queries import message_counts
from notifications.models import Channel
from stores.models import Store

DAYS = 30
MOST_LOOKED_AT = 1_000  # visits; of a store with more, the newest stand for all
# Of these, how many went is known; confirmations and reminders follow from the plan that is asked about.
_AS_THEY_WENT = (Kind.CHANGE, Kind.CANCELLATION, Kind.PLACE_OFFERED, Kind.NEARLY_TURN)


@dataclass(frozen=True, slots=True)
class UsualMonth:
    """The visits of the last 30 days, and the text messages that they would cause, with their segments."""

    visits: int
    texts: int
    segments: int


def usual_month(store: Store, *, now: datetime) -> UsualMonth:
    """Return what the visits of the last 30 days would cause with the plan and the texts of `store`, saved or not.

    Six statements at most.
    """
    visits = _visits(store, now=now)
    texts = _texts_of(visits, store)
    total = len(visits)
    if total == MOST_LOOKED_AT:
        total = _of_last_days(store, now=now).count()
        texts = Counter({text: round(count * total / len(visits)) for text, count in texts.items()})
    locale = Counter(visit.locale for visit in visits).most_common(1)[0][0] if visits else "fr"
    zone = ZoneInfo(store.time_zone)
    today = now.astimezone(zone).date()
    for one in message_counts(store=store.slug, from_date=today - timedelta(days=DAYS), to_date=today):
        if one.channel == Channel.SMS and one.has_left and one.kind in _AS_THEY_WENT:
            texts[one.kind, locale] += one.count
    return UsualMonth(total, texts.total(), _segments(texts.items(), store, now=now))


def _of_last_days(store: Store, *, now: datetime) -> QuerySet[Booking]:
    lately = Booking.objects.filter(store=store, starts_at__gte=now - timedelta(days=DAYS), starts_at__lt=now)
    return lately.exclude(source=Source.WALK_IN)


def _visits(store: Store, *, now: datetime) -> list[Booking]:
    fields = ("reference", "sequence", "created_at", "starts_at", "phone", "email", "locale")
    return list(_of_last_days(store, now=now).only(*fields).order_by("-starts_at")[:MOST_LOOKED_AT])


def _texts_of(visits: Iterable[Booking], store: Store) -> Counter[tuple[str, str]]:
    """Return how many text messages of each sort and language these visits would cause by the store's plan."""
    texts: Counter[tuple[str, str]] = Counter()
    for visit in visits:
        visit.store = store
        at_once = channels_at_once(visit, Kind.CONFIRMATION, message_channels(visit.phone, visit.email))
        texts[Kind.CONFIRMATION, visit.locale] += Channel.SMS in at_once
        reminders = plan_reminders(visit, now=visit.created_at)
        texts[Kind.REMINDER, visit.locale] += sum(one.channel == Channel.SMS for one in reminders)
    return texts


def _segments(texts: Iterable[tuple[tuple[str, str], int]], store: Store, *, now: datetime) -> int:
    starts_at, bring = next_week(store, now=now), something_to_bring(store)
    total = 0
    for (name, language), count in texts:
        if count:
            own = str(store.own_texts.get("sms", {}).get(name, {}).get(language, ""))
            facts = sample_facts(store, name, starts_at=starts_at, bring=bring)
            total += count * sample_sms(store, name, own, language, facts).segments
    return total
