"""Messages that the person who runs the service sends to themselves, past the outbox: does one arrive."""

import secrets
from uuid import uuid4

from django.conf import settings

from booking.customer_input import BadInput, read_phone
from notifications import email, sms
from notifications.answers import Answer, Sent
from notifications.content import Email

SUBJECT = "Carillon: a trial"
WORDS = "Carillon: this is a trial. If you can read it, messages arrive."


class TrialRefused(Exception):
    """The trial message was not taken; the message is one line for the person at the terminal."""


def send_trial_text(to: str) -> str:
    """Send a text to a number; return what came of it. Raises TrialRefused."""
    try:
        number = read_phone(to, country=settings.SMS_COUNTRIES[0])
    except BadInput as error:
        raise TrialRefused(f"--text-to: {to} is no phone number") from error
    callback = f"{settings.PUBLIC_URL}/webhooks/twilio/status?message={uuid4()}"
    answer = sms.gateway().send(to=number, body=WORDS, key=_key(), callback_url=callback)
    return _said("--text-to", number, answer)


def send_trial_mail(to: str) -> str:
    """Send an e-mail to an address; return what came of it. Raises TrialRefused."""
    html = f"<p>{WORDS}</p>"
    return _said("--mail-to", to, email.send(Email(to=to, subject=SUBJECT, text=WORDS, html=html), key=_key()))


def _key() -> str:
    return f"trial-{secrets.token_hex(8)}"


def _said(option: str, to: str, answer: Answer) -> str:
    if not isinstance(answer, Sent):
        raise TrialRefused(f"{option}: {to} was not sent ({answer.reason})")
    return f"sent to {to}{f' ({answer.sid})' if answer.sid else ''}; see whether it arrives"
