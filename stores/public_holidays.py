"""Public holidays of a country, as proposals to a store; the store decides whether it closes."""

from dataclasses import dataclass
from datetime import date

# Regions where French law adds a day, by the start of the postal code: the longest match counts.
_FRENCH_PARTS = {
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    "971": "971",
    "97133": "BL",
    "97150": "MF",
    "972": "972",
    "973": "973",
    "974": "974",
    "975": "PM",
    "976": "976",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}


@dataclass(frozen=True, slots=True)
class PublicHoliday:
    """A public holiday of a country or a part of it; it has several names if two holidays fall on one day."""

    date: date
    name: str


def public_holidays(
    *, country: str, postal_code: str, from_date: date, to_date: date, language: str
) -> list[PublicHoliday]:
    """Return the public holidays of a place, both days included, named in `language` if the country has it.

    `country` is in ISO 3166, two letters; a country that the library does not know has none.
    """
    import holidays  # noqa: PLC0415 -- 6 MB that most web processes never need

    spoken = holidays.list_localized_countries()
    if country not in holidays.list_supported_countries(include_aliases=False):
        return []
    kept = holidays.country_holidays(
        country,
        subdiv=_part(country, postal_code),
        years=range(from_date.year, to_date.year + 1),
        language=_language(spoken.get(country, []), language),
    )
    return [PublicHoliday(day, name) for day, name in sorted(kept.items()) if from_date <= day <= to_date]


def _part(country: str, postal_code: str) -> str | None:
    starts = [start for start in _FRENCH_PARTS if postal_code.startswith(start)] if country == "FR" else []
    return _FRENCH_PARTS[max(starts, key=len)] if starts else None


def _language(spoken: list[str], language: str) -> str | None:
    """Return the country's variant of `language`, else of English; None if the country has one language."""
    wanted = (name for start in (language, "en") for name in spoken if name.partition("_")[0] == start)
    return next(wanted, None)
