"""The tablet's day as JSON: what the screen shows of each visit, as text where it depends on a language."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from booking.arrivals.name_fingerprints import finders
from booking.arrivals.offline_day import ArrivalEvent, ArrivalsDay, ArrivalVisit
from booking.arrivals.step_rules import DUE_SOON, GROUP_OF_STATUS, GROUPS, LATE_AFTER, STEPS
from booking.arrivals.steps import step_key
from booking.bookings.visit_facts import Fact, FactKind, usual_languages
from booking.formatting import day_in_words, first_name_and_initial, moment_in_words, time_in_words, visit_type_name
from booking.models import EventKind, Status
from booking.staff.visit_facts import fact_in_words, late_in_words
from booking.staff.wording import nameless_words, people_in_words, source_words
from booking.tokens import keyed_digest
from stores.slots import StoreRules

ONE_MINUTE = timedelta(minutes=1)
DIGITS = 4
_SALT = 12
_TOLD = ("note", "facts")


class VisitsAsJson:
    """Builds the JSON of one day's visits; texts that many of them share are built once."""

    def __init__(self, rules: StoreRules, *, salt: str, names_hidden: bool = False) -> None:
        self.rules = rules
        self.names_hidden = names_hidden
        self.salt = salt
        self.sources = source_words()
        self.one_slot = timedelta(minutes=rules.slot_minutes)
        self.has_desks = len(rules.desks) > 1
        self.time = cache(lambda moment: time_in_words(moment, rules.zone))
        self.instant = cache(lambda moment: moment.astimezone(UTC).isoformat().replace("+00:00", "Z"))
        self.people = cache(people_in_words)
        self.kind = cache(visit_type_name)
        self.usual = usual_languages(rules.country)

    def visit(self, visit: ArrivalVisit, events: Iterable[ArrivalEvent]) -> dict[str, Any]:
        """Return one visit; never a phone number, an address or a family name.

        With names hidden, nothing else that identifies the customer is sent to the tablet either.
        """
        history, facts = [self._event(event) for event in events], visit.facts
        lasts_longer = visit.ends_at - visit.starts_at > self.one_slot
        hidden = {"name": "", "find": [], "digits": "", "note": "", "facts": []} if self.names_hidden else {}
        return {
            "reference": visit.reference,
            "name": first_name_and_initial(visit.name) or nameless_words(visit.source, is_erased=bool(visit.erased_at)),
            "find": finders(visit.name, salt=self.salt),
            "digits": visit.phone[-DIGITS:],
            "status": visit.status,
            "starts_at": self.instant(visit.starts_at),
            "time": self.time(visit.starts_at),
            "until": self.time(visit.ends_at) if lasts_longer else "",
            "since": self._since(visit),
            "people": self.people(visit.party_size),
            "visit_type": self.kind(visit.visit_type),
            "desk": self.kind(visit.desk) if self.has_desks else "",
            "source": self.sources.get(visit.source, ""),
            "late_minutes": facts.late_minutes or 0,
            # Both are shown while the visitor is awaited: the screen knows steps that have not arrived here yet.
            "said_late": late_in_words(facts.late_minutes) if facts.late_minutes else "",
            "asked_to_move": fact_in_words(Fact(FactKind.ASKED_TO_MOVE)) if facts.was_asked_to_move else "",
            "note": visit.note,
            "facts": [fact_in_words(fact) for fact in facts.lasting(self.usual)],
            "history": history,
            "undoes": next((one["key"] for one in reversed(history) if one["key"]), ""),
            **hidden,
        }

    def after_tap(self, visit: ArrivalVisit, events: Iterable[ArrivalEvent]) -> dict[str, Any]:
        """Return a visit after a tap, with its day and time as text: it may be on another day by now.

        Its messages are left out: no tap changes them, and the tablet has them for a visit of today.
        """
        words = moment_in_words(visit.starts_at, self.rules.zone)
        shown = {name: value for name, value in self.visit(visit, events).items() if name not in _TOLD}
        return {**shown, "when": words}

    def _since(self, visit: ArrivalVisit) -> str:
        moments = {Status.CHECKED_IN: visit.checked_in_at, Status.IN_SERVICE: visit.started_at}
        moment = moments.get(Status(visit.status))
        return self.time(moment) if moment else ""

    def _event(self, event: ArrivalEvent) -> dict[str, str]:
        return {
            "kind": event.kind,
            "time": self.time(event.happened_at.replace(second=0, microsecond=0)),
            "who": event.who or (_("at the door") if event.kind == EventKind.CHECKED_IN else ""),
            "key": step_key(event.id, event.action_id) if event.is_open_step else "",
        }


def screen_rules() -> dict[str, Any]:
    """Return the rules of a visit's day for the page's scripts, which contain no rules of their own.

    The page and its scripts are stored together, so a tablet that was offline during an upgrade has one version of
    both.
    """
    return {
        "steps": [
            {"name": name, "from": sorted(step.allowed_from), "to": step.leads_to, "event": step.event}
            for name, step in STEPS.items()
        ],
        "groups": list(GROUPS),
        "group_of_status": GROUP_OF_STATUS,
        "late_after_minutes": LATE_AFTER // ONE_MINUTE,
        "due_soon_minutes": DUE_SOON // ONE_MINUTE,
    }


def day_as_json(day: ArrivalsDay, *, now: datetime, names_hidden: bool = False, **more: Any) -> str:
    """Return the day as a tablet stores it."""
    salt = finder_salt(day.rules.slug, day.day.own_date)
    visits = VisitsAsJson(day.rules, salt=salt, names_hidden=names_hidden)
    found = {
        "store": day.rules.slug,
        "since": visits.instant(day.day.since),
        "until": visits.instant(day.day.until),
        "day": day_in_words(now.astimezone(day.rules.zone).date()),
        "time_zone": day.rules.time_zone,
        "now": visits.instant(now),
        "wiped_at": visits.instant(day.wiped_at),
        "grace_minutes": LATE_AFTER // ONE_MINUTE,  # for a screen that has been open since before pages contained rules
        "salt": salt,
        "names_hidden": names_hidden,
        "visit_types": [
            {"slug": kind.slug, "name": visit_type_name(kind.name), "max_party_size": kind.max_party_size}
            for kind in day.rules.visit_types
        ],
        "visits": [visits.visit(visit, day.events.get(visit.id, ())) for visit in day.visits],
        **more,
    }
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def finder_salt(store: str, date: date) -> str:
    """Return the salt of the name fingerprints of a store's day."""
    return keyed_digest("finder", f"{store} {date}")[:_SALT]
