"""Phone numbers, read and written as the people of a country dial them. Pure."""

from collections.abc import Collection
from functools import cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

# France and its overseas regions share one numbering plan of ten digits; the library's tables have nine.
FRANCE = ("FR", "RE", "GP", "MQ", "GF", "YT", "PM", "BL", "MF")
_MAINLAND_CODE = 33
_FRENCH_CODES = frozenset({33, 262, 508, 590, 594, 596})
# The digits after the 0. A shorter number is not of the plan, although Saint-Pierre uses six digits at home.
_DIALED_DIGITS = 9
# The first digits of landlines overseas; the tables take some of them for numbers of the mainland.
_OVERSEAS_LANDLINES = ("262", "263", "269", "508", "590", "594", "596")
_WELL_KNOWN = "FR"


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


def region_of(number: PhoneNumber) -> str:
    """Return the two letters of a number's country; "001" for a network without a country, "" if unknown."""
    return phonenumbers.region_code_for_number(number) or ""


def is_among(region: str, countries: Collection[str]) -> bool:
    """Tell whether a region is one of these countries; France stands for its overseas regions too."""
    return region in countries or (region in FRANCE and "FR" in countries)


def is_dialed_alike(region: str, country: str) -> bool:
    """Tell whether numbers of a region are dialed in a country like its own numbers."""
    return region == country or (region in FRANCE and country in FRANCE and "PM" not in (region, country))


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
