"""The arrivals screen of the tablet at the counter, the steps of a visit, and walk-ins."""

from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from booking.accounts.permissions import member_store
from booking.arrivals.steps import take_action
from booking.arrivals.walk_ins import admit_walk_in
from booking.bookings.form_idempotency import book_once
from booking.bookings.refusals import NobodySpeaks, WrongStatus
from booking.bookings.status_wording import status_words
from booking.idempotency import SentForm
from booking.models import Booking, Status
from booking.refusals import BookingRefused, NoPlace, Refusal, while_offered
from booking.staff.access import StaffContext, at_store, at_visit, raise_for
from booking.staff.arrivals.page import Just, arrivals_page
from booking.staff.arrivals.walk_in_form import walk_in_form
from booking.staff.day.page import day_page
from booking.staff.etag import unless_known
from booking.staff.forms.walk_ins import WalkInForm
from booking.staff.free_times import nearest_times
from booking.staff.redirects import back_to_day
from booking.staff.wording import staff_sentence
from booking.tokens import keyed_digest
from booking.web.forms import FormProblem
from booking.web.responses import see_other
from booking.who import Who
from stores.models import Role
from stores.queries import rules_around


@require_safe
@at_store(devices=True)
def arrivals(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show today's visits, or those that match a search."""
    just = Just(request.GET.get("changed", ""), _known_status(request.GET.get("was", "")))
    query = request.GET.get("q", "")
    return unless_known(
        request,
        at,
        at.today,
        lambda etag: arrivals_page(request, at, just=just, query=query, etag=etag),
        days_before=1,
        days_after=1,
    )


@require_POST
@at_visit(devices=True)
def act(request: HttpRequest, at: StaffContext, booking: Booking, action: str) -> HttpResponseBase:
    """Take a visit one step further, or undo its last step; the same tap again changes nothing."""
    try:
        after = take_action(
            booking_id=booking.pk, action=action, who=Who.staff(at.user, at.now), action_id=_action_id(request)
        )
    except BookingRefused as refused:
        return _refused(request, at, booking, refused)
    at.used([at.now])
    return _back(request, at, booking, after)


@require_POST
@at_store(come_back="staff-arrivals", keeps_typed=True, devices=True)
def walk_in(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Admit a walk-in; where the store is full, a manager may squeeze them in."""
    rules = rules_around(at.store.slug, at.now)
    form = walk_in_form(at, rules, request.POST)
    if not form.is_valid():
        return arrivals_page(request, at, walk_in=form, problems=form.problems(), status=400)
    try:
        with while_offered():
            booking = _admit(at, form)
    except BookingRefused as refused:
        if refused.reason in (Refusal.NOT_PERMITTED, Refusal.NOT_FOUND):
            raise_for(refused)
        typed = form.cleaned_data
        asked = {name: typed[name] for name in ("visit_type", "party_size", "language")}
        near = nearest_times(at, rules, **asked, wanted=at.now)
        return arrivals_page(
            request,
            at,
            walk_in=form,
            problems=[FormProblem(_walk_in_sentence(refused), "walk-in")],
            may_squeeze_in=at.is_manager and isinstance(refused, NoPlace),
            nearest=near,
            status=409,
        )
    at.used([at.now])
    query = {"changed": booking.reference, "was": Status.CHECKED_IN}
    return see_other(f"{reverse('staff-arrivals', args=[at.store.slug])}?{urlencode(query)}#visit-{booking.reference}")


def _admit(at: StaffContext, form: WalkInForm) -> Booking:
    """Admit the walk-in, once for each form however often it is sent. Raises BookingRefused."""
    typed = form.cleaned_data
    if typed["squeeze_in"] and not at.is_manager:
        raise BookingRefused(Refusal.NOT_PERMITTED)
    need = Role.MANAGER if typed["squeeze_in"] else Role.STAFF
    who = f"{typed['visit_type']} {typed['party_size']} {typed['name']}"
    who += f" {typed['language']}" if typed["language"] else ""
    return book_once(
        SentForm(key=f"staff:{at.store.slug}:{typed['key']}:{keyed_digest('walk-in', who)[:32]}"),
        now=at.now,
        book=partial(
            admit_walk_in,
            store=member_store(at.user, at.store.slug, need=need),
            visit_type=typed["visit_type"],
            party_size=typed["party_size"],
            name=typed["name"],
            squeeze_in=typed["squeeze_in"],
            language=typed["language"],
            answers=form.answers(),
            now=at.now,
            user=at.user,
            locale=(get_language() or "en")[:2],
        ),
    )


def _walk_in_sentence(refused: BookingRefused) -> str:
    if isinstance(refused, NobodySpeaks):
        return _("Nobody who speaks this language serves right now.")
    own = {
        Refusal.SLOT_FULL: _("All places of the present time are taken."),
        Refusal.SLOT_CLOSED: _("The store takes no visits right now."),
    }
    return own.get(refused.reason) or staff_sentence(refused)


def _back(request: HttpRequest, at: StaffContext, before: Booking, after: Booking) -> HttpResponseBase:
    """Redirect to the page that the tap came from, to the row that was tapped."""
    if not _is_from_arrivals(request, at):
        return back_to_day(after)
    # A row that the previous tap kept in its place stays there for this one too.
    is_same_row = request.POST.get("changed") == before.reference
    was = _known_status(request.POST.get("was", "")) if is_same_row else ""
    query = {"changed": before.reference, "was": was or before.status}
    if request.POST.get("q"):
        query["q"] = request.POST["q"]
    url = reverse("staff-arrivals", args=[before.store.slug])
    return see_other(f"{url}?{urlencode(query)}#visit-{before.reference}")


def _refused(request: HttpRequest, at: StaffContext, booking: Booking, refused: BookingRefused) -> HttpResponseBase:
    """Show the page that the tap came from, with the visit as it is now."""
    status = refused.booking.status if isinstance(refused, WrongStatus) else booking.status
    text = _("{sentence} It is now: {state}.").format(sentence=staff_sentence(refused), state=status_words()[status])
    problems = [FormProblem(text, f"visit-{booking.reference}")]
    if _is_from_arrivals(request, at):
        query = request.POST.get("q", "")
        return arrivals_page(request, at, query=query, problems=problems, status=409)
    return day_page(request, at, booking.visit_date, changed=booking.reference, problems=problems, status=409)


def _is_from_arrivals(request: HttpRequest, at: StaffContext) -> bool:
    """Tell whether the tap came from the arrivals screen; always true for a tablet, which knows no other page."""
    return at.device is not None or request.POST.get("page") == "arrivals"


def _action_id(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("action_id", ""))
    except ValueError:
        return None


def _known_status(text: str) -> str:
    return text if text in Status.values else ""


VISIT_PATH = "staff/<slug:store>/visits/<str:reference>"
