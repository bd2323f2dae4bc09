"""Phone calls that a program answers by keypad: what the provider tells of a call, and what it is told to say.

Nothing is recorded, and nothing that is said is listened to: only keys count.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from twilio.twiml.voice_response import Gather, VoiceResponse

KEY_SECONDS = 6  # for which a key is waited for, once all is said
RING_SECONDS = 30  # for which a person's phone rings
WITHHELD = frozenset({"", "anonymous", "restricted", "unavailable", "unknown", "+266696687", "+86282452253"})
VOICES = {"fr": "fr-FR", "en": "en-GB"}


@dataclass(frozen=True, slots=True)
class Call:
    """One moment of a call: both numbers as the provider names them, and the key that was pressed.

    `caller` is "" where withheld; it may be no phone's number, but the name of a program.
    """

    called: str
    caller: str
    key: str


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, and the language in which it is read out."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a caller hears, and what comes next: a key at an address, a person's phone, or the end of the call."""

    lines: tuple[Line, ...]
    next_url: str = ""  # where the next key goes, if one is asked for
    person: str = ""  # the phone that rings instead, in E.164
    unanswered: tuple[Line, ...] = ()  # what is said where nobody picks it up


def call_of(form: Mapping[str, str]) -> Call:
    """Return the call that a request of the provider is about. Of several keys pressed at once the first counts."""
    caller = form.get("From", "")[:32]
    key = next((one for one in form.get("Digits", "")[:8] if one in "0123456789"), "")
    return Call(form.get("To", "")[:32], "" if caller.lower() in WITHHELD else caller, key)


def as_twiml(spoken: Spoken) -> str:
    """Return the provider's markup of what is said and done."""
    response = VoiceResponse()
    if not spoken.next_url:
        _say(response, spoken.lines)
    else:
        gather = Gather(
            input="dtmf",
            num_digits=1,
            timeout=KEY_SECONDS,
            action=spoken.next_url,
            method="POST",
            action_on_empty_result=True,
        )
        _say(gather, spoken.lines)
        response.append(gather)
        return str(response)
    if spoken.person:
        response.dial(spoken.person, timeout=RING_SECONDS, caller_id=None)
        _say(response, spoken.unanswered)
    response.hangup()
    return str(response)


def turned_away() -> str:
    """Return the markup that does not answer a call at all: it costs nobody anything."""
    response = VoiceResponse()
    response.reject()
    return str(response)


def _say(response: VoiceResponse | Gather, lines: tuple[Line, ...]) -> None:
    for line in lines:
        response.say(line.text, language=VOICES[line.language])
