"""The provider's answer to one message, as plain values of any protocol."""

from dataclasses import dataclass

from notifications.models import State


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never go this way."""

    reason: str
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Surely not accepted, as the provider is busy: tried again as often as it takes, with growing pauses."""

    reason: str
    after_seconds: int = 0  # no sooner than that
    longest_seconds: int = 60  # no pause grows beyond that


@dataclass(frozen=True, slots=True)
class OnceMore:
    """It did not arrive, and may an hour later: a phone that is switched off."""

    reason: str


@dataclass(frozen=True, slots=True)
class Puzzling:
    """Refused, and nobody knows why: tried twice more, then a person decides."""

    reason: str


@dataclass(frozen=True, slots=True)
class Barred:
    """Nothing of ours is taken, whatever it says: the key, the account or the sender is wrong."""

    reason: str


@dataclass(frozen=True, slots=True)
class Away:
    """The provider was not reached: surely not accepted."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """Perhaps accepted, perhaps not; or, of a list, not to be had. `may_clear`: asking again may tell."""

    reason: str
    may_clear: bool = True


# What may become of a message that the provider had taken before.
Failure = Refused | Later | OnceMore | Puzzling | Barred


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has it; where its list was asked, with what became of it since, and why it failed if it did."""

    sid: str
    state: State = State.SENT
    reason: str = ""
    failure: Failure | None = None


Answer = Sent | Refused | Later | OnceMore | Puzzling | Barred | Away | Unclear
