"""The page on which staff book for a caller or somebody at the desk. Nothing that was typed is lost."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import TypedDict

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking.bookings.form_idempotency import book_once
from booking.bookings.lifecycle import book_visit
from booking.bookings.offered_place import book_for_waiting
from booking.customer.question_fields import named_questions
from booking.customer_input import CustomerDetails
from booking.formatting import day_in_words
from booking.idempotency import SentForm
from booking.models import Booking, Source
from booking.refusals import BookingRefused, while_offered
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.day.caller_visits import details_of, details_of_waiting, known_caller
from booking.staff.forms.visits import CallerForm
from booking.staff.free_times import error_of, free_times, nearest_times
from booking.staff.no_times import no_times
from booking.staff.redirects import back_to_day
from booking.staff.wording import staff_sentence
from booking.tokens import keyed_digest
from booking.web.forms import FormProblem
from booking.web.query_params import read_day, read_instant
from stores.queries import store_page
from stores.slots import StoreRules

_ABOVE_THE_TIMES = frozenset({"id_visit_type_0", "id_party_size", "id_desk", "id_language"})


@require_http_methods(["GET", "HEAD", "POST"])
@at_store()
def book_for_caller(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Ask what the caller wants, then book it; `show` only shows the times of another day or visit type.

    The form begins with the visit `from` or the entry of the waiting list `waiting`, and takes over who `fill` was for.
    """
    store = store_page(at.store.slug, at.now)
    rules = store.rules
    is_sent = request.method == "POST"
    data = request.POST if is_sent else request.GET
    text = data.get("date", "")
    day = read_day(text) if text else at.today
    only_shows = is_sent and ("show" in request.POST or "fill" in request.POST)
    typed = _typed_and_filled(request, at) if only_shows else _initial(request, at, rules)
    kind = rules.visit_type(str(data.get("visit_type", "") or typed.get("visit_type", "")))
    form = CallerForm(
        request.POST if is_sent and not only_shows else None,
        rules=rules,
        questions=named_questions(store.questions, kind),
        initial=typed,
    )
    page = partial(_page, request, at, rules, form)
    if day is None:
        unknown = FormProblem(_("This day does not exist. Please choose another one."), "id_date")
        return page(at.today, problems=[unknown], status=400)
    if not form.is_bound:
        return page(day)
    starts_at, problem = _chosen_time(request, at, day)
    problems = _in_order_of_the_page(form, problem)
    if problems or starts_at is None:
        return page(day, problems=problems, chosen=starts_at, status=400)
    try:
        with while_offered():
            booking = _book(at, form, starts_at)
    except BookingRefused as refused:
        return page(day, problems=[FormProblem(staff_sentence(refused), "id_times")], wanted=starts_at, status=409)
    return back_to_day(booking, done="booked")


def _in_order_of_the_page(form: CallerForm, of_times: FormProblem | None) -> list[FormProblem]:
    """Return the form's problems in the page's order: those of the time after the fields that it depends on."""
    found = form.problems() if not form.is_valid() else []
    before = [problem for problem in found if problem.field_id in _ABOVE_THE_TIMES]
    return [*before, *([of_times] if of_times else []), *(one for one in found if one not in before)]


def _chosen_time(request: HttpRequest, at: StaffContext, day: date) -> tuple[datetime, None] | tuple[None, FormProblem]:
    """Return the chosen time, or why there is none."""
    starts_at = read_instant(request.POST.get("starts_at", ""))
    if starts_at is None:
        return None, FormProblem(_("Choose a time."), "id_times")
    return (None, _other_day(day)) if _is_of_another_day(request, at, day, starts_at) else (starts_at, None)


def _is_of_another_day(request: HttpRequest, at: StaffContext, day: date, starts_at: datetime) -> bool:
    """Tell whether the day was changed after the times were shown, while one of those times is still chosen.

    The form says which day its times were of (`shown`): some of them, the nearest ones, may be of another day.
    """
    if not request.POST.get("date", ""):
        return False
    shown = read_day(request.POST.get("shown", ""))
    return day != (shown or starts_at.astimezone(at.zone).date())


def _other_day(day: date) -> FormProblem:
    sentence = _("The times shown before were of another day. Choose a time on {day}.")
    return FormProblem(sentence.format(day=day_in_words(day)), "id_times")


def _book(at: StaffContext, form: CallerForm, starts_at: datetime) -> Booking:
    """Book, once for each form however often it is sent. Raises BookingRefused."""
    typed = form.cleaned_data
    customer = CustomerDetails(
        name=typed["name"],
        phone=typed["phone"],
        email=typed["email"],
        locale=typed["locale"] or (get_language() or "en")[:2],
        is_simple=typed["is_simple"],
        is_for_someone_else=typed["is_for_someone_else"],
    )
    # Staff who go back and type another visit into the same form want another visit.
    visit = f"{typed['visit_type']} {starts_at.isoformat()} {typed['party_size']} {typed['desk']}"
    visit += f" {typed['language']} {typed['name']}"
    book = partial(
        book_visit,
        store=at.store.slug,
        visit_type=typed["visit_type"],
        starts_at=starts_at,
        party_size=typed["party_size"],
        customer=customer,
        note=typed["note"],
        answers=form.answers(),
        source=Source(typed["source"]),
        now=at.now,
        user=at.user,
        desk=typed["desk"],
        language=typed["language"],
    )
    waiting = typed["waiting"]
    return book_once(
        SentForm(key=f"staff:{at.store.slug}:{typed['key']}:{keyed_digest('caller', visit)[:32]}"),
        now=at.now,
        book=partial(book_for_waiting, waiting, store_id=at.store.pk, now=at.now, book=book) if waiting else book,
    )


def _page(
    request: HttpRequest,
    at: StaffContext,
    rules: StoreRules,
    form: CallerForm,
    day: date,
    *,
    problems: Sequence[FormProblem] = (),
    chosen: datetime | None = None,
    wanted: datetime | None = None,
    status: int = 200,
) -> HttpResponse:
    asked = _asked(form, rules)
    times = free_times(at, day=day, **asked)[1] if asked["visit_type"] else []
    why_none, first = ("", []) if times or not asked["visit_type"] else no_times(at, rules, day=day, **asked)
    near = nearest_times(at, rules, wanted=wanted, **asked) if wanted else []
    chosen = chosen or read_instant(request.POST.get("starts_at", "") or request.GET.get("starts_at", ""))
    context = {
        "section": "day",
        "rules": rules,
        "form": form,
        "date": day,
        "times": times,
        "nearest": near,
        "why_none": why_none,
        "first_free": first,
        "caller": known_caller(at.store, str(form["phone"].value() or "")),
        "chosen": chosen.astimezone(at.zone).isoformat() if chosen else "",
        "problems": [*problems],
        "times_error": error_of("id_times", problems),
    }
    return staff_page(request, at, "staff/day/book.html", context, status=status)


def _typed_and_filled(request: HttpRequest, at: StaffContext) -> dict[str, str]:
    """Return what was typed, with the customer of the visit that the pressed button names, but not its kind."""
    typed = {name: str(value) for name, value in request.POST.items()}
    if "fill" not in typed:
        return typed
    return typed | details_of(at, typed["fill"]) | {"visit_type": typed.get("visit_type", "")}


def _initial(request: HttpRequest, at: StaffContext, rules: StoreRules) -> dict[str, str]:
    """Return the values that a link to this page has chosen already."""
    earlier = _details_named(request, at)
    first = rules.visit_types[0].slug if rules.visit_types else ""
    kinds = {kind.slug for kind in rules.visit_types}
    wanted = request.GET.get("visit_type", "") or earlier.get("visit_type", "")
    begun = {"party_size": "1", "source": Source.PHONE}
    chosen: dict[str, str] = begun | earlier | {"visit_type": wanted if wanted in kinds else first}
    if rules.with_desk(request.GET.get("desk", "")).desks:
        chosen["desk"] = request.GET["desk"]
    if request.GET.get("language", "") in rules.languages():
        chosen["language"] = request.GET["language"]
    if request.GET.get("source") == Source.DESK:
        chosen["source"] = Source.DESK
    if request.GET.get("party_size", "").isdecimal():
        chosen["party_size"] = request.GET["party_size"][:4]
    return chosen


def _details_named(request: HttpRequest, at: StaffContext) -> dict[str, str]:
    """Return what the visit or the entry of the waiting list tells that a link names."""
    if request.GET.get("waiting"):
        return details_of_waiting(at, request.GET["waiting"])
    return details_of(at, request.GET["from"]) if request.GET.get("from") else {}


class _Asked(TypedDict):
    visit_type: str
    party_size: int
    desk: str
    language: str


def _asked(form: CallerForm, rules: StoreRules) -> _Asked:
    """Return the visit whose times are shown; its type is "" where none is known."""
    visit_type, party_size = str(form["visit_type"].value() or ""), str(form["party_size"].value() or "")
    known = rules.visit_type(visit_type) or next(iter(rules.visit_types), None)
    is_count = party_size.isascii() and party_size.isdigit() and len(party_size) <= 4
    desk, language = str(form["desk"].value() or ""), str(form["language"].value() or "")
    return {
        "visit_type": known.slug if known else "",
        "party_size": max(1, int(party_size)) if is_count else 1,
        "desk": desk if rules.with_desk(desk).desks else "",
        "language": language if language in rules.languages() else "",
    }
