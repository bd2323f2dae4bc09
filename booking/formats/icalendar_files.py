"""Calendar files: one visit for its customer, and a store's feed (RFC 5545, 5546, 7986)."""

from collections.abc import Sequence
from datetime import datetime
from email.utils import parseaddr
from functools import cache, lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from icalendar import Component, Timezone, TimezoneDaylight, TimezoneStandard, vRecur, vText

from booking.formats.icalendar_lines import (
    LINE_END,
    WallTimes,
    address_line,
    escaped,
    mailto,
    named,
    on_one_line,
    text_line,
    utc_text,
    written_line,
)
from booking.formats.vtimezone import WEEKDAYS, YearlyRule, observances
from booking.formatting import first_name_and_initial, store_address, visit_type_name
from booking.links import manage_page_url, reply_address
from booking.models import Booking, Status
from booking.tokens import keyed_digest
from booking.web.reader_prefix import language_of_country
from stores.models import Store, VisitMode

Method = Literal["PUBLISH", "REQUEST", "CANCEL"]

_ALARM_TRIGGER = "-PT2H"
_FEED_REFRESH = "PT1H"
_NO_NAME = "—"
# Whoever sees a shared calendar sees that the time is taken, and not the link that opens the visit.
_PRIVATE = "CLASS:PRIVATE\r\n"
# By address alone: the person who typed the name may not own the address.
_ATTENDEE = "ATTENDEE;CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;RSVP=FALSE"


def booking_calendar(booking: Booking, *, method: Method, manage_url: str | None, now: datetime) -> bytes:
    """Return the calendar file of one visit, for its customer alone: `manage_url` may hold their token.

    REQUEST and CANCEL are for e-mails and name the customer as ATTENDEE.
    """
    store, zone = booking.store, ZoneInfo(booking.store.time_zone)
    is_cancelled = method == "CANCEL" or _is_cancelled(booking)
    description = url = ""
    place = _StoreLines(store, answers_to=reply_address(booking.reference), is_mailed=method != "PUBLISH")
    with translation.override(booking.locale):
        summary = text_line("SUMMARY", _("Visit: {store}").format(store=store.name))
        if manage_url:
            url = written_line("URL", manage_url)
            description = text_line("DESCRIPTION", _("See, change or cancel this visit: {url}").format(url=manage_url))
        if booking.visit_type.mode != VisitMode.STORE:  # no way to the store is needed
            place.geo, place.location = "", text_line("LOCATION", ", ".join((_by_what(booking), store.name)))
    event = (
        f"BEGIN:VEVENT\r\n{summary}{WallTimes(zone).lines(booking.starts_at, booking.ends_at)}"
        f"DTSTAMP:{utc_text(now)}\r\n{_identity(booking)}"
        f"{address_line(_ATTENDEE, booking.email) if method != 'PUBLISH' else ''}{_PRIVATE}{description}{place.geo}"
        f"LAST-MODIFIED:{utc_text(booking.updated_at)}\r\n{place.location}{place.organizer}"
        f"STATUS:{'CANCELLED' if is_cancelled else 'CONFIRMED'}\r\n{url}{'' if is_cancelled else place.alarm}"
        "END:VEVENT\r\n"
    )
    years = [at.astimezone(zone).year for at in (booking.starts_at, booking.ends_at)]
    return f"{_head(method)}{_timezone(zone, *years)}{event}END:VCALENDAR\r\n".encode()


def feed_calendar(store: Store, bookings: Sequence[Booking], *, now: datetime, desk: str = "") -> bytes:
    """Return the feed of a store's visits, or of a desk's: first names and initials, no phone, no address, no token.

    The same bookings give the same bytes, so that they can be compared.
    """
    zone = ZoneInfo(store.time_zone)
    first = min((booking.starts_at for booking in bookings), default=now).astimezone(zone).year
    last = max((booking.ends_at for booking in bookings), default=now).astimezone(zone).year
    with translation.override(_feed_language(store)):
        events = _FeedEvents(store, zone)
        title = f"{visit_type_name(desk)} · {store.name}" if desk else store.name
        written = "".join([events.event(booking) for booking in bookings])
    return f"{_feed_head(title)}{_timezone(zone, first, last)}{written}END:VCALENDAR\r\n".encode()


def visits_calendar(visits: Sequence[Booking], *, locale: str, now: datetime) -> bytes:
    """Return the feed of a customer's visits, at whatever stores; no token, as calendars are shared in families."""
    zones: dict[ZoneInfo, list[int]] = {}
    written = []
    with translation.override(locale):
        for visit in visits:
            zone = ZoneInfo(visit.store.time_zone)
            ends = (visit.starts_at, visit.ends_at)
            zones.setdefault(zone, []).extend(at.astimezone(zone).year for at in ends)
            written.append(_own_event(visit, zone))
        title = _("Your visits to come")
    years = zones or {ZoneInfo("UTC"): [now.year]}
    components = "".join(_timezone(zone, min(found), max(found)) for zone, found in years.items())
    return f"{_feed_head(title)}{components}{''.join(written)}END:VCALENDAR\r\n".encode()


def _own_event(visit: Booking, zone: ZoneInfo) -> str:
    """Return a visit for its customer's feed."""
    place, is_cancelled = _StoreLines(visit.store, answers_to=reply_address(visit.reference)), _is_cancelled(visit)
    if visit.visit_type.mode != VisitMode.STORE:
        place.geo, place.location = "", text_line("LOCATION", ", ".join((_by_what(visit), visit.store.name)))
    changed = utc_text(visit.updated_at)
    summary = text_line("SUMMARY", _("Visit: {store}").format(store=visit.store.name))
    return (
        f"BEGIN:VEVENT\r\n{summary}"
        f"{WallTimes(zone).lines(visit.starts_at, visit.ends_at)}DTSTAMP:{changed}\r\n{_identity(visit)}"
        f"{place.geo}LAST-MODIFIED:{changed}\r\n{place.location}{place.organizer}"
        f"STATUS:{'CANCELLED' if is_cancelled else 'CONFIRMED'}\r\n"
        f"{written_line('URL', manage_page_url(visit.reference))}{'' if is_cancelled else place.alarm}"
        "END:VEVENT\r\n"
    )


class _StoreLines:
    """The lines of an event that tell of its store."""

    def __init__(self, store: Store, *, answers_to: str = "", is_mailed: bool = False) -> None:
        sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        organizer = answers_to or store.email or sender
        sent_by = f';SENT-BY="{mailto(sender)}"' if is_mailed and organizer != sender else ""
        self.location = text_line("LOCATION", ", ".join(part for part in (store.name, store_address(store)) if part))
        self.geo = written_line("GEO", f"{_degrees(store.latitude)};{_degrees(store.longitude)}")
        self.organizer = address_line(f"ORGANIZER;{named(store.name)}{sent_by}", organizer)
        told = text_line("DESCRIPTION", store.name)
        self.alarm = f"BEGIN:VALARM\r\nACTION:DISPLAY\r\n{told}TRIGGER:{_ALARM_TRIGGER}\r\nEND:VALARM\r\n"


class _FeedEvents:
    """Writes the events of a feed; what many of them share is written once."""

    def __init__(self, store: Store, zone: ZoneInfo) -> None:
        self.place = _StoreLines(store)
        self.times = WallTimes(zone)
        self.kind = cache(lambda name: visit_type_name(name))
        self.people = cache(lambda count: ngettext("{count} person", "{count} people", count).format(count=count))

    def event(self, booking: Booking) -> str:
        """Return one visit."""
        place, is_cancelled = self.place, _is_cancelled(booking)
        name = "" if booking.erased_at else first_name_and_initial(booking.name)
        summary = f"{name or _NO_NAME} · {self.kind(booking.visit_type.name)} · {self.people(booking.party_size)}"
        changed = utc_text(booking.updated_at)
        return (
            f"BEGIN:VEVENT\r\n{written_line('SUMMARY', escaped(on_one_line(summary)))}"
            f"{self.times.lines(booking.starts_at, booking.ends_at)}DTSTAMP:{changed}\r\n{_identity(booking)}"
            f"{place.geo}LAST-MODIFIED:{changed}\r\n{place.location}{place.organizer}"
            f"STATUS:{'CANCELLED' if is_cancelled else 'CONFIRMED'}\r\n"
            f"{written_line('URL', manage_page_url(booking.reference))}{'' if is_cancelled else place.alarm}"
            "END:VEVENT\r\n"
        )


def _head(method: Method) -> str:
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Carillon//Carillon//EN", "CALSCALE:GREGORIAN")
    return LINE_END.join((*head, f"METHOD:{method}", ""))


def _feed_head(title: str) -> str:
    name = text_line("NAME", title) + text_line("X-WR-CALNAME", title)
    refresh = f"REFRESH-INTERVAL;VALUE=DURATION:{_FEED_REFRESH}\r\nX-PUBLISHED-TTL:{_FEED_REFRESH}\r\n"
    return f"{_head('PUBLISH')}{name}{refresh}"


def _identity(booking: Booking) -> str:
    """Return what tells a visit from others, and its versions from each other."""
    uid = keyed_digest("calendar", booking.reference)[:32]
    return f"UID:{uid}@carillon\r\nSEQUENCE:{booking.sequence}\r\n"


def _is_cancelled(booking: Booking) -> bool:
    return booking.status == Status.CANCELLED


def _by_what(booking: Booking) -> str:
    return _("By phone") if booking.visit_type.mode == VisitMode.PHONE else _("By video")


def _feed_language(store: Store) -> str:
    """Return the language of the store's staff. Programs fetch the feed, and they ask for no language."""
    language = language_of_country(store.country)
    return language if language in settings.STAFF_LANGUAGES else settings.LANGUAGE_CODE


@lru_cache(maxsize=256)
def _timezone(zone: ZoneInfo, first_year: int, last_year: int) -> str:
    """Return the component that tells the offsets of a zone in these local years."""
    timezone = Timezone()
    timezone["TZID"] = vText(zone.key)
    for observance in observances(zone, first_year=first_year, last_year=last_year):
        part: Component = TimezoneDaylight() if observance.is_daylight else TimezoneStandard()
        part.add("DTSTART", observance.onset)
        part.add("TZOFFSETFROM", observance.offset_from)
        part.add("TZOFFSETTO", observance.offset_to)
        part["TZNAME"] = vText(observance.name)
        if observance.rule:
            part["RRULE"] = _recurrence(observance.rule)
        timezone.add_component(part)
    return bytes(timezone.to_ical()).decode()


def _recurrence(rule: YearlyRule) -> vRecur:
    weekday = WEEKDAYS[rule.weekday]
    if rule.nth is None:
        return vRecur(FREQ="YEARLY", BYMONTH=rule.month, BYMONTHDAY=list(rule.days), BYDAY=weekday)
    return vRecur(FREQ="YEARLY", BYMONTH=rule.month, BYDAY=f"{rule.nth}{weekday}")


def _degrees(degrees: float) -> float:
    """Return degrees to the metre, without numbers so small that Python would write an exponent."""
    return round(degrees, 6) if abs(degrees) >= 0.0001 else 0.0
