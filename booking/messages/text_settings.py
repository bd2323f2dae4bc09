"""A store's own texts: they are checked against the rules, measured with the store's own values, and saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.utils import translation

from booking.formatting import DEFAULT_NAMES
from booking.messages.booking_messages import is_sender_one_way
from booking.messages.own_texts import facts_of_store
from booking.messages.placeholders import RULES
from booking.messages.sms_texts import alphabet_in_use
from booking.messages.text_lint import TextFacts, TextProblem, find_problems
from booking.messages.text_samples import SampleText, longest_day, sample_facts, sample_sms
from notifications.alphabets import GSM7
from notifications.gsm7 import to_gsm7
from stores.models import Store, VisitMode
from stores.services import save_own_text
from stores.words import cleaned

KNOWN = frozenset(name for rules in RULES["sms"].values() for name in rules.may)
EVERYDAY_SEGMENTS = {False: 1, True: 2}  # what our own texts take, by whether they need UCS-2


class RefusedText(ValueError):
    """A text that breaks a rule."""

    def __init__(self, problems: Sequence[TextProblem]) -> None:
        super().__init__(", ".join(problem.rule for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class CheckedText:
    """What is wrong with a text, and, of a text message without faults, its longest form."""

    problems: tuple[TextProblem, ...]
    longest: SampleText | None = None

    @property
    def refusals(self) -> list[TextProblem]:
        """The problems because of which it is not saved."""
        return [problem for problem in self.problems if problem.is_refused]

    @property
    def is_too_long(self) -> bool:
        """Tell whether it would not be sent on some days, as it takes too many segments."""
        return self.longest is not None and not self.longest.is_own


def check_text(
    store: Store,
    channel: str,
    name: str,
    language: str,
    text: str,
    *,
    spoken: Mapping[str, str] | None = None,
    now: datetime,
) -> CheckedText:
    """Check a text for one message in one language; `spoken` is what its writer calls each placeholder.

    One statement, for the store's visit types.
    """
    types = list(store.visit_types.filter(is_active=True))
    brings = [" ".join(one.what_to_bring.split()) for one in types]
    is_sms = channel == "sms"
    facts = TextFacts(
        rules=RULES[channel][name],
        is_sms=is_sms,
        is_one_way=is_sender_one_way(),
        known=KNOWN,
        visit_types=[one.name for one in types if one.name not in DEFAULT_NAMES],
        spoken=spoken or {},
        empty=_without_value(store, brings),
        brings=brings,
        sometimes_empty=[
            *(["bring"] if not all(brings) else []),
            *(["address"] if any(one.mode != VisitMode.STORE for one in types) else []),
        ],
    )
    with translation.override(language):
        if is_sms and alphabet_in_use() is GSM7:
            facts = replace(facts, lost_signs=_lost_in_gsm7)
    problems = tuple(find_problems(text, facts))
    if not is_sms or not text or any(problem.is_refused for problem in problems):
        return CheckedText(problems)
    longest = max(brings, key=len, default="")
    return CheckedText(problems, _longest(store, name, language, text, bring=longest, now=now))


def change_own_text(
    *, store: Store, channel: str, name: str, language: str, text: str, user: User | None, now: datetime
) -> None:
    """Save the store's own text for one message in one language; "" for ours. Raises RefusedText, BadValue.

    It holds for all that has not been sent yet.
    """
    text = cleaned(text)  # what is stored is what was checked
    checked = check_text(store, channel, name, language, text, now=now)
    if checked.refusals or checked.is_too_long:
        raise RefusedText(checked.refusals)
    save_own_text(store=store, channel=channel, name=name, language=language, text=text, user=user, now=now)


def usual_segments(language: str) -> int:
    """Return how many segments our own texts take in a language."""
    with translation.override(language):
        return EVERYDAY_SEGMENTS[alphabet_in_use() is not GSM7]


def _without_value(store: Store, brings: Sequence[str]) -> list[str]:
    """Return the placeholders that have no value at any visit of a store."""
    facts = facts_of_store(store)
    has = {"phone": facts.phone, "address": facts.address, "bring": any(brings)}
    return [name for name, value in has.items() if not value]


def _longest(store: Store, name: str, language: str, text: str, *, bring: str, now: datetime) -> SampleText:
    """Return a text at its longest: on the day with the longest name, with the most that a customer may bring."""
    starts_at = longest_day(language, now=now, zone=ZoneInfo(store.time_zone))
    return sample_sms(store, name, text, language, sample_facts(store, name, starts_at=starts_at, bring=bring))


def _lost_in_gsm7(text: str) -> list[str]:
    return [sign for sign in text if to_gsm7(sign) in ("", "?") and sign != "?"]
