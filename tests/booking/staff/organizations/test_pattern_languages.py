"""The pattern hands the languages of its desks on to the desks of the other stores."""

from collections.abc import Iterator
from datetime import time

import pytest
import time_machine
from django.test import Client

from booking.models import Booking
from stores.models import Desk, DeskHours, Organization, OrganizationMembership, SetupChange, Store
from stores.services.patterns import PatternStatus, standings
from tests.booking.reading import page
from tests.factories import NOW, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def chain() -> Organization:
    chain = Organization.objects.create(slug="chain", name="Chain of Shops", kind="chain", created_at=NOW)
    chain.stores.add(make_store("head"), make_store("a-shop"), make_store("b-shop"))
    return chain


@pytest.fixture
def manager(chain: Organization) -> Client:
    user = make_user("flora")
    OrganizationMembership.objects.create(organization=chain, user=user, created_at=NOW)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def hand_on(manager: Client, **more: str) -> str:
    return page(manager.post("/staff/o/chain/pattern/", {"store": "head", "parts": ["languages"], **more})).text


def standing(chain: Organization, slug: str) -> PatternStatus:
    found = standings(chain, Store.objects.get(slug="head"))
    return next(one.parts["languages"] for one in found if one.store.slug == slug)


def speak(slug: str, desk: str, languages: str) -> None:
    assert Desk.objects.filter(store__slug=slug, slug=desk).update(languages=languages)


def spoken(slug: str) -> dict[str, str]:
    return dict(Desk.objects.filter(store__slug=slug).values_list("slug", "languages"))


def test_languages_go_to_the_desks_of_the_same_name(chain: Organization, manager: Client) -> None:
    chain.stores.add(make_store("two-desks", desks=("main", "second"), capacity=3))
    speak("head", "main", "fr,ar")
    DeskHours.objects.create(desk=Desk.objects.get(store__slug="a-shop"), weekday=0, opens=time(9), closes=time(11))
    speak("b-shop", "main", "en")
    assert standing(chain, "a-shop") == PatternStatus.BEHIND

    shown = hand_on(manager)

    assert "2 parts of set-ups were taken over." in shown
    assert (spoken("a-shop"), spoken("b-shop")) == ({"main": "fr,ar"}, {"main": "en"})
    assert spoken("two-desks") == {"main": "fr,ar", "second": ""}
    assert standing(chain, "a-shop") == PatternStatus.SAME
    assert standing(chain, "b-shop") == PatternStatus.OWN
    assert list(DeskHours.objects.values_list("opens", "closes")) == [(time(9), time(11))]
    assert SetupChange.objects.get(store__slug="a-shop", what="desk").after["languages"] == "fr,ar"

    speak("head", "main", "fr,uk")
    speak("two-desks", "main", "en")  # by its own people, since it took them
    hand_on(manager)
    assert (spoken("a-shop"), spoken("two-desks")["main"]) == ({"main": "fr,uk"}, "en")
    hand_on(manager, over_own="on")
    assert (spoken("b-shop"), spoken("two-desks")["main"]) == ({"main": "fr,uk"}, "fr,uk")


def test_desks_that_stand_alone_need_no_common_name(chain: Organization, manager: Client) -> None:
    Desk.objects.filter(store__slug="a-shop").update(name="Counter of Ada")
    speak("head", "main", "lsf")

    hand_on(manager)

    assert spoken("a-shop") == {"main": "lsf"}


def test_a_language_that_a_visit_asks_for_stays_until_the_store_decides(chain: Organization, manager: Client) -> None:
    speak("head", "main", "fr,ar")
    hand_on(manager)
    Booking.objects.filter(pk=make_booking(Store.objects.get(slug="a-shop"), starts_at=at(10)).pk).update(language="ar")
    speak("head", "main", "fr")

    shown = hand_on(manager)

    assert "some visits would lose their place" in shown
    assert (spoken("a-shop"), spoken("b-shop")) == ({"main": "fr,ar"}, {"main": "fr"})
