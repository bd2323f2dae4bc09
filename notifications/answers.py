"""Answers of a provider to one message, as plain values for any protocol."""

from dataclasses import dataclass

from notifications.models import State


@dataclass(frozen=True, slots=True)
class Refused:
    """Refused for good: the message will never go by this channel."""

    reason: str
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Surely not accepted, because the provider is busy: tried again without limit, with growing pauses."""

    reason: str
    after_seconds: int = 0  # at least this pause
    longest_seconds: int = 60  # no pause is longer than this


@dataclass(frozen=True, slots=True)
class OnceMore:
    """Not delivered, but may be in an hour: for example, the phone is switched off."""

    reason: str


@dataclass(frozen=True, slots=True)
class Puzzling:
    """Refused for an unknown reason: tried twice more, then a person decides."""

    reason: str


@dataclass(frozen=True, slots=True)
class Barred:
    """The provider takes none of our messages: the key, the account or the sender is wrong."""

    reason: str


@dataclass(frozen=True, slots=True)
class Away:
    """The provider was not reached, so the message was surely not accepted."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """Possibly accepted; for a list: not available. `may_clear`: another request may tell."""

    reason: str
    may_clear: bool = True


# The possible fates of a message that the provider accepted before.
Failure = Refused | Later | OnceMore | Puzzling | Barred


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has the message; from its list also the later state, and the reason of a failure."""

    sid: str
    state: State = State.SENT
    reason: str = ""
    failure: Failure | None = None


Answer = Sent | Refused | Later | OnceMore | Puzzling | Barred | Away | Unclear
