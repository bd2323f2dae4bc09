"""How customers reach a store, where it may be shown, how it is protected."""

import pytest

from stores.models import Store
from stores.services import BadValue, save_contact, save_embed_origins, save_protection
from tests.factories import NOW, make_store

pytestmark = pytest.mark.django_db

CONTACT = {
    "phone": "+33549240040",
    "email": "shop@example.org",
    "website": "https://example.org/",
    "wheelchair": "limited",
}


@pytest.fixture
def store() -> Store:
    return make_store(website="https://old.example/")


def contact_of(store: Store) -> dict[str, str]:
    return Store.objects.values(*CONTACT).get(pk=store.pk)


def test_contact_is_kept_and_taken_away(store: Store) -> None:
    save_contact(store=store, **CONTACT, user=None, now=NOW)
    assert contact_of(store) == CONTACT

    nothing = dict.fromkeys(CONTACT, "")
    save_contact(store=store, **nothing, user=None, now=NOW)
    assert contact_of(store) == nothing


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"email": "shop@"}, "email", "invalid"),
        ({"website": "example.org"}, "website", "invalid"),
        ({"website": "javascript:alert(1)"}, "website", "invalid"),
        ({"website": f"https://example.org/{'a' * 240}"}, "website", "too_long"),
        ({"wheelchair": "perhaps"}, "wheelchair", "invalid_choice"),
    ],
)
def test_contact_that_cannot_be_used_changes_nothing(
    store: Store, given: dict[str, str], field: str, code: str
) -> None:
    before = contact_of(store)

    with pytest.raises(BadValue) as refused:
        save_contact(store=store, **CONTACT | given, user=None, now=NOW)

    assert (refused.value.field, refused.value.code) == (field, code)
    assert contact_of(store) == before


def test_sites_are_kept_once_each_as_browsers_name_them(store: Store) -> None:
    save_embed_origins(
        store=store,
        addresses=["https://Example.org/shop", "http://localhost:3000", "https://example.org:443"],
        user=None,
        now=NOW,
    )

    store.refresh_from_db()
    assert store.embed_origins == "https://example.org http://localhost:3000"


@pytest.mark.parametrize(
    ("addresses", "field", "code"),
    [
        (["https://example.org", "http://example.org"], "embed_origins.1", "invalid"),
        ([f"https://site-{number}.example" for number in range(11)], "embed_origins", "too_many"),
        ([f"https://{'a' * 60}-{number}.example" for number in range(8)], "embed_origins", "too_long"),
    ],
)
def test_sites_that_cannot_be_kept_change_nothing(store: Store, addresses: list[str], field: str, code: str) -> None:
    save_embed_origins(store=store, addresses=["https://example.org"], user=None, now=NOW)

    with pytest.raises(BadValue) as refused:
        save_embed_origins(store=store, addresses=addresses, user=None, now=NOW)

    assert (refused.value.field, refused.value.code) == (field, code)
    store.refresh_from_db()
    assert store.embed_origins == "https://example.org"


def test_proof_of_work_is_switched(store: Store) -> None:
    assert store.asks_proof_under_load

    save_protection(store=store, asks_proof_under_load=False, user=None, now=NOW)

    store.refresh_from_db()
    assert not store.asks_proof_under_load
