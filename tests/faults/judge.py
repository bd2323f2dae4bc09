"""The judge of a faulty run: what customers were promised by the API, held against what the providers accepted.

Both are known from outside. Carillon's own table is asked last, and only whether a message that nobody accepted has an
end that staff can see.
"""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from tests.faults.customers import CANCELLATION, CHANGE, CONFIRMATION, Step, Visit
from tests.faults.providers import Accepted

ZONE = ZoneInfo("Europe/Paris")  # of the store
REMINDER = "reminder"
# By a piece of the text, or of the subject of the e-mail.
_TEXTS = {
    "visit booked for": CONFIRMATION,
    "your visit has moved": CHANGE,
    "is cancelled. Book again": CANCELLATION,
    "reminder, visit": REMINDER,
    "New time:": CHANGE,
    "Cancelled:": CANCELLATION,
    "Reminder:": REMINDER,
    "Your visit on": CONFIRMATION,  # last: some of the others say it as well
}
# A call that was noted as begun waits 20 s for a lane at most, and takes 15 s at most. What the provider accepts by
# then was on its way before the answer that made it wrong.
ON_ITS_WAY_SECONDS = 35 + 5
FIRST_HOUR, LAST_HOUR = 8, 20
# An e-mail with an unclear end is sent once more, with the same Message-ID.
MOST_EMAILS = 2
SEEN_BY_STAFF = ("unknown", "dead", "failed")


@dataclass
class Verdict:
    """What is wrong, as lists of what a person would look for; and what was measured."""

    lost: list[str] = field(default_factory=list)  # never told, and nobody knows
    doubled: list[str] = field(default_factory=list)
    at_night: list[str] = field(default_factory=list)
    after_the_end: list[str] = field(default_factory=list)  # told of a visit that was cancelled, or after a STOP
    not_reminded: list[str] = field(default_factory=list)
    reminded_twice: list[str] = field(default_factory=list)
    wrong_ids: list[str] = field(default_factory=list)  # an id of the provider's on no row, or on two
    told: int = 0
    overtaken: int = 0  # the visit had gone on before its customer was told
    left_to_person: int = 0
    repeated_emails: int = 0
    seconds: list[float] = field(default_factory=list)  # from the answer of the API to that of the provider

    @property
    def is_right(self) -> bool:
        return not (
            self.lost or self.doubled or self.at_night or self.after_the_end or self.not_reminded
            or self.reminded_twice or self.wrong_ids
        )  # fmt: skip

    def figures(self) -> dict[str, Any]:
        """Return all of it for a line of JSON."""
        seconds = sorted(self.seconds)
        measured = {name: round(seconds[ceil(share * len(seconds)) - 1], 1) if seconds else None
                    for name, share in (("median", 0.5), ("p95", 0.95), ("max", 1.0))}  # fmt: skip
        return {**asdict(self), "seconds": measured}


def kind_of(text: str) -> str:
    """Return which kind of message a text, or the subject of an e-mail, is."""
    return next((kind for piece, kind in _TEXTS.items() if piece in text), "")


def judge(
    visits: Sequence[Visit], accepted: Sequence[Accepted], states: Mapping[tuple[str, str, str], set[str]]
) -> Verdict:
    """Return what was right and wrong; `states` are those of our rows by reference, kind and channel."""
    verdict = Verdict()
    _find_doubled(accepted, verdict)
    by_recipient: dict[str, list[Accepted]] = {}
    for one in accepted:
        by_recipient.setdefault(one.to, []).append(one)
        wall = one.wall.astimezone(ZONE)
        if one.channel == "sms" and not FIRST_HOUR <= wall.hour < LAST_HOUR:
            verdict.at_night.append(f"{one.to} {wall:%H:%M} {kind_of(one.text)}")
    for visit in visits:
        for channel, recipient in (("sms", visit.phone), ("email", visit.email)):
            if recipient:
                _judge_visit(visit, channel, by_recipient.get(recipient, []), states, verdict)
    return verdict


def judge_ids(accepted: Sequence[Accepted], rows: Counter[str], ended: Set[str], verdict: Verdict) -> None:
    """Find texts whose id at the provider stands on several of our rows, or on none.

    `ended` are the messages that were given up before anybody asked the provider about them.
    """
    for one in accepted:
        if one.channel == "sms" and rows[one.sid] != 1 and not (rows[one.sid] == 0 and one.key in ended):
            verdict.wrong_ids.append(f"{one.sid} {kind_of(one.text)} on {rows[one.sid]} rows")


def judge_reminders(
    visits: Sequence[Visit], accepted: Sequence[Accepted], must: Sequence[Visit], verdict: Verdict
) -> None:
    """Find visits whose customer was not reminded, or more than once, in a run that slept through all reminders."""
    counts = Counter(one.to for one in accepted if one.channel == "sms" and kind_of(one.text) == REMINDER)
    verdict.not_reminded += [visit.phone for visit in must if not counts[visit.phone]]
    verdict.reminded_twice += [visit.phone for visit in visits if visit.phone and counts[visit.phone] > 1]


def _find_doubled(accepted: Sequence[Accepted], verdict: Verdict) -> None:
    texts = [one for one in accepted if one.channel == "sms"]
    keys, bodies = Counter(one.key for one in texts), Counter((one.to, one.text) for one in texts)
    verdict.doubled += [
        f"{one.to} {kind_of(one.text)} {one.sid}" for one in texts if keys[one.key] > 1 or bodies[one.to, one.text] > 1
    ]
    emails = Counter(one.key for one in accepted if one.channel == "email")
    verdict.doubled += [key for key, count in emails.items() if count > MOST_EMAILS]
    verdict.repeated_emails = sum(count > 1 for count in emails.values())


def _judge_visit(
    visit: Visit, channel: str, accepted: Sequence[Accepted], states: Mapping[tuple[str, str, str], set[str]],
    verdict: Verdict,
) -> None:  # fmt: skip
    ends = [step.answered_at for step in visit.steps if step.kind == CANCELLATION]
    if channel == "sms" and visit.stopped_at is not None:
        verdict.after_the_end += _late(accepted, visit.stopped_at, but="")
    if ends:
        verdict.after_the_end += _late(accepted, ends[0], but=CANCELLATION)
    for number, step in enumerate(visit.steps):
        later = visit.steps[number + 1 :]
        at = _told_at(step, accepted)
        if at is not None:
            verdict.told += 1
            verdict.seconds.append(max(0.0, at - step.answered_at))
        elif later or visit.is_unsure or (channel == "sms" and visit.stopped_at is not None):
            verdict.overtaken += 1
        elif states.get((visit.reference, step.kind, channel), set()) & set(SEEN_BY_STAFF):
            verdict.left_to_person += 1
        else:
            verdict.lost.append(f"{visit.reference} {step.kind} {channel}")


def _told_at(step: Step, accepted: Sequence[Accepted]) -> float | None:
    """Return when a customer was told of a step: of its kind, and of the time that held from then on."""
    return next(
        (
            one.at
            for one in accepted
            if one.at >= step.asked_at
            and kind_of(one.text) == step.kind
            and step.when in one.text.rpartition(" to ")[2]
        ),
        None,
    )


def _late(accepted: Sequence[Accepted], end: float, *, but: str) -> list[str]:
    return [
        f"{one.to} {kind_of(one.text)} {one.at - end:.0f} s after"
        for one in accepted
        if one.at > end + ON_ITS_WAY_SECONDS and kind_of(one.text) != but
    ]
