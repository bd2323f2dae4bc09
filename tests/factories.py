"""Plain makers of things for tests: each with defaults that fit together, at a shop in Niort."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User

from booking.bookings.lifecycle import book_visit
from booking.customer_input import CustomerDetails
from booking.models import Booking, Source
from stores.models import Desk, OpeningHours, Role, Store, StoreMembership, VisitType
from stores.search.index import index_store
from stores.services import END

PARIS = ZoneInfo("Europe/Paris")
# A Monday morning, far from any clock change.
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PASSWORD = "correct horse battery staple"


def at(hour: int, minute: int = 0, *, day: int = 24, month: int = 11, year: int = 2026) -> datetime:
    """Return an instant by the clock on the wall in Niort; by default on the Tuesday after NOW."""
    return datetime(year, month, day, hour, minute, tzinfo=PARIS)


def make_store(
    slug: str = "corner-shop-niort",
    *,
    capacity: int = 2,
    kept_back: int = 0,
    hours: tuple[tuple[time, time], ...] = ((time(9), time(12)), (time(14), time(19))),
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5),
    desks: tuple[str, ...] = ("main",),
    **fields: object,
) -> Store:
    """Return a store open on weekdays, with its desks and the visit types `visit` (1 slot) and `advice` (2)."""
    values = {
        "name": "Corner Shop",
        "street": "1 Rue de la Gare",
        "postal_code": "79000",
        "town": "Niort",
        "country": "FR",
        "latitude": 46.32,
        "longitude": -0.46,
        "time_zone": "Europe/Paris",
        "phone": "+33549240039",
        "search_text": "corner shop niort 79000",
        "created_at": NOW,
        "steps_done": [END],
        **fields,
    }
    store = Store.objects.create(slug=slug, **values)
    index_store(store=store)
    Desk.objects.bulk_create(
        Desk(store=store, slug=desk, name=desk.title(), capacity=capacity, kept_back=kept_back, position=number)
        for number, desk in enumerate(desks)
    )
    largest = max(1, min(4, capacity))
    VisitType.objects.bulk_create(
        VisitType(store=store, slug=slug, name=name, slot_count=slots, max_party_size=largest, position=slots - 1)
        for slug, name, slots in (("visit", "Visit", 1), ("advice", "Advice", 2))
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(store=store, weekday=day, opens=opens, closes=closes) for day in days for opens, closes in hours
    )
    return store


def make_user(username: str = "ada", *, store: Store | None = None, role: Role = Role.MANAGER) -> User:
    """Return somebody who can sign in with PASSWORD, a member of `store` where given."""
    user = User.objects.create_user(username, password=PASSWORD)
    if store is not None:
        StoreMembership.objects.create(store=store, user=user, role=role)
    return user


def make_booking(
    store: Store,
    *,
    starts_at: datetime | None = None,
    visit_type: str = "visit",
    party_size: int = 1,
    name: str = "Ada Test",
    phone: str = "+33612345601",
    email: str = "",
    note: str = "",
    locale: str = "en",
    source: Source = Source.API,
    language: str = "",
    now: datetime = NOW,
) -> Booking:
    """Return a booking made by the service itself, on the Tuesday after NOW at 10:00 unless told otherwise."""
    return book_visit(
        store=store.slug,
        visit_type=visit_type,
        starts_at=starts_at or at(10),
        party_size=party_size,
        customer=CustomerDetails(name=name, phone=phone, email=email, locale=locale),
        note=note,
        language=language,
        source=source,
        now=now,
    )
