import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.gsm7 import fits_one_segment, is_gsm7, name_in_gsm7, septets, to_gsm7


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Déjà à Noël", "Déjà à Noel"),
        ("ça, français, forêt", "ca, francais, foret"),
        ("Bœuf « d’Œil »…", 'Boeuf " d\'OEil "...'),
        ("10 h 15", "10 h 15"),
        ("Łódź", "Lódz".replace("ó", "o")),
        ("日本", "??"),
        ("a\u0301", "a"),
        ("Merci 🙏 !", "Merci  !"),
    ],
)
def test_to_gsm7_keeps_what_it_can(text, plain) -> None:
    assert to_gsm7(text) == plain


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Pharmacie de la Gare", "Pharmacie de la Gare"),
        ("Où est Œdipe ?", "Où est OEdipe ?"),
        ("Café 日本", "Café"),
        ("متجر الزهور (Les Fleurs)", "Les Fleurs"),
        ("Цветы & Fleurs", "Fleurs"),
        ("8 à Huit", "8 à Huit"),
        ("421", "421"),
        ("متجر الزهور", ""),
        ("Магазин 24", ""),
        ("薬", ""),
        ("★★★", ""),
        ("?", ""),
    ],
)
def test_a_name_is_said_in_gsm7_or_not_at_all(name, said) -> None:
    assert name_in_gsm7(name) == said


@given(st.text())
def test_a_name_in_gsm7_asks_nothing_that_the_name_does_not(name) -> None:
    assert is_gsm7(name_in_gsm7(name))
    assert name_in_gsm7(name).count("?") <= name.count("?") + name.count("\uff1f")


@given(st.text())
def test_to_gsm7_is_always_gsm7(text) -> None:
    assert is_gsm7(to_gsm7(text))


def test_septets_count_the_extension_table_twice() -> None:
    assert septets("a€[") == 5
    assert fits_one_segment("a" * 160)
    assert not fits_one_segment("a" * 159 + "€")
    assert not fits_one_segment("ç")
