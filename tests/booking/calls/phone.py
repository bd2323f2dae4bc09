"""A phone in the hands of somebody who hears and presses keys, through the provider's signed requests."""

import re
from xml.etree import ElementTree

from django.conf import settings
from django.test import Client
from twilio.request_validator import RequestValidator

TOKEN = "the provider's token"
NUMBER = "+33970000001"
WORDS_A_MINUTE = 150


class Phone:
    """A call to a store's number from the first ring on; it counts the keys and the words that were heard."""

    def __init__(self, caller: str = "+33612345601", called: str = NUMBER) -> None:
        self.form = {"CallSid": "CA1", "From": caller, "To": called}
        self.url = f"{settings.PUBLIC_URL}/webhooks/twilio/voice"
        self.keys = self.words = 0
        self._ask("")

    def press(self, key: str) -> "Phone":
        """Press a key, or none where it is empty."""
        self.keys += bool(key)
        assert self.url, f"the call is over: {self.heard}"
        self._ask(key)
        return self

    def again(self) -> "Phone":
        """Let the provider send its last request once more, as it does where it got no answer."""
        self.url = self._last[0]
        self._ask(self._last[1])
        return self

    @property
    def seconds(self) -> float:
        """How long the call takes at an ordinary pace of speech, if each key is pressed when all is said."""
        return self.words * 60 / WORDS_A_MINUTE

    def _ask(self, key: str) -> None:
        self._last = (self.url, key)
        form = {**self.form, **({"Digits": key} if key else {})}
        signature = RequestValidator(TOKEN).compute_signature(self.url, form)
        path = self.url.removeprefix(settings.PUBLIC_URL)
        answer = Client().post(path, form, headers={"X-Twilio-Signature": signature})
        assert answer.status_code == 200
        self.twiml = answer.content.decode()
        tree = ElementTree.fromstring(self.twiml)
        self.heard = " ".join(one.text or "" for one in tree.iter("Say"))
        self.languages = {one.get("language") for one in tree.iter("Say")}
        self.words += len(re.findall(r"\w+", self.heard))
        gather = tree.find("Gather")
        self.url = gather.get("action", "") if gather is not None else ""
        dial = tree.find("Dial")
        self.rings = dial.text if dial is not None else ""
        self.is_rejected = tree.find("Reject") is not None
