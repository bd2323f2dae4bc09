"""Replies of a call: what is said, and what comes next: a key, a person's phone, or the end of the call."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from booking.calls import words
from booking.calls.place import Place
from booking.limits import ClientDigests
from booking.places.holds import release_hold
from booking.tokens import keyed_digest
from notifications.voice import VOICES, Call, Line, Spoken
from stores.slots import StoreRules


@dataclass(frozen=True, slots=True)
class Caller:
    """A call at a store: `phone` is the store's own, for a person."""

    call: Call
    rules: StoreRules
    name: str
    phone: str
    now: datetime

    @property
    def client(self) -> ClientDigests:
        """The caller's number as the client whose holds are counted."""
        digest = keyed_digest("caller", self.call.caller)[:32]
        return ClientDigests(digest, digest, digest)


def say_moment(moment: datetime, caller: Caller) -> str:
    """Return a time as the caller hears it, in the store's own zone."""
    today = caller.now.astimezone(caller.rules.zone).date()
    return words.moment_said(moment, caller.rules.zone, today=today)


def ask(place: Place, said: Sequence[str]) -> Spoken:
    """Say something and wait for a key."""
    return replace(say(place, said), next_url=place.url)


def ask_again(place: Place, caller: Caller, said: Sequence[str]) -> Spoken:
    """Ask once more; after that a person helps."""
    if place.is_repeated:
        return lead_to_person(place, caller, [])
    return ask(place.repeated(), [words.not_understood(), *said])


def lead_to_person(place: Place, caller: Caller, said: Sequence[str]) -> Spoken:
    """Let a person's phone ring; the place kept so far is given back."""
    if place.hold:
        release_hold(token=place.hold, now=caller.now)
    if not caller.phone or caller.phone == caller.call.called:
        return say(place, [*said, words.nobody_there()])
    spoken = say(place, [*said, words.to_person()])
    return replace(spoken, person=caller.phone, unanswered=say(place, [words.nobody_there()]).lines)


def end_call(place: Place) -> Spoken:
    """Say goodbye to a caller who presses no key."""
    return say(place, [words.goodbye()])


def say(place: Place, said: Sequence[str]) -> Spoken:
    """Say something in the caller's language; the call ends after it."""
    language = place.language if place.language in VOICES else "en"
    return Spoken(tuple(Line(" ".join(line.split()), language) for line in said))
