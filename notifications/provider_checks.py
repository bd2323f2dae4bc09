"""A look at the providers of messages, for the person who runs the service: do they know us, and agree on the time.

Nothing is sent. Each look ends within some seconds.
"""

import smtplib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from django.conf import settings
from django.core.mail import get_connection
from twilio.base.exceptions import TwilioException
from twilio.http.response import Response
from twilio.rest import Client

from notifications.bounded_http import BoundedHttpClient

LOOK_SECONDS = 10
UNAUTHORIZED = (401, 403)


@dataclass(frozen=True, slots=True)
class Look:
    """The result of a look: what is wrong ("" for nothing), and how far the provider's clock is ahead of ours."""

    wrong: str = ""
    seconds_ahead: float | None = None


def look_at_sms_provider(*, now: datetime) -> Look:
    """Read one line of the list of texts at the provider, with our credentials."""
    http = BoundedHttpClient(LOOK_SECONDS)
    try:
        client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=http)
        client.messages.list(limit=1, page_size=1)
    except TwilioException as error:
        # The library hands over the answer itself where a page of a list is refused.
        status = next((one.status_code for one in error.args if isinstance(one, Response)), 0)
        if status in UNAUTHORIZED:
            return Look("the provider does not know TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN")
        return Look(f"the provider answers {status}" if status else "the provider's answer cannot be read")
    except Exception as error:  # noqa: BLE001 -- whatever is wrong, the person is told, and the next look is made
        return Look(f"TWILIO_API_URL cannot be asked ({type(error).__name__})")
    try:
        theirs = parsedate_to_datetime(http.headers.get("Date") or "").astimezone(UTC)
    except (TypeError, ValueError):
        return Look()
    return Look(seconds_ahead=(theirs - now).total_seconds())


def look_at_mail_server() -> Look:
    """Open a connection to the mail server and sign in."""
    connection = get_connection(fail_silently=False, timeout=LOOK_SECONDS)
    try:
        connection.open()
        connection.close()
    except smtplib.SMTPAuthenticationError:
        return Look("the mail server does not know the user and password of EMAIL_URL")
    except (OSError, smtplib.SMTPException) as error:
        return Look(f"EMAIL_URL cannot be reached ({type(error).__name__})")
    return Look()
