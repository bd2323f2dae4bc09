"""Settings of the talk by text: the word by which customers book, and replies that staff need often."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from stores.models import Store
from stores.models.changes import EXACT
from stores.services.changes import record_change
from stores.services.values import BadValue, lock, short_text

REPLIES_MOST = 8
REPLY_LONGEST = 160
WORD = re.compile(r"[A-Z]{3,12}")
# They mean something else in a text, in one of its languages.
TAKEN_WORDS = frozenset(
    """
    STOP STOPALL STOPP START UNSTOP ARRET ARRETER ARRETEZ BAJA HELP AIDE INFO OUI YES NON NEIN CANCEL ANNULER ANNULEZ
    CHANGER MOVE DEPLACER REPORTER RETARD LATE MERCI THANKS BONJOUR HELLO HALLO HOLA DANKE GRACIAS END QUIT RESUME
    SUBSCRIBE UNSUBSCRIBE REVOKE OPTOUT
    """.split()  # noqa: SIM905 -- a list of words reads better without quotation marks
)


@transaction.atomic
def save_texting(
    *, store: Store, sms_word: str, saved_replies: Sequence[str], user: User | None, now: datetime
) -> None:
    """Change the word by which customers book by text ("" for none), and the saved replies. Raises BadValue.

    A word has 3 to 12 letters, means nothing else, and belongs to one store.
    """
    word = sms_word.strip().upper()
    if word and (not WORD.fullmatch(word) or word in TAKEN_WORDS):
        raise BadValue("sms_word", "invalid")
    replies = [
        short_text(text, field="saved_replies", longest=REPLY_LONGEST, is_required=False) for text in saved_replies
    ]
    replies = [text for text in replies if text]
    if len(replies) > REPLIES_MOST:
        raise BadValue("saved_replies", "too_many")
    known = lock(store)
    if word and Store.objects.filter(sms_word=word).exclude(pk=store.pk).exists():
        raise BadValue("sms_word", "taken")
    before, after = texting_in_trail(known.sms_word, known.saved_replies), texting_in_trail(word, replies)
    Store.objects.filter(pk=store.pk).update(sms_word=word, saved_replies=replies)
    record_change(store=store, user=user, what="texting", before=before, after=after, now=now)


def texting_in_trail(word: str, replies: Sequence[str]) -> dict[str, object]:
    """Return the word and the saved replies as the trail stores them."""
    return {"sms_word": word, "saved_replies": " / ".join(replies), EXACT: list(replies)}
