"""Structured data of a store (schema.org), for search engines. No text of a store can break out of its script block."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.safestring import SafeString

from booking.formats.json_ld import json_ld
from booking.links import store_card_url, store_page_url
from stores.closings import closed_times
from stores.hours import ONE_DAY, Interval, difference, openings
from stores.models import OrganizationKind
from stores.queries import OrganizationDetail, StoreDetail

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SPECIAL_DAYS_TOLD = timedelta(days=62)


def store_as_json_ld(
    store: StoreDetail, *, now: datetime, organizations: Sequence[OrganizationDetail] = ()
) -> SafeString:
    """Return a store's JSON-LD, safe inside a script element; the same in every language of the page."""
    return json_ld(_store(store, organizations, now=now))


def _store(store: StoreDetail, organizations: Sequence[OrganizationDetail], *, now: datetime) -> dict[str, Any]:
    address = {
        "streetAddress": store.street,
        "postalCode": store.postal_code,
        "addressLocality": store.town,
        "addressCountry": store.country,
    }
    optional = {"telephone": store.phone, "sameAs": store.website}
    chain = next((one for one in organizations if one.kind == OrganizationKind.CHAIN), None)
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Store",
        "@id": store_page_url(store.slug),
        "url": store_page_url(store.slug),
        "name": store.name,
        "image": store_card_url(store.slug),
        "address": {"@type": "PostalAddress", **_given(address)},
        "geo": {"@type": "GeoCoordinates", "latitude": store.latitude, "longitude": store.longitude},
        **_given(optional),
        "openingHoursSpecification": [
            {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": f"https://schema.org/{_DAYS[one.weekday]}",
                **_times(one.opens, one.closes),
            }
            for one in store.weekly
        ],
        "specialOpeningHoursSpecification": _special(store, now=now),
    }
    if chain:
        described["parentOrganization"] = _organization(chain)
    if store.visit_types:
        described["potentialAction"] = _booking(store)
    return described


def _organization(chain: OrganizationDetail) -> dict[str, str]:
    url = f"{settings.PUBLIC_URL}/o/{chain.slug}/"
    return {"@type": "Organization", "@id": url, "url": url, "name": chain.name}


def _booking(store: StoreDetail) -> dict[str, Any]:
    return {
        "@type": "ReserveAction",
        "target": {
            "@type": "EntryPoint",
            "urlTemplate": f"{store_page_url(store.slug)}book/",
            "inLanguage": [code for code, _name in settings.LANGUAGES],
            "actionPlatform": [
                "https://schema.org/DesktopWebPlatform",
                "https://schema.org/MobileWebPlatform",
            ],
        },
        "result": {"@type": "Reservation"},
    }


def _special(store: StoreDetail, *, now: datetime) -> list[dict[str, str]]:
    today = now.astimezone(store.zone).date()
    return [
        {
            "@type": "OpeningHoursSpecification",
            "validFrom": day.isoformat(),
            "validThrough": day.isoformat(),
            **_times(opens, closes, is_closed=not times),
        }
        for day, times in sorted(_other_days(store, today))
        for opens, closes in times or [(time.min, time.min)]
    ]


def _other_days(store: StoreDetail, today: date) -> Iterator[tuple[date, Sequence[tuple[time, time]]]]:
    """Yield the days to come on which the week's hours do not hold, and the hours that do; none means closed."""
    last = today + _SPECIAL_DAYS_TOLD
    yield from ((day, times) for day, times in store.special.items() if today <= day <= last)
    closed = closed_times(store, first_date=today, last_date=last)
    if not closed:
        return
    told: dict[date, list[tuple[time, time]]] = {}
    changed: set[date] = set()
    for day, own in _openings_by_day(store, today, last).items():
        left = difference(own, closed)
        for one in left:
            begins_on = one.starts_at.astimezone(store.zone).date()  # the next day, where midnight is past already
            told.setdefault(begins_on, []).append(_wall_times(one, store.zone))
            changed |= {begins_on} - {day}
        changed |= {day} if left != own else set()
    yield from ((day, told.get(day, [])) for day in changed if day not in store.special and day <= last)


def _openings_by_day(store: StoreDetail, first: date, last: date) -> dict[date, list[Interval]]:
    """Return the openings of the week on days without special hours, by the day on which they begin."""
    days: dict[date, list[Interval]] = {}
    for one in openings(store.weekly, {}, first_date=first, last_date=last + ONE_DAY, zone=store.zone):
        day = one.starts_at.astimezone(store.zone).date()
        if day not in store.special:
            days.setdefault(day, []).append(one)
    return days


def _wall_times(one: Interval, zone: ZoneInfo) -> tuple[time, time]:
    opens, closes = (moment.astimezone(zone).time() for moment in one)
    return opens, closes


def _times(opens: time, closes: time, *, is_closed: bool = False) -> dict[str, str]:
    """Return both times. The same time twice means "closed", so a whole day ends a minute early, as search engines ask.

    Hours that close before they open end on the next day, in JSON-LD as here.
    """
    if opens == closes and not is_closed:
        closes = (datetime.combine(date.min, closes) + timedelta(days=1, minutes=-1)).time()
    return {"opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}"}


def _given(fields: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}
