"""Words by which people stop text messages, or want them again, in every spelling. Pure."""

import re
import unicodedata
from typing import Literal

Wish = Literal["stop", "start"]

# The first word of a text. "Cancel" and "annuler" are about a visit, and never here.
_STOP_BEGINS = re.compile(
    r"(?:stop|stopall|stopp|stopper|stopsms|arret(?:er|ez|e|ons)?|desabo\w*|desinscri\w*|unsubscribe|opt ?out|revoke"
    r"|abmelden|abbestellen|baja|darse de baja|стоп|відписатися|توقف|ايقاف|الغاء الاشتراك)\b"
)
_STOP_ALONE = frozenset({"end", "quit", "no more texts", "no more sms", "plus de sms", "pas de sms", "keine sms"})
_START_ALONE = frozenset({"start", "unstop", "subscribe", "resume", "reprendre", "старт"})
# What may follow a stop without meaning anything else.
_POLITE = frozenset(
    [
        "svp",
        "stp",
        "merci",
        "please",
        "thanks",
        "thank",
        "you",
        "sms",
        "texto",
        "textos",
        "message",
        "messages",
        "sms's",
        "all",
        "tout",
        "tous",
        "les",
        "the",
        "de",
        "des",
        "ces",
        "envoi",
        "envois",
        "texts",
        "texting",
        "me",
        "bitte",
        "danke",
        "gracias",
        "por",
        "favor",
        "mensajes",
        "будь",
        "ласка",
        "дякую",
        "شكرا",
        "من",
        "فضلك",
    ]
)


def plain_words(text: str) -> str:
    """Return a text in lower case without accents, signs and marks: "Arrêtez !" as "arretez"."""
    spelled = unicodedata.normalize("NFKD", text[:500]).casefold()
    bare = "".join(" " if not (one.isalnum() or unicodedata.combining(one)) else one for one in spelled)
    kept = "".join(one for one in bare if not unicodedata.combining(one))
    return " ".join(kept.split())


def read_wish(text: str) -> Wish | None:
    """Return whether a text stops messages or wants them again; None for anything else."""
    words = plain_words(text)
    if words in _START_ALONE:
        return "start"
    return "stop" if words in _STOP_ALONE or _STOP_BEGINS.match(words) else None


def says_more(text: str) -> bool:
    """Tell whether a text that stops messages says something else as well, for a person to read."""
    rest = _STOP_BEGINS.sub("", plain_words(text), count=1)
    return any(word not in _POLITE for word in rest.split()) and plain_words(text) not in _STOP_ALONE
