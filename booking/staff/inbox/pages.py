"""The store's inbox: texts that nobody but a person understands, thread by thread, and replies to them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking.customer_input import can_be_texted, phone_in_words
from booking.messages.booking_messages import can_be_answered
from booking.messages.inbox import (
    Talk,
    line_of,
    newest_line_with,
    reply_goes_at,
    reply_to_talk,
    settle_talk,
    talk_with,
    talks_of,
    text_customer,
)
from booking.models import Booking, CustomerText
from booking.staff.access import StaffContext, at_store, at_visit, staff_page
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


@require_http_methods(["GET", "HEAD", "POST"])
@at_visit()
def text_visitor(request: HttpRequest, at: StaffContext, booking: Booking) -> HttpResponseBase:
    """Write to the customer of a visit: in the talk with their number, or as its first line."""
    if not _may_be_texted(booking):
        return see_other(reverse("staff-visit", args=[at.store.slug, booking.reference]))
    before = newest_line_with(at.store, booking.phone)
    if request.method != "POST" and before is not None:
        return see_other(reverse("staff-inbox-talk", args=[at.store.slug, before.pk]))
    form = ReplyForm(_reply_of(request, at))
    if form.is_bound and form.is_valid():
        line = text_customer(booking_id=booking.pk, body=form.cleaned_data["body"], user=at.user, now=at.now)
        return see_other(reverse("staff-inbox-talk", args=[at.store.slug, line.pk]))
    form.fields["body"].label = _("Your text")
    context = {
        **_sending(at),
        "booking": booking,
        "phone": phone_in_words(booking.phone, country=at.store.country),
        "form": form,
        "problems": form.problems() if form.is_bound else [],
    }
    return staff_page(request, at, "staff/inbox/write.html", context, status=400 if form.is_bound else 200)


@require_POST
@at_store(come_back="staff-inbox")
def settle(_request: HttpRequest, at: StaffContext, text: int) -> HttpResponseBase:
    """Note that nothing is to do about a talk."""
    seen = line_of(at.store, text)
    if seen is None:
        raise Http404
    settle_talk(seen=seen, now=at.now)
    return see_other(reverse("staff-inbox", args=[at.store.slug]))


def _may_be_texted(booking: Booking) -> bool:
    """Tell whether a text can go to a visit's number, and its customer has not ended texts about the visit."""
    return booking.erased_at is None and can_be_texted(booking.phone) and not booking.wants_no_texts


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
    return {
        **_sending(at),
        "last": last,
        "name": next((line.name for line in reversed(lines) if line.name), ""),
        "phone": phone_in_words(last.phone, country=at.store.country),
        "is_waiting": any(line.done_at is None for line in lines),
    }


def _sending(at: StaffContext) -> dict[str, Any]:
    """Return what every form says that writes to a number: saved replies, when it goes, whether it can be answered."""
    goes_at: datetime = reply_goes_at(at.store, now=at.now)
    return {
        "section": "inbox",
        "saved_replies": list(enumerate(at.store.saved_replies)),
        "texts_at": goes_at if goes_at > at.now else None,
        "can_be_answered": can_be_answered(),
    }
