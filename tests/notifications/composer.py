"""A composer for tests: what a message says is decided by its subject."""

from datetime import UTC, datetime

from notifications.content import Content, Email, Skip, Sms
from notifications.models import Channel, OutboxMessage


def read_ahead(messages):
    return compose


answers: list[tuple[str, str]] = []


def compose(message: OutboxMessage, *, now: datetime) -> Content:
    if message.subject == "GONE":
        return Skip("erased")
    if message.subject == "POISON":
        raise RuntimeError("Ada Test, +33612345678")
    if message.channel == Channel.EMAIL:
        return Email(to="ada@example.org", subject=f"About {message.subject}", text="Hello", html="<p>Hello</p>")
    return Sms(
        to="+33612345678", body=f"About {message.subject}", budget_since=now.replace(hour=0, minute=0, tzinfo=UTC)
    )


def answer(*, phone: str, body: str, now: datetime) -> str:
    answers.append((phone, body))
    return f"{body} heard" if body != "silence" else ""


def fail(*, phone: str, body: str, now: datetime) -> str:
    raise ZeroDivisionError(f"{phone} {body} {now}")


def keep_for_person(*, phone: str, body: str, now: datetime) -> None:
    answers.append((phone, f"kept: {body}"))
