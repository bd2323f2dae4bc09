"""Calls of the providers of e-mail as they make them: signed, with their own forms."""

import base64
import hashlib
import hmac
import json
from email.message import EmailMessage
from typing import Any

from django.test import Client

KEY = "a-key-of-the-provider"
TRACKING, INBOUND = "/webhooks/email/tracking", "/webhooks/email/inbound"


def mailgun_signature(key: str = KEY) -> dict[str, str]:
    timestamp, token = "1795000000", "a" * 50
    signed = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": timestamp, "token": token, "signature": signed}


def mailgun_report(event: str, *, key: str = KEY, variables: Any = None, **data: Any) -> Any:
    """Call as Mailgun does when something became of an e-mail."""
    told = {"event": event, "id": "1", "timestamp": 1795000000.0, "recipient": "ada@example.org", **data}
    told["user-variables"] = variables or {}
    body = json.dumps({"signature": mailgun_signature(key), "event-data": told})
    return Client().post(TRACKING, body, content_type="application/json")


def mailgun_mail(raw: bytes, *, recipient: str, key: str = KEY) -> Any:
    """Call as Mailgun does when an e-mail has come."""
    form = {**mailgun_signature(key), "recipient": recipient, "sender": "ada@example.org", "body-mime": raw.decode()}
    return Client().post(INBOUND, form)


def mandrill_call(path: str, events: list[dict[str, Any]], *, url: str, key: str = KEY) -> Any:
    """Call as Mandrill does, for whatever it has to tell."""
    form = {"mandrill_events": json.dumps(events)}
    signed = url + "".join(name + form[name] for name in sorted(form))
    signature = base64.b64encode(hmac.new(key.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    return Client().post(path, form, headers={"X-Mandrill-Signature": signature})


def call_with_password(path: str, body: dict[str, Any], *, password: str = KEY) -> Any:
    """Call as providers do that send a name and a password along."""
    return Client().post(
        path,
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Basic {base64.b64encode(password.encode()).decode()}"},
    )


def calendar_reply(to: str, *, partstat: str = "DECLINED", method: str = "REPLY", **headers: str) -> bytes:
    """Return the e-mail that a calendar program sends when its user answers an invitation."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ada Test <ada@example.org>", to, "Declined: Visit"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Ada Test has declined this invitation.\n")
    lines = (
        "BEGIN:VCALENDAR", "PRODID:-//Google Inc//Google Calendar 70.9054//EN", "VERSION:2.0", f"METHOD:{method}",
        "BEGIN:VEVENT", "DTSTART:20261124T091500Z", "DTEND:20261124T094500Z", "DTSTAMP:20261123T080000Z",
        f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={partstat};X-NUM-GUESTS=0:mailto:ada@example.org",
        f"ORGANIZER;CN=Pharmacie du Port:mailto:{to}", "UID:0@carillon", "SEQUENCE:0", "END:VEVENT",
        "END:VCALENDAR", "",
    )  # fmt: skip
    mail.add_alternative("\r\n".join(lines), subtype="calendar", params={"method": method})
    return mail.as_bytes()


def plain_mail(to: str, **headers: str) -> bytes:
    """Return an e-mail that somebody writes."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ada Test <ada@example.org>", to, "Re: your visit"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("I will be five minutes late.\n")
    return mail.as_bytes()
