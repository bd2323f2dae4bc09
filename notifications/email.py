"""E-mails: plain text and HTML, with the visit as a calendar part (RFC 6047), by SMTP or to a file."""

import smtplib
from email.headerregistry import Address
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from notifications import message_files
from notifications.content import Email
from notifications.sms import Answer, Later, Refused, Sent, Unclear


def send(email: Email, *, key: str) -> Answer:
    """Send an e-mail; `key` names the message in our own books."""
    message = build(email, key=key)
    if not settings.EMAIL_URL:
        octets = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own takes it
        message_files.write(f"{key}.eml", octets)
        return Sent(sid="")
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        return Later(f"smtp {type(error).__name__}")
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        return Refused("invalid_address") if all(code >= 500 for code in codes) else Later("smtp_busy")
    except smtplib.SMTPResponseException as error:
        return Refused(f"smtp_{error.smtp_code}") if error.smtp_code >= 500 else Later(f"smtp_{error.smtp_code}")
    except (OSError, smtplib.SMTPException) as error:
        return Unclear(f"smtp {type(error).__name__}")
    finally:
        _close(connection)
    return Sent(sid="")


def find_sent(*, key: str) -> Sent | Unclear | None:
    """Return the e-mail if it was written; a mail server keeps no list that could be asked."""
    if settings.EMAIL_URL:
        return Unclear("smtp_cannot_tell")
    return Sent(sid="") if message_files.exists(f"{key}.eml") else None


def build(email: Email, *, key: str) -> EmailMultiAlternatives:
    """Return the e-mail as it travels."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    domain = address.rpartition("@")[2] or "localhost"
    message = EmailMultiAlternatives(
        subject=" ".join(email.subject.split()),
        body=email.text,
        from_email=_sender(email.sender_name, address),
        to=[email.to],
        headers={"Message-ID": f"<{key}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    if email.html:
        message.attach_alternative(email.html, "text/html")
    if email.calendar is not None:
        text = email.calendar.decode()
        kind = f"text/calendar; method={email.calendar_method}"  # Django adds the charset
        message.attach_alternative(text, kind)
        message.attach("invite.ics", email.calendar, kind)
    return message


def _sender(name: str, address: str) -> str:
    plain = " ".join("".join(character for character in name if character.isprintable()).split())
    local, _, domain = address.rpartition("@")
    return str(Address(display_name=plain, username=local, domain=domain)) if plain else address


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        return
