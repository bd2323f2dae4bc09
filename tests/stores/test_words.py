"""Text cleaned, folded and turned into slugs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.words import cleaned, folded, search_text, slug_from, whole_part


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Café\t\n du \u00a0Port ", "Café du Port"),
        ("a\x00b\x1bc\ud800d", "abcd"),
        ("\u202eabc\u202c", "abc"),
        ("e\u0301", "é"),
        ("Zoë\u200dTest", "Zoë\u200dTest"),
        ("", ""),
    ],
)
def test_cleaned_keeps_what_can_be_seen(text: str, expected: str) -> None:
    assert cleaned(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Saint-Jean-d'Angély", "saint jean d angely"),
        ("Cœur & Straße Ærø", "coeur strasse aero"),
        ("ŁÓDŹ", "lodz"),
        ("İzmir", "izmir"),
        ("Καφές", "καφεσ"),
        ("薬局 7", "薬局 7"),
        ("½ ﬁne_day", "1 2 fine day"),
        ("|%|", ""),
    ],
)
def test_folded_has_no_case_nor_accents(text: str, expected: str) -> None:
    assert folded(text) == expected


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_search_text_holds_each_part_whole() -> None:
    text = search_text(name="Pharmacie du Géant", town="Niort", postal_code="79 000")
    assert text == "|pharmacie du geant|niort|79 000|"
    assert whole_part("NIORT") in text
    assert whole_part("Nior") not in text


@given(name=st.text(max_size=255), town=st.text(max_size=120), postal_code=st.text(max_size=20))
def test_search_text_fits_its_column(name: str, town: str, postal_code: str) -> None:
    assert len(search_text(name=name, town=town, postal_code=postal_code)) <= 400


@pytest.mark.parametrize(
    ("name", "town", "expected"),
    [
        ("Pharmacie Frigot", "Niort", "pharmacie-frigot-niort"),
        ("Pharmacie de l'Œillet", "Saint-Maixent-l'École", "pharmacie-de-l-oeillet-saint-maixent-l-ecole"),
        ("Pharmacie de Chauray", "Chauray", "pharmacie-de-chauray"),
        ("Shop", "", "shop"),
        ("薬局", "Niort", ""),
        ("薬局 24", "", "24"),
        ("!", "Niort", ""),
        ("A" * 50, "B", "a" * 20),
        ("one two three four five", "Niort", "one-two-three-four"),
    ],
)
def test_slug_is_ascii_of_name_and_town(name: str, town: str, expected: str) -> None:
    assert slug_from(name, town, longest=20 if len(expected) <= 20 else 80) == expected


@given(st.text(st.characters(max_codepoint=127)))
def test_folded_plain_letters_are_folded_like_all_others(text: str) -> None:
    assert f"{folded(text)} e".split() == folded(f"{text} \u00e9").split()
