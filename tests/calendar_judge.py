"""Calendar files as the package icalendar writes them from its own objects: what ours must be, byte by byte."""

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from icalendar import (
    Alarm,
    Calendar,
    Component,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vDatetime,
    vGeo,
    vInt,
    vRecur,
    vText,
    vUri,
)
from icalendar.parser import Contentline

from booking.formats.vtimezone import WEEKDAYS, YearlyRule, observances
from booking.formatting import first_name_and_initial, store_address, visit_type_name
from booking.links import manage_page_url, reply_address
from booking.models import Booking, Status
from booking.tokens import keyed_digest
from booking.web.reader_prefix import language_of_country
from stores.models import Store, VisitMode

Method = Literal["PUBLISH", "REQUEST", "CANCEL"]


class _Calendar(Calendar):
    """A calendar whose lines are folded only if they are too long."""

    def to_ical(self, sorted: bool = True) -> bytes:
        lines = (line.encode() for line in self.content_lines(sorted=sorted) if line)
        folded = (line if len(line) <= 75 else Contentline(line.decode()).to_ical() for line in lines)
        return b"".join(line + b"\r\n" for line in folded)


ALARM_BEFORE = timedelta(hours=2)
FEED_REFRESH = timedelta(hours=1)
_NO_NAME = "—"
_ADDRESS_SAFE = "@!$&'*+-._~="


def booking_calendar(booking: Booking, *, method: Method, manage_url: str | None, now: datetime) -> bytes:
    """Return the calendar file of one visit, for its customer alone: `manage_url` may hold their token.

    REQUEST and CANCEL are for e-mails and name the customer as ATTENDEE.
    """
    store = booking.store
    zone = ZoneInfo(store.time_zone)
    with translation.override(booking.locale):
        event = _event(booking, zone, stamp=now, is_cancelled=method == "CANCEL" or _is_cancelled(booking))
        event["SUMMARY"] = _text(_("Visit: {store}").format(store=store.name))
        if manage_url:
            event["URL"] = vUri(manage_url)
            event["DESCRIPTION"] = _text(_("See, change or cancel this visit: {url}").format(url=manage_url))
        _add_store(event, store)
        if booking.visit_type.mode != VisitMode.STORE:  # no way to the store is needed
            event["LOCATION"] = _text(", ".join((_by_what(booking), store.name)))
            del event["GEO"]
    event["CLASS"] = vText("PRIVATE")
    event["ORGANIZER"] = _organizer(store, answers_to=reply_address(booking.reference), is_mailed=method != "PUBLISH")
    if method != "PUBLISH":
        event["ATTENDEE"] = _attendee(booking)
    if event["STATUS"] == "CONFIRMED":
        event.add_component(_alarm(store))
    calendar = _calendar(zone, [booking], method=method, now=now)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def feed_calendar(store: Store, bookings: Sequence[Booking], *, now: datetime, desk: str = "") -> bytes:
    """Return the feed of a store's visits: first names and initials, no phone, no address, no token.

    The same bookings give the same bytes, so that they can be compared.
    """
    zone = ZoneInfo(store.time_zone)
    calendar = _calendar(zone, bookings, method="PUBLISH", now=now)
    with translation.override(_feed_language(store)):
        title = f"{visit_type_name(desk)} · {store.name}" if desk else store.name
    calendar["NAME"] = calendar["X-WR-CALNAME"] = _text(title)
    calendar.add("REFRESH-INTERVAL", FEED_REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", vText("PT1H"))
    parts = Event()
    _add_store(parts, store)
    alarm = _alarm(store)
    with translation.override(_feed_language(store)):
        for booking in bookings:
            event = _event(booking, zone, stamp=booking.updated_at, is_cancelled=_is_cancelled(booking))
            event["SUMMARY"] = _text(_feed_summary(booking))
            event["URL"] = vUri(manage_page_url(booking.reference))
            event.update(parts)
            if not _is_cancelled(booking):
                event.add_component(alarm)
            calendar.add_component(event)
    return bytes(calendar.to_ical())


def visits_calendar(visits: Sequence[Booking], *, locale: str, now: datetime) -> bytes:
    """Return the feed of a customer's visits, at whatever stores."""
    years: dict[ZoneInfo, list[int]] = {}
    for visit in visits:
        zone = ZoneInfo(visit.store.time_zone)
        years.setdefault(zone, []).extend(at.astimezone(zone).year for at in (visit.starts_at, visit.ends_at))
    years = years or {ZoneInfo("UTC"): [now.year]}
    first, first_years = next(iter(years.items()))
    calendar = _calendar(first, [], method="PUBLISH", now=datetime(first_years[0], 6, 1, tzinfo=UTC))
    calendar.subcomponents = [
        _timezone(zone, first_year=min(found), last_year=max(found)) for zone, found in years.items()
    ]
    with translation.override(locale):
        calendar["NAME"] = calendar["X-WR-CALNAME"] = _text(_("Your visits to come"))
        calendar.add("REFRESH-INTERVAL", FEED_REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("X-PUBLISHED-TTL", vText("PT1H"))
        for visit in visits:
            zone = ZoneInfo(visit.store.time_zone)
            event = _event(visit, zone, stamp=visit.updated_at, is_cancelled=_is_cancelled(visit))
            event["SUMMARY"] = _text(_("Visit: {store}").format(store=visit.store.name))
            event["URL"] = vUri(manage_page_url(visit.reference))
            _add_store(event, visit.store)
            if visit.visit_type.mode != VisitMode.STORE:
                event["LOCATION"] = _text(", ".join((_by_what(visit), visit.store.name)))
                del event["GEO"]
            event["ORGANIZER"] = _organizer(visit.store, answers_to=reply_address(visit.reference), is_mailed=False)
            if not _is_cancelled(visit):
                event.add_component(_alarm(visit.store))
            calendar.add_component(event)
    return bytes(calendar.to_ical())


def _calendar(zone: ZoneInfo, bookings: Sequence[Booking], *, method: Method, now: datetime) -> _Calendar:
    years = [at.astimezone(zone).year for booking in bookings for at in (booking.starts_at, booking.ends_at)]
    years = years or [now.astimezone(zone).year]
    calendar = _Calendar()
    calendar["VERSION"] = vText("2.0")
    calendar["PRODID"] = vText("-//Carillon//Carillon//EN")
    calendar["CALSCALE"] = vText("GREGORIAN")
    calendar["METHOD"] = vText(method)
    calendar.add_component(_timezone(zone, first_year=min(years), last_year=max(years)))
    return calendar


def _event(booking: Booking, zone: ZoneInfo, *, stamp: datetime, is_cancelled: bool) -> Event:
    """Return the event of a visit, as all calendar files have it."""
    event = Event()
    event["UID"] = vText(f"{keyed_digest('calendar', booking.reference)[:32]}@carillon")
    event["SEQUENCE"] = vInt(booking.sequence)
    event["DTSTAMP"] = vDatetime(stamp.astimezone(UTC))
    event["LAST-MODIFIED"] = vDatetime(booking.updated_at.astimezone(UTC))
    event["DTSTART"], event["DTEND"] = (vDatetime(at) for at in _written_times(booking, zone))
    event["STATUS"] = vText("CANCELLED" if is_cancelled else "CONFIRMED")
    return event


def _is_cancelled(booking: Booking) -> bool:
    return booking.status == Status.CANCELLED


def _written_times(booking: Booking, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return start and end on the store's clock; in UTC where that clock shows one of them twice that night.

    A local time in a calendar file always means its first occurrence (RFC 5545, 3.3.5).
    """
    local = booking.starts_at.astimezone(zone), booking.ends_at.astimezone(zone)
    if any(at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset() for at in local):
        return booking.starts_at.astimezone(UTC), booking.ends_at.astimezone(UTC)
    return local


def _add_store(event: Event, store: Store) -> None:
    event["LOCATION"] = _text(", ".join(part for part in (store.name, store_address(store)) if part))
    event["GEO"] = vGeo((_degrees(store.latitude), _degrees(store.longitude)))
    event["ORGANIZER"] = _organizer(store, answers_to="", is_mailed=False)


def _organizer(store: Store, *, answers_to: str, is_mailed: bool) -> vCalAddress:
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    address = answers_to or store.email or sender
    sent_by = {"SENT-BY": str(_address(sender))} if is_mailed and address != sender else {}
    return _address(address, CN=_parameter(store.name), **sent_by)


def _by_what(booking: Booking) -> str:
    return _("By phone") if booking.visit_type.mode == VisitMode.PHONE else _("By video")


def _attendee(booking: Booking) -> vCalAddress:
    """Return the customer as an attendee, by address alone: the person who typed the name may not own the address."""
    return _address(booking.email, CUTYPE="INDIVIDUAL", ROLE="REQ-PARTICIPANT", PARTSTAT="ACCEPTED", RSVP="FALSE")


def _alarm(store: Store) -> Alarm:
    alarm = Alarm()
    alarm["ACTION"] = vText("DISPLAY")
    alarm.add("TRIGGER", -ALARM_BEFORE)
    alarm["DESCRIPTION"] = _text(store.name)
    return alarm


def _feed_language(store: Store) -> str:
    """Return the language of the store's staff. Programs fetch the feed, and they ask for no language."""
    language = language_of_country(store.country)
    return language if language in settings.STAFF_LANGUAGES else settings.LANGUAGE_CODE


def _feed_summary(booking: Booking) -> str:
    name = "" if booking.erased_at else first_name_and_initial(booking.name)
    people = ngettext("{count} person", "{count} people", booking.party_size).format(count=booking.party_size)
    return " · ".join((name or _NO_NAME, visit_type_name(booking.visit_type.name), people))


def _timezone(zone: ZoneInfo, *, first_year: int, last_year: int) -> Timezone:
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
    return timezone


def _recurrence(rule: YearlyRule) -> vRecur:
    weekday = WEEKDAYS[rule.weekday]
    if rule.nth is None:
        return vRecur(FREQ="YEARLY", BYMONTH=rule.month, BYMONTHDAY=list(rule.days), BYDAY=weekday)
    return vRecur(FREQ="YEARLY", BYMONTH=rule.month, BYDAY=f"{rule.nth}{weekday}")


def _text(text: str) -> vText:
    """Return text on one line, without line breaks and control characters, which icalendar lets through.

    A backslash becomes a slash: the package would read a backslash before an N as a new line.
    """
    kept = (" " if character.isspace() else character for character in text if not _is_control(character))
    return vText("".join(kept).replace("\\", "/"))


def _is_control(character: str) -> bool:
    """Tell whether a character is a control or half of a pair, white space aside."""
    return unicodedata.category(character) in ("Cc", "Cs") and not character.isspace()


def _parameter(text: str) -> str:
    """Return text fit for a parameter, where a quotation mark would end it and "^" begins an escape (RFC 6868)."""
    return str(_text(text)).replace('"', "'").replace("^", " ").strip()


def _address(email: str, **parameters: str) -> vCalAddress:
    return vCalAddress(f"mailto:{quote(email, safe=_ADDRESS_SAFE)}", params=parameters)


def _degrees(degrees: float) -> float:
    """Return degrees to the metre, without numbers so small that Python would write an exponent."""
    return round(degrees, 6) if abs(degrees) >= 0.0001 else 0.0
