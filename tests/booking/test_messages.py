import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from booking.checks_texts import check_texts
from booking.links import manage_url, short_manage_url
from booking.message_plan import message_channel, plan_messages
from booking.message_texts import SMS_TEXTS, email_text, shortened, sms_text
from booking.messages import answer, compose
from booking.models import Booking, Source, Status
from booking.tokens import manage_token
from notifications.content import Email, NewMessage, Skip, Sms
from notifications.gsm7 import fits_one_segment
from notifications.models import Channel, Kind, OutboxMessage
from stores.models import Desk, Store, VisitType
from tests.factories import NOW, at, make_store

PARIS = ZoneInfo("Europe/Paris")
LINK = "https://rdv.pharmacies-du-port.example/m/K7Q29X4M/abcdefghijklmnopqrstuv"
EMAIL_TEXTS = ("confirmation", "reminder", "change", "new_hours", "cancellation")
LONGEST_NAMES = ["W" * 255, "Pharmacie de la Gare et du Marché " * 7, "Ç€" * 127, "薬" * 255, "€ " * 127]
# The longest day to say in both languages, in each month, on a day of two figures.
WEDNESDAYS = [
    datetime(2026, month, day, 22, 45, tzinfo=PARIS)
    for month in range(1, 13)
    for day in range(20, 27)
    if datetime(2026, month, day).weekday() == 2
]
# Two hours after the visit was booked, most of a day before it begins.
SENT_AT = NOW + timedelta(hours=2)


def a_booking(store: Store | None = None, **fields: Any) -> Booking:
    """Store a visit on the Tuesday after NOW, without going through the services: messages only read."""
    store = store or make_store(name="Pharmacie du Port", email="port@example.org")
    starts_at = fields.get("starts_at", at(10, 15))
    values = {
        "reference": "K7Q29X4M",
        "desk": Desk.objects.get(store=store),
        "visit_type": VisitType.objects.get(store=store, slug="advice"),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=30),
        "visit_date": starts_at.date(),
        "party_size": 2,
        "places": 2,
        "takes_web_places": True,
        "source": Source.WEB,
        "name": "Ada Test",
        "phone": "+33612345678",
        "email": "ada@example.org",
        "note": "Rings twice",
        "locale": "en",
        "created_at": NOW,
        "updated_at": NOW,
        **fields,
    }
    return Booking.objects.create(store=store, **values)


def a_message(booking: Booking, kind: Kind = Kind.CONFIRMATION, **fields: Any) -> OutboxMessage:
    values = {
        "sequence": booking.sequence,
        "channel": Channel.SMS,
        "offset": "",
        "subject": booking.reference,
        **fields,
    }
    return OutboxMessage(kind=kind, due_at=NOW, not_after=booking.starts_at, **values)


def summary(messages: list[NewMessage]) -> list[tuple[str, str, str, datetime]]:
    return [(message.kind, message.channel, message.offset, message.due_at) for message in messages]


# --- Which messages ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_plan_messages_confirmation_on_both_channels_reminders_by_sms() -> None:
    booking = a_booking(starts_at=at(10, 15, day=30))

    messages = plan_messages(booking, kind=Kind.CONFIRMATION, now=NOW)

    assert summary(messages) == [
        ("confirmation", "sms", "", NOW),
        ("confirmation", "email", "", NOW),
        ("reminder", "sms", "1d", at(10, 15, day=29)),
        ("reminder", "sms", "3d", at(10, 15, day=27)),
    ]
    assert {(message.account, message.subject, message.sequence, message.not_after) for message in messages} == {
        ("corner-shop-niort", "K7Q29X4M", 0, booking.starts_at)
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("phone", "email", "channels"),
    [
        ("", "ada@example.org", ["email", "email"]),
        ("+33549240039", "ada@example.org", ["email", "email"]),  # a landline
        ("+33612345678", "", ["sms", "sms"]),
        ("+33549240039", "", []),
        ("", "", []),
    ],
)
def test_plan_messages_by_what_reaches_the_customer(phone: str, email: str, channels: list[str]) -> None:
    booking = a_booking(phone=phone, email=email, starts_at=at(10, 15, day=25))

    messages = plan_messages(booking, kind=Kind.CONFIRMATION, now=NOW)

    assert [(message.kind, message.channel) for message in messages] == list(
        zip(["confirmation", "reminder"], channels, strict=False)
    )
    assert message_channel(phone, email) == (channels[0] if channels else "none")


@pytest.mark.django_db
def test_plan_messages_change_gives_reminders_of_the_new_time() -> None:
    booking = a_booking(starts_at=at(10, 15, day=25), sequence=2, email="")

    messages = plan_messages(booking, kind=Kind.CHANGE, now=NOW)

    assert summary(messages) == [("change", "sms", "", NOW), ("reminder", "sms", "1d", at(10, 15, day=24))]
    assert {message.sequence for message in messages} == {2}


@pytest.mark.django_db
def test_plan_messages_of_new_hours_leaves_reminders_as_they_are() -> None:
    booking = a_booking(starts_at=at(10, 15, day=30), email="")

    messages = plan_messages(booking, kind=Kind.CHANGE, now=NOW, offset="hours 7")

    assert summary(messages) == [("change", "sms", "hours 7", NOW)]


@pytest.mark.django_db
def test_plan_messages_cancellation_at_once_and_nothing_later() -> None:
    booking = a_booking(starts_at=at(10, 15, day=30), status=Status.CANCELLED, sequence=1)

    messages = plan_messages(booking, kind=Kind.CANCELLATION, now=NOW)

    assert summary(messages) == [("cancellation", "sms", "", NOW), ("cancellation", "email", "", NOW)]


# --- Whether they still go ---------------------------------------------------------------------------


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
    booking = a_booking(**fields)

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
    booking = a_booking(**fields)

    assert compose(a_message(booking, channel=channel), now=SENT_AT) == skip


@pytest.mark.django_db
def test_compose_booking_that_is_gone() -> None:
    message = OutboxMessage(subject="00000000", kind=Kind.REMINDER, sequence=0, channel=Channel.SMS)

    assert compose(message, now=SENT_AT) == Skip("erased")


# --- Text messages -----------------------------------------------------------------------------------


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
            "Pharmacie du Port : visite prévue mardi 24 novembre à 10 h 15. Changer ou annuler : {link}",
        ),
        (
            Kind.REMINDER,
            "fr",
            {},
            "Pharmacie du Port : rappel, visite mardi 24 novembre à 10 h 15. Changer ou annuler : {link}",
        ),
        (
            Kind.CHANGE,
            "fr",
            {"sequence": 1},
            "Pharmacie du Port : visite déplacée au mardi 24 novembre à 10 h 15. Changer ou annuler : {link}",
        ),
        (
            Kind.CANCELLATION,
            "fr",
            {"sequence": 1, "status": Status.CANCELLED},
            "Pharmacie du Port : visite du mardi 24 novembre à 10 h 15 annulée. Nouvelle visite : {link}",
        ),
    ],
)
def test_compose_sms(kind: Kind, locale: str, fields: dict[str, Any], body: str) -> None:
    booking = a_booking(locale=locale, **fields)

    content = compose(a_message(booking, kind), now=SENT_AT)

    assert content == Sms(
        to="+33612345678",
        body=body.format(link=short_manage_url("K7Q29X4M")),
        budget_since=datetime(2026, 11, 22, 23, tzinfo=UTC),  # midnight in Niort
    )


@pytest.mark.django_db
def test_compose_sms_change_of_hours_says_that_the_visit_stays() -> None:
    booking = a_booking()

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
    booking = a_booking(store=make_store(name="Bar"))

    content = compose(a_message(booking, Kind.REMINDER), now=SENT_AT)

    assert isinstance(content, Sms)
    assert (" Reply 1 if you come. " in content.body) == asks
    assert content.body.endswith(short_manage_url("K7Q29X4M"))  # phones lose the end of a link amid other words


@pytest.mark.parametrize(("template", "language"), list(product(SMS_TEXTS, ["fr", "en"])))
@pytest.mark.parametrize("store_name", LONGEST_NAMES)
def test_sms_text_longest_name_in_one_segment(template: str, language: str, store_name: str) -> None:
    for starts_at in WEDNESDAYS:
        with translation.override(language):
            text = sms_text(template, store_name=store_name, starts_at=starts_at, zone=PARIS, link=LINK, may_reply=True)

        assert fits_one_segment(text)
        assert text.endswith(f" {LINK}")
        assert not re.search("stop|advice|conseil|(reply|r.pondez) (cancel|annul)", text, re.IGNORECASE)


@given(name=st.text(max_size=255))
def test_sms_text_any_store_name_in_one_segment(name: str) -> None:
    text = sms_text("confirmation", store_name=name, starts_at=at(10, 15), zone=PARIS, link=LINK)

    assert fits_one_segment(text)
    assert text.endswith(f"Change or cancel: {LINK}")


def test_sms_text_shortens_the_day_before_a_name_of_some_length() -> None:
    short_name = sms_text("confirmation", store_name="Bar", starts_at=at(10, 15), zone=PARIS, link=LINK)
    long_name = sms_text(
        "confirmation", store_name="Pharmacie de la Gare et du Marché", starts_at=at(10, 15), zone=PARIS, link=LINK
    )

    assert short_name == f"Bar: visit booked for Tuesday 24 November, 10:15. Change or cancel: {LINK}"
    assert long_name == f"Pharmacie de la Gare et du: visit booked for Tue 24 Nov., 10:15. Change or cancel: {LINK}"


def test_sms_text_hour_that_comes_twice_says_which() -> None:
    second_half_past_two = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

    text = sms_text("reminder", store_name="Bar", starts_at=second_half_past_two, zone=PARIS, link="L")

    assert text == "Bar: reminder, visit on Sunday 25 October, 02:30 (CET). Change or cancel: L"


@pytest.mark.parametrize(
    ("name", "room", "expected"),
    [
        ("Pharmacie du Port", 30, "Pharmacie du Port"),
        ("Pharmacie du Port", 17, "Pharmacie du Port"),
        ("Pharmacie du Port", 16, "Pharmacie du"),
        ("Pharmacie du Port", 12, "Pharmacie du"),
        ("Pharmacie, Port", 11, "Pharmacie"),
        ("A Pharmaciedelagare", 12, "A Pharmacied"),
        ("€€€€", 5, "€€"),
    ],
)
def test_shortened_cuts_between_words(name: str, room: int, expected: str) -> None:
    assert shortened(name, room) == expected


# --- The check at start ------------------------------------------------------------------------------


def test_check_texts_says_nothing_where_all_fit(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://rendez-vous.example.com"

    assert check_texts(None) == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://" + "x" * 60, "at most 39 characters leave a text message room for the store's name."),
        ("https://ça.example.org", "it has characters that a text message cannot carry."),
    ],
)
def test_check_texts_address_that_no_text_can_hold(settings: Settings, url: str, reason: str) -> None:
    settings.PUBLIC_URL = url

    (error,) = check_texts(None)

    assert (error.id, error.msg) == ("booking.E101", f"PUBLIC_URL: {url} cannot be used, {reason}")


def test_check_texts_address_of_the_longest_length_named_is_taken(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://" + "x" * 31

    assert check_texts(None) == []


# --- Answers to text messages ------------------------------------------------------------------------


@pytest.mark.django_db
def test_answer_yes_notes_that_they_come() -> None:
    booking = a_booking()

    text = answer(subject="K7Q29X4M", word="yes", now=SENT_AT)

    booking.refresh_from_db()
    assert booking.attendance_confirmed
    assert text == (
        "Pharmacie du Port: thank you, see you Tuesday 24 November, 10:15. "
        f"Change or cancel: {short_manage_url('K7Q29X4M')}"
    )


@pytest.mark.django_db
def test_answer_no_cancels_nothing_and_shows_where(settings: Settings) -> None:
    booking = a_booking(locale="fr")

    text = answer(subject="K7Q29X4M", word="no", now=SENT_AT)

    booking.refresh_from_db()
    assert (booking.status, booking.sequence) == (Status.CONFIRMED, 0)
    assert text == (
        "Pharmacie du Port : changer ou annuler votre visite du mardi 24 novembre à 10 h 15 : "
        f"{short_manage_url('K7Q29X4M')}"
    )


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["yes", "no"])
def test_answer_about_a_cancelled_visit_says_so(word: Any) -> None:
    a_booking(status=Status.CANCELLED)

    text = answer(subject="K7Q29X4M", word=word, now=SENT_AT)

    assert text is not None
    assert text.startswith("Pharmacie du Port: your visit on Tuesday 24 November, 10:15 is cancelled.")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields", [{"starts_at": SENT_AT}, {"erased_at": NOW}, {"status": Status.CHECKED_IN}, {"reference": "00000000"}]
)
def test_answer_yes_too_late_says_nothing(fields: dict[str, Any]) -> None:
    a_booking(**fields)

    assert answer(subject="K7Q29X4M", word="yes", now=SENT_AT) is None


# --- E-mails -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_compose_email_confirmation() -> None:
    store = make_store(name="Pharmacie du Port", email="port@example.org")
    VisitType.objects.filter(store=store, slug="advice").update(what_to_bring="Your card")
    booking = a_booking(store=store)

    content = compose(a_message(booking, channel=Channel.EMAIL), now=SENT_AT)

    assert isinstance(content, Email)
    assert (content.to, content.sender_name) == ("ada@example.org", "Pharmacie du Port")
    assert content.subject == "Your visit on Tuesday 24 November, 10:15 — Pharmacie du Port"
    assert content.text == (
        "Your visit is booked.\n"
        "\n"
        "When: Tuesday 24 November, 10:15\n"
        "Where: Pharmacie du Port, 1 Rue de la Gare, 79000 Niort\n"
        "Phone: 05 49 24 00 39\n"
        "Reference: K7Q2-9X4M\n"
        "Please bring: Your card\n"
        "\n"
        "Change or cancel your visit:\n"
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
    kind: Kind, offset: str, fields: dict[str, Any], method: str
) -> None:
    booking = a_booking(**fields)

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


@pytest.mark.django_db
@pytest.mark.parametrize(("template", "language"), list(product(EMAIL_TEXTS, ["fr", "en"])))
def test_email_text_holds_what_is_needed_and_nothing_that_was_typed(template: str, language: str) -> None:
    booking = a_booking(
        store=make_store(name="Chez <b>Ada</b> & Bo\r\nBcc: x@example.org", email="port@example.org"),
        name="Eve <script>",
        note="<img src=x>",
    )

    with translation.override(language):
        words = email_text(template, booking)

    assert "\n" not in words.subject
    assert words.text.count(manage_url("K7Q29X4M")) == 1
    assert f'href="{manage_url("K7Q29X4M")}"' in words.html
    assert f'<html lang="{language}">' in words.html
    for typed in ("Eve", "script", "<img", "<b>", "Advice", "Conseil", "ada@example.org", "+336"):
        assert typed not in words.html
    for text in (words.subject, words.text, words.html):
        assert ("24 novembre à 10 h 15" in text) == (language == "fr")
        assert ("24 November, 10:15" in text) == (language == "en")
    assert "{" not in words.text + words.subject


@pytest.mark.django_db
@pytest.mark.parametrize("template", EMAIL_TEXTS)
def test_email_html_loads_nothing_and_is_well_nested(template: str) -> None:
    words = email_text(template, a_booking())

    page = _Page()
    page.feed(words.html)
    assert page.open_tags == []
    assert page.addresses == {manage_url("K7Q29X4M"), "tel:+33549240039"}
    assert not page.tags & {"img", "script", "link", "iframe", "table"}


@pytest.mark.django_db
def test_no_token_in_what_is_planned() -> None:
    booking = a_booking()

    planned = repr(plan_messages(booking, kind=Kind.CONFIRMATION, now=NOW))

    for secret in (manage_token("K7Q29X4M"), "ada@example.org", "+33612345678", "Ada"):
        assert secret not in planned


class _Page(HTMLParser):
    """What an e-mail's HTML is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.open_tags: list[str] = []
        self.addresses: set[str | None] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses |= {value for name, value in attrs if name in ("href", "src")}
        if tag not in ("meta", "br"):
            self.open_tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags.pop() == tag
