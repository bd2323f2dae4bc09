"""What tests of the staff pages share: a store with its people, and a morning in it."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.test import Client

from booking.message_kinds import Kind
from booking.models import Booking, Source, Status
from notifications.models import Channel, OutboxMessage, State
from stores.models import Role, Store
from tests.factories import NOW, at, make_booking, make_store, make_user

SHOP = "/staff/corner-shop-niort/"
DAY = f"{SHOP}day/"
ARRIVALS = f"{SHOP}arrivals/"
SESSIONS_IN_DATABASE = "booking.accounts.sessions.db"  # one statement a request, with or without a cache
TUESDAY = {"date": "2026-11-24"}


@dataclass(frozen=True)
class Room:
    """A store, its manager and its staff, and the manager of the shop next door."""

    store: Store
    manager: User
    staff: User
    neighbor: User

    def client(self, user: User | None = None) -> Client:
        client = Client()
        client.force_login(user or self.manager)
        return client


def make_room(**fields: object) -> Room:
    store = make_store(**fields)  # type: ignore[arg-type]
    next_door = make_store("next-door-niort", name="Next Door")
    return Room(
        store,
        make_user("manager", store=store),
        make_user("staff", store=store, role=Role.STAFF),
        make_user("neighbor", store=next_door),
    )


def visit_url(booking: Booking) -> str:
    return f"{SHOP}visits/{booking.reference}/"


def act_url(booking: Booking, step: str) -> str:
    return f"{visit_url(booking)}{step}/"


def fill_day(store: Store, count: int, *, status: Status | None = None, note: str = "Second floor") -> None:
    """Put visits into a Tuesday without the service's care, each with two messages; by default of all states."""
    desk, kind = store.desks.get(slug="main"), store.visit_types.get(slug="visit")
    bookings = Booking.objects.bulk_create(
        Booking(
            reference=f"{number:08d}",
            store=store,
            desk=desk,
            visit_type=kind,
            starts_at=at(9) + timedelta(minutes=15 * (number % 12)),
            ends_at=at(9) + timedelta(minutes=15 * (number % 12 + 1)),
            visit_date=date(2026, 11, 24),
            party_size=1,
            places=1,
            takes_web_places=True,
            status=status or list(Status)[number % 6],
            source=Source.WEB,
            name=f"Ada Test {number}",
            phone=f"+3361234{number:04d}",
            note=note,
            locale="fr",
            created_at=NOW,
            updated_at=NOW,
        )
        for number in range(count)
    )
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            account=store.slug,
            subject=booking.reference,
            kind=kind,
            sequence=0,
            offset="",
            channel=Channel.SMS,
            due_at=NOW,
            not_after=at(12),
            try_at=NOW,
            state=State.DELIVERED,
            created_at=NOW,
            updated_at=NOW,
        )
        for booking in bookings
        for kind in (Kind.CONFIRMATION, Kind.REMINDER)
    )


def make_visit(store: Store, **fields: object) -> Booking:
    return make_booking(store, **fields)  # type: ignore[arg-type]
