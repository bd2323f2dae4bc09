"""The page of a store's messages: which went, which wait, and those that want somebody, with their whole life."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from booking.formatting import moment_in_words
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.message_names import message_name_by
from booking.staff.visit_messages import delivery_in_words
from booking.subjects import About, Subject
from booking.web.query_params import read_instant
from booking.web.responses import see_other
from notifications import decisions, queries
from notifications.models import OutboxMessage, State
from notifications.outbox import Delivery
from stores.models import Role

PAGE = 50
LARGEST_ID = 2**63 - 1
WANT_SOMEBODY = (State.UNKNOWN, State.DEAD, State.FAILED)
_SHOWN: Mapping[str, tuple[State, ...]] = {
    "trouble": WANT_SOMEBODY,
    "went": (State.SENT, State.DELIVERED),
    "waits": (State.DUE, State.SENDING),
    "not": (State.SKIPPED,),
    "": tuple(State),
}


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message as managers see it; `reference` is its visit's, "" where it is about none."""

    id: int
    name: str
    state: str
    moment: str
    reference: str
    facts: tuple[tuple[str, str], ...]
    wants_somebody: bool
    may_be_retried: bool


@require_safe
@at_store(need=Role.MANAGER)
def sent_messages(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show the newest messages, or those of one kind of state, with a link to the older ones."""
    shown = request.GET.get("show", "")
    states = _SHOWN.get(shown, _SHOWN[""])
    found = queries.messages_of(account=at.store.slug, states=states, older_than=_older_than(request), limit=PAGE + 1)
    rows = [_row(one, at) for one in found[:PAGE]]
    last = found[PAGE - 1] if len(found) > PAGE else None
    asked: dict[str, str | int] = {"show": shown, "before": last.updated_at.isoformat(), "id": last.pk} if last else {}
    context = {
        "section": "setup",
        "rows": rows,
        "shown": shown,
        "choices": _choices(),
        "older_url": f"?{urlencode({name: value for name, value in asked.items() if value})}" if asked else "",
        "is_first": "before" not in request.GET,
        "done": request.GET.get("done", ""),
    }
    return staff_page(request, at, "staff/setup/sent_messages.html", context)


@require_POST
@at_store(need=Role.MANAGER, come_back="staff-setup-sent-messages")
def decide(request: HttpRequest, at: StaffContext, message: int) -> HttpResponseBase:
    """Try a message again, or give it up: what it asks a person for."""
    if not 0 < message <= LARGEST_ID:
        raise Http404
    asked = OutboxMessage.objects.filter(pk=message, account=at.store.slug, state__in=WANT_SOMEBODY)
    if request.POST.get("what") == "retry":
        done = decisions.retry(messages=asked.filter(not_after__gt=at.now), now=at.now)
    else:
        done = decisions.drop(messages=asked, now=at.now)
    address = reverse("staff-setup-sent-messages", args=[at.store.slug])
    return see_other(f"{address}?show=trouble&done={'yes' if done else 'no'}")


def _choices() -> list[tuple[str, str]]:
    return [
        ("", _("All")),
        ("trouble", _("Those that want somebody")),
        ("waits", _("Those that wait")),
        ("went", _("Those that went")),
        ("not", _("Those that were not sent")),
    ]


def _older_than(request: HttpRequest) -> tuple[datetime, int] | None:
    before, number = read_instant(request.GET.get("before", "")), request.GET.get("id", "")
    is_number = number.isascii() and number.isdigit() and len(number) < len(str(LARGEST_ID))
    return (before, int(number)) if before is not None and is_number else None


def _row(one: OutboxMessage, at: StaffContext) -> MessageRow:
    told = Delivery(one.kind, one.channel, one.state, one.reason, one.updated_at, is_limited=one.is_limited)
    subject = Subject.parse(one.subject)
    wants_somebody = one.state in WANT_SOMEBODY
    return MessageRow(
        id=one.pk,
        name=message_name_by(one.kind, one.channel),
        state=delivery_in_words(told),
        moment=moment_in_words(one.updated_at, at.zone),
        reference=subject.key if subject.about == About.BOOKING else "",
        facts=tuple(_facts(one, at)),
        wants_somebody=wants_somebody,
        may_be_retried=wants_somebody and one.not_after > at.now,
    )


def _facts(one: OutboxMessage, at: StaffContext) -> list[tuple[str, str]]:
    """Return the life of a message: when it was written, due and tried, and the provider's reason as it is."""
    moments = [
        (_("Written"), one.created_at),
        (_("Due"), one.due_at),
        (_("Last tried"), one.attempted_at),
    ]
    facts = [(name, moment_in_words(moment, at.zone)) for name, moment in moments if moment is not None]
    if one.attempts:
        facts.append((_("Tries"), str(one.attempts)))
    if one.segments:
        facts.append((_("Segments"), str(one.segments)))
    if one.reason:
        facts.append((_("Reason, as it is kept"), one.reason))
    return facts
