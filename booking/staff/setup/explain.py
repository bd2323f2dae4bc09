"""The page that explains why a time cannot be booked: the rule, in a sentence, and the link to change it."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from booking.customer_input import FIRST_YEAR, LAST_YEAR
from booking.formatting import (
    dated_day_in_words,
    dated_moment_in_words,
    day_in_words,
    moment_in_words,
    spoken_language,
    time_in_words,
    visit_type_name,
)
from booking.places.explain import explain_slot
from booking.places.explanations import DeskExplanation, Explanation, SlotExplanation
from booking.policy import first_bookable_start, last_bookable_date
from booking.refusals import UnknownVisitType
from booking.staff.access import StaffContext, at_store, staff_page
from booking.web.forms import FormProblem
from stores.models import VisitType
from stores.queries import rules_around
from stores.slots import SPOKEN

_PAGES = {
    Explanation.NO_DESK: "staff-setup-desk-new",
    Explanation.TOO_SOON: "staff-setup-rules",
    Explanation.TOO_FAR_AHEAD: "staff-setup-rules",
    Explanation.NO_START: "staff-setup-rules",
    Explanation.CLOSING: "staff-setup-special",
    Explanation.SPECIAL_HOURS: "staff-setup-special",
    Explanation.OUTSIDE_HOURS: "staff-setup-hours",
    Explanation.TOO_LONG: "staff-setup-hours",
    Explanation.CLOSED: "staff-slots",
}
_OF_KIND = (Explanation.PARTY_TOO_LARGE, Explanation.KIND_HOURS, Explanation.AT_ONCE)


@require_safe
@at_store()
def why_closed(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Explain a day and time for a visit type and a party; without a time, ask for it."""
    kinds = list(VisitType.objects.filter(store=at.store).order_by("position", "pk"))
    text, party = request.GET.get("at", ""), request.GET.get("party_size", "") or "1"
    slug = request.GET.get("visit_type", "") or next((kind.slug for kind in kinds), "")
    kind = next((kind for kind in kinds if kind.slug == slug), None)
    wanted, size = (
        _read_wall_time(text, at),
        int(party) if party.isascii() and party.isdigit() and len(party) < 4 else 0,
    )
    problems = []
    if text and wanted is None:
        problems.append(FormProblem(_("This day and time could not be read. Please choose again."), "id_at"))
    if size < 1:
        problems.append(FormProblem(_("Say how many people will come."), "id_party_size"))
    if kind is None:
        problems.append(
            FormProblem(_("This store does not offer this kind of visit. Please choose another one."), "id_visit_type")
        )
    context: dict[str, Any] = {"section": "setup", "at_text": text, "kinds": kinds, "kind": slug, "party_size": party}
    context["problems"] = problems
    language = request.GET.get("language", "")
    context["language"] = language
    if wanted is not None and kind is not None and not problems:
        context |= _answers(at, kind, wanted, size, language)
    if "languages" not in context:
        context["languages"] = rules_around(at.store.slug, at.now).languages()
    context["languages_spoken"] = [(code, spoken_language(code)) for code in context["languages"]]
    return staff_page(request, at, "staff/setup/explain.html", context, status=400 if problems else 200)


def _answers(at: StaffContext, kind: VisitType, wanted: datetime, size: int, language: str) -> dict[str, Any]:
    shown, language = {"moment": _moment(at, wanted)}, language if language in SPOKEN else ""
    try:
        found = explain_slot(
            store=at.store.slug,
            visit_type=kind.slug,
            starts_at=wanted,
            party_size=size,
            now=at.now,
            language=language,
        )
    except UnknownVisitType:
        url = reverse("staff-setup-visit-type", args=[at.store.slug, kind.slug])
        return {**shown, "can_be_booked": False, "answers": [("", _("This kind of visit is not in use."), url)]}
    answers = [
        (visit_type_name(one.desk.name) if one.desk else "", _sentence(at, found, one), _url(at, kind, found, one))
        for one in found.desks
    ]
    spoken = found.rules.languages()
    return {**shown, "can_be_booked": found.can_be_booked, "answers": answers, "languages": spoken}


def _moment(at: StaffContext, moment: datetime) -> str:
    """Return a day and time, with the year where it is another one."""
    is_this_year = moment.astimezone(at.zone).year == at.today.year
    return moment_in_words(moment, at.zone) if is_this_year else dated_moment_in_words(moment, at.zone)


def _sentence(at: StaffContext, found: SlotExplanation, one: DeskExplanation) -> str:
    """Return the rule that decides at a desk, in words."""
    of_places = _sentences_of_places(at, found, one)
    return of_places[one.answer] if one.answer in of_places else _sentences_of_rules(at, found, one)[one.answer]


def _sentences_of_rules(at: StaffContext, found: SlotExplanation, one: DeskExplanation) -> dict[Explanation, str]:
    """Return the sentences about hours and rules."""
    first = _moment(at, first_bookable_start(now=at.now, rules=found.rules, kind=found.visit_type))
    last_date = last_bookable_date(now=at.now, zone=at.zone, rules=found.rules)
    last = day_in_words(last_date) if last_date.year == at.today.year else dated_day_in_words(last_date)
    return {
        Explanation.NO_DESK: _("No desk is in use."),
        Explanation.PARTY_TOO_LARGE: _("This is more people than one visit of this kind may have."),
        Explanation.TOO_SOON: _("It is too soon: customers may book from {moment} on.").format(moment=first),
        Explanation.TOO_FAR_AHEAD: _("It is too far ahead: customers may book up to {day}.").format(day=last),
        Explanation.CLOSING: _("The store is regularly closed then."),
        Explanation.SPECIAL_HOURS: _("The special hours of this day leave it closed then."),
        Explanation.OUTSIDE_HOURS: _("The store is not open then."),
        Explanation.NO_START: ngettext(
            "No time begins then: there is one every {count} minute from the opening on.",
            "No time begins then: there is one every {count} minutes from the opening on.",
            found.rules.slot_minutes,
        ).format(count=found.rules.slot_minutes),
        Explanation.KIND_HOURS: _("This kind of visit has hours of its own, and they do not cover it."),
        Explanation.AT_ONCE: ngettext(
            "There may be {count} visit of this kind at once, and there is.",
            "There may be {count} visits of this kind at once, and there are.",
            found.visit_type.most_at_once or 0,
        ).format(count=found.visit_type.most_at_once),
        Explanation.NOT_SERVED: _("This desk does not serve this kind of visit."),
        Explanation.NOT_SPOKEN: _("Nobody at this desk speaks this language."),
        Explanation.DESK_HOURS: _("The desk's own hours do not cover it."),
        Explanation.AWAY: _("{desk} is away until {moment}.").format(
            desk=visit_type_name(one.desk.name) if one.desk else "", moment=_moment(at, one.until or found.starts_at)
        ),
        Explanation.TOO_LONG: _("The visit is longer than the time left before closing."),
        Explanation.OVER: _("This time is over."),
    }


def _sentences_of_places(at: StaffContext, found: SlotExplanation, one: DeskExplanation) -> dict[Explanation, str]:
    """Return the sentences about the places of a time."""
    places = ngettext("{count} place is left", "{count} places are left", one.places_left).format(count=one.places_left)
    needed = ngettext("{count} is needed", "{count} are needed", one.places_needed).format(count=one.places_needed)
    slot = time_in_words(one.at or found.starts_at, at.zone)
    return {
        Explanation.FREE: _("It can be booked: {places}.").format(places=places),
        Explanation.CLOSED: _("The time at {time} was closed by hand.").format(time=slot),
        Explanation.TOO_SMALL: _("The desk is too small at {time}: {places}, {needed}.").format(
            time=slot,
            places=ngettext("it has {count} place", "it has {count} places", one.places_left).format(
                count=one.places_left
            ),
            needed=needed,
        ),
        Explanation.FULL: _("It is full at {time}: {places}, {needed}.").format(
            time=slot, places=places, needed=needed
        ),
        Explanation.KEPT_BACK: _("The places left at {time} are kept back from the website.").format(time=slot),
    }


def _url(at: StaffContext, kind: VisitType, found: SlotExplanation, one: DeskExplanation) -> str:
    """Return where a manager changes the rule; "" for staff, and where nothing is to be changed."""
    if not at.is_manager or one.answer == Explanation.FREE:
        return ""
    has_own_notice = found.visit_type.notice_minutes is not None or found.visit_type.notice_until is not None
    if one.answer in _OF_KIND or (one.answer == Explanation.TOO_SOON and has_own_notice):
        return reverse("staff-setup-visit-type", args=[at.store.slug, kind.slug])
    if one.answer in _PAGES:
        day = found.starts_at.astimezone(at.zone).date()
        query = f"?date={day.isoformat()}" if one.answer == Explanation.CLOSED else ""
        return reverse(_PAGES[one.answer], args=[at.store.slug]) + query
    page = "staff-setup-desk-absences" if one.answer == Explanation.AWAY else "staff-setup-desk"
    return reverse(page, args=[at.store.slug, one.desk.slug]) if one.desk else ""


def _read_wall_time(text: str, at: StaffContext) -> datetime | None:
    """Read a day and time, by the store's wall clock or with a UTC offset of its own, as UTC."""
    try:
        moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError:
        return None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    return (moment if moment.utcoffset() is not None else moment.replace(tzinfo=at.zone)).astimezone(UTC)
