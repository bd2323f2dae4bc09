"""Each kind of message has one entry in each table, its templates, and its name; and nothing has what no kind has."""

import re
from collections import Counter

import pytest
from django.conf import settings

from booking.message_kinds import KINDS, Kind
from booking.messages.checks import check_kinds, missing_entries, missing_templates
from booking.messages.compose import ANSWERERS, COMPOSERS, EMAIL_FILES, SMS_TEXTS, UnknownKind, compose
from booking.messages.placeholders import EMAIL_RULES, SMS_RULES
from booking.staff.message_names import MESSAGE_NAMES, message_name, message_name_by, report_name
from booking.subjects import About
from notifications.models import Channel, OutboxMessage
from tests.factories import NOW
from tests.visits import stored_booking

TEMPLATES = settings.BASE_DIR / "templates"
FRAMES = {f"{name}.{suffix}" for name in ("base", "simple") for suffix in ("txt", "html")}


@pytest.mark.parametrize(
    ("table", "where"),
    [
        (KINDS, "KINDS of booking/message_kinds.py"),
        (COMPOSERS, "COMPOSERS of booking/messages/compose.py"),
        (MESSAGE_NAMES, "MESSAGE_NAMES of booking/staff/message_names.py"),
    ],
    ids=["facts", "composers", "names"],
)
def test_each_kind_has_one_entry_and_nothing_else_has(table: dict[str, object], where: str) -> None:
    assert [kind.value for kind in Kind if kind not in table] == [], f"give each an entry in {where}"
    assert [kind for kind in table if kind not in list(Kind)] == [], f"no kind of message is called so: mend {where}"
    assert list(table) == list(Kind), f"put the entries of {where} into the order of Kind"


def test_each_text_is_of_one_kind_or_answer_and_each_template_is_of_one_text() -> None:
    assert [text for text, count in Counter(SMS_TEXTS).items() if count > 1] == []
    assert sorted(f"{text}.txt" for text in SMS_TEXTS) == sorted(path.name for path in (TEMPLATES / "sms").iterdir())


def test_each_template_of_an_email_is_of_one_kind() -> None:
    assert [name for name, count in Counter(EMAIL_FILES).items() if count > 1] == []
    assert sorted({*EMAIL_FILES, *FRAMES}) == sorted(path.name for path in (TEMPLATES / "email").iterdir())


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_can_be_written_in_some_way(kind: Kind) -> None:
    is_staffs_own = kind == Kind.REPLY  # whose words somebody types
    assert COMPOSERS[kind].texts or COMPOSERS[kind].email_files or is_staffs_own


def test_answers_are_about_what_texts_are_about() -> None:
    assert set(ANSWERERS) == {About.WAITING_LIST_ENTRY}  # visits: booking.messages.inbound


def test_a_store_writes_its_own_text_for_each_of_ours_but_a_few() -> None:
    # Answers, and of several stores at once; and what a store's words about a move would say wrongly.
    ours_alone = {"attendance_confirmed", "not_coming", "visits_list", "other_desk"}
    assert set(SMS_RULES) == set(SMS_TEXTS) - ours_alone
    assert {f"{name}.subject.txt" for name in EMAIL_RULES} <= set(EMAIL_FILES)


def test_the_glossary_names_each_kind() -> None:
    (row,) = re.findall(r"^\| message \|.*$", (settings.BASE_DIR / "docs" / "glossary.md").read_text(), re.MULTILINE)

    named = re.findall(r"`(\w+)`", row)

    assert sorted(set(Kind.values) - set(named)) == [], "name each in the row *message* of docs/glossary.md"
    assert sorted(set(named) - set(Kind.values)) == [], "the row *message* of docs/glossary.md names no kind by these"
    assert len(named) == len(set(named))


def test_values_fit_the_outbox() -> None:
    longest = OutboxMessage._meta.get_field("kind").max_length

    assert longest is not None
    assert [kind for kind in Kind.values if len(kind) > longest] == []


def test_check_kinds_finds_nothing_wrong() -> None:
    assert check_kinds(None) == []


def test_a_kind_without_an_entry_is_named_at_start() -> None:
    lines = missing_entries([*Kind.values, "survey"], {"KINDS": KINDS, "COMPOSERS": COMPOSERS})

    assert list(lines) == [
        "The kind of message 'survey' has no entry in KINDS.",
        "The kind of message 'survey' has no entry in COMPOSERS.",
    ]


def test_a_template_that_is_not_there_is_named_at_start() -> None:
    lines = missing_templates(["sms/reminder.txt", "sms/survey.txt"])

    assert list(lines) == ["Messages are made of templates/sms/survey.txt, which is not there."]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["survey", "", "Confirmation"])
def test_compose_refuses_a_kind_that_it_does_not_know(kind: str) -> None:
    booking = stored_booking()
    message = OutboxMessage(
        kind=kind, subject=booking.reference, sequence=0, channel=Channel.SMS, due_at=NOW, not_after=booking.starts_at
    )

    with pytest.raises(UnknownKind, match=f"No entry in COMPOSERS for messages of the kind {kind!r}"):
        compose(message, now=NOW)


@pytest.mark.parametrize(
    ("kind", "channel", "name", "in_a_list", "in_a_report"),
    [
        ("reminder", "sms", "Reminder", "Reminder by text message", "Reminder, SMS"),
        ("reminder", "email", "Reminder", "Reminder by e-mail", "Reminder, e-mail"),
        ("place_offered", "sms", "Offer of a place", "Offer of a place by text message", "Offer of a place, SMS"),
        ("day_sheet", "email", "Sheet of the day", "Sheet of the day, e-mail", "Sheet of the day, e-mail"),
        ("survey", "sms", "survey", "survey, SMS", "survey, SMS"),  # written by a newer version, before going back
    ],
)
def test_staff_have_a_name_for_each_message(
    kind: str, channel: str, name: str, in_a_list: str, in_a_report: str
) -> None:
    assert message_name(kind) == name
    assert message_name_by(kind, channel) == in_a_list
    assert report_name(kind, channel) == in_a_report
