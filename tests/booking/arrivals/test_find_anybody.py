from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from booking.arrivals.find_anybody import Found, find_anybody
from booking.customer_input import CustomerDetails
from booking.models import Booking, Source
from booking.privacy import erase_customer
from booking.waiting_list.entries import join_waiting_list
from booking.who import Who
from stores.models import Store
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return make_store(capacity=20)


def find(store: Store, typed: str, *, most: int = 25) -> Found:
    return find_anybody(store=store, typed=typed, most=most, now=at(12))


def names(found: Found) -> list[str]:
    return [visit.name for visit in [*found.to_come, *found.past]]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Awa N'Diaye", "ndiaye"),
        ("Awa Ndiaye", "n'diaye"),
        ("Anne Le Goff", "legoff"),
        ("Anne Legoff", "le goff"),
        ("Marie Martin", "Mme Martin"),
        ("Marie Martin", "martin MARIE"),
        ("Hélène Müller", "helene muller"),
        ("Helene Muller", "Hélène"),
        ("Ольга Коваль", "коваль"),
        ("محمد علي", "علي"),
    ],
)
def test_a_name_is_found_by_its_parts_without_accents_titles_and_spaces(store: Store, name: str, typed: str) -> None:
    make_booking(store, name=name)
    make_booking(store, name="Zoe Other", phone="+33612345699")

    assert names(find(store, typed)) == [name]


@pytest.mark.parametrize(
    "typed",
    [
        "06 12 34 50 02",
        "+33 6 12 34 50 02",
        "0033612345002",
        "+33 (0)6 12 34 50 02",
        "5002",
        "002",
        "06 12 34 50",
        "002.",
    ],
)
def test_a_number_is_found_in_any_spelling_and_by_its_last_digits(store: Store, typed: str) -> None:
    make_booking(store, name="Ada Test", phone="+33612345002")
    make_booking(store, name="Zoe Other", phone="+33698765431")

    assert names(find(store, typed)) == ["Ada Test"]


def test_an_address_and_a_reference_are_found(store: Store) -> None:
    visit = make_booking(store, name="Ada Test", email="ada@example.org")
    Booking.objects.filter(pk=visit.pk).update(reference="7KQ2M9XD")
    make_booking(store, name="Zoe Other", phone="+33612345699", email="zoe@example.org")

    for typed in ("Ada@Example.org", "ada@", "7KQ2-M9XD", "7kq2m9xd", "m9xd"):
        assert names(find(store, typed)) == ["Ada Test"], typed
    assert len(names(find(store, "@example.org"))) == 2


def test_a_name_of_eight_letters_is_a_name_and_may_be_a_reference(store: Store) -> None:
    make_booking(store, name="Benjamin Test")

    assert names(find(store, "benjamin")) == ["Benjamin Test"]


def test_visits_to_come_stand_first_and_past_ones_from_the_last_on(store: Store) -> None:
    for hour, day in ((10, 24), (9, 24), (14, 24), (9, 27)):
        make_booking(store, starts_at=at(hour, day=day), name="Ada Test", phone=f"+336123456{hour}")

    found = find(store, "ada")

    assert [visit.starts_at for visit in found.to_come] == [at(14), at(9, day=27)]
    assert [visit.starts_at for visit in found.past] == [at(10), at(9)]
    few = find(store, "ada", most=3)
    assert ([visit.starts_at for visit in few.past], few.count, few.shown) == ([at(10)], 4, 3)


def test_erased_visits_and_those_of_other_stores_are_not_found(store: Store) -> None:
    gone = make_booking(store)
    erase_customer(booking_id=gone.pk, who=Who.customer(NOW))
    make_booking(make_store("next-door-niort", name="Next Door"))

    for typed in ("Ada Test", "+33612345601", gone.reference):
        assert find(store, typed).count == 0


@pytest.mark.parametrize("typed", ["", " ", "-", "'", "%", "_", "@", "\\", "\ud800", "٣", "²"])
def test_a_text_that_names_nobody_finds_nobody(store: Store, typed: str) -> None:
    make_booking(store)

    assert find(store, typed).count == 0


def test_entries_of_the_waiting_list_are_found(store: Store) -> None:
    make_booking(store, name="Zoe Other", phone="+33612345699")
    join(store, "Ada Test", "+33612345601")

    for typed in ("ada", "345601"):
        found = find(store, typed)
        assert ([one.entry.name for one in found.waiting], found.count) == (["Ada Test"], 0)


@pytest.mark.parametrize("typed", ["ada", "+336", "@example.org"])
@pytest.mark.parametrize("count", [1, 3])
def test_finding_takes_three_statements(
    store: Store, typed: str, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        make_booking(store, name="Ada Test", phone=f"+3361234560{number}", email=f"ada{number}@example.org")

    with django_assert_num_queries(4):
        found = find(store, typed)
        assert [(visit.visit_type.name, visit.desk.name) for visit in found.past] == [("Visit", "Main")] * count


def join(store: Store, name: str, phone: str) -> None:
    join_waiting_list(
        store=store.slug,
        visit_type="visit",
        from_date=date(2026, 11, 25),
        to_date=date(2026, 11, 26),
        party_size=1,
        customer=CustomerDetails(name=name, phone=phone, email="", locale="en"),
        source=Source.PHONE,
        now=NOW,
    )
