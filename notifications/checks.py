"""System checks of the settings of messages: one line each, which names the variable."""

from urllib.parse import urlsplit

import phonenumbers
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def check_messages(**_: object) -> list[CheckMessage]:
    """Report the settings of messages that cannot work."""
    found = [
        Error(text, id=f"notifications.E{number:03}")
        for number, (is_wrong, text) in enumerate(_conditions(), start=1)
        if is_wrong
    ]
    return [*found]


def _conditions() -> list[tuple[bool, str]]:
    is_twilio = settings.SMS_GATEWAY == "twilio"
    sender = settings.TWILIO_MESSAGING_SERVICE_SID or settings.TWILIO_FROM
    unknown = [code for code in settings.SMS_COUNTRIES if code not in phonenumbers.SUPPORTED_REGIONS]
    cluster = settings.Q_CLUSTER
    return [
        (settings.SMS_GATEWAY not in ("console", "twilio"), "SMS_GATEWAY: only `console` and `twilio` are known."),
        (is_twilio and not settings.TWILIO_ACCOUNT_SID, "TWILIO_ACCOUNT_SID: missing, SMS_GATEWAY=twilio needs it."),
        (is_twilio and not settings.TWILIO_AUTH_TOKEN, "TWILIO_AUTH_TOKEN: missing, SMS_GATEWAY=twilio needs it."),
        (is_twilio and not sender, "TWILIO_MESSAGING_SERVICE_SID: missing, and TWILIO_FROM too; one is needed."),
        (not _is_web_address(settings.TWILIO_API_URL), "TWILIO_API_URL: must look like https://api.example.org."),
        (bool(unknown), f"SMS_COUNTRIES: {', '.join(unknown)} is no country's code, such as FR."),
        (settings.SMS_HOURLY_BUDGET < 0, "SMS_HOURLY_BUDGET: must not be negative."),
        (settings.SMS_DAILY_BUDGET < 0, "SMS_DAILY_BUDGET: must not be negative."),
        (_is_bad_mail_address(settings.EMAIL_URL), "EMAIL_URL: must look like smtp://user:password@host:port."),
        (cluster["retry"] <= cluster["timeout"], "Q_CLUSTER: retry must be longer than timeout."),
    ]


def _is_web_address(url: str) -> bool:
    return url.startswith(("http://", "https://")) and _names_a_host(url)


def _is_bad_mail_address(url: str) -> bool:
    schemes = ("smtp://", "smtps://", "smtp+tls://", "smtp+ssl://")
    return bool(url) and not (url.startswith(schemes) and _names_a_host(url))


def _names_a_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
