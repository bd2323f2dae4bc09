import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType
from pytest_django import Settings

from booking.customer_input import (
    BadInput,
    can_be_texted,
    phone_in_words,
    read_email,
    read_name,
    read_note,
    read_phone,
)
from stores.phones import example


def code_of(read, text, **options):
    with pytest.raises(BadInput) as bad:
        read(text, **options)
    return bad.value.code


@pytest.mark.parametrize(
    "typed",
    ["Ada Test", "Zoé O'Test-Müller", "李小龙", "محمد", "Олена", "Ada 👩‍👩‍👧", "ᎣᏏᏲ", "X Æ A-12", "<b>Ada</b>", "=1+1"],
)
def test_names_of_any_script_are_kept_as_typed(typed) -> None:
    assert read_name(typed) == typed


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Ada   Test ", "Ada Test"),
        ("Ada\r\nTest", "Ada Test"),
        ("Ada\x00Test\x07", "AdaTest"),
        ("Ada \u202etseT", "Ada tseT"),
    ],
)
def test_names_lose_what_cannot_be_seen(typed, name) -> None:
    assert read_name(typed) == name


@pytest.mark.parametrize(
    "typed",
    [
        *("", "   ", "\u200b", "\u2060\ufeff", "\x00", "--"),
        *("\u3164", "\u115f\u1160", "\uffa0", "\u2800", "\u2800 \u3164", "\ufffc", "\U00013441", "\U0001d159"),
        *("\u0301", "\u0301\u20dd", "\U000e0041", "\ue000", "\u17b4", "\u180e", "-\u3164-"),
    ],
)
def test_names_nobody_could_read_are_refused(typed) -> None:
    assert code_of(read_name, typed) == "required"


def test_what_is_too_long_is_refused_and_not_cut() -> None:
    assert code_of(read_name, "a" * 121) == "too_long"
    assert code_of(read_name, "a" * 1_000_000) == "too_long"
    assert code_of(read_note, "a" * 501) == "too_long"
    assert code_of(read_email, "a" * 250 + "@example.org") == "too_long"


@pytest.mark.parametrize(
    "typed",
    [
        *("ada@localhost", "ada@LOCALHOST", "ada@mail.localhost", "ada@127.0.0.1", "ada@10.0.0.12"),
        *("ada@[127.0.0.1]", "ada@[IPv6:::1]", "ada@[::1]", "ada@"),
    ],
)
def test_addresses_of_no_mail_domain_are_refused(typed) -> None:
    assert code_of(read_email, typed) == "invalid"


@pytest.mark.parametrize("typed", ["Ada@Example.org", " ADA@EXAMPLE.ORG ", "ada@example.org"])
def test_one_persons_address_is_always_the_same(typed) -> None:
    assert read_email(typed) == "ada@example.org"


def test_surrogates_are_refused() -> None:
    assert code_of(read_name, "Ada \ud800") == "invalid"


@pytest.mark.parametrize(
    "typed",
    [
        "06 12 34 56 78",
        "0612345678",
        "+33 6 12 34 56 78",
        "0033612345678",
        "06.12.34.56.78",
        "(06) 12-34-56-78",
        "+33 (0)6 12 34 56 78",
    ],
)
def test_phones_in_any_spelling_are_one_number(typed) -> None:
    assert read_phone(typed, country="FR") == "+33612345678"


@pytest.mark.parametrize(
    ("typed", "phone"),
    [("05 49 24 00 39", "+33549240039"), ("+1 202 555 0143", "+12025550143"), ("+44 7400 123456", "+447400123456")],
)
def test_landlines_and_foreign_phones_are_phones(typed, phone) -> None:
    assert read_phone(typed, country="FR") == phone


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("12", "invalid"),
        ("call me", "invalid"),
        ("06 12 34 56", "invalid"),
        ("+999 123", "invalid"),
        ("0899 12 34 56", "not_allowed"),
        ("0820 12 34 56", "not_allowed"),
        ("0800 12 34 56", "not_allowed"),
        ("+1 900 555 0123", "not_allowed"),
        ("+881 6 3145 1234", "not_allowed"),
        ("+870 773 111 632", "not_allowed"),
        ("+979 123 456 789", "not_allowed"),
    ],
)
def test_phones_that_cannot_be_or_cost_extra_are_refused(typed, code) -> None:
    assert code_of(read_phone, typed, country="FR") in {code, "invalid" if code == "not_allowed" else code}


@pytest.mark.parametrize(
    ("typed", "country", "phone"),
    [
        ("0696 81 13 59", "FR", "+596696811359"),
        ("0696 81 13 59", "MQ", "+596696811359"),
        ("06 12 34 56 80", "RE", "+33612345680"),
        ("0692 12 34 56", "FR", "+262692123456"),
        ("0692 12 34 56", "GF", "+262692123456"),
        ("0690 00 12 34", "BL", "+590690001234"),
        ("0694 20 12 34", "YT", "+594694201234"),
        ("0596 70 12 34", "FR", "+596596701234"),
        ("+33 696 81 13 59", "BE", "+596696811359"),
        ("055 12 34", "PM", "+508551234"),
    ],
)
def test_france_and_its_overseas_regions_are_one_plan(typed, country, phone) -> None:
    assert read_phone(typed, country=country) == phone


@pytest.mark.parametrize(("typed", "country"), [("41 12 34", "FR"), ("0696 81 13 59", "BE"), ("06 12 34", "RE")])
def test_what_is_no_number_of_the_plan_is_refused(typed, country) -> None:
    assert code_of(read_phone, typed, country=country) == "invalid"


@pytest.mark.parametrize(("typed", "country"), [("0892 12 34 56", "MQ"), ("08 36 65 65 65", "RE")])
def test_dear_numbers_of_the_plan_are_refused_overseas_too(typed, country) -> None:
    assert code_of(read_phone, typed, country=country) == "not_allowed"


@pytest.mark.parametrize(
    ("country", "shown"),
    [("FR", "06 12 34 56 78"), ("RE", "0692 12 34 56"), ("BE", "0450 00 12 34"), ("US", "(201) 555-0123")],
)
def test_a_wrong_phone_is_told_an_example_of_the_stores_country(country, shown) -> None:
    with pytest.raises(BadInput) as bad:
        read_phone("12", country=country)

    assert str(bad.value.message) == f"Enter a phone number such as {shown}."


@pytest.mark.parametrize("country", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_every_countrys_example_is_accepted_in_that_country(country) -> None:
    assert read_phone(example(country), country=country)


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("+33612345678", True),
        ("+33549240039", False),
        ("+447400123456", False),
        ("+32470123456", True),
        ("", False),
        ("+596696811359", True),
        ("+596596701234", False),
    ],
)
def test_only_mobiles_of_our_countries_are_texted(phone, expected) -> None:
    assert can_be_texted(phone) is expected


def test_phones_are_shown_as_people_write_them() -> None:
    assert phone_in_words("+33612345678", country="FR") == "06 12 34 56 78"
    assert phone_in_words("+33612345678", country="BE") == "+33 6 12 34 56 78"
    assert phone_in_words("+596696811359", country="FR") == "0696 81 13 59"
    assert phone_in_words("+33612345678", country="RE") == "06 12 34 56 78"
    assert phone_in_words("+508551234", country="FR") == "+508 55 12 34"
    assert phone_in_words("as typed", country="FR") == "as typed"


def test_who_names_an_overseas_region_texts_to_it_alone(settings: Settings) -> None:
    settings.SMS_COUNTRIES = ["RE"]

    assert can_be_texted("+262692123456")
    assert not can_be_texted("+33612345678")
    assert not can_be_texted("+596696811359")


@pytest.mark.parametrize("country", ["FR", "BE", "CH", "DE", "GB", "IT", "US", "LU", "MC", "AU"])
@given(last=st.integers(0, 9999), kind=st.sampled_from([PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE]))
def test_phone_in_words_is_the_same_however_often_numbers_that_begin_so_were_asked_for(country, last, kind) -> None:
    example = phonenumbers.example_number_for_type(country, kind)
    assert example is not None
    number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)[:-4] + f"{last:04d}"

    for home in (country, "FR"):
        parsed = phonenumbers.parse(number, home)
        is_national = phonenumbers.region_code_for_number(parsed) == home
        form = phonenumbers.PhoneNumberFormat.NATIONAL if is_national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
        assert phone_in_words(number, country=home) == phonenumbers.format_number(parsed, form)


@pytest.mark.parametrize("typed", ["ada", "ada@", "@example.org", "a b@example.org", "ada@example.org\nBcc: x@y.org"])
def test_addresses_that_cannot_be_are_refused(typed) -> None:
    assert code_of(read_email, typed) == "invalid"


def test_nothing_typed_is_nothing() -> None:
    assert (read_email(" "), read_phone("", country="FR"), read_note("")) == ("", "", "")


@given(st.text())
def test_reading_never_breaks(text) -> None:
    for read in (read_name, read_note, read_email, lambda typed: read_phone(typed, country="FR")):
        try:
            kept = read(text)
        except BadInput:
            continue
        assert "\x00" not in kept
        assert "\n" not in kept
