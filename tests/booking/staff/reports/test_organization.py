"""What happened at an organization's stores: for its managers alone, side by side and summed, without a name on it."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from booking.models import Booking
from booking.staff.reports.sections import PARTS
from booking.staff.reports.side_by_side import MOST_BARS, SIDE_BY_SIDE
from notifications.models import OutboxMessage
from stores.models import Organization, OrganizationMembership, Store
from tests.booking.reading import page
from tests.booking.staff.staff_room import SESSIONS_IN_DATABASE, fill_day
from tests.factories import NOW, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db
NUMBERS = "/staff/o/chain/numbers/"
EVERY_PART = (*SIDE_BY_SIDE, *PARTS)


@pytest.fixture(autouse=True)
def _a_week_later() -> Iterator[None]:
    with time_machine.travel(at(9, day=1, month=12), tick=False):
        yield


@pytest.fixture
def chain() -> Organization:
    return Organization.objects.create(slug="chain", name="Chain of Shops", kind="chain", created_at=NOW)


@pytest.fixture
def manager(chain: Organization) -> Client:
    user = make_user()
    OrganizationMembership.objects.create(organization=chain, user=user, created_at=NOW)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def shops(chain: Organization) -> tuple[Store, Store]:
    shops = (
        make_store("a-shop", name="Shop", town="Aigre", capacity=9),
        make_store("b-shop", name="Shop", town="Niort", capacity=9),
    )
    chain.stores.add(*shops)
    fill_day(shops[0], 60)
    Booking.objects.filter(checked_in_at=None, status="completed").update(checked_in_at=at(9, 5), started_at=at(9, 17))
    make_booking(shops[1])
    return shops


def table(client: Client, part: str) -> list[list[str]]:
    content = client.get(f"{NUMBERS}{part}.csv").content
    return list(csv.reader(StringIO(content.decode("utf-8-sig"))))


def test_strangers_sign_in_first_and_managers_of_a_store_learn_nothing(chain: Organization) -> None:
    shop = make_store()
    chain.stores.add(shop)
    client = Client()

    assert client.get(NUMBERS)["Location"] == "/staff/sign-in/?next=/staff/o/chain/numbers/"
    client.force_login(make_user(store=shop))
    assert client.get(NUMBERS).status_code == 404
    assert client.get(f"{NUMBERS}stores.csv").status_code == 404


def test_the_overview_leads_to_it(manager: Client, shops: tuple[Store, Store]) -> None:
    assert NUMBERS in page(manager.get("/staff/o/chain/")).links
    assert manager.get(NUMBERS)["Cache-Control"] == "no-store, private"


def test_stores_stand_side_by_side_with_their_sum(manager: Client, shops: tuple[Store, Store]) -> None:
    assert table(manager, "stores") == [
        ["Store", "Came", "Did not come", "Cancelled", "Still open", "Did not come, %"],
        ["Shop, Aigre", "30", "10", "10", "10", "25"],
        ["Shop, Niort", "0", "0", "0", "1", "0"],
        ["Total", "30", "10", "10", "11", "25"],
    ]
    assert table(manager, "stores-waits")[1:] == [
        ["Shop, Aigre", "10", "12", "12"],
        ["Shop, Niort", "0", "–", "–"],
        ["Total", "10", "12", "12"],
    ]
    assert table(manager, "stores-channels") == [
        ["Store", "Website or text", "Phone or desk", "Walk-in", "Partner"],
        ["Shop, Aigre", "60", "0", "0", "0"],
        ["Shop, Niort", "0", "0", "0", "1"],
        ["Total", "60", "0", "0", "1"],
    ]
    *stores, total = [[int(cell) for cell in row[1:3]] for row in table(manager, "stores-places")[1:]]
    assert total == [sum(column) for column in zip(*stores, strict=True)]


def test_text_messages_stand_with_their_segments_and_cost(
    manager: Client, shops: tuple[Store, Store], settings: Settings
) -> None:
    OutboxMessage.objects.filter(account="a-shop", kind="reminder").update(segments=2)
    without = page(manager.get(NUMBERS)).text
    settings.SMS_CENTS = Decimal("7.50")

    assert "120 text messages were sent. That is 120 segments." in without
    assert table(manager, "stores-messages") == [
        ["Store", "Text messages", "Segments of text messages", "E-mails", "Cost"],
        ["Shop, Aigre", "120", "120", "0", "9.00"],
        ["Shop, Niort", "0", "0", "0", "0.00"],
        ["Total", "120", "120", "0", "9.00"],
    ]
    text = page(manager.get(NUMBERS)).text
    assert "That is 120 segments at 7.5 cents each: 9.00." in text
    assert "60 text messages of before segments were kept are left out of them." in text


@pytest.mark.parametrize("count", [1, 3])
def test_statements_do_not_grow_with_stores(
    chain: Organization,
    manager: Client,
    settings: Settings,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    settings.SESSION_ENGINE = SESSIONS_IN_DATABASE
    user = OrganizationMembership.objects.get().user
    manager.force_login(user)
    for number in range(count):
        store = make_store(f"shop-{number}")
        make_booking(store)
        chain.stores.add(store)

    with django_assert_num_queries(7 + 4):
        manager.get(NUMBERS)


def test_what_is_drawn_stands_in_the_table_beside(manager: Client, shops: tuple[Store, Store]) -> None:
    OutboxMessage.objects.filter(account="a-shop").update(segments=1)
    response = manager.get(NUMBERS)
    shown = page(response)

    assert response.content.count(b'role="img"') == len(EVERY_PART)
    assert response.content.count(b"<tfoot>") == len(SIDE_BY_SIDE)
    assert len(shown.ids) == len(set(shown.ids))
    assert {f"{NUMBERS}{part}.csv?from=2026-11-04&to=2026-12-01" for part in EVERY_PART} <= set(shown.links)


def test_of_many_stores_the_largest_are_drawn_and_all_are_listed(chain: Organization, manager: Client) -> None:
    for number in range(MOST_BARS + 2):
        store = make_store(f"shop-{number:02d}", name=f"Shop {number:02d}")
        chain.stores.add(store)
        for guest in range(2 if number % 11 else 1):
            make_booking(store, phone=f"+3361234{number:02d}{guest:02d}")

    text = manager.get(NUMBERS).content.decode()
    chart = text[text.index('id="chart-stores-title"') :].partition("</svg>")[0]

    assert text.count('<th scope="row">Shop 00') == len(SIDE_BY_SIDE)
    assert ("Shop 01" in chart, "Shop 00" in chart, "Shop 11" in chart) == (True, False, False)
    assert "The chart shows the 20 largest, the table all stores." in page(manager.get(NUMBERS)).text


@pytest.mark.parametrize("part", EVERY_PART)
def test_each_table_can_be_had_as_a_file(manager: Client, shops: tuple[Store, Store], part: str) -> None:
    response = manager.get(f"{NUMBERS}{part}.csv?from=2026-11-20&to=2026-11-25")
    rows = list(csv.reader(StringIO(response.content.decode("utf-8-sig"))))

    assert response["Content-Disposition"] == f'attachment; filename="chain-{part}-2026-11-20-2026-11-25.csv"'
    assert len(rows) > 1
    assert len({len(row) for row in rows}) == 1


def test_nobodys_name_is_on_it(manager: Client, shops: tuple[Store, Store]) -> None:
    Booking.objects.update(name="Zora Testova", email="zora@example.org")
    said = manager.get(NUMBERS).content + b"".join(manager.get(f"{NUMBERS}{part}.csv").content for part in EVERY_PART)

    for told in (b"Zora", b"zora@", b"612345", Booking.objects.latest("pk").reference.encode()):
        assert told not in said


@pytest.mark.parametrize("file", ["", "stores.csv"])
def test_days_that_make_no_range_are_asked_for_again(manager: Client, shops: tuple[Store, Store], file: str) -> None:
    response = manager.get(f"{NUMBERS}{file}?from=2026-11-20&to=2026-11-19")

    assert response.status_code == 400
    assert "The first day is after the last one." in page(response).text
    assert page(response).forms[NUMBERS] == {"from": "2026-11-20", "to": "2026-11-19"}


def test_the_more_stores_the_fewer_days(
    manager: Client, shops: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("booking.reports.queries.MOST_STORE_DAYS", 200)
    too_long = manager.get(f"{NUMBERS}visits.csv?from=2026-08-23")

    assert too_long.status_code == 400
    assert "Please choose at most 100 days." in page(too_long).text
    assert f"{NUMBERS}?from=2025-12-02" not in page(too_long).links
    assert manager.get(f"{NUMBERS}visits.csv?from=2026-08-24").status_code == 200


def test_an_organization_without_a_store_says_so(manager: Client) -> None:
    assert "No store belongs to it yet." in page(manager.get(NUMBERS)).text
    assert table(manager, "stores")[1:] == []


def test_there_is_no_other_file(manager: Client) -> None:
    assert manager.get(f"{NUMBERS}names.csv").status_code == 404


def test_it_speaks_french(manager: Client, shops: tuple[Store, Store]) -> None:
    assert manager.get(f"/fr{NUMBERS}").status_code == 200
