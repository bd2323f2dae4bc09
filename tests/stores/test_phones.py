"""The fast answer to "is this a mobile phone's number" is the library's own, for numbers of all countries."""

import phonenumbers
from hypothesis import example, given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType

from stores.phones import is_among, is_mobile, region_of

_REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
_KINDS = [
    *(PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE),
    *(PhoneNumberType.SHARED_COST, PhoneNumberType.VOIP, PhoneNumberType.PERSONAL_NUMBER, PhoneNumberType.PAGER),
    *(PhoneNumberType.UAN, PhoneNumberType.VOICEMAIL),
]


def as_the_library_says(phone: str, countries: list[str]) -> bool:
    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return False
    may_be_mobile = phonenumbers.number_type(number) in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
    return may_be_mobile and is_among(region_of(number), countries)


def examples(region: str) -> list[str]:
    """Numbers of a country that nobody has, one of each kind that it knows."""
    numbers = [phonenumbers.example_number_for_type(region, kind) for kind in _KINDS]
    return [phonenumbers.format_number(one, phonenumbers.PhoneNumberFormat.E164) for one in numbers if one]


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A number near one that exists, or any digits behind a country's calling code."""
    region = draw(st.sampled_from(_REGIONS))
    digits = draw(st.text("0123456789", max_size=9))
    of_region = examples(region)
    if not of_region or draw(st.booleans()):
        return f"+{phonenumbers.country_code_for_region(region)}{digits}123"
    number = draw(st.sampled_from(of_region))
    return number[: draw(st.integers(6, len(number)))] + digits


def test_numbers_of_each_kind_and_country_are_mobile_as_the_library_says() -> None:
    asked = [number for region in _REGIONS for number in examples(region)]

    told = {number for number in asked if is_mobile(number, _REGIONS)}

    assert told == {number for number in asked if as_the_library_says(number, _REGIONS)}
    assert len(told) > 200


@given(numbers(), st.sampled_from([["FR"], ["BE", "GB"], _REGIONS]))
@example("+31101234567000000000", ["FR"])  # longer than any number
def test_a_number_is_mobile_if_the_library_says_so(phone, countries) -> None:
    assert is_mobile(phone, countries) == as_the_library_says(phone, countries)


def test_a_number_in_another_spelling_is_read_by_the_library() -> None:
    assert is_mobile("+330612345678", ["FR"])
    assert is_mobile("+33 6 12 34 56 78", ["FR"])
    assert not is_mobile("+33122334455", ["FR"])
