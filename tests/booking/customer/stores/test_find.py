from datetime import time

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking.models import Hold
from stores.models import Organization, Store
from tests.booking.reading import markup, page
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db


def test_find_shows_stores_with_address_and_next_step(client: Client) -> None:
    make_store()

    with time_machine.travel(NOW, tick=False):
        shown = page(client.get("/"))

    assert "Corner Shop" in shown.links["/s/corner-shop-niort/"]
    assert "Corner Shop Niort Open until 12:00 Book, Today 10:00, Corner Shop Other times" in shown.words
    assert "/s/corner-shop-niort/book/" in shown.links


@time_machine.travel(NOW, tick=False)
def test_a_press_keeps_the_offered_time(client: Client) -> None:
    make_store()
    shown = page(client.get("/"))
    value = next(one for one in shown.offered if one)

    response = client.post(
        "/s/corner-shop-niort/book/hold/", shown.forms["/s/corner-shop-niort/book/hold/"] | {"starts_at": value}
    )

    assert response["Location"].startswith("/s/corner-shop-niort/book/details/?visit_type=visit&party_size=1&starts_at")
    assert Hold.objects.count() == 1


def test_a_list_that_is_looked_at_keeps_nothing(client: Client) -> None:
    make_store()
    client.get("/")

    assert not Hold.objects.exists()


def test_find_by_words_leaves_out_other_stores(client: Client) -> None:
    make_store()
    make_store("bakery-paris", name="Bakery", search_text="bakery paris 75001")

    shown = page(client.get("/", {"q": "Bakery"}))

    assert list(shown.links_to("/book/")) == ["/s/bakery-paris/book/"]


def test_find_nothing_says_what_to_do(client: Client) -> None:
    make_store()

    response = client.get("/", {"q": "zzz"})

    assert response.status_code == 200
    assert "No store found for “zzz”" in page(response).words
    assert page(response).links["/"].strip()


def test_find_without_any_store_says_so(client: Client) -> None:
    assert "No store takes bookings here yet" in page(client.get("/")).words


def test_find_near_shows_nearest_first_with_distance(client: Client) -> None:
    make_store("far-store", name="Far", latitude=48.85, longitude=2.35)
    make_store("near-store", name="Near", latitude=46.33, longitude=-0.46)

    shown = page(client.get("/", {"near": "46.32,-0.46"}))

    assert list(shown.links_to("/book/")) == ["/s/near-store/book/", "/s/far-store/book/"]
    assert "1.1 km away" in shown.words


def test_find_pages_lead_to_the_next_one_by_address(client: Client) -> None:
    for number in range(13):
        make_store(f"store-{number:02d}", name=f"Store {number}")

    first = page(client.get("/"))
    [following] = first.links_to("cursor=")
    second = page(client.get(following))

    assert len(list(first.links_to("/book/"))) == 12
    assert list(second.links_to("/book/")) == ["/s/store-12/book/"]


@pytest.mark.parametrize(
    "query",
    [
        {"near": "here"},
        {"near": "91,0"},
        {"near": "nan,nan"},
        {"near": "1,2,3"},
        {"near": "1e999,0"},
        {"cursor": "%00"},
        {"cursor": "bnVsbA"},
        {"near": "46,0", "cursor": "WyJhIl0"},
    ],
)
def test_find_with_bad_input_says_so_and_shows_stores(client: Client, query: dict[str, str]) -> None:
    make_store()

    response = client.get("/", query)

    assert response.status_code == 400
    assert page(response).title.startswith("Error:")
    assert list(page(response).links_to("/book/")) == ["/s/corner-shop-niort/book/"]


@pytest.mark.parametrize(
    "q", ["\0", "a\0b", "%", "_", "'", "<script>alert(1)</script>", "é" * 5000, "\u202e", "日本", "🔔"]
)
def test_find_takes_any_words(client: Client, q: str) -> None:
    make_store()

    response = client.get("/", {"q": q})

    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


def test_find_has_no_other_host_and_no_inline_style(client: Client) -> None:
    make_store()

    text = client.get("/").content.decode().replace(settings.PUBLIC_URL, "")

    for forbidden in ("http://", "https://", " style=", "<style", "onclick"):
        assert forbidden not in text


def test_find_speaks_french(client: Client) -> None:
    response = client.get("/", headers={"accept-language": "fr"})

    assert '<html lang="fr" dir="ltr">' in markup(response)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("query", "statements"),
    [({}, 7), ({"q": "corner"}, 7), ({"q": "cornre"}, 9), ({"near": "46.3,-0.4"}, 10), ({"sort": "free"}, 10)],
)
def test_find_takes_the_same_statements_for_any_number_of_stores(
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
    query: dict[str, str],
    statements: int,
) -> None:
    for number in range(count):
        make_store(f"store-{number}")

    with django_assert_num_queries(statements):
        client.get("/", query)


@time_machine.travel(NOW, tick=False)
def test_find_says_when_each_store_is_open_and_has_its_first_free_place(client: Client) -> None:
    make_store("open-store", hours=((time(9), time(19)),), minimum_notice_minutes=0)
    make_store("later-store", hours=((time(14), time(19)),))
    make_store("tomorrow-store", days=(1,))
    make_store("closed-store", days=())
    full = make_store("full-store", capacity=1, hours=((time(9), time(10)),), days=(1,))
    for quarter in range(4):
        make_booking(full, starts_at=at(9, 15 * quarter), phone=f"+3361234560{quarter}")
    Store.objects.filter(slug="closed-store").update(notice="Closed for works.")

    shown = page(client.get("/"))

    assert "Open until 19:00 Book, Today 09:00, Corner Shop" in shown.words
    assert "Closed, opens at 14:00 Book, Today 14:00, Corner Shop" in shown.words
    assert "Closed, opens tomorrow at 09:00 Book, Tomorrow 09:00, Corner Shop" in shown.words
    assert "Closed for works. No times in the next 7 days" in shown.words
    assert "Full for the next 7 days: waiting list" in shown.words
    assert "/s/full-store/wait/" in shown.links


def test_find_forgives_mistakes_and_says_so(client: Client) -> None:
    make_store()

    shown = page(client.get("/", {"q": "niotr cornre"}))

    assert "No store is spelled just so. These come close." in shown.words
    assert "/s/corner-shop-niort/book/" in shown.links


def test_find_nothing_leads_to_the_words_and_towns_that_have_stores(client: Client) -> None:
    make_store()

    shown = page(client.get("/", {"q": "niort zzz"}))

    assert {"/?q=niort", "/?q=Niort", "/"} <= set(shown.links)


def test_find_near_a_town_shows_what_is_around_it(client: Client) -> None:
    make_store()
    make_store("near-store", name="Near", town="Chauray", latitude=46.33, search_text="near chauray 79180")

    shown = page(client.get("/", {"q": "niort"}))
    assert list(shown.links_to("/book/")) == ["/s/corner-shop-niort/book/"]
    [nearby] = shown.links_to("sort=near")
    shown = page(client.get(nearby))
    assert list(shown.links_to("/book/")) == ["/s/corner-shop-niort/book/", "/s/near-store/book/"]


def test_find_near_nowhere_asks_for_a_town(client: Client) -> None:
    make_store()
    make_store("far-store", latitude=48.0)

    response = client.get("/", {"q": "corner", "sort": "near"})

    assert response.status_code == 400
    assert "Say which town you are near" in page(response).words


def test_find_sorts_by_the_first_free_time(client: Client) -> None:
    make_store("a-later", days=(), name="Later")
    make_store("b-sooner", days=tuple(range(7)), name="Sooner")

    shown = page(client.get("/", {"sort": "free"}))

    assert list(shown.links_to("/book/")) == ["/s/b-sooner/book/", "/s/a-later/book/"]


def test_find_leads_to_towns_and_chains(client: Client) -> None:
    town = Organization.objects.create(slug="niort", name="Niort", kind="town", created_at=NOW)
    town.stores.add(make_store())

    assert "/o/niort/" in page(client.get("/")).links
    assert "/o/niort/" in page(client.get("/", {"q": "corner"})).links


def test_language_is_switched_by_a_link_to_the_same_page_and_stays_without_a_cookie(client: Client) -> None:
    assert 'href="/fr/?q=niort"' in client.get("/", {"q": "niort"}).content.decode()

    response = client.get("/fr/", {"q": "niort"})

    assert '<html lang="fr" dir="ltr">' in markup(response)
    assert 'action="/fr/"' in response.content.decode()
    assert not response.cookies


def test_a_body_too_large_gets_the_page_for_bad_requests(client: Client) -> None:
    make_store()

    response = client.post("/s/corner-shop-niort/book/check/", {"note": "x" * 70_000})

    assert response.status_code in (400, 413)
    assert "Nothing was changed." in page(response).words


def test_a_form_of_another_site_is_refused_with_what_to_do() -> None:
    response = Client(enforce_csrf_checks=True).post("/staff/sign-in/", {})

    assert response.status_code == 403
    assert "Nothing was sent." in page(response).words
