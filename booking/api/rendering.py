"""Rendering of stores, free times and bookings as JSON objects; times have the store's offset."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import get_language

from booking.api.bodies import Json
from booking.api.fields import WEEKDAYS
from booking.bookings.message_plan import message_channel
from booking.bookings.visit_facts import booking_facts
from booking.formatting import visit_type_name
from booking.links import calendar_url, manage_url
from booking.models import Booking
from booking.places.availability import Availability, FreeDay
from booking.places.free_starts import FreeSlot
from booking.places.free_times import MOST_DAYS
from booking.policy import may_cancel, may_change
from booking.tokens import manage_token
from notifications.outbox import Delivery
from stores.bounded_cache import BoundedCache
from stores.hours import WeeklyInterval
from stores.queries import Question, StoreDetail, StoreSummary, questions_about

_day_texts: BoundedCache[int, tuple[FreeDay, str]] = BoundedCache(MOST_DAYS)

Deliveries = Mapping[str, Sequence[Delivery]]


def moment_text(moment: datetime, zone: ZoneInfo) -> str:
    """Return an instant in RFC 3339, to the second, with the zone's offset."""
    return moment.astimezone(zone).isoformat(timespec="seconds")


# --- Stores -------------------------------------------------------------------------------------


def store_summary_json(store: StoreSummary) -> Json:
    """Return a store as a list shows it; `distance_km` only in searches near a place."""
    body: Json = {
        "slug": store.slug,
        "name": store.name,
        "address": {
            "street": store.street,
            "postal_code": store.postal_code,
            "town": store.town,
            "country": store.country,
        },
        "latitude": store.latitude,
        "longitude": store.longitude,
        "time_zone": store.time_zone,
        "phone": store.phone,
        "website": store.website,
        "wheelchair": store.wheelchair,
        "notice": store.notice,
    }
    if store.distance_km is not None:
        body["distance_km"] = store.distance_km
    return body


def store_json(store: StoreDetail, questions: Sequence[Question] = ()) -> Json:
    """Return a store in full; a kind of visit has `questions` only where the store asks some."""
    return store_summary_json(store) | {
        "opening_hours": opening_hours_json(store.weekly),
        "visit_types": [
            {
                "slug": visit_type.slug,
                "name": visit_type_name(visit_type.name),
                "minutes": visit_type.minutes,
                "what_to_bring": visit_type.what_to_bring,
                "max_party_size": visit_type.max_party_size,
                "mode": visit_type.mode,
                **_questions_json(questions_about(questions, visit_type.id)),
            }
            for visit_type in store.visit_types
        ],
        "policy": {
            "minimum_notice_minutes": store.minimum_notice_minutes,
            "booking_horizon_days": store.booking_horizon_days,
            "change_until_minutes": store.change_until_minutes,
            "open_bookings_per_customer": store.open_bookings_per_customer,
            "keep_days": store.keep_days,
            "capacity_counts": store.capacity_counts,
        },
    }


def _questions_json(questions: Sequence[Question]) -> Json:
    if not questions:
        return {}
    language = (get_language() or "")[:2]
    return {
        "questions": [
            {
                "question": one.text,
                "text": one.in_language(language),
                "choices": list(one.choices),
                "is_required": one.is_required,
            }
            for one in questions
        ]
    }


def opening_hours_json(weekly: Iterable[WeeklyInterval]) -> list[Json]:
    """Return a week's hours, Monday first; `closes` not after `opens` is past midnight."""
    return [
        {"dayOfWeek": WEEKDAYS[interval.weekday], **interval_json(interval.opens, interval.closes)}
        for interval in sorted(weekly, key=lambda interval: (interval.weekday, interval.opens))
    ]


def interval_json(opens: time, closes: time) -> Json:
    """Return an interval of opening hours, local times as "HH:MM"."""
    return {"opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}"}


# --- Free times ---------------------------------------------------------------------------------


def free_slot_json(slot: FreeSlot, zone: ZoneInfo) -> Json:
    """Return a free slot, its times in the zone of the store."""
    return {
        "starts_at": moment_text(slot.starts_at, zone),
        "ends_at": moment_text(slot.ends_at, zone),
        "places_left": slot.places_left,
    }


def availability_text(answer: Availability) -> str:
    """Return free times as JSON text: built by hand, because the encoder takes half of the time for a thousand slots.

    It contains no typed text: slugs, days, times and numbers need no escapes.
    """
    zone = answer.rules.zone
    days = ",".join(_day_text(day, zone) for day in answer.days)
    first_free = f'"{moment_text(answer.first_free, zone)}"' if answer.first_free else "null"
    return (
        f'{{"store":"{answer.rules.slug}","visit_type":"{answer.visit_type.slug}",'
        f'"time_zone":"{answer.rules.time_zone}","days":[{days}],"first_free":{first_free}}}'
    )


def _day_text(day: FreeDay, zone: ZoneInfo) -> str:
    """Return the text of a day, which is kept beside the day: most days are shown again and again."""
    kept = _day_texts.get(id(day))
    if kept is not None and kept[0] is day:  # a day that is gone may have left its id to another one
        return kept[1]
    text = f'{{"date":"{day.date.isoformat()}","slots":[{_free_slots_text(day.slots, zone)}]}}'
    if day.slots:
        _day_texts.keep(id(day), (day, text))
    return text


def _free_slots_text(slots: Sequence[FreeSlot], zone: ZoneInfo) -> str:
    if not slots:
        return ""
    offset = slots[0].starts_at.astimezone(zone).utcoffset() or timedelta()
    if offset != slots[-1].ends_at.astimezone(zone).utcoffset():
        return ",".join(
            f'{{"starts_at":"{moment_text(slot.starts_at, zone)}","ends_at":"{moment_text(slot.ends_at, zone)}",'
            f'"places_left":{slot.places_left}}}'
            for slot in slots
        )
    # No clock change lies between: one addition for each time replaces a search in the zone's table. If a visit takes
    # one slot, most ends are the next start, so each time is formatted once.
    suffix = slots[0].starts_at.astimezone(zone).isoformat(timespec="seconds")[19:]
    moments = {slot.starts_at for slot in slots} | {slot.ends_at for slot in slots}
    texts = {moment: f"{(moment + offset).isoformat()[:19]}{suffix}" for moment in moments}
    return ",".join(
        f'{{"starts_at":"{texts[slot.starts_at]}","ends_at":"{texts[slot.ends_at]}","places_left":{slot.places_left}}}'
        for slot in slots
    )


# --- Bookings -----------------------------------------------------------------------------------


def booking_json(booking: Booking, *, now: datetime) -> Json:
    """Return a booking as its customer sees it."""
    store = booking.store
    zone = ZoneInfo(store.time_zone)
    return {
        "reference": booking.reference,
        "status": str(booking.status),
        "store": store.slug,
        "visit_type": booking.visit_type.slug,
        "starts_at": moment_text(booking.starts_at, zone),
        "ends_at": moment_text(booking.ends_at, zone),
        "time_zone": store.time_zone,
        "party_size": booking.party_size,
        "customer": {
            "name": booking.name,
            "phone": booking.phone,
            "email": booking.email,
            "locale": booking.locale,
        },
        "note": booking.note,
        **({"language": booking.language} if booking.language else {}),
        "sequence": booking.sequence,
        "attendance_confirmed": booking.attendance_confirmed,
        "may_change": may_change(
            status=booking.status,
            starts_at=booking.starts_at,
            now=now,
            change_until_minutes=store.change_until_minutes,
            answer_until=booking.answer_until,
        ),
        "may_cancel": may_cancel(status=booking.status, starts_at=booking.starts_at, now=now),
    }


def new_booking_json(booking: Booking, *, now: datetime) -> Json:
    """Return a new booking with its secrets, which are shown once."""
    reference, token = booking.reference, manage_token(booking.reference, booking.link_number)
    return booking_json(booking, now=now) | {
        "manage_token": token,
        "manage_url": manage_url(reference, booking.link_number),
        "calendar_url": calendar_url(reference, booking.link_number),
        "messages": message_channel(booking.phone, booking.email),
    }


def booking_path(reference: str) -> str:
    """Return the path of a booking in the API."""
    return f"/api/v1/bookings/{reference}"


def staff_booking_json(booking: Booking, *, now: datetime, deliveries: Deliveries) -> Json:
    """Return a booking as staff see it; `deliveries` is the fate of its messages."""
    zone, facts = ZoneInfo(booking.store.time_zone), booking_facts(booking)
    return booking_json(booking, now=now) | {
        "source": str(booking.source),
        "desk": booking.desk.slug,
        "checked_in_at": moment_text(booking.checked_in_at, zone) if booking.checked_in_at else None,
        "messages": message_channel(booking.phone, booking.email),
        "late_minutes": facts.late_minutes,
        "answers": facts.answers,
        "for_someone_else": facts.is_for_someone_else,
        "visit_mode": str(facts.mode),
        "deliveries": [
            {"kind": one.kind, "channel": one.channel, "state": one.state, "at": moment_text(one.at, zone)}
            for one in deliveries.get(booking.reference, ())
        ],
    }
