"""The pages of the line: its turns with their waits, calling and serving, and the screen that calls people."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from booking.accounts.permissions import member_booking
from booking.arrivals.line import call_back, call_turn, join_line, leave_line, put_back, serve_ticket
from booking.arrivals.line_state import line_of
from booking.arrivals.steps import take_step
from booking.bookings.refusals import NobodySpeaks
from booking.refusals import BookingRefused, Refusal, while_offered
from booking.staff.access import StaffContext, at_store, raise_for, staff_page
from booking.staff.etag import unless_known
from booking.staff.forms.walk_ins import TicketForm
from booking.staff.wording import staff_sentence
from booking.web.forms import FormProblem
from booking.web.responses import see_other
from booking.who import Who

_NUMBER_LONGEST = 18
SHOWN_NEXT = 6


@require_safe
@at_store(devices=True)
def show_line(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show the current line of each desk."""
    return unless_known(request, at, at.today, lambda etag: _page(request, at, etag=etag), days_before=1, days_after=1)


@require_safe
@at_store(devices=True, names_nobody=True)
def display(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show the called and the next turns on a screen in the shop: only codes or first names."""

    def page(etag: str) -> HttpResponse:
        line = line_of(store=at.store, now=at.now)
        called = line.called
        nexts = [
            turn for desk in line.desks for turn in desk.waiting if turn not in called
        ]  # in the order of each desk; the screen shows no order between desks
        # The screen sends nobody to a desk that is out of service.
        names = {desk.desk_id: desk.name for desk in line.desks if desk.is_active}
        shown = [{"turn": turn, "desk": names.get(turn.desk_id, "")} for turn in called[:SHOWN_NEXT]]
        context = {
            "called": shown,
            "next": nexts[:SHOWN_NEXT],
            "has_desks": len(line.desks) > 1,
            "etag": etag,
            # The call to chime for: the newest one, distinct from an earlier call of the same person.
            "chime": f"{called[0].key} {called[0].called_at:%H:%M:%S}" if called and called[0].called_at else "",
        }
        return staff_page(request, at, "staff/arrivals/display.html", context)

    return unless_known(request, at, at.today, page, days_before=1, days_after=1)


@require_POST
@at_store(come_back="staff-line", keeps_typed=True, devices=True)
def join(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Give a ticket to a walk-in."""
    line = line_of(store=at.store, now=at.now)
    form = TicketForm(request.POST, rules=line.rules)
    if not form.is_valid():
        return _page(request, at, form=form, problems=form.problems(), status=400)
    typed = form.cleaned_data
    try:
        with while_offered():
            ticket = join_line(
                store=at.store,
                visit_type=typed["visit_type"],
                party_size=typed["party_size"],
                name=typed["name"],
                phone=typed["phone"],
                locale=get_language() or settings.LANGUAGE_CODE,
                language=typed["language"],
                now=at.now,
            )
    except BookingRefused as refused:
        return _page(request, at, form=form, problems=[FormProblem(_sentence_to_join(refused))], status=409)
    at.used([at.now])
    return _back(at, key=f"ticket-{ticket.pk}", given=str(ticket.number))


@require_POST
@at_store(come_back="staff-line", devices=True)
def act(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Do the action of a button of the line: call, take the call back, serve, send away, put back."""
    key = request.POST.get("key", "")
    kind, _dash, name = key.partition("-")
    number = int(name) if name.isascii() and name.isdecimal() and len(name) <= _NUMBER_LONGEST else None
    ticket_id = number if kind == "ticket" else None
    if (ticket_id is None) == (kind == "ticket"):
        return _gone(request, at)
    try:
        _do(request.POST.get("what", ""), at, ticket_id=ticket_id, reference=name if kind == "visit" else "")
    except BookingRefused as refused:
        if refused.reason in (Refusal.NOT_FOUND, Refusal.NOT_PERMITTED):
            raise_for(refused)
        sentence = _sentence(refused)
        return _page(request, at, problems=[FormProblem(sentence, key)], status=409)
    at.used([at.now])
    return _back(at, key=key)


def _do(what: str, at: StaffContext, *, ticket_id: int | None, reference: str) -> None:
    """Do the action. Raises BookingRefused."""
    who: dict[str, Any] = {"store": at.store, "ticket_id": ticket_id, "now": at.now}
    if what == "call":
        call_turn(**who, reference=reference)
    elif what == "call-back":
        call_back(**who, reference=reference)
    elif ticket_id is None:
        if what != "serve":
            raise BookingRefused(Refusal.WRONG_STATUS)
        booking = member_booking(at.user, reference)
        if booking.store_id != at.store.pk:
            raise BookingRefused(Refusal.NOT_FOUND)
        take_step(booking_id=booking.pk, step="start", who=Who.staff(at.user, at.now))
    elif what == "serve":
        serve_ticket(**who, user=at.user, may_squeeze_in=at.is_manager)
    elif what == "put-back":
        put_back(**who, user=at.user)
    elif what in ("leave", "stay"):
        leave_line(**who, has_left=what == "leave")
    else:
        raise BookingRefused(Refusal.WRONG_STATUS)


def _page(
    request: HttpRequest,
    at: StaffContext,
    *,
    etag: str = "",
    form: TicketForm | None = None,
    problems: list[FormProblem] | None = None,
    status: int = 200,
) -> HttpResponse:
    line = line_of(store=at.store, now=at.now)
    context = {
        "section": "line",
        "line": line,
        "rules": line.rules,
        "has_desks": len(line.desks) > 1,
        "is_empty": not any(desk.waiting or desk.served for desk in line.desks),
        "form": form or TicketForm(rules=line.rules),
        "problems": problems or [],
        "etag": etag,
        "given": request.GET.get("given", "")[:_NUMBER_LONGEST],
        "changed": request.GET.get("changed", ""),
    }
    return staff_page(request, at, "staff/arrivals/line.html", context, status=status)


def _gone(request: HttpRequest, at: StaffContext) -> HttpResponse:
    return _page(request, at, problems=[FormProblem(_("Nobody of the line is meant. Please try again."))], status=400)


def _back(at: StaffContext, *, key: str, given: str = "") -> HttpResponse:
    query = {"changed": key, **({"given": given} if given else {})}
    return see_other(f"{reverse('staff-line', args=[at.store.slug])}?{urlencode(query)}#{key}")


def _sentence_to_join(refused: BookingRefused) -> str:
    if isinstance(refused, NobodySpeaks):
        return _("Nobody who speaks this language serves today any more.")
    return staff_sentence(refused)


def _sentence(refused: BookingRefused) -> str:
    own = {
        Refusal.SLOT_FULL: _("No place is free yet, and every visit that has begun was claimed. Please wait for one."),
        Refusal.SLOT_CLOSED: _("The store takes no visits right now."),
        Refusal.WRONG_STATUS: _("Somebody else was faster: this is how the line stands now."),
    }
    return own.get(refused.reason) or staff_sentence(refused)
