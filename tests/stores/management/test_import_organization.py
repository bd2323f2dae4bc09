"""An organization's stores and their people come from a table, line by line; a dry run changes nothing."""

import io
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from stores.models import GivenPassword, Organization, Store, StoreMembership
from tests.factories import NOW, PASSWORD, make_store, make_user

pytestmark = pytest.mark.django_db
STORES = "id;name;latitude;longitude;town;opening_hours\n"


@pytest.fixture
def chain() -> Organization:
    return Organization.objects.create(slug="chain", name="Chain", kind="chain", created_at=NOW)


def said(tmp_path: Path, what: str, text: str, *args: str) -> list[str]:
    path, out = tmp_path / "table.csv", io.StringIO()
    path.write_bytes(text.encode("cp1252"))
    call_command("import_organization", what, "chain", str(path), *args, stdout=out)
    return out.getvalue().splitlines()


def test_stores_are_made_and_gathered(chain: Organization, tmp_path: Path) -> None:
    text = STORES + "12;Épicerie;46,32;-0,46;Niort;Mo-Sa 09:00-19:00\n13;;46.3;-0.4;;\n14;Shop;north;0;;\n"

    assert said(tmp_path, "stores", text) == [
        "line 2: created 12 epicerie-niort",
        "line 3: skipped 13 no name",
        "line 4: skipped 14 no position",
        "total 3: 1 created, 0 updated, 0 unchanged, 2 skipped",
    ]
    store = chain.stores.get()
    assert (store.source_id, store.name, store.latitude) == ("chain/12", "Épicerie", 46.32)
    assert said(tmp_path, "stores", text)[0] == "line 2: unchanged 12 epicerie-niort"


def test_an_id_twice_is_skipped(chain: Organization, tmp_path: Path) -> None:
    line = "12;Shop;46;0;Niort;Mo 09:00-19:00\n"

    assert said(tmp_path, "stores", STORES + line + line)[1].startswith("line 3: skipped 12 its id was seen before")


def test_a_dry_run_of_stores_changes_nothing(chain: Organization, tmp_path: Path) -> None:
    lines = "12;Shop;46;0;Niort;Mo 09:00-19:00\n13;Shop;46;1;Niort;Mo 09:00-19:00\n"

    told = said(tmp_path, "stores", STORES + lines, "--dry-run")

    assert told[:2] == ["line 2: created 12 shop-niort", "line 3: created 13 shop-niort-2"]
    assert not Store.objects.exists()


def test_staff_join_the_organizations_stores_alone(chain: Organization, tmp_path: Path) -> None:
    chain.stores.add(make_store("ours"))
    make_store("theirs")
    make_user("cleo")
    text = (
        "store,username,role,password\n"
        f"ours,ada,manager,{PASSWORD}\nours,cleo,Staff,\nours,dora,staff,\nours,emil,boss,x\ntheirs,ada,staff,\n"
    )

    *lines, total = said(tmp_path, "staff", text, "--dry-run")
    assert [*lines, total.removesuffix(" (dry run: nothing was written)")] == (
        expected := [
            "line 2: created ada@ours manager",
            "line 3: created cleo@ours staff",
            "line 4: skipped dora@ours is new and has no password",
            "line 5: skipped emil@ours the role is neither 'manager' nor 'staff'",
            "line 6: skipped ada@theirs no such store in the organization",
            "total 5: 2 created, 0 updated, 0 unchanged, 3 skipped",
        ]
    )
    assert total.endswith(" (dry run: nothing was written)")
    assert not StoreMembership.objects.exists()
    assert not User.objects.filter(username="ada").exists()
    assert said(tmp_path, "staff", text) == expected
    assert dict(StoreMembership.objects.values_list("user__username", "role")) == {"ada": "manager", "cleo": "staff"}


def test_whoever_comes_in_with_a_password_from_the_file_has_to_choose_another(
    chain: Organization, tmp_path: Path
) -> None:
    chain.stores.add(make_store("ours"))
    make_user("cleo")
    text = f"store,username,role,password\nours,ada,manager,{PASSWORD}\nours,cleo,staff,{PASSWORD}\n"

    said(tmp_path, "staff", text, "--dry-run")
    assert not GivenPassword.objects.exists()
    said(tmp_path, "staff", text)
    said(tmp_path, "staff", text)

    assert [given.user.username for given in GivenPassword.objects.all()] == ["ada"]


def test_a_file_that_is_no_table_is_refused(chain: Organization, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="has no column 'id'"):
        said(tmp_path, "stores", "a;b\n1;2\n")


def test_an_organization_named_like_openstreetmaps_ids_takes_no_store_over(chain: Organization, tmp_path: Path) -> None:
    theirs = make_store("theirs")
    Store.objects.filter(pk=theirs.pk).update(source_id="node/12", name="Theirs")
    Organization.objects.filter(pk=chain.pk).update(slug="node")
    path, out = tmp_path / "table.csv", io.StringIO()
    path.write_text(STORES + "12;Shop;46;0;Niort;\n")

    call_command("import_organization", "stores", "node", str(path), stdout=out)

    assert out.getvalue().startswith("line 2: skipped 12 its id would be one of OpenStreetMap's")
    theirs.refresh_from_db()
    assert theirs.name == "Theirs"
