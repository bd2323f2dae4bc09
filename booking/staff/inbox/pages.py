"""The store's inbox: texts that nobody but a person understands, thread by thread, and replies to them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking.customer_input import phone_in_words
from booking.messages.booking_messages import can_be_answered
from booking.messages.inbox import Talk, line_of, reply_goes_at, reply_to_talk, settle_talk, talk_with, talks_of
from booking.models import CustomerText
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.forms.texting import ReplyForm
from booking.staff.visit_messages import MessageLine, MessageLines
from booking.web.responses import see_other


class _Line(NamedTuple):
    """One text of a talk, and what became of it if it is a reply."""

    text: CustomerText
    state: MessageLine | None


class _Row(NamedTuple):
    """A talk in the list."""

    talk: Talk
    phone: str


@require_safe
@at_store()
def inbox(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show the talks, those that wait for an answer first."""
    rows = [_Row(talk, phone_in_words(talk.phone, country=at.store.country)) for talk in talks_of(at.store)]
    context = {"section": "inbox", "rows": rows, "can_be_answered": can_be_answered(), "can_set_up": at.is_manager}
    return staff_page(request, at, "staff/inbox/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@at_store()
def talk(request: HttpRequest, at: StaffContext, text: int) -> HttpResponseBase:
    """Show one talk, and send a reply: typed, or one of the saved ones."""
    seen = line_of(at.store, text)
    if seen is None:
        raise Http404
    form = ReplyForm(_reply_of(request, at))
    if form.is_bound and form.is_valid():
        reply = reply_to_talk(seen=seen, body=form.cleaned_data["body"], user=at.user, now=at.now)
        return see_other(reverse("staff-inbox-talk", args=[at.store.slug, reply.pk]))
    lines, deliveries = talk_with(seen)
    words = MessageLines()
    told = {line.pk: words.of(deliveries.get(f"text/{line.pk}", ())) for line in lines}
    shown = [_Line(line, next(iter(told[line.pk][-1:]), None)) for line in lines]
    return staff_page(
        request,
        at,
        "staff/inbox/talk.html",
        {**_context(at, lines), "lines": shown, "form": form, "problems": form.problems() if form.is_bound else []},
        status=400 if form.is_bound else 200,
    )


@require_POST
@at_store(come_back="staff-inbox")
def settle(_request: HttpRequest, at: StaffContext, text: int) -> HttpResponseBase:
    """Note that nothing is to do about a talk."""
    seen = line_of(at.store, text)
    if seen is None:
        raise Http404
    settle_talk(seen=seen, now=at.now)
    return see_other(reverse("staff-inbox", args=[at.store.slug]))


def _reply_of(request: HttpRequest, at: StaffContext) -> dict[str, str] | None:
    """Return the reply that was sent: the saved one whose button was pressed, else what was typed."""
    if request.method != "POST":
        return None
    number = request.POST.get("saved", "")
    saved = at.store.saved_replies
    is_saved = number.isascii() and number.isdecimal() and len(number) < 3 and int(number) < len(saved)
    return {"body": saved[int(number)] if is_saved else request.POST.get("body", "")}


def _context(at: StaffContext, lines: Sequence[CustomerText]) -> dict[str, Any]:
    last = lines[-1]
    goes_at: datetime = reply_goes_at(at.store, now=at.now)
    return {
        "section": "inbox",
        "last": last,
        "name": next((line.name for line in reversed(lines) if line.name), ""),
        "phone": phone_in_words(last.phone, country=at.store.country),
        "is_waiting": any(line.done_at is None for line in lines),
        "saved_replies": list(enumerate(at.store.saved_replies)),
        "texts_at": goes_at if goes_at > at.now else None,
        "can_be_answered": can_be_answered(),
    }
