"""Phone numbers, read and written as the people of a country dial them. Pure."""

import re
from collections.abc import Collection
from functools import cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumber, PhoneNumberFormat, PhoneNumberType
from phonenumbers.phonemetadata import PhoneNumberDesc

# France and its overseas regions share one numbering plan of ten digits; the library's tables have nine.
FRANCE = ("FR", "RE", "GP", "MQ", "GF", "YT", "PM", "BL", "MF")
_MAINLAND_CODE = 33
_FRENCH_CODES = frozenset({33, 262, 508, 590, 594, 596})
# The digits after the 0. A shorter number is not of the plan, although Saint-Pierre uses six digits at home.
_DIALED_DIGITS = 9
# The first digits of landlines overseas; the tables take some of them for numbers of the mainland.
_OVERSEAS_LANDLINES = ("262", "263", "269", "508", "590", "594", "596")
_WELL_KNOWN = "FR"
_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_NEVER = "(?!)"


def parsed(text: str, *, country: str) -> PhoneNumber | None:
    """Return the number in a text, dialed as in `country`; None if it is not a number.

    A number dialed in France or overseas is read by its own region: 0696 81 13 59 is Martinique's everywhere.
    """
    try:
        number = phonenumbers.parse(text, country or None)
    except NumberParseException:
        return None
    valid = number if phonenumbers.is_valid_number(number) else None
    dialed = phonenumbers.national_significant_number(number)
    if number.country_code not in _FRENCH_CODES or len(dialed) != _DIALED_DIGITS:
        return valid
    if valid is None or (number.country_code == _MAINLAND_CODE and dialed.startswith(_OVERSEAS_LANDLINES)):
        return _elsewhere_in_france(dialed, than=region_of(number)) or valid
    return valid


def digits_over(text: str, *, country: str) -> int:
    """Return 1 where a text is a number of `country` with one digit too many, -1 with one too few, else 0."""
    try:
        number = phonenumbers.parse(text, country or None)
    except NumberParseException:
        return 0
    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    metadata = PhoneMetadata.metadata_for_region(region, None)
    lengths = metadata.general_desc.possible_length if metadata and metadata.general_desc else ()
    digits = phonenumbers.national_significant_number(number)
    # The library leaves the 0 that is dialed first on a number that is none.
    typed = len(digits.removeprefix(metadata.national_prefix or "") if metadata else digits)
    if typed in lengths:
        return 0
    return 1 if typed - 1 in lengths else -1 if typed + 1 in lengths else 0


def region_of(number: PhoneNumber) -> str:
    """Return the two letters of a number's country; "001" for a network without a country, "" if unknown."""
    return phonenumbers.region_code_for_number(number) or ""


def is_among(region: str, countries: Collection[str]) -> bool:
    """Tell whether a region is one of these countries; France stands for its overseas regions too."""
    return region in countries or (region in FRANCE and "FR" in countries)


def is_dialed_alike(region: str, country: str) -> bool:
    """Tell whether numbers of a region are dialed in a country like its own numbers."""
    return region == country or (region in FRANCE and country in FRANCE and "PM" not in (region, country))


def is_mobile(phone: str, countries: Collection[str]) -> bool:
    """Tell whether a number in E.164 is a mobile phone's, or may be one, of one of these countries.

    A text that is no number is nobody's.
    """
    plan = _plan(phone[1:4])
    ordinary = plan.ordinary.match(phone) if plan else None
    if plan and ordinary:
        return ordinary["mobile"] is not None and is_among(plan.region, countries)
    try:
        number = phonenumbers.parse(phone, None)
    except NumberParseException:
        return False
    return phonenumbers.number_type(number) in _MOBILE and is_among(region_of(number), countries)


@cache
def example(country: str) -> str:
    """Return a mobile number that nobody has, as the people of a country write it."""
    for region in (country, _WELL_KNOWN):
        if region in phonenumbers.SUPPORTED_REGIONS:
            number = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
            number = number or phonenumbers.example_number(region)
            if number is not None:
                return str(phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))
    return ""


def _elsewhere_in_france(national: str, *, than: str) -> PhoneNumber | None:
    for region in FRANCE:
        if region == than:
            continue
        try:
            number = phonenumbers.parse(national, region)
        except NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return number
    return None


class _Plan(NamedTuple):
    """The numbering plan behind a calling code of one country.

    `ordinary` are the numbers in E.164 that the library takes apart without a look at prefixes for dialing. Its group
    `mobile` is set for those that the library finds to be a mobile phone's, or says may be one. The pattern is made of
    the library's own, which takes fifty times as long; a day of 500 visits asks for 500 numbers.
    """

    region: str
    ordinary: re.Pattern[str]


@cache
def _plan(digits: str) -> _Plan | None:
    """Return the plan of numbers that begin with these three digits; None where several countries share it."""
    codes = (int(digits[:length]) for length in (1, 2, 3) if digits.isascii() and digits[:length].isdecimal())
    code = next((code for code in codes if code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE), 0)
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code, ())
    known = PhoneMetadata.metadata_for_region_or_calling_code(code, regions[0]) if len(regions) == 1 else None
    if known is None:
        return None
    others = [known.premium_rate, known.toll_free, known.shared_cost, known.voip, known.personal_number]
    others += [known.pager, known.uan, known.voicemail]
    no_other = "".join(f"(?!{_whole(other)})" for other in others)
    is_same = known.same_mobile_and_fixed_line_pattern
    dialed = known.national_prefix_for_parsing
    ordinary = f"{f'(?!{dialed})' if dialed else ''}{_whole(known.general_desc)}"
    mobile = f"{no_other}{_whole(known.fixed_line if is_same else known.mobile)}"
    return _Plan(regions[0], re.compile(rf"\+{code}(?={ordinary})(?P<mobile>{mobile})?"))


def _whole(kind: PhoneNumberDesc | None) -> str:
    """Return the pattern of whole numbers of a kind, as digits after the calling code."""
    if kind is None or not kind.national_number_pattern:
        return _NEVER
    lengths = "|".join(rf"\d{{{length}}}" for length in kind.possible_length if length > 0)
    of_length = rf"(?=(?:{lengths})\Z)" if kind.possible_length else ""
    return rf"{of_length}(?:{kind.national_number_pattern})\Z"
