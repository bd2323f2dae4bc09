"""Stores are found by what people type: in any order, without accents, by beginnings, and mistyped."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from stores.models import Organization, SearchWord, Store, StoreWord
from stores.queries import StoresFound, stores_page
from stores.search.index import index_stores
from stores.words import folded, search_text
from tests.factories import NOW

pytestmark = pytest.mark.django_db
NAMES = {
    "centre-niort": ("Pharmacie du Centre", "Niort", "79000"),
    "ecole-st-maixent": ("Librairie de l'École", "Saint-Maixent-l'École", "79400"),
    "marche-paris": ("Boulangerie du Marché", "Paris", "75011"),
    "parisot-vert": ("Chez Parisot", "Vert", "79170"),
    "ste-anne": ("Fleurs Sainte-Anne", "Magné", "79460"),
}


def make_shops(**names: tuple[str, str, str]) -> None:
    for slug, (name, town, postal_code) in (names or NAMES).items():
        make_shop(slug, name, town, postal_code)


def make_shop(slug: str, name: str, town: str = "", postal_code: str = "") -> Store:
    store = Store.objects.create(
        slug=slug, name=name, town=town, postal_code=postal_code, country="FR", latitude=46.3, longitude=-0.4,
        time_zone="Europe/Paris", created_at=NOW,
        search_text=search_text(name=name, town=town, postal_code=postal_code),
    )  # fmt: skip
    index_stores(texts={slug: store.search_text})
    return store


def found(q: str) -> list[str]:
    return [store.slug for store in stores_page(q=q).results]


def all_pages(**asked: Any) -> list[str]:
    slugs, cursor = [], None
    while cursor is None or cursor:
        page = stores_page(**asked, page_size=1, cursor=cursor or "")
        slugs += [store.slug for store in page.results]
        cursor = page.next_cursor or ""
    return slugs


@pytest.mark.parametrize(
    ("town", "q"),
    [
        ("Gent", "Gand"),
        ("Gand", "Gent"),
        ("Gand", "ghent"),
        ("Gand", "gan"),
        ("Antwerpen", "Anvers"),
        ("Genève", "Genf"),
        ("Basel", "Bâle"),
        ("Bruxelles", "brussel"),
        ("Strasbourg", "Straßburg"),
    ],
)
def test_a_town_is_found_by_its_names_in_other_languages(town: str, q: str) -> None:
    make_shop("bloemen", "Fleurs", town)
    make_shop("other", "Fleurs", "Niort")

    assert found(q) == ["bloemen"]


@pytest.mark.parametrize(
    ("name", "q"),
    [
        *(("متجر الزهور", q) for q in ("زهور", "الزهور", "متجر زهور", "الزه", "زهو")),
        *(("متجر زهور", q) for q in ("زهور", "الزهور", "متجر زهور", "زهو")),
    ],
)
def test_an_arabic_word_is_found_with_its_article_or_without(name: str, q: str) -> None:
    make_shop("flowers", name)
    make_shop("other", "متجر الكتب")

    assert found(q) == ["flowers"]


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("niort pharmcie", ["centre-niort"]),
        ("pharamcie", ["centre-niort"]),
        ("sant maxent", ["ecole-st-maixent"]),
        ("st maixent", ["ecole-st-maixent"]),
        ("sainte anne", ["ste-anne"]),
        ("ste-anne", ["ste-anne"]),
        ("7900", ["centre-niort"]),
        ("79 000", ["centre-niort"]),
        ("79", ["centre-niort", "ecole-st-maixent", "parisot-vert", "ste-anne"]),
        ("79001", ["centre-niort"]),
        ("BOULANGERIE paris", ["marche-paris"]),
        ("paris boul", ["marche-paris"]),
        ("marche", ["marche-paris"]),
        ("paris", ["marche-paris", "parisot-vert"]),
        ("magne", ["ste-anne"]),
        ("mange", ["ste-anne"]),
        ("niort boulangerie", []),
        ("xyzzy", []),
        ("!!!", []),
    ],
)
def test_stores_are_found_as_people_type(q: str, expected: list[str]) -> None:
    make_shops()
    assert found(q) == expected


def test_words_as_they_stand_come_before_their_beginnings() -> None:
    make_shops(a=("Parisot", "", ""), b=("Paris", "", ""), c=("Parisienne", "", ""), d=("Au Paris", "", ""))
    assert found("paris") == ["b", "d", "a", "c"]
    assert all_pages(q="paris") == ["b", "d", "a", "c"]


def test_words_spelled_alike_are_for_who_finds_nothing() -> None:
    make_shops(a=("Marin", "", ""), b=("Martin", "", ""), c=("Martine", "", ""))
    assert found("marin") == ["a"]
    page = stores_page(q="martyn")
    assert ([store.slug for store in page.results], page.is_alike) == (["b"], True)


def test_nearest_spelling_comes_first_over_all_pages() -> None:
    make_shops(a=("Boulangeries", "", ""), b=("Boulangerie", "", ""), c=("Boulangerie Test", "", ""))
    assert all_pages(q="boulangeriw") == ["b", "c", "a"]


def test_pages_of_a_search_follow_each_other_without_gap_or_repeat() -> None:
    make_shops(
        **{f"shop-{number}": ("Pharmacie" if number % 2 else "Pharmacies", "Niort", "79000") for number in range(7)}
    )
    for q in ("pharmacie", "pharmacies niort", "pharmacei", "phar", "7"):
        assert sorted(all_pages(q=q)) == sorted(set(all_pages(q=q)))
    assert len(all_pages(q="pharmacie")) == 7
    assert len(all_pages(q="pharmacei niotr")) == 7


def test_search_keeps_to_town_postal_code_and_organization() -> None:
    make_shops()
    make_shop("centre-lyon", "Pharmacie du Centre", "Lyon", "69001")
    chain = Organization.objects.create(slug="chain", name="Chain", kind="chain", created_at=NOW)
    chain.stores.add(Store.objects.get(slug="centre-lyon"), Store.objects.get(slug="marche-paris"))
    assert [store.slug for store in stores_page(q="pharmacie", town="lyon").results] == ["centre-lyon"]
    assert [store.slug for store in stores_page(q="pharmacie", postal_code="79000").results] == ["centre-niort"]
    assert StoresFound(q="centre", organization="chain").by_name().slugs == ("centre-lyon",)
    assert StoresFound(q="cemtre", organization="chain").by_name().slugs == ("centre-lyon",)
    assert StoresFound(organization="chain").by_name().slugs == ("centre-lyon", "marche-paris")


@pytest.mark.parametrize(("q", "count"), [("", 5), ("79", 4), ("pharamcie", 1), ("xyzzy", 0), ("?", 0)])
def test_count_is_of_all_that_fit(q: str, count: int) -> None:
    make_shops()
    assert StoresFound(q=q).count() == count


def test_nearest_of_what_is_spelled_alike() -> None:
    make_shops()
    page = StoresFound(q="pharamcie").nearest((46.3, -0.4))
    assert (page.slugs, page.is_alike, page.distances_km) == (("centre-niort",), True, (0.0,))


def test_middle_is_of_stores_that_are_of_one_place() -> None:
    make_shops(a=("Shop", "Niort", "79000"), b=("Shop", "Paris", "75001"))
    Store.objects.filter(slug="b").update(latitude=48.85, longitude=2.37)
    assert StoresFound(q="niort").middle() == (46.3, -0.4)
    assert StoresFound(q="shop").middle() is None
    assert StoresFound(q="xyzzy").middle() is None


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("q", "statements"), [("", 2), ("pharmacie", 3), ("pharm", 3), ("pharmacei", 5), ("xyzzy", 2), ("7 phar", 3)]
)
def test_search_takes_the_same_statements_for_any_number_of_stores(q: str, statements: int, count: int) -> None:
    make_shops(**{f"shop-{number}": ("Pharmacie", "Niort", "79000") for number in range(count)})
    with CaptureQueriesContext(connection) as queries:
        stores_page(q=q)
    assert len(queries) == statements


@pytest.mark.parametrize(
    "q", ["%", "_", "\0", "a\0b", "🔔", "é" * 5000, "a b " * 200, "' OR 1=1 --", "\u202e", "\ud800", "日本", "0" * 50]
)
def test_hostile_words_are_only_words(q: str) -> None:
    make_shops()
    make_shop("tokyo", "薬局 日本")
    assert found(q) == (["tokyo"] if q == "日本" else [])


def test_a_store_is_found_by_its_words_alone_once_they_changed() -> None:
    make_shops()
    index_stores(texts={"centre-niort": "|moulin|niort|79000|"})
    assert found("centre") == []
    assert found("moulin") == ["centre-niort"]


def test_index_writes_nothing_that_is_there() -> None:
    make_shops()
    before = (list(SearchWord.objects.values_list("pk")), list(StoreWord.objects.values_list("pk")))
    with CaptureQueriesContext(connection) as queries:
        index_stores(texts=dict(Store.objects.values_list("slug", "search_text")))
    assert not [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert before == (list(SearchWord.objects.values_list("pk")), list(StoreWord.objects.values_list("pk")))


def test_words_of_a_store_that_is_gone_find_nothing_and_stand_in_nobodys_way() -> None:
    make_shops()
    Store.objects.get(slug="centre-niort").delete()
    assert found("pharmacie") == []
    make_shop("pharmacy", "Pharmacia")
    assert found("pharmacie") == ["pharmacy"]


words = st.text("abcdeéiîlmnoôrstuç", min_size=5, max_size=12)


class AnyWordsTest(TestCase):
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.lists(words, min_size=1, max_size=4), min_size=1, max_size=5), st.data())
    def test_an_exact_word_is_always_found_and_so_is_one_mistake(
        self, names: list[list[str]], data: st.DataObject
    ) -> None:
        for number, name in enumerate(names):
            make_shop(f"shop-{number}", " ".join(name))
        number = data.draw(st.integers(0, len(names) - 1))
        word = folded(data.draw(st.sampled_from(names[number])))
        assert f"shop-{number}" in found(word)
        at = data.draw(st.integers(0, len(word) - 1))
        typed = word[:at] + "x" + word[at + 1 :]  # a letter that no name has
        assert f"shop-{number}" in found(typed)
