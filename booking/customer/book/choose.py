"""The page on which a customer chooses a day and a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse

from booking.customer.alternatives import WaysOn, other_ways
from booking.customer.book.booking_step import BookingStep
from booking.customer.book.simple_questions import simple_page
from booking.customer.book.step_view import with_booking_step
from booking.customer.book.unmet_demand import note_nothing_free
from booking.customer.chooser import chooser
from booking.formatting import spoken_language
from booking.tokens import read_hold_token
from booking.web.forms import FormProblem
from booking.web.rendering import customer_page, reader_choice_of
from stores.queries import VisitTypeDetail

KINDS_AT_ONCE = 3  # so many kinds of visit stand in one row of a phone


@dataclass(frozen=True, slots=True)
class KindChoice:
    """A kind of visit, and the address of its times."""

    type: VisitTypeDetail
    url: str


@partial(with_booking_step, is_choice=True)
def book(request: HttpRequest, step: BookingStep) -> HttpResponse:
    """Show the choice of a day and time. A form is remembered; a redirect then leads to the page's address."""
    if request.method == "POST":
        return step.lead_to_times()
    return choose_page(request, step)


def choose_page(
    request: HttpRequest,
    step: BookingStep,
    *,
    problems: Iterable[FormProblem] = (),
    ways_on: WaysOn | None = None,
    status: int | None = None,
) -> HttpResponse:
    """Show the times to choose from, with any problem on top and its alternatives in `ways_on`."""
    asked = step.asked
    chosen_day = asked.starts_at.astimezone(step.rules.zone).date() if asked.starts_at else None
    shown = chooser(
        step.rules,
        asked.visit_type,
        party_size=asked.party_size,
        from_date=asked.from_date or chosen_day,
        day=asked.day,
        desk=asked.desk,
        language=asked.language,
        now=step.now,
        own_hold=read_hold_token(step.hold) or "",
        own_start=step.kept_start,
    )
    if ways_on is None:
        note_nothing_free(request, step, shown)
    if ways_on is None and shown.is_empty:
        ways_on = other_ways(step.store, asked, first=shown.days[0].date, last=shown.days[-1].date, now=step.now)
    context = {
        **step.context([*asked.problems, *problems]),
        **_wish_context(request, step),
        "form_key": step.known_key,
        "chooser": shown,
        "ways_on": ways_on,
        "alternatives": ways_on.nearest if ways_on else [],
        "simple": simple_page(request, step, shown) if reader_choice_of(request).is_simple else None,
    }
    return customer_page(request, "book/choose", context, status=status or asked.status)


def _wish_context(request: HttpRequest, step: BookingStep) -> dict[str, Any]:
    """Return what may be wished besides a time: the kind, how many people, the desk, the language."""
    asked, kinds = step.asked, _kinds(step)
    desks = step.rules.for_kind(asked.visit_type).desks
    has_desk_choice = step.rules.offers_desk_choice and len(desks) > 1
    languages = step.rules.languages(asked.visit_type)
    has_types = len(step.rules.visit_types) > 1 and not kinds
    return {
        "kinds": kinds,
        "visit_types": step.store.visit_types,
        "sizes": range(1, asked.visit_type.max_party_size + 1),
        "desks": desks,
        "has_desk_choice": has_desk_choice,
        "languages_spoken": [(code, spoken_language(code)) for code in languages],
        "has_wish": has_types or has_desk_choice or bool(languages) or asked.visit_type.max_party_size > 1,
        "is_wish_open": bool(asked.problems),
        "is_new_wish": _is_new_wish(request),
    }


def _kinds(step: BookingStep) -> list[KindChoice]:
    """Return the kinds of visit to choose from at one press; none where there is one, or too many for a row."""
    kinds, asked = step.store.visit_types, step.asked
    if not 1 < len(kinds) <= KINDS_AT_ONCE:
        return []
    return [
        KindChoice(
            kind,
            step.url_of(
                "book",
                visit_type=kind.slug,
                party_size=str(min(asked.party_size, kind.max_party_size)),
                form=step.known_key,
                **_given_up(step, kind.slug),
            ),
        )
        for kind in kinds
    ]


def _given_up(step: BookingStep, kind: str) -> dict[str, str]:
    """Return the parameters that give up the chosen desk and language, where they do not serve a kind of visit."""
    rule, asked = step.rules.visit_type(kind), step.asked
    if rule is None:
        return {}
    desk = asked.desk if step.rules.chosen(asked.desk, "").for_kind(rule).desks else ""
    gives_up = {} if desk == asked.desk else {"desk": ""}
    is_spoken = not asked.language or step.rules.chosen(desk, asked.language).for_kind(rule).desks
    return gives_up if is_spoken else {**gives_up, "language": ""}


def _is_new_wish(request: HttpRequest) -> bool:
    """Tell whether the page is asked for in place, because another kind of visit, party or desk is wanted."""
    trigger = request.headers.get("HX-Trigger", "")
    return trigger == "wish" or trigger.startswith("kind-")
