"""E-mails: plain text and HTML, with the visit as a calendar part (RFC 6047), by SMTP or to a file."""

import select
import smtplib
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.message import sanitize_address
from django.core.validators import validate_email

from notifications import message_files
from notifications.answers import Answer, Away, Barred, Later, Refused, Sent, Unclear
from notifications.content import Email
from notifications.deadlines import OutOfTime, SendGate, shut_down, within
from notifications.mail_providers import naming_header

SEND_SECONDS = 15
# A connection takes no more e-mails than this, and none after this time at rest: servers close it then.
MOST_BY_ONE = 50
KEPT_SECONDS = 10

_thread = threading.local()


@contextmanager
def keeping_connection() -> Iterator[None]:
    """Keep the connection of this thread's e-mails open between them, until the block ends."""
    _thread.kept = _Connection()
    try:
        yield
    finally:
        _thread.kept.close()
        del _thread.kept


def send(email: Email, *, key: str) -> Answer:
    """Send an e-mail; `key` names the message in our own books."""
    try:
        message = build(email, key=key)
        octets = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own messages know it
    except ValueError:
        return Refused("invalid_address")
    if not settings.EMAIL_URL:
        message_files.write(f"{key}.eml", octets)
        return Sent(sid="")
    kept: _Connection | None = getattr(_thread, "kept", None)
    call = _Call(message, octets, kept or _Connection(), is_kept=kept is not None)
    try:
        return within(SEND_SECONDS, call.make, give_up=call.abort)
    except OutOfTime:
        if kept is not None:
            _thread.kept = _Connection()  # the other thread may not be done with the old one
        return call.answer_so_far()


def find_sent(*, key: str) -> Sequence[Sent] | Unclear:
    """Return the e-mail if it was written; a mail server keeps no list that could be asked."""
    if settings.EMAIL_URL:
        return Unclear("smtp_cannot_tell", may_clear=False)
    return [Sent(sid="")] if message_files.exists(f"{key}.eml") else []


def build(email: Email, *, key: str) -> EmailMultiAlternatives:
    """Return the e-mail as it travels."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    domain = address.rpartition("@")[2] or "localhost"
    message = EmailMultiAlternatives(
        subject=" ".join(email.subject.split()),
        body=email.text,
        from_email=_sender(email.sender_name, address),
        to=[email.to],
        reply_to=_answers_to(email.reply_to),
        headers={
            "Message-ID": f"<{key}@{domain}>",
            "Auto-Submitted": "auto-generated",
            **({"References": f"<{email.thread}@{domain}>"} if email.thread else {}),
            **_ending_headers(email.end_url),
            **naming_header(key),
        },
    )
    if email.html:
        message.attach_alternative(email.html, "text/html")
    if email.calendar is not None:
        text = email.calendar.decode()
        kind = f"text/calendar; method={email.calendar_method}"  # Django adds the charset
        message.attach_alternative(text, kind)
        message.attach("invite.ics", email.calendar, kind)
    for file in email.attachments:
        message.attach(file.name, file.content, file.content_type)
    return message


class _Connection:
    """A connection to the mail server, for one e-mail after the other."""

    def __init__(self) -> None:
        self.backend: Any = None
        self._count = 0
        self._used_at = 0.0

    def open(self) -> bool:
        """Open the connection where it is not; return whether it is the one of an earlier e-mail."""
        if self._is_of_use():
            return True
        self.close()
        self._count = 0
        self.backend = get_connection()
        self.backend.open()
        return False

    def note_use(self) -> None:
        self._count += 1
        self._used_at = time.monotonic()

    def close(self) -> None:
        """Take leave of the server, whether it listens or not."""
        backend, self.backend = self.backend, None
        if backend is not None:
            with suppress(OSError, smtplib.SMTPException):
                backend.close()

    def abort(self) -> None:
        """End at once whatever another thread does with the connection."""
        for connected in ("connection", "_partial_connection"):
            shut_down(getattr(getattr(self.backend, connected, None), "sock", None))

    def _is_of_use(self) -> bool:
        sock = getattr(getattr(self.backend, "connection", None), "sock", None)
        if sock is None or self._count >= MOST_BY_ONE or time.monotonic() - self._used_at > KEPT_SECONDS:
            return False
        return not select.select([sock], [], [], 0)[0]  # a server speaks first only to say goodbye


class _Call:
    """One e-mail handed to a mail server, on a connection that another thread may cut."""

    def __init__(
        self, message: EmailMultiAlternatives, octets: bytes, connection: _Connection, *, is_kept: bool
    ) -> None:
        self._message, self._octets = message, octets
        self._connection = connection
        self._is_kept = is_kept
        self._gate = SendGate()
        self._answer: Answer | None = None
        self._answer_in_time: Answer | None = None

    def make(self) -> Answer:
        try:
            self._answer = self._make()
            return self._answer
        finally:
            if not (self._is_kept and isinstance(self._answer, Sent)):
                self._connection.close()

    def abort(self) -> None:
        """End the call now; one that has not begun to send never will."""
        self._gate.close()
        self._answer_in_time = self._answer  # what ends by the cut itself tells nothing more
        self._connection.abort()

    def answer_so_far(self) -> Answer:
        """Return what is known of a call that did not end."""
        if self._answer_in_time is not None:  # a server that is slow to say goodbye has taken it all the same
            return self._answer_in_time
        return Unclear("smtp OutOfTime", may_clear=False) if self._gate.has_left else Away("not_reached OutOfTime")

    def _make(self) -> Answer:
        """Send the e-mail; where a kept connection turns out to be closed, by a new one."""
        while True:
            try:
                is_old = self._connection.open()
            except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as error:
                return Barred(f"smtp {type(error).__name__}")
            except (OSError, smtplib.SMTPException) as error:
                return Away(f"not_reached {type(error).__name__}")
            answer = self._send()
            if not is_old or self._gate.has_left or not isinstance(answer, Away | Later):
                return answer
            self._connection.close()

    def _send(self) -> Answer:
        backend = self._connection.backend
        try:
            if (smtp := getattr(backend, "connection", None)) is None:
                self._gate.pass_through()
                backend.send_messages([self._message])
            else:  # Django's own way writes the e-mail a second time, which costs as much as all the rest
                smtp.data = self._hand_over
                sender, recipient = parseaddr(settings.DEFAULT_FROM_EMAIL)[1], self._message.to[0]
                smtp.sendmail(_on_the_envelope(sender), [_on_the_envelope(recipient)], self._octets)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            return Refused("invalid_address") if all(code >= 500 for code in codes) else Later("busy")
        except smtplib.SMTPNotSupportedError:
            return Refused("invalid_address")  # letters that this server cannot write to
        except smtplib.SMTPSenderRefused as error:
            reason = f"smtp_{error.smtp_code}"
            return Barred(reason) if error.smtp_code >= 500 else Later(reason)
        except smtplib.SMTPResponseException as error:
            return Refused(f"smtp_{error.smtp_code}") if error.smtp_code >= 500 else Later("busy")
        except (OSError, smtplib.SMTPException) as error:
            if not self._gate.has_left:
                return Away(f"not_reached {type(error).__name__}")
            return Unclear(f"smtp {type(error).__name__}", may_clear=False)
        self._connection.note_use()
        return Sent(sid="")

    def _hand_over(self, content: Any) -> tuple[int, bytes]:
        """Send the content, all before which is only talk: until then the e-mail has surely not left."""
        self._gate.pass_through()
        return smtplib.SMTP.data(self._connection.backend.connection, content)


def _on_the_envelope(address: str) -> str:
    """Return an address as servers are told it, in ASCII."""
    return address if address.isascii() else sanitize_address(address, "utf-8")


def _answers_to(address: str) -> list[str]:
    """Return where an answer goes; an address that cannot stand in a header keeps no e-mail from its customer."""
    try:
        validate_email(address)
    except ValidationError:
        return []
    return [address]


def _ending_headers(url: str) -> dict[str, str]:
    """Return the headers by which mail programs offer to end such e-mails; by one press only over HTTPS (RFC 8058)."""
    if not url:
        return {}
    one_press = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if url.startswith("https://") else {}
    return {"List-Unsubscribe": f"<{url}>", **one_press}


def _sender(name: str, address: str) -> str:
    plain = "".join(character for character in " ".join(name.split()) if character.isprintable())
    local, _, domain = address.rpartition("@")
    return str(Address(display_name=plain, username=local, domain=domain)) if plain else address
