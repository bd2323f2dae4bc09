"""`add_organization`: one line a change, and nothing on a second run."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from stores.models import Organization
from tests.factories import make_store

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("add_organization", *arguments, stdout=out)
    return out.getvalue().splitlines()


@pytest.fixture(autouse=True)
def _stores() -> None:
    make_store("one-niort", search_text="|one|niort|79000|")
    make_store("two-niort", search_text="|two|niort|79000|")
    make_store("three-paris", town="Paris", search_text="|three niort|paris|75001|")


def test_town_gathers_its_stores_once() -> None:
    town = ("niort", "Niort", "--kind", "town", "--town", "NIORT", "--introduction", "Our shops.")
    assert run(*town) == ["created niort", "added one-niort to niort", "added two-niort to niort"]
    assert run(*town) == ["nothing changed"]
    made = Organization.objects.get()
    assert (made.name, made.kind, made.introduction, made.website) == ("Niort", "town", "Our shops.", "")


def test_chain_changes_only_what_is_given() -> None:
    run("chain", "Chain", "--kind", "chain", "--website", "https://example.org", "--stores", "one-niort")
    changed = run("chain", "New Chain", "--kind", "chain", "--stores", "one-niort", "three-paris", "three-paris")
    assert changed == ["changed name of chain", "added three-paris to chain"]
    assert Organization.objects.get().website == "https://example.org"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("x", "X", "--kind", "club"), "--kind: 'club' is neither"),
        (("x", "X", "--kind", "town", "--town", "Lyon"), "--town: no store is in 'Lyon'."),
        (("x", "X", "--kind", "town", "--town", " "), "--town: no store is in ' '."),
        (("x", "X", "--kind", "chain", "--stores", "one-niort", "gone"), "There is no store 'gone'."),
        (("x y", "X", "--kind", "town"), "slug cannot be used."),
        (("node", "X", "--kind", "chain"), "slug is what ids of OpenStreetMap begin with"),
        (("way", "X", "--kind", "chain"), "slug is what ids of OpenStreetMap begin with"),
        (("Relation", "X", "--kind", "town"), "slug is what ids of OpenStreetMap begin with"),
        (("x", " ", "--kind", "town"), "name is missing."),
        (("x", "\u3164", "--kind", "town"), "name is missing."),
        (("x", "X" * 121, "--kind", "town"), "name is too long."),
        (("x", "X", "--kind", "town", "--website", "nowhere"), "website cannot be used."),
        (("x", "X", "--kind", "town", "--introduction", "x" * 301), "introduction is too long."),
    ],
)
def test_what_cannot_be_kept_is_said_in_one_line_and_nothing_is_stored(arguments: tuple[str, ...], says: str) -> None:
    with pytest.raises(CommandError) as refused:
        run(*arguments)
    assert str(refused.value).startswith(says)
    assert not Organization.objects.exists()
