"""Our calendar files are byte for byte those that the package icalendar makes of the same visits."""

from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from booking.formats.icalendar_files import Method, booking_calendar, feed_calendar, visits_calendar
from booking.models import Booking, Status
from stores.models import Store, VisitMode, VisitType
from tests import calendar_judge
from tests.booking.formats.test_icalendar_hostile import NASTY
from tests.visits import unsaved_booking, unsaved_store

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
ZONES = ("Europe/Paris", "UTC", "Etc/UTC", "Africa/Casablanca", "Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Gaza")

_texts = st.text(max_size=90) | st.sampled_from(NASTY) | st.text("é🔔\\^,;: '’\"ab", max_size=90)
_moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda one: one.replace(tzinfo=UTC))
_degrees = st.floats(-180, 180) | st.sampled_from([0.0, -0.0, 0.00001, 46.0])
_emails = st.sampled_from(["", "port@example.org", "é+x;y@example.org", f"{'a' * 60}@example.org"])
_stores = st.builds(
    unsaved_store,
    name=_texts,
    street=_texts,
    town=_texts,
    email=_emails,
    time_zone=st.sampled_from(ZONES),
    country=st.sampled_from(["FR", "GB", "DE", "UA"]),
    latitude=_degrees,
    longitude=_degrees,
)


@st.composite
def _bookings(draw: st.DrawFn, store: Store) -> Booking:
    starts_at = draw(_moments)
    return unsaved_booking(
        store=store,
        reference=draw(st.sampled_from(["K7Q29X4M", "00000000"])),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=draw(st.integers(1, 600))),
        updated_at=draw(_moments) + timedelta(microseconds=draw(st.integers(0, 999_999))),
        name=draw(_texts),
        email=draw(_emails),
        party_size=draw(st.integers(1, 12)),
        sequence=draw(st.integers(0, 99)),
        status=draw(st.sampled_from(Status.values)),
        locale=draw(st.sampled_from(["fr", "en", "ar", "uk"])),
        erased_at=draw(st.sampled_from([None, NOW])),
        visit_type=VisitType(slug="advice", name=draw(_texts), mode=draw(st.sampled_from(VisitMode.values))),
    )


@st.composite
def _visits(draw: st.DrawFn) -> tuple[Store, list[Booking]]:
    store = draw(_stores)
    return store, draw(st.lists(_bookings(store), max_size=4))


@limits(deadline=None)  # the first example also loads zones and translations
@given(_visits(), st.sampled_from(["", "main"]) | _texts)
@example((unsaved_store(), []), "")
def test_a_feed_is_what_the_package_makes_of_it(visits: tuple[Store, list[Booking]], desk: str) -> None:
    store, bookings = visits

    written = feed_calendar(store, bookings, now=NOW, desk=desk)

    assert written == calendar_judge.feed_calendar(store, bookings, now=NOW, desk=desk)


@limits(deadline=None)
@given(
    _stores.flatmap(_bookings),
    st.sampled_from(["PUBLISH", "REQUEST", "CANCEL"]),
    st.none() | st.integers(0, 60).map(lambda length: f"https://carillon.example.org/b/K7Q29X4M/?token={'a' * length}"),
)
def test_a_file_is_what_the_package_makes_of_it(booking: Booking, method: Method, url: str | None) -> None:
    written = booking_calendar(booking, method=method, manage_url=url, now=NOW)

    assert written == calendar_judge.booking_calendar(booking, method=method, manage_url=url, now=NOW)


@limits(deadline=None)
@given(st.lists(_stores.flatmap(_bookings), max_size=3), st.sampled_from(["fr", "en", "ar"]))
def test_a_customers_feed_is_what_the_package_makes_of_it(visits: list[Booking], locale: str) -> None:
    written = visits_calendar(visits, locale=locale, now=NOW)

    assert written == calendar_judge.visits_calendar(visits, locale=locale, now=NOW)
