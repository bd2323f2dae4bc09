"""System checks of the settings of messages: one line each, which names the variable."""

import ipaddress
import re
from collections.abc import Callable
from email.utils import parseaddr
from typing import NamedTuple
from urllib.parse import urlsplit

import phonenumbers
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from notifications.mail_providers import MAIL_PROVIDERS

LONGEST_LOCAL_PART = 30
LEFT_TO_CHANGE = "CHANGE-ME"  # what docs/deploy/carillon.env says where a secret belongs
SECRETS = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_MESSAGING_SERVICE_SID", "EMAIL_URL")


class _Fault(NamedTuple):
    """A setting of messages that cannot work: the id of its check, which stays its own, and what it says.

    `wrong` returns what is wrong, "" or False where nothing is; the text may name it as `{wrong}`.
    """

    id: str
    wrong: Callable[[], object]
    text: str


_FAULTS = (
    _Fault("E001", lambda: settings.SMS_GATEWAY not in ("console", "twilio"),
           "SMS_GATEWAY: only `console` and `twilio` are known."),
    _Fault("E002", lambda: _is_twilio() and not settings.TWILIO_ACCOUNT_SID,
           "TWILIO_ACCOUNT_SID: missing, SMS_GATEWAY=twilio needs it."),
    _Fault("E003", lambda: _is_twilio() and not settings.TWILIO_AUTH_TOKEN,
           "TWILIO_AUTH_TOKEN: missing, SMS_GATEWAY=twilio needs it."),
    _Fault("E004", lambda: _is_twilio() and not (settings.TWILIO_MESSAGING_SERVICE_SID or settings.TWILIO_FROM),
           "TWILIO_MESSAGING_SERVICE_SID: missing, and TWILIO_FROM too; one is needed."),
    _Fault("E005", lambda: not _is_web_address(settings.TWILIO_API_URL),
           "TWILIO_API_URL: must look like https://api.example.org."),
    _Fault("E006", lambda: ", ".join(_unknown_countries()),
           "SMS_COUNTRIES: {wrong} is no country's code, such as FR."),
    _Fault("E007", lambda: settings.SMS_HOURLY_BUDGET < 0, "SMS_HOURLY_BUDGET: must not be negative."),
    _Fault("E008", lambda: settings.SMS_DAILY_BUDGET < 0, "SMS_DAILY_BUDGET: must not be negative."),
    _Fault("E009", lambda: _is_bad_mail_address(settings.EMAIL_URL),
           "EMAIL_URL: must look like smtp://user:password@host:port."),
    _Fault("E020", lambda: settings.EMAIL_PROVIDER and settings.EMAIL_PROVIDER not in MAIL_PROVIDERS,
           f"EMAIL_PROVIDER: only {', '.join(MAIL_PROVIDERS)} are known."),
    _Fault("E021", lambda: settings.EMAIL_PROVIDER and not _is_plain(settings.EMAIL_WEBHOOK_KEY),
           "EMAIL_WEBHOOK_KEY: missing or not plain ASCII, EMAIL_PROVIDER needs it."),
    _Fault("E022", lambda: settings.EMAIL_REPLIES and not _is_reply_address(settings.EMAIL_REPLIES),
           "EMAIL_REPLIES: must be an address such as visit@in.example.org, without a plus sign."),
    _Fault("E023", lambda: settings.EMAIL_REPLIES and not settings.EMAIL_PROVIDER,
           "EMAIL_PROVIDER: missing, EMAIL_REPLIES needs it."),
    _Fault("E010", lambda: settings.Q_CLUSTER["retry"] <= settings.Q_CLUSTER["timeout"],
           "Q_CLUSTER: retry must be longer than timeout."),
    # What the provider or the receivers would refuse, one message after the other.
    _Fault("E030", lambda: next((name for name in SECRETS if LEFT_TO_CHANGE in getattr(settings, name)), ""),
           f"{{wrong}}: still says {LEFT_TO_CHANGE}."),
    _Fault("E031", lambda: _is_twilio() and not _is_sender(settings.TWILIO_FROM),
           "TWILIO_FROM: must be a number such as +33700000000, or a name of at most 11 letters, digits and spaces."),
    _Fault("E032", lambda: _is_twilio() and _is_loopback(settings.PUBLIC_URL)
           and not _is_loopback(settings.TWILIO_API_URL),
           "PUBLIC_URL: leads to this machine alone; links in texts would open on no phone."),
    _Fault("E033", lambda: settings.EMAIL_URL
           and not re.fullmatch(r"[^\s@]+@[^\s@]+", parseaddr(settings.DEFAULT_FROM_EMAIL)[1]),
           "EMAIL_FROM: must be an address such as booking@example.org."),
)  # fmt: skip


@register("settings")
def check_messages(**_: object) -> list[CheckMessage]:
    """Report the settings of messages that cannot work."""
    return [
        Error(fault.text.format(wrong=wrong), id=f"notifications.{fault.id}")
        for fault in _FAULTS
        if (wrong := fault.wrong())
    ]


def _is_twilio() -> bool:
    return bool(settings.SMS_GATEWAY == "twilio")


def _unknown_countries() -> list[str]:
    return [code for code in settings.SMS_COUNTRIES if code not in phonenumbers.SUPPORTED_REGIONS]


def _is_sender(text: str) -> bool:
    """Tell whether texts can come from this: nothing, a number, a short number, or a name with a letter in it."""
    return bool(re.fullmatch(r"|\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}", text))


def _is_loopback(url: str) -> bool:
    """Tell whether a web address leads to this machine alone."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _is_web_address(url: str) -> bool:
    return url.startswith(("http://", "https://")) and _names_a_host(url)


def _is_bad_mail_address(url: str) -> bool:
    schemes = ("smtp://", "smtps://", "smtp+tls://", "smtp+ssl://")
    return bool(url) and not (url.startswith(schemes) and _names_a_host(url))


def _is_plain(key: str) -> bool:
    return bool(key) and key.isascii()


def _is_reply_address(address: str) -> bool:
    """Tell whether an address can carry a name behind a plus sign: RFC 5321 allows 64 letters before the @."""
    try:
        validate_email(address)
    except ValidationError:
        return False
    local, _, _ = address.partition("@")
    return "+" not in local and len(local) <= LONGEST_LOCAL_PART


def _names_a_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
