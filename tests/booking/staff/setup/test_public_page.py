from collections.abc import Iterator

import pytest
import time_machine

from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW

pytestmark = pytest.mark.django_db

SETUP = f"{SHOP}setup/"
CONTACT = f"{SETUP}contact/"
SHARING = f"{SETUP}sharing/"
PROTECTION = f"{SETUP}protection/"
TYPED = {
    "phone": "05 49 24 00 40",
    "email": "shop@example.org",
    "website": "https://shop.example/",
    "wheelchair": "limited",
}


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


# --- Contact ----------------------------------------------------------------------------------------


def test_the_contact_is_changed_and_customers_read_it(room: Room) -> None:
    client = room.client()
    assert page(client.get(CONTACT)).forms[""]["phone"] == "05 49 24 00 39"

    response = client.post(CONTACT, TYPED)

    room.store.refresh_from_db()
    assert response["Location"] == f"{SETUP}?done=contact#contact"
    assert (room.store.phone, room.store.email, room.store.website, room.store.wheelchair) == (
        "+33549240040",
        "shop@example.org",
        "https://shop.example/",
        "limited",
    )
    assert "05 49 24 00 40" in page(client.get("/s/corner-shop-niort/")).words


def test_nothing_of_it_is_needed(room: Room) -> None:
    response = room.client().post(CONTACT, {})

    room.store.refresh_from_db()
    assert response.status_code == 303
    assert (room.store.phone, room.store.email, room.store.website, room.store.wheelchair) == ("", "", "", "")


def test_a_website_may_be_typed_without_its_beginning(room: Room) -> None:
    room.client().post(CONTACT, TYPED | {"website": " www.shop.example "})

    room.store.refresh_from_db()
    assert room.store.website == "https://www.shop.example"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"phone": "123"}, "Enter a phone number such as 06 12 34 56 78."),
        ({"phone": "08 99 70 12 34"}, "This number costs extra to reach. Enter an ordinary phone number."),
        ({"email": "shop@"}, "Enter an e-mail address such as name@example.org."),
        ({"website": "our page"}, "Enter an address such as https://www.example.org."),
        ({"website": "javascript:alert(1)"}, "Enter an address such as https://www.example.org."),
        ({"website": f"https://example.org/{'a' * 240}"}, "Enter an address such as https://www.example.org."),
        ({"wheelchair": "perhaps"}, "Choose one of these."),
    ],
)
def test_contact_that_cannot_be_used_is_named_and_kept(room: Room, typed: dict[str, str], sentence: str) -> None:
    response = room.client().post(CONTACT, TYPED | typed)

    read = page(response)
    assert response.status_code == 400
    assert sentence in read.words
    if "wheelchair" not in typed:
        assert read.forms[""].items() >= typed.items()
    room.store.refresh_from_db()
    assert room.store.email == ""


# --- Sharing ----------------------------------------------------------------------------------------


def test_sites_are_kept_as_browsers_name_them(room: Room) -> None:
    client = room.client()

    response = client.post(SHARING, {"embed_origins": "https://Example.org/shop\r\n\r\n http://localhost:3000 \r\n"})

    room.store.refresh_from_db()
    assert response["Location"] == f"{SETUP}?done=sharing#sharing"
    assert room.store.embed_origins == "https://example.org http://localhost:3000"
    assert page(client.get(SHARING)).forms[""]["embed_origins"] == "https://example.org\nhttp://localhost:3000"

    client.post(SHARING, {"embed_origins": ""})
    room.store.refresh_from_db()
    assert room.store.embed_origins == ""


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            "https://example.org\nhttp://example.org",
            "“http://example.org” is no address of a site. Write it such as https://www.example.org.",
        ),
        ("*", "“*” is no address of a site. Write it such as https://www.example.org."),
        (
            "\n".join(f"https://site-{n}.example" for n in range(11)),
            "These are too many sites. There can be at most 10.",
        ),
        ("\n".join(f"https://{'a' * 60}-{n}.example" for n in range(8)), "This is too long. Please shorten it."),
        ("x" * 4001, "This is too long. Please shorten it."),
    ],
)
def test_sites_that_cannot_be_kept_are_named(room: Room, typed: str, sentence: str) -> None:
    response = room.client().post(SHARING, {"embed_origins": typed})

    assert response.status_code == 400
    assert page(response).links["#id_embed_origins"] == sentence
    assert page(response).forms[""]["embed_origins"] == typed
    room.store.refresh_from_db()
    assert room.store.embed_origins == ""


def test_the_page_leads_to_all_there_is_to_share(room: Room) -> None:
    client = room.client()

    read = page(client.get(SHARING))

    assert read.links["http://127.0.0.1:8000/s/corner-shop-niort/"]
    assert read.links["/s/corner-shop-niort/share/"] == "Page to share"
    assert read.links["/s/corner-shop-niort/poster/"] == "Poster to print"
    named = 'data-store="corner-shop-niort" data-title="Book a visit: Corner Shop"'
    assert f'<script src="http://127.0.0.1:8000/embed.js" {named} async></script>' in read.words
    assert "They show your times once you have named a site above." in read.words
    client.post(SHARING, {"embed_origins": "https://example.org"})
    assert "Copy them into a page of your site" in page(client.get(SHARING)).words


# --- Protection -------------------------------------------------------------------------------------


def test_the_proof_of_work_is_switched_off_and_on(room: Room) -> None:
    client = room.client()
    assert page(client.get(PROTECTION)).forms[""]["asks_proof_under_load"] == "on"

    response = client.post(PROTECTION, {})
    room.store.refresh_from_db()
    assert response["Location"] == f"{SETUP}?done=protection#protection"
    assert not room.store.asks_proof_under_load

    client.post(PROTECTION, {"asks_proof_under_load": "on"})
    room.store.refresh_from_db()
    assert room.store.asks_proof_under_load
