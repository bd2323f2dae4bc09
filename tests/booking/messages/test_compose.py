from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import icalendar
import pytest
from pytest_django import Settings

from booking.links import calendar_url, manage_url, short_manage_url
from booking.message_kinds import Kind
from booking.messages.compose import compose
from booking.models import Booking, Status
from notifications.content import Email, Skip, Sms
from notifications.email import send
from notifications.models import Channel, OutboxMessage
from stores.models import VisitType
from tests.factories import NOW, make_store
from tests.visits import stored_booking

# Two hours after the visit was booked, most of a day before it begins.
SENT_AT = NOW + timedelta(hours=2)


def a_message(booking: Booking, kind: Kind = Kind.CONFIRMATION, **fields: Any) -> OutboxMessage:
    values = {
        "sequence": booking.sequence,
        "channel": Channel.SMS,
        "offset": "",
        "subject": booking.reference,
        **fields,
    }
    return OutboxMessage(kind=kind, due_at=NOW, not_after=booking.starts_at, **values)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "fields", "reason"),
    [
        (Kind.CONFIRMATION, {"status": Status.CANCELLED}, "cancelled"),
        (Kind.REMINDER, {"status": Status.CANCELLED, "sequence": 1}, "cancelled"),
        (Kind.CHANGE, {"status": Status.CANCELLED}, "cancelled"),
        (Kind.CANCELLATION, {}, "not_cancelled"),
        (Kind.REMINDER, {"sequence": 1}, "moved"),
        (Kind.CONFIRMATION, {"sequence": 1}, "moved"),
        (Kind.CHANGE, {"sequence": 2}, "moved"),
        (Kind.REMINDER, {"starts_at": SENT_AT}, "started"),
        (Kind.CONFIRMATION, {"starts_at": SENT_AT - timedelta(minutes=1)}, "started"),
        (Kind.CANCELLATION, {"starts_at": SENT_AT, "status": Status.CANCELLED}, "started"),
        (Kind.REMINDER, {"status": Status.CHECKED_IN}, "arrived"),
        (Kind.CONFIRMATION, {"erased_at": NOW}, "erased"),
        (Kind.CANCELLATION, {"erased_at": NOW, "status": Status.CANCELLED}, "erased"),
    ],
)
@pytest.mark.parametrize("channel", Channel)
def test_compose_what_is_of_no_use_any_more_is_skipped(
    kind: Kind, fields: dict[str, Any], reason: str, channel: Channel
) -> None:
    booking = stored_booking(**fields)

    content = compose(a_message(booking, kind, channel=channel, sequence=0), now=SENT_AT)

    assert content == Skip(reason)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("channel", "fields", "skip"),
    [
        (Channel.SMS, {"phone": ""}, Skip("no_phone", instead=Channel.EMAIL)),
        (Channel.SMS, {"phone": "", "email": ""}, Skip("no_phone")),
        (Channel.SMS, {"phone": "+33549240039"}, Skip("not_textable", instead=Channel.EMAIL)),
        (Channel.SMS, {"phone": "+4915123456789", "email": ""}, Skip("not_textable")),  # not in SMS_COUNTRIES
        (Channel.EMAIL, {"email": ""}, Skip("no_email")),
    ],
)
def test_compose_without_a_way_to_the_customer(channel: Channel, fields: dict[str, Any], skip: Skip) -> None:
    booking = stored_booking(**fields)

    assert compose(a_message(booking, channel=channel), now=SENT_AT) == skip


@pytest.mark.django_db
def test_compose_booking_that_is_gone() -> None:
    message = OutboxMessage(subject="00000000", kind=Kind.REMINDER, sequence=0, channel=Channel.SMS)

    assert compose(message, now=SENT_AT) == Skip("erased")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "locale", "fields", "body"),
    [
        (
            Kind.CONFIRMATION,
            "en",
            {},
            "Pharmacie du Port: visit booked for Tuesday 24 November, 10:15. Change or cancel: {link}",
        ),
        (
            Kind.CONFIRMATION,
            "fr",
            {},
            "Pharmacie du Port : RDV confirmé mardi 24 novembre à 10 h 15. Changer ou annuler : {link}",
        ),
        (
            Kind.REMINDER,
            "fr",
            {},
            "Pharmacie du Port : rappel, RDV mardi 24 novembre à 10 h 15. Changer ou annuler : {link}",
        ),
        (
            Kind.CHANGE,
            "fr",
            {"sequence": 1},
            "Pharmacie du Port : RDV déplacé au mardi 24 novembre à 10 h 15. Changer ou annuler : {link}",
        ),
        (
            Kind.CANCELLATION,
            "fr",
            {"sequence": 1, "status": Status.CANCELLED},
            "Pharmacie du Port : RDV du mardi 24 novembre à 10 h 15 annulé. En reprendre un : {link}",
        ),
    ],
)
def test_compose_sms(kind: Kind, locale: str, fields: dict[str, Any], body: str) -> None:
    booking = stored_booking(locale=locale, **fields)

    content = compose(a_message(booking, kind), now=SENT_AT)

    assert content == Sms(
        to="+33612345678",
        body=body.format(link=short_manage_url("K7Q29X4M")),
        budget_since=datetime(2026, 11, 22, 23, tzinfo=UTC),  # midnight in Niort
        valid_until=datetime(2026, 11, 23, 19, tzinfo=UTC),  # eight in the evening
    )


@pytest.mark.django_db
def test_compose_sms_change_of_hours_says_that_the_visit_stays() -> None:
    booking = stored_booking()

    content = compose(a_message(booking, Kind.CHANGE, offset="hours 7"), now=SENT_AT)

    assert isinstance(content, Sms)
    assert content.body.startswith(
        "Pharmacie du Port: our hours change, your visit does not: Tuesday 24 November, 10:15. http"
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "asks"),
    [
        ({"SMS_GATEWAY": "twilio", "TWILIO_FROM": "+33700000000"}, True),
        ({"SMS_GATEWAY": "twilio", "TWILIO_MESSAGING_SERVICE_SID": "MG0"}, True),
        ({"SMS_GATEWAY": "twilio", "TWILIO_FROM": "Carillon"}, False),  # nobody can reply to a name
        ({"SMS_GATEWAY": "console", "TWILIO_FROM": "+33700000000"}, False),
    ],
)
def test_compose_reminder_asks_only_where_an_answer_reaches_us(
    settings: Settings, fields: dict[str, str], asks: bool
) -> None:
    for name, value in {"TWILIO_FROM": "", "TWILIO_MESSAGING_SERVICE_SID": "", **fields}.items():
        setattr(settings, name, value)
    booking = stored_booking(store=make_store(name="Bar"))

    content = compose(a_message(booking, Kind.REMINDER), now=SENT_AT)

    assert isinstance(content, Sms)
    assert (" Reply 1 to confirm. If not: " in content.body) == asks
    assert content.body.endswith(short_manage_url("K7Q29X4M"))  # phones lose the end of a link amid other words


@pytest.mark.django_db
def test_compose_email_confirmation() -> None:
    store = make_store(name="Pharmacie du Port", email="port@example.org")
    VisitType.objects.filter(store=store, slug="advice").update(what_to_bring="Your card")
    booking = stored_booking(store=store)

    content = compose(a_message(booking, channel=Channel.EMAIL), now=SENT_AT)

    assert isinstance(content, Email)
    assert (content.to, content.sender_name) == ("ada@example.org", "Pharmacie du Port")
    assert content.reply_to == "port@example.org"
    assert content.subject == "Your visit on Tuesday 24 November, 10:15 — Pharmacie du Port"
    assert content.text == (
        "Your visit is booked.\n"
        "\n"
        "When: Tuesday 24\xa0November, 10:15\n"
        "Where: Pharmacie du Port, 1 Rue de la Gare, 79000 Niort\n"
        "Map: https://www.openstreetmap.org/?mlat=46.32&mlon=-0.46#map=18/46.32/-0.46\n"
        "For: 2 people\n"
        "Phone: 05 49 24 00 39\n"
        "Reference: K7Q2-9X4M\n"
        "Please bring: Your card\n"
        f"Add to my calendar: {calendar_url('K7Q29X4M')}\n"
        "\n"
        "See, change or cancel:\n"
        f"{manage_url('K7Q29X4M')}\n"
        "\n"
        "--\n"
        "This address was given when the visit was booked. If you did not book it, please tell the store.\n"
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "offset", "fields", "method"),
    [
        (Kind.CONFIRMATION, "", {}, "REQUEST"),
        (Kind.CHANGE, "", {"sequence": 1}, "REQUEST"),
        (Kind.CHANGE, "hours 7", {}, "REQUEST"),
        (Kind.CANCELLATION, "", {"sequence": 2, "status": Status.CANCELLED}, "CANCEL"),
        (Kind.REMINDER, "1d", {}, ""),
    ],
)
def test_compose_email_calendar_method_is_the_mime_method(
    kind: Kind, offset: str, fields: dict[str, Any], method: str, settings: Settings, tmp_path: Path
) -> None:
    settings.MESSAGES_DIR = tmp_path
    booking = stored_booking(**fields)

    content = compose(a_message(booking, kind, channel=Channel.EMAIL, offset=offset), now=SENT_AT)

    assert isinstance(content, Email)
    assert content.calendar_method == method
    if not method:
        assert content.calendar is None
        return
    assert content.calendar is not None
    calendar = icalendar.Calendar.from_ical(content.calendar)
    (event,) = calendar.events
    assert (calendar["METHOD"], event["SEQUENCE"]) == (method, booking.sequence)
    assert (event["URL"], event["ATTENDEE"]) == (manage_url("K7Q29X4M"), "mailto:ada@example.org")
    send(content, key="k")
    mail = message_from_bytes((tmp_path / "k.eml").read_bytes())  # its lines end as they travel
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert [part.get_params() for part in parts] == [
        [("text/calendar", ""), ("method", method), ("charset", "utf-8")],
        [("text/calendar", ""), ("method", method), ("charset", "utf-8")],
    ]
    assert [part.get_payload(decode=True) for part in parts] == [content.calendar, content.calendar]


@pytest.mark.django_db
@pytest.mark.parametrize("is_simple", [False, True])
@pytest.mark.parametrize(
    ("sender", "kind", "phone", "says_so"),
    [
        ("CornerShop", Kind.CONFIRMATION, "+33612345678", True),
        ("CornerShop", Kind.REMINDER, "+33612345678", False),
        ("CornerShop", Kind.CONFIRMATION, "", False),
        ("+33700000000", Kind.CONFIRMATION, "+33612345678", False),  # it takes STOP
    ],
)
def test_confirmation_by_email_names_the_switch_where_nobody_can_reply_stop(
    settings: Settings, sender: str, kind: Kind, phone: str, says_so: bool, is_simple: bool
) -> None:
    settings.SMS_GATEWAY, settings.TWILIO_FROM = "twilio", sender
    booking = stored_booking(phone=phone, is_simple=is_simple)

    words = compose(a_message(booking, kind, channel=Channel.EMAIL), now=SENT_AT)

    assert isinstance(words, Email)
    assert [("Switch them off" in part) for part in (words.text, words.html)] == [says_so, says_so]
