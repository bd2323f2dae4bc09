"""The arrivals screen: today's visits in groups, each with its next step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.arrivals.name_fingerprints import fits_name, typed_names
from booking.arrivals.step_rules import GROUPS, arrival_group
from booking.bookings.day_schedule import DaySchedule, arrivals_schedule
from booking.staff.access import StaffContext, staff_page
from booking.staff.arrivals.app import app_context, with_camera
from booking.staff.arrivals.visit_json import DIGITS
from booking.staff.arrivals.walk_in_form import walk_in_form
from booking.staff.forms.walk_ins import WalkInForm
from booking.staff.obstacle_wording import obstacle_words
from booking.staff.room_wording import room_words
from booking.staff.visit_cards import CardMaker, VisitCard
from booking.staff.wording import group_titles
from booking.tokens import read_reference
from booking.web.forms import FormProblem

QUERY_MAX = 60
DIGITS_LEAST = 3
PART_LEAST = 4  # characters of a reference


@dataclass(frozen=True, slots=True)
class Group:
    """Visits in the same state of arrival; groups that are rarely needed are folded (`is_folded`)."""

    slug: str
    title: str
    cards: tuple[VisitCard, ...]
    is_folded: bool = False


@dataclass(frozen=True, slots=True)
class Just:
    """The last action: its visit, and the state before it, so that the visit's row stays under the finger."""

    reference: str = ""
    was: str = ""


def arrivals_page(
    request: HttpRequest,
    at: StaffContext,
    *,
    just: Just | None = None,
    query: str = "",
    walk_in: WalkInForm | None = None,
    problems: Sequence[FormProblem] = (),
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """Return the current screen; with `query`, only the visits that match.

    A tablet gets no family name and no number. With a refusal it gets no visit at all: its list is one tap away.
    """
    just, is_tablet = just or Just(), at.device is not None
    schedule = arrivals_schedule(store=at.store.slug, now=at.now)
    is_kept_back = is_tablet and bool(problems)
    cards = [] if is_kept_back else _cards(schedule, just, is_tablet=is_tablet)
    query = " ".join(query.replace("\0", " ").split())[:QUERY_MAX]
    groups = _found(cards, query, is_tablet=is_tablet) if query else _groups(cards, schedule, just)
    page = {
        "section": "arrivals",
        "rules": schedule.rules,
        "groups": groups,
        "q": query,
        "just": just,
        "undo_icon": render_to_string("icons/undo.html"),
        "more_words": _("More"),
        "is_empty": not cards and not is_kept_back,
        "is_kept_back": is_kept_back,
        "obstacle": obstacle_words(at, schedule.rules),
        "room_words": room_words(at.store, now=at.now),
        **app_context(at),
        "walk_in": walk_in or walk_in_form(at, schedule.rules),
        "problems": [*problems],
        **context,
    }
    with_camera(response := staff_page(request, at, "staff/arrivals/arrivals.html", page, status=status))
    return response


def _cards(schedule: DaySchedule, just: Just, *, is_tablet: bool) -> list[VisitCard]:
    return list(CardMaker(schedule, changed=just.reference, is_for_tablet=is_tablet, is_of_now=True).cards())


def _groups(cards: Sequence[VisitCard], schedule: DaySchedule, just: Just) -> list[Group]:
    by_slug: dict[str, list[VisitCard]] = {slug: [] for slug in GROUPS}
    for card in cards:
        booking = card.booking
        slug = arrival_group(
            status=just.was if just.was and card.reference == just.reference else booking.status,
            starts_at=booking.starts_at,
            late_minutes=booking.late_minutes,
            now=schedule.now,
        )
        by_slug[slug].append(card)
    titles = group_titles()
    return [
        Group(slug, titles[slug], tuple(found), is_folded=slug == "done" and not _holds(found, just))
        for slug, found in by_slug.items()
        if found
    ]


def _holds(cards: Sequence[VisitCard], just: Just) -> bool:
    return any(card.reference == just.reference for card in cards)


def _found(cards: Sequence[VisitCard], query: str, *, is_tablet: bool) -> list[Group]:
    """Return the matching visits as one group: by reference, by the digits of a phone number, or by words of the name.

    A tablet finds by a number's last digits only: with more it could find out the whole number, digit by digit.
    """
    reference = read_reference(query)
    digits = "".join(character for character in query if character.isdigit()).lstrip("0")
    is_number = len(digits) >= DIGITS_LEAST and not any(character.isalpha() for character in query)
    plain = query.upper().replace("-", "").replace(" ", "")
    names = typed_names(query)
    found = tuple(
        card
        for card in cards
        if card.reference == reference
        or (len(plain) >= PART_LEAST and plain in card.reference)
        or (is_number and _digits(digits, is_tablet) in _digits(card.booking.phone, is_tablet))
        or fits_name(card.name, names)
    )
    title = ngettext("{count} visit found today", "{count} visits found today", len(found))
    return [Group("found", title.format(count=len(found)), found)]


def _digits(number: str, is_tablet: bool) -> str:
    return number[-DIGITS:] if is_tablet else number
