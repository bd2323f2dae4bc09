"""System checks of the settings of messages: one line each, which names the variable."""

import ipaddress
import re
from email.utils import parseaddr
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


@register("settings")
def check_messages(**_: object) -> list[CheckMessage]:
    """Report the settings of messages that cannot work."""
    conditions = [*_conditions(), *_conditions_of_senders()]
    return [Error(text, id=f"notifications.{name}") for name, is_wrong, text in conditions if is_wrong]


def _conditions() -> list[tuple[str, bool, str]]:
    """Return the id of each check, which stays its own, with whether it fails and what it says."""
    is_twilio = settings.SMS_GATEWAY == "twilio"
    sender = settings.TWILIO_MESSAGING_SERVICE_SID or settings.TWILIO_FROM
    unknown = [code for code in settings.SMS_COUNTRIES if code not in phonenumbers.SUPPORTED_REGIONS]
    cluster = settings.Q_CLUSTER
    return [
        (
            "E001",
            settings.SMS_GATEWAY not in ("console", "twilio"),
            "SMS_GATEWAY: only `console` and `twilio` are known.",
        ),
        (
            "E002",
            is_twilio and not settings.TWILIO_ACCOUNT_SID,
            "TWILIO_ACCOUNT_SID: missing, SMS_GATEWAY=twilio needs it.",
        ),
        (
            "E003",
            is_twilio and not settings.TWILIO_AUTH_TOKEN,
            "TWILIO_AUTH_TOKEN: missing, SMS_GATEWAY=twilio needs it.",
        ),
        (
            "E004",
            is_twilio and not sender,
            "TWILIO_MESSAGING_SERVICE_SID: missing, and TWILIO_FROM too; one is needed.",
        ),
        (
            "E005",
            not _is_web_address(settings.TWILIO_API_URL),
            "TWILIO_API_URL: must look like https://api.example.org.",
        ),
        ("E006", bool(unknown), f"SMS_COUNTRIES: {', '.join(unknown)} is no country's code, such as FR."),
        ("E007", settings.SMS_HOURLY_BUDGET < 0, "SMS_HOURLY_BUDGET: must not be negative."),
        ("E008", settings.SMS_DAILY_BUDGET < 0, "SMS_DAILY_BUDGET: must not be negative."),
        ("E009", _is_bad_mail_address(settings.EMAIL_URL), "EMAIL_URL: must look like smtp://user:password@host:port."),
        (
            "E020",
            bool(settings.EMAIL_PROVIDER) and settings.EMAIL_PROVIDER not in MAIL_PROVIDERS,
            f"EMAIL_PROVIDER: only {', '.join(MAIL_PROVIDERS)} are known.",
        ),
        (
            "E021",
            bool(settings.EMAIL_PROVIDER) and not _is_plain(settings.EMAIL_WEBHOOK_KEY),
            "EMAIL_WEBHOOK_KEY: missing or not plain ASCII, EMAIL_PROVIDER needs it.",
        ),
        (
            "E022",
            bool(settings.EMAIL_REPLIES) and not _is_reply_address(settings.EMAIL_REPLIES),
            "EMAIL_REPLIES: must be an address such as visit@in.example.org, without a plus sign.",
        ),
        (
            "E023",
            bool(settings.EMAIL_REPLIES) and not settings.EMAIL_PROVIDER,
            "EMAIL_PROVIDER: missing, EMAIL_REPLIES needs it.",
        ),
        ("E010", cluster["retry"] <= cluster["timeout"], "Q_CLUSTER: retry must be longer than timeout."),
    ]


def _conditions_of_senders() -> list[tuple[str, bool, str]]:
    """Return the checks of what the provider or the receivers would refuse, one message after the other."""
    is_twilio = settings.SMS_GATEWAY == "twilio"
    left = [name for name in SECRETS if LEFT_TO_CHANGE in getattr(settings, name)]
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    return [
        ("E030", bool(left), f"{next(iter(left), '')}: still says {LEFT_TO_CHANGE}."),
        (
            "E031",
            is_twilio and not _is_sender(settings.TWILIO_FROM),
            "TWILIO_FROM: must be a number such as +33700000000, or a name of at most 11 letters, digits and spaces.",
        ),
        (
            "E032",
            is_twilio and _is_loopback(host) and not _is_loopback(urlsplit(settings.TWILIO_API_URL).hostname or ""),
            "PUBLIC_URL: leads to this machine alone; links in texts would open on no phone.",
        ),
        (
            "E033",
            bool(settings.EMAIL_URL)
            and not re.fullmatch(r"[^\s@]+@[^\s@]+", parseaddr(settings.DEFAULT_FROM_EMAIL)[1]),
            "EMAIL_FROM: must be an address such as booking@example.org.",
        ),
    ]


def _is_sender(text: str) -> bool:
    """Tell whether texts can come from this: nothing, a number, a short number, or a name with a letter in it."""
    return bool(re.fullmatch(r"|\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}", text))


def _is_loopback(host: str) -> bool:
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
