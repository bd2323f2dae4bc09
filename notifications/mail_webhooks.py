"""Webhooks of the provider of e-mail: what bounced or arrived, and what customers send back. All must be signed."""

import logging
import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from anymail.signals import EventType
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from icalendar import Calendar

from notifications import receipts
from notifications.answers import Refused
from notifications.content import ReceivedMail
from notifications.mail_providers import NAME_OF_OURS, Unreadable, Unsigned, read_inbound, read_tracking
from notifications.models import Channel, OutboxMessage, State

_METHODS = ("POST", "HEAD")  # some providers ask with HEAD, when the address is set up, whether anybody is there
_REFUSED = frozenset({EventType.BOUNCED, EventType.REJECTED, EventType.FAILED})
_UUID_AT_END = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:@|$)")
_MOST_CALENDARS = 4
_MOST_RECIPIENTS = 20

log = logging.getLogger(__name__)


@csrf_exempt
@require_http_methods(_METHODS)
def tracking(request: HttpRequest) -> HttpResponse:
    """Take what became of e-mails; reports may come repeatedly and in any order."""
    return _taken(request, read_tracking, _take_report)


@csrf_exempt
@require_http_methods(_METHODS)
def inbound(request: HttpRequest) -> HttpResponse:
    """Take what customers send to the address for replies."""
    return _taken(request, read_inbound, _take_mail)


def _taken(request: HttpRequest, read: Callable[[HttpRequest], Any], take: Callable[[Any], None]) -> HttpResponse:
    """Answer a call: 403 unless it is signed; one that is not understood would not be, the next time either."""
    if request.method == "HEAD":
        return HttpResponse(status=200 if settings.EMAIL_PROVIDER else 403)
    try:
        events = read(request)
    except Unsigned:
        return HttpResponse(status=403)
    except Unreadable as error:
        log.warning("mail_event_unreadable", extra={"reason": str(error)})
        return HttpResponse(status=204)
    for event in events:
        take(event)
    return HttpResponse(status=204)


def _take_report(event: Any) -> None:
    message = _message_of(event)
    if message is None:
        return
    now = timezone.now()
    if event.event_type == EventType.DELIVERED:
        receipts.take(message=message, state=State.DELIVERED, provider_sid="", now=now)
    elif event.event_type in _REFUSED:
        receipts.take_failure(message=message, failure=Refused("bounced"), provider_sid="", now=now)


def _message_of(event: Any) -> OutboxMessage | None:
    """Return the e-mail of a report: by the name that it left with, else by its Message-ID."""
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    for told in (metadata.get(NAME_OF_OURS), event.message_id):
        found = _UUID_AT_END.search(str(told or "").strip("<> "))
        if found:
            return OutboxMessage.objects.filter(uuid=UUID(found[1]), channel=Channel.EMAIL).first()
    return None


def _take_mail(event: Any) -> None:
    """Hand an e-mail to the composer of replies; what else it holds is kept nowhere."""
    if event.message is None:
        return
    mail = ReceivedMail(
        recipients=tuple(_recipients(event.message))[:_MOST_RECIPIENTS],
        is_automatic=_is_automatic(event.message),
        is_decline=any(_declines(part) for part in _calendars(event.message)),
        is_calendar=any(True for _ in _calendars(event.message)),
    )
    import_string(settings.NOTIFICATIONS_MAIL_ANSWER)(mail, now=timezone.now())


def _recipients(message: Any) -> Iterator[str]:
    if message.envelope_recipient:
        yield from str(message.envelope_recipient).split(",")
    for one in (*message.to, *message.cc):
        yield one.addr_spec


def _is_automatic(message: Any) -> bool:
    """Tell whether a program wrote an e-mail by itself (RFC 3834): answering it could go on for ever."""
    told = str(message.get("Auto-Submitted", "no")).strip().lower()
    precedence = str(message.get("Precedence", "")).strip().lower()
    return not told.startswith("no") or precedence in ("bulk", "junk", "list", "auto_reply")


def _calendars(message: Any) -> Iterator[Any]:
    parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    yield from parts[:_MOST_CALENDARS]


def _declines(part: Any) -> bool:
    """Tell whether a calendar file says that its sender does not come (RFC 5546, 3.2.3)."""
    try:
        calendar = Calendar.from_ical(part.get_payload(decode=True))
        attendees = [event.get("ATTENDEE") for event in calendar.walk("VEVENT")]
    except (ValueError, TypeError, LookupError, AttributeError):
        return False
    if str(calendar.get("METHOD", "")).upper() != "REPLY":
        return False
    flat = [one for told in attendees for one in (told if isinstance(told, list) else [told]) if one is not None]
    return any(str(one.params.get("PARTSTAT", "")).upper() == "DECLINED" for one in flat)
