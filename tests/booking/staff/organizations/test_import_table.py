"""A table of stores and people: tried out without a trace, brought in once, and what is wrong said by line."""

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from stores.models import Organization, OrganizationMembership, Role, SetupChange, Store, StoreMembership
from stores.services import save_address
from tests.booking.reading import page
from tests.factories import NOW, make_store, make_user

pytestmark = pytest.mark.django_db
IMPORT = "/staff/o/chain/import/"
STORES = """id;name;latitude;longitude;town;country;opening_hours
1;Café du Port;46,32;-0,46;Niort;FR;Mo-Fr 09:00-18:00
2;;46.33;-0.47;Niort;FR;
3;Second Shop;46.33;-0.47;Niort;FR;when we like
1;Twice;46.33;-0.47;Niort;FR;
"""
STAFF = """store,username,role,password
a-shop,cleo,staff,a bell rings at the door
a-shop,dora,boss,
elsewhere,emil,staff,
a-shop,nopass,staff,
"""


@pytest.fixture
def manager() -> Client:
    chain = Organization.objects.create(slug="chain", name="Chain of Shops", kind="chain", created_at=NOW)
    chain.stores.add(make_store("a-shop", name="A Shop"))
    user = make_user("flora")
    OrganizationMembership.objects.create(organization=chain, user=user, created_at=NOW)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def send(manager: Client, text: str | bytes, what: str = "stores", do: str = "try"):
    content = text.encode("cp1252") if isinstance(text, str) else text
    return manager.post(IMPORT, {"what": what, "do": do, "file": SimpleUploadedFile("table.csv", content)})


def test_trying_out_says_what_would_happen_and_leaves_no_trace(manager: Client) -> None:
    shown = page(send(manager, STORES)).text
    assert "This is what would happen. Nothing has been changed." in shown
    assert "2 new" in shown
    assert "2 left out" in shown
    for line in (
        "Line 3: It has no name, or one that is too long.",
        "Line 4: Its opening hours could not be read.",
        "Line 5: It stands on a line before as well.",
    ):
        assert line in shown
    assert Store.objects.count() == 1


def test_stores_come_in_once_and_belong_to_the_organization(manager: Client) -> None:
    assert "This has been done." in page(send(manager, STORES, do="import")).text
    assert set(Organization.objects.get().stores.values_list("name", flat=True)) == {
        "A Shop",
        "Café du Port",
        "Second Shop",
    }
    again = page(send(manager, STORES, do="import")).text
    assert "2 as they were" in again
    assert Store.objects.count() == 3


def test_people_come_in_in_the_name_of_who_brings_them(manager: Client) -> None:
    tried = page(send(manager, STAFF, what="staff")).text
    assert "1 new" in tried
    assert not User.objects.filter(username="cleo").exists()
    shown = page(send(manager, STAFF, what="staff", do="import")).text
    for line in (
        "Line 3: The role must be manager or staff.",
        "Line 4: The organization has no such store.",
        "Line 5: Whoever has this user name is asked to join. Somebody new needs a password.",
    ):
        assert line in shown
    assert "1 asked to join" in shown
    assert User.objects.get(username="cleo").check_password("a bell rings at the door")
    assert SetupChange.objects.get(what="member", subject="cleo").username == "flora"


def test_strangers_to_the_organization_are_asked_and_its_own_people_are_not(manager: Client) -> None:
    store = Store.objects.get(slug="a-shop")
    other = make_store("b-shop")
    Organization.objects.get().stores.add(other)
    own = make_user("own", store=other, role=Role.STAFF)
    stranger = make_user("stranger", store=make_store("elsewhere"), role=Role.STAFF)

    send(manager, "store,username,role\na-shop,own,staff\na-shop,stranger,manager\n", what="staff", do="import")

    assert store.memberships.filter(user=own).exists()
    assert not store.memberships.filter(user=stranger).exists()
    assert store.invitations.get().username == "stranger"


def test_a_table_that_was_tried_out_is_brought_in_without_choosing_it_again(manager: Client) -> None:
    tried = page(send(manager, STORES)).forms[""]["tried"]

    done = page(manager.post(IMPORT, {"what": "stores", "do": "import", "tried": tried}))

    assert "This has been done." in done.text
    assert "tried" not in done.forms[""]
    assert Store.objects.filter(name="Café du Port").exists()


@pytest.mark.parametrize("tried", ["", "no base 64!", "AAAA"])
def test_what_goes_along_and_is_no_table_is_refused(manager: Client, tried) -> None:
    assert manager.post(IMPORT, {"what": "stores", "do": "import", "tried": tried}).status_code == 400


def test_a_password_that_is_refused_says_why(manager: Client) -> None:
    shown = page(send(manager, "store,username,role,password\na-shop,ada,staff,short\n", what="staff")).text

    assert "Line 2: This password is too short." in shown


def test_columns_and_roles_may_be_called_in_french(manager: Client) -> None:
    table = "Magasin;Identifiant;Rôle;Mot de passe\na-shop;cleo;Équipe;a bell rings at the door\n"

    assert "1 new" in page(send(manager, table, what="staff", do="import")).text
    assert StoreMembership.objects.get(user__username="cleo").role == "staff"


@pytest.mark.parametrize("what", ["stores", "staff"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_sample_to_fill_in_is_a_table_that_can_be_brought_in(manager: Client, what, language) -> None:
    sample = manager.get(IMPORT, {"sample": what}, headers={"accept-language": language})

    assert sample["Content-Disposition"] == f'attachment; filename="{what}.csv"'
    assert ("mot de passe" in sample.content.decode()) is (language == "fr" and what == "staff")
    tried = send(manager, sample.content, what=what)
    assert tried.status_code == 200
    assert ("1 new" if what == "stores" else "no such store") in page(tried).text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "This file is empty."),
        ("a,b\n1,2\n", "This is no table with these columns: id, name, latitude, longitude"),
        (b"\x89PNG\r\n\x1a\n\x00\x81", "This is no table"),
        ("id,name,latitude,longitude\n" + "1,A,1,1\n" * 501, "More than 500 lines."),
    ],
)
def test_what_is_no_table_is_said_of_the_file(manager: Client, content, said) -> None:
    refused = send(manager, content)
    assert refused.status_code == 400
    assert said in page(refused).text


def test_nothing_sent_is_asked_for(manager: Client) -> None:
    refused = manager.post(IMPORT, {})
    assert refused.status_code == 400
    assert "Choose a file." in page(refused).text
    assert manager.get(IMPORT).status_code == 200


def test_lines_whose_store_keeps_what_was_changed_by_hand_say_so(manager: Client) -> None:
    send(manager, STORES, do="import")
    store = Store.objects.get(name="Second Shop")
    save_address(
        store=store,
        name="By the Bridge",
        street="",
        postal_code="",
        town=store.town,
        latitude=store.latitude,
        longitude=store.longitude,
        user=None,
        now=NOW,
    )

    shown = page(send(manager, STORES, do="import")).text

    assert "2 as they were" in shown
    assert "Line 4: Name, address or position was changed at the store by hand: that stays." in shown
    store.refresh_from_db()
    assert store.name == "By the Bridge"


def test_a_table_written_into_somebody_elses_page_is_refused(manager: Client) -> None:
    tried = page(send(manager, STORES)).forms[""]["tried"]
    other = Client(headers={"accept-language": "en"})
    user = make_user("other-manager")
    OrganizationMembership.objects.create(organization=Organization.objects.get(), user=user, created_at=NOW)
    other.force_login(user)

    unsigned = tried.rpartition(":")[0]

    for client, text in ((other, tried), (manager, unsigned), (manager, f"{unsigned}:AAAA")):
        assert client.post(IMPORT, {"what": "stores", "do": "import", "tried": text}).status_code == 400
    assert Store.objects.count() == 1


def test_a_person_in_two_cases_is_one(manager: Client) -> None:
    make_user("dora", store=Store.objects.get(slug="a-shop"), role=Role.STAFF)
    lines = "store,username,role,password\na-shop,Dora,manager,\na-shop,DORA,staff,\n"

    shown = page(send(manager, lines, what="staff", do="import")).text

    assert "Line 3: It stands on a line before as well." in shown
    assert StoreMembership.objects.get(user__username="dora").role == Role.MANAGER


def test_a_colleague_from_another_store_of_the_chain_joins_in_any_case(manager: Client) -> None:
    second = make_store("b-shop", name="B Shop")
    Organization.objects.get().stores.add(second)
    make_user("dora", store=second)

    send(manager, "store,username,role,password\na-shop,Dora,staff,\n", what="staff", do="import")

    assert StoreMembership.objects.get(store__slug="a-shop").user.username == "dora"
