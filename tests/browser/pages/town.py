"""A small town with every kind of store that pages have something else to say of."""

from datetime import UTC, date, datetime, time, timedelta

from booking.models import Booking
from stores.models import (
    Desk,
    OpeningHours,
    Organization,
    OrganizationKind,
    QuestionKind,
    SpecialHours,
    Store,
    StoreQuestion,
    VisitMode,
    VisitType,
)
from tests.factories import NOW, at, make_booking, make_store

CORNER, COACH, TINY, CLOSED, SILENT = "corner-shop-niort", "coach-niort", "tiny-niort", "closed-niort", "silent-niort"
BUSY = "busy-niort"
TUESDAYS = 4


def build() -> None:
    """Make the town: nothing in it is fetched from anywhere."""
    town = Organization.objects.create(
        slug="town-of-niort", name="Town of Niort", kind=OrganizationKind.TOWN, created_at=NOW,
        introduction="All merchants of the town.", website="https://town.example.org/",
    )  # fmt: skip
    chain = Organization.objects.create(slug="corner", name="Corner", kind=OrganizationKind.CHAIN, created_at=NOW)
    stores = [_corner(), _coach(), _tiny(), _closed(), _silent()]
    stores.append(make_store(BUSY, name="Busy", asks_proof_under_load=True))
    stores += [make_store(f"shop-{number}-niort", name=f"Shop {number}") for number in range(20)]
    town.stores.add(*stores)
    chain.stores.add(stores[0])


def fill(store: str, day: int, hour: int, minute: int = 0) -> Booking:
    """Take all that is left of a time, by telephone."""
    found = Store.objects.get(slug=store)
    now = datetime.now(UTC)
    return make_booking(
        found, starts_at=at(hour, minute, day=day), party_size=4, phone=f"+336123456{hour}{day % 10}", now=now
    )


def _corner() -> Store:
    store = make_store(
        CORNER, capacity=4, email="shop@example.org", website="https://shop.example.org/", wheelchair="limited",
        notice="Closed for works on Friday", embed_origins="https://shop.example.org",
    )  # fmt: skip
    store.visit_types.filter(slug="advice").update(what_to_bring="Your prescription")
    SpecialHours.objects.create(store=store, date=date(2026, 11, 27))
    SpecialHours.objects.create(store=store, date=date(2026, 11, 28), opens=time(10), closes=time(12))
    return store


def _coach() -> Store:
    """A store with advisers to choose from, visits by phone and by video, and questions of its own."""
    store = make_store(COACH, name="The Coach", desks=("ada", "bea"), offers_desk_choice=True, phone="")
    Desk.objects.filter(store=store, slug="ada").update(name="Ada Test")
    Desk.objects.filter(store=store, slug="bea").update(name="Bea Test")
    video = {"mode": VisitMode.VIDEO, "video_url": "https://video.example.org/room"}
    VisitType.objects.create(store=store, slug="call", name="Call", mode=VisitMode.PHONE, position=2)
    VisitType.objects.create(store=store, slug="video", name="Video", position=3, **video)
    for position, (text, kind, choices) in enumerate(
        (
            ("Which size do you wear?", QuestionKind.TEXT, ""),
            ("How do you come?", QuestionKind.CHOICE, "On foot\nBy car"),
        )
    ):
        StoreQuestion.objects.create(
            store=store, text=text, kind=kind, choices=choices, is_required=not position, position=position
        )
    return store


def _tiny() -> Store:
    """A store with one time a week, all of which are taken."""
    store = make_store(TINY, name="Tiny", capacity=1, hours=((time(10), time(10, 15)),), days=(1,))
    store.visit_types.filter(slug="advice").update(is_active=False)
    for week in range(TUESDAYS):
        make_booking(store, starts_at=at(10) + timedelta(weeks=week), phone=f"+3361234567{week}")
    return store


def _closed() -> Store:
    """A store whose hours nobody knows."""
    store = make_store(CLOSED, name="Closed", phone="", street="")
    OpeningHours.objects.filter(store=store).delete()
    return store


def _silent() -> Store:
    """A store that takes no visits."""
    store = make_store(SILENT, name="Silent")
    store.visit_types.update(is_active=False)
    return store
