"""The tablet's sync: the day as JSON, and the results of its taps. Neither contains a phone number."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from booking.accounts.own_details import shown_name
from booking.arrivals.offline_actions import OLDEST, TICKET, WALK_IN, Tap, TapOutcome, TapResult, take_taps
from booking.arrivals.offline_day import arrivals_day, arrivals_of, arrivals_version
from booking.arrivals.step_rules import ACTIONS
from booking.customer_input import ANSWER_MAX, QuestionAnswer
from booking.models import NAMES_SHOWN
from booking.staff.access import StaffContext, at_store
from booking.staff.arrivals.visit_json import VisitsAsJson, day_as_json, finder_salt
from booking.staff.etag import CACHE_CONTROL
from booking.staff.forms.visits import PARTY_MAX
from booking.staff.room_wording import room_words
from booking.tokens import keyed_digest, read_reference
from booking.working_days import working_day
from stores.queries import rules_around
from stores.services import QUESTIONS_MAX
from stores.services.questions import TEXT_LONGEST
from stores.slots import SPOKEN
from stores.words import cleaned

TAPS_MOST = 50  # taps in one request
NAME_LONGEST = 120
ANSWERS_MOST = 2 * QUESTIONS_MAX  # of all visits, and of one kind
INVALID = "invalid"
_KEY_LONGEST = 64
_CALLED = (*ACTIONS, WALK_IN, TICKET)


@require_safe
@at_store(devices=True, names_nobody=True)
def data(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Return the working day as the tablet stores it; 304 where the tablet has this version."""
    words = room_words(at.store, now=at.now)
    etag = _etag(request, at, has_crowd=bool(words))
    response = get_conditional_response(request, etag=etag)
    if response is None:
        body = day_as_json(
            arrivals_day(store=at.store.slug, now=at.now),
            now=at.now,
            names_hidden=at.hides_names,
            csrf=get_token(request),
            is_manager=at.is_manager,
            who=shown_name(at.user),
            room=words,
            **_as_tablet(at),
        )
        response = HttpResponse(body, content_type="application/json")
    response["ETag"], response["Cache-Control"] = etag, CACHE_CONTROL
    return response


@require_POST
@at_store(come_back="staff-arrivals", devices=True, names_nobody=True)
def actions(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Apply a tablet's taps in their order; each has its own result, with the visit as it is then."""
    try:
        sent = json.loads(request.body)["actions"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return JsonResponse({"code": "malformed"}, status=400)
    if not isinstance(sent, list) or len(sent) > TAPS_MOST:
        return JsonResponse({"code": "malformed"}, status=400)
    locale = (get_language() or "en")[:2]
    read = [(one, _read_tap(one)) for one in sent]
    taps = [tap for _one, tap in read if tap is not None]
    taken = iter(
        take_taps(store=at.store, taps=taps, now=at.now, user=at.user, is_manager=at.is_manager, locale=locale)
    )
    results = [
        (_name_of(one), TapResult(TapOutcome.CONFLICT, INVALID)) if tap is None else (str(tap.action_id), next(taken))
        for one, tap in read
    ]
    at.used([tap.happened_at for tap in taps if at.now - tap.happened_at <= OLDEST])
    visits = _visits(at, {found.reference for _name, found in results if found.reference})
    return JsonResponse(
        {
            "results": [
                {
                    "action_id": name,
                    "result": found.result,
                    "reason": found.reason,
                    "reference": found.reference,
                    "ticket": found.ticket,
                    "visit": visits.get(found.reference),
                }
                for name, found in results
            ]
        }
    )


def _etag(request: HttpRequest, at: StaffContext, *, has_crowd: bool) -> str:
    """Return the version of the day as this person sees it. One statement.

    While people wait in the waiting room, their count is told once a minute: each poll would send the whole day.
    """
    get_token(request)
    parts = (
        arrivals_version(store=at.store, now=at.now),
        at.user.pk,
        at.is_manager,
        get_language(),
        request.META.get("CSRF_COOKIE"),
        at.hides_names,
        f"{at.now:%H:%M}" if has_crowd else "",
    )
    return f'W/"{keyed_digest("arrivals", "|".join(map(str, parts)))[:32]}"'


def _as_tablet(at: StaffContext) -> dict[str, Any]:
    """Return what a paired tablet is told in addition: when it hides names, and where it shows them again."""
    if at.device is None:
        return {}
    minutes = NAMES_SHOWN.seconds // 60
    return {"hides_after_minutes": minutes, "unlock_url": reverse("staff-unlock", args=[at.store.slug])}


def _visits(at: StaffContext, references: set[str]) -> dict[str, dict[str, Any]]:
    """Return the current visits, by reference."""
    if not references:
        return {}
    rules = rules_around(at.store.slug, at.now)
    salt = finder_salt(rules.slug, working_day(rules, now=at.now).own_date)
    made = VisitsAsJson(rules, salt=salt, names_hidden=at.hides_names)
    visits, events = arrivals_of(store=at.store, references=references)
    return {visit.reference: made.after_tap(visit, events.get(visit.id, ())) for visit in visits}


def _read_tap(sent: object) -> Tap | None:
    """Return a tap, None where it contains nothing that could be done."""
    if not isinstance(sent, dict):
        return None
    action_id, happened_at = _uuid(sent.get("action_id")), _moment(sent.get("happened_at"))
    step, party_size = sent.get("step"), sent.get("party_size", 1)
    if action_id is None or happened_at is None or step not in _CALLED:
        return None
    if type(party_size) is not int or not 1 <= party_size <= PARTY_MAX:
        return None
    language, answers = _text(sent, "language"), _answers(sent.get("answers", []))
    if (language and language not in SPOKEN) or answers is None:
        return None
    return Tap(
        action_id=action_id,
        step=str(step),
        happened_at=happened_at,
        reference=read_reference(_text(sent, "reference")) or "",
        seen_starts_at=_moment(sent.get("starts_at")),
        undoes=_text(sent, "undoes")[:_KEY_LONGEST],
        visit_type=_text(sent, "visit_type")[:_KEY_LONGEST],
        party_size=party_size,
        name=_text(sent, "name")[:NAME_LONGEST],
        squeeze_in=sent.get("squeeze_in") is True,
        walk_in=_uuid(sent.get("walk_in")),
        language=language,
        answers=answers,
    )


def _answers(sent: object) -> tuple[QuestionAnswer, ...] | None:
    """Return answers with their questions in the store's words as the screen knew them; None for what is none.

    They are not compared with the present questions: a tablet may send them hours after the store changed these.
    """
    if not isinstance(sent, list) or len(sent) > ANSWERS_MOST or not all(isinstance(one, dict) for one in sent):
        return None
    found = [QuestionAnswer(_text(one, "question"), _text(one, "answer")) for one in sent]
    fits = all(0 < len(one.question) <= TEXT_LONGEST and len(one.answer) <= ANSWER_MAX for one in found)
    return tuple(one for one in found if one.answer) if fits else None


def _name_of(sent: object) -> str:
    """Return the name by which a tablet knows a tap that could not be read."""
    return str(sent.get("action_id", ""))[:_KEY_LONGEST] if isinstance(sent, dict) else ""


def _text(sent: dict[str, Any], name: str) -> str:
    found = sent.get(name, "")
    return cleaned(found) if isinstance(found, str) else ""


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _moment(text: object) -> datetime | None:
    """Return an instant, None for a time without a UTC offset."""
    try:
        found = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
