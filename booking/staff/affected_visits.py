"""The page about affected visits: it lists them, and asks what is to happen with them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.bookings.message_plan import message_channel
from booking.bookings.night_texts import waiting_for_morning
from booking.customer_input import phone_in_words
from booking.formatting import moment_in_words, visit_type_name
from booking.models import Booking, Status
from booking.sending_times import is_quiet, next_morning, plan_of
from booking.staff.access import StaffContext, staff_page
from booking.staff.forms.affected_visits import ThenForm, read_choices
from booking.staff.wording import people_in_words
from booking.store_setup.affected_visits import AffectedResolution, BookingsAffected, Choices, SettledVisit
from booking.store_setup.hours_changes import HoursChange
from booking.tokens import read_reference
from booking.web.forms import FormProblem

MOST_VISITS = 480  # whose texts one press sends: a request has 500 fields at most

Carried = Iterable[tuple[str, str]]


class ApplyChange(Protocol):
    """A change of hours or slots, ready to be made; only the decision about affected visits is still an argument."""

    def __call__(self, *, then: Choices | None) -> HoursChange:
        """Make the change. Raises BookingsAffected where it affects visits and `then` is None."""
        ...


def ask_or_apply(
    request: HttpRequest,
    at: StaffContext,
    apply: ApplyChange,
    *,
    carried: Carried,
    **page: Any,
) -> HttpResponse | None:
    """Make a change; return the page that asks about affected visits, None where the change is made.

    `carried` is what was typed, to be sent again with the answer. Raises BookingRefused for other reasons.
    """
    try:
        change = apply(then=read_choices(request.POST))
    except BookingsAffected as refused:
        return _ask(request, at, refused, carried=carried, **page)
    shown = [read_reference(one) for one in request.POST.get("shown", "").split()[:MOST_VISITS]]
    _remember(request, at, change.settled, [one for one in shown if one])
    return None


def _remember(request: HttpRequest, at: StaffContext, settled: Sequence[SettledVisit], shown: Sequence[str]) -> None:
    """Store in the session what was done with which visits, for the next page: references, no names.

    Those who are still to be phoned after an earlier change stay on the list. Of the visits that the question `shown`,
    somebody else settled meanwhile those that are no longer affected.
    """
    meanwhile = sorted({*shown} - {one.visit.reference for one in settled})
    if not settled and not meanwhile:
        return
    earlier = _waiting_for_call(at, request.session.get(_key(at)))
    news = [one.visit for one in settled if one.is_news]
    by_phone = [visit.reference for visit in news if message_channel(visit.phone, visit.email) == "none"]
    asked_until = [visit.answer_until for visit in news if visit.answer_until is not None]
    request.session[_key(at)] = {
        "moved": sum(one.was == AffectedResolution.MOVE for one in settled),
        "news": len(news),
        "until": max(asked_until).isoformat() if asked_until else "",
        "by_phone": sorted({*by_phone, *(visit.reference for visit in earlier)}),
        "unwritten": len(by_phone),
        "meanwhile": meanwhile,
        "done_at": at.now.isoformat(),
        "is_told": False,
        "of_morning": sorted(waiting_for_morning([visit.reference for visit in news])),
    }


@dataclass(frozen=True, slots=True)
class Done:
    """The result for the affected visits: sentences, and the visits whose customers have to be phoned."""

    sentences: tuple[str, ...]
    to_phone: tuple[tuple[Booking, str], ...]
    of_morning: tuple[str, ...] = ()  # references of visits whose text waits for the morning
    texts_at: datetime | None = None  # when that is
    meanwhile: tuple[str, ...] = ()  # visits that somebody else settled while the question was open, and how


def just_done(request: HttpRequest, at: StaffContext) -> Done | None:
    """Return the result for the affected visits; None where there is nothing to tell.

    The sentences are told once. The list of those to phone stays until each of them was phoned.
    """
    kept = request.session.get(_key(at))
    if kept is None:
        return None
    waiting = _waiting_for_call(at, kept)
    phones = tuple((one, phone_in_words(one.phone, country=at.store.country) if one.phone else "") for one in waiting)
    sentences = () if kept["is_told"] else tuple(_done_sentences(kept, at=at))
    meanwhile = () if kept["is_told"] else tuple(_settled_meanwhile(kept, at=at))
    if phones:
        request.session[_key(at)] = {**kept, "is_told": True}
    else:
        del request.session[_key(at)]
    texts_at = _texts_at(at) if kept.get("of_morning") else None
    of_morning = tuple(sorted(waiting_for_morning(kept["of_morning"][:MOST_VISITS]))) if texts_at else ()
    is_empty = not (sentences or phones or meanwhile)
    return None if is_empty else Done(sentences, phones, of_morning, texts_at, meanwhile)


def _settled_meanwhile(kept: Mapping[str, Any], *, at: StaffContext) -> Iterator[str]:
    """Yield what became of visits that somebody else settled: "Ada Test, Tuesday 24 November, 10:00: Samir"."""
    references = kept.get("meanwhile", ())
    if not references:
        return
    known = Booking.objects.filter(store=at.store, reference__in=references).select_related("desk")
    for visit in known.order_by("starts_at", "pk"):
        if visit.status == Status.CANCELLED:
            became = _("cancelled")
        elif visit.answer_until is not None:
            became = _("asked to choose another time")
        else:
            became = visit_type_name(visit.desk.name)
        yield f"{visit.name}, {moment_in_words(visit.starts_at, at.zone)}: {became}"


def _key(at: StaffContext) -> str:
    return f"affected_done:{at.store.slug}"


def _waiting_for_call(at: StaffContext, kept: Mapping[str, Any] | None) -> Sequence[Booking]:
    """Return the visits whose customers are still to be phoned after the changes that the session tells of."""
    if kept is None or not kept["by_phone"]:
        return ()
    found = Booking.objects.filter(store=at.store, reference__in=kept["by_phone"]).order_by("starts_at", "pk")
    return list(found.exclude(phoned_at__gte=datetime.fromisoformat(kept["done_at"])))


def _texts_at(at: StaffContext) -> datetime | None:
    """Return when texts of the night go; None by day."""
    plan = plan_of(at.store)
    return next_morning(at.now, zone=at.zone, plan=plan) if is_quiet(at.now, zone=at.zone, plan=plan) else None


def _done_sentences(kept: Mapping[str, Any], *, at: StaffContext) -> Iterator[str]:
    moved, told = kept["moved"], kept["news"] - kept["unwritten"]
    if moved:
        sentence = ngettext(
            "{count} visit has somebody else now, at the same time.",
            "{count} visits have somebody else now, at the same time.",
            moved,
        )
        yield sentence.format(count=moved)
    if told:
        sentence = ngettext("{count} customer was written to.", "{count} customers were written to.", told)
        yield sentence.format(count=told)
    elif kept["news"]:
        yield _("No customer could be written to.")
    elif moved:
        yield _("Nobody needed to be told.")
    if kept["until"]:
        choose = _("They may choose another time until {moment} at the latest, earlier where the visit is sooner.")
        yield choose.format(moment=moment_in_words(datetime.fromisoformat(kept["until"]), at.zone))


def _ask(
    request: HttpRequest, at: StaffContext, refused: BookingsAffected, *, carried: Carried, **page: Any
) -> HttpResponse:
    was_asked, affected = "asked" in request.POST, refused.affected
    form = ThenForm(request.POST if was_asked else None, affected=affected, free_desks=refused.free_desks)
    problems = form.problems() if was_asked else []
    context = {
        **page,
        "form": form,
        "problems": [FormProblem(problem.text, problem.field_id) for problem in problems],
        "problems_title": _("Nothing has been changed yet"),
        "carried": [*carried],
        "shown": " ".join(booking.reference for booking in affected),
        "texts_at": _texts_at(at),
        "unreachable": sum(message_channel(booking.phone, booking.email) == "none" for booking in affected),
        "people": people_in_words(sum(booking.party_size for booking in affected)),
        "affected": [
            {
                "booking": booking,
                "field": form.row(booking),
                "people": people_in_words(booking.party_size),
                "visit_type": visit_type_name(booking.visit_type.name),
                "phone": phone_in_words(booking.phone, country=at.store.country) if booking.phone else "",
                "is_reachable": message_channel(booking.phone, booking.email) != "none",
            }
            for booking in affected
        ],
    }
    return staff_page(request, at, "staff/day/affected.html", context, status=409)
