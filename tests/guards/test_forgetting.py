"""Every column that could tell of a person: which rule forgets it, and that the rule does.

A new text or address in any table, a package's as well, fails here until it has a rule or a reason.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import models
from django.test import Client

from booking import tasks
from booking.customer_input import CustomerDetails
from booking.message_kinds import Kind
from booking.models import Booking, CustomerText, Feedback, IdempotentAnswer, PairingCode, Source, TextQuestion, Ticket
from booking.waiting_list.entries import join_waiting_list
from notifications.models import Channel, InboundText, OutboxMessage, State
from stores.models import LinkInvitation, Role, SetupChange, StoreInvitation
from tests.devices import make_tablet
from tests.factories import NOW, make_booking, make_store, make_user

TELLING = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.GenericIPAddressField,
    models.BinaryField,
    models.FileField,
)

# Rule -> what it forgets. The rules of the night run in `booking.tasks.forget_old`.
FORGOTTEN = {
    "the night after keep_days, or at once by whoever it is about": """
        booking.Booking: name phone email note answers locale language
        booking.Feedback: words
        notifications.OutboxMessage: recipient_digest body_digest provider_sid returned_sid
    """,
    "the night after 48 hours": "booking.Booking: client_digest\n booking.WaitingListEntry: client_digest",
    "the night after 24 hours": """
        booking.IdempotentAnswer: route key fingerprint body location subject
        notifications.OutboxMessage: prefix_digest
        notifications.InboundText: sid digest
    """,
    "the night after 30 days, or at once with a visit of theirs": "booking.CustomerText: phone name body",
    "the night after 12 hours, or by an answer": "booking.TextQuestion: phone_digest choices",
    "the night after 7 days, or at once by who leaves the list": """
        booking.WaitingListEntry: name phone email known_starts locale language
    """,
    "the night after 14 days, or at once by an answer": "stores.StoreInvitation: username",
    "the night after the day": "booking.Ticket: name phone locale language",
    "the minute after it ran out": "booking.Hold: public_id client_digest home_digest site_digest",
    "the night after it ran out": """
        sessions.Session: session_key session_data
        booking.PairingCode: digest device_name
    """,
    "the night after two years": "stores.SetupChange: username what subject before after",
    "the night after a while out of service": "booking.Device: name digest",
    "the night after an invitation has ended": "stores.LinkInvitation: name email language",
    # Whose it is takes it away, or whoever lets them go.
    "with the account of somebody who works here": """
        auth.User: password username first_name last_name email
        booking.StaffPin: digest
        booking.Passkey: credential_id public_key name
        booking.AppCodes: name key
        booking.BookingNotice: language
        knox.AuthToken: digest token_key
        otp_totp.TOTPDevice: name key
        otp_static.StaticDevice: name
        otp_static.StaticToken: token
        stores.DeskCalendar: sealed_address host problem etag modified
    """,
    "the night after three years, or at once by whoever has the address": "booking.FeedbackOptOut: address_digest",
    "when the number opts in again": "notifications.OptOut: phone_digest",
    "as soon as the provider has deleted the text": "notifications.ProviderText: sid phone_digest",
    "as soon as the provider has told whether it has the text": "notifications.UnclearText: sealed_number body_digest",
}
# What tells of no person: names of things, of a store's public side, and what counts messages.
PLAIN = """
    booking.Booking: reference
    booking.CustomerText: reference
    booking.TextQuestion: question subject
    booking.BooksKey: fingerprint
    booking.WaitingListEntry: reference
    stores.Organization: slug name introduction website
    stores.Store: slug source_id name street postal_code town country time_zone phone email website notice source_hours
    stores.Store: source_contact search_text reminder_days own_texts embed_origins
    stores.Store: day_sheet_email day_sheet_language
    stores.Store: own_address changed_parts steps_done feed_digest keypad_phone sms_word saved_replies webhook_ids
    stores.PatternTaken: part value
    stores.SearchWord: word
    stores.SearchSpelling: spelling
    stores.Desk: slug name feed_digest languages
    stores.VisitType: slug name what_to_bring video_url
    stores.StoreQuestion: text text_en choices
    notifications.OutboxMessage: account subject kind offset reason
    notifications.Circuit: reason
    notifications.MessageTally: kind
    notifications.MessageDay: account kind
    booking.ApiKey: name digest scopes
    booking.Webhook: sealed_address host sealed_secret sealed_previous off_reason
    booking.WebhookEvent: type subject facts reason
    auth.Permission: name codename
    auth.Group: name
    contenttypes.ContentType: app_label model
    django_q.Task: id name func hook group cluster args kwargs result
    django_q.Success: id name func hook group cluster args kwargs result
    django_q.Failure: id name func hook group cluster args kwargs result
    django_q.Schedule: name func hook args kwargs cron task cluster intended_date_kwarg
    django_q.OrmQ: key payload
"""
CANARY = "canary-7Q"


def columns(lines: str) -> Iterator[str]:
    for line in filter(None, map(str.strip, lines.splitlines())):
        model, _, names = line.partition(": ")
        yield from (f"{model}.{name}" for name in names.split())


def telling_columns() -> set[str]:
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(field, TELLING) and not field.choices and not field.is_relation
    }


def test_each_column_that_could_tell_of_somebody_has_a_rule_or_tells_of_nobody() -> None:
    listed = [*columns(PLAIN), *(one for lines in FORGOTTEN.values() for one in columns(lines))]

    optional = {one for one in listed if one.startswith("django_q.")}  # pickled there by a field of its own
    assert telling_columns() - set(listed) == set()
    assert set(listed) - telling_columns() - optional == set()
    assert len(listed) == len(set(listed))


def where_it_stands(text: str) -> set[str]:
    """Return the columns in which a text stands in some row."""
    found = set()
    for column in telling_columns():
        label, _, name = column.rpartition(".")
        values = apps.get_model(label)._base_manager.values_list(name, flat=True)
        if any(text in str(value) for value in values):
            found.add(column)
    return found


@pytest.mark.django_db
def test_what_was_kept_of_people_is_gone_after_800_days() -> None:
    with time_machine.travel(NOW, tick=False):
        keep_something_everywhere()
    kept = where_it_stands(CANARY)

    with time_machine.travel(NOW + timedelta(days=800), tick=False):
        tasks.release_expired_holds()
        tasks.forget_old()

    nightly = {one for rule, lines in FORGOTTEN.items() if "night" in rule for one in columns(lines)}
    assert kept >= {one for one in nightly if one.endswith((".name", ".note", ".email", ".username", ".client_digest"))}
    assert where_it_stands(CANARY) == {"notifications.ProviderText.sid"}  # there is no provider to delete it here
    assert Session.objects.count() == 0
    assert PairingCode.objects.count() == 0


def keep_something_everywhere() -> None:
    store = make_store()
    user = make_user("ada", store=store)
    booking = make_booking(store, name=CANARY, email=f"{CANARY.lower()}@example.org", note=CANARY)
    digests = {"recipient_digest": CANARY, "body_digest": CANARY, "provider_sid": CANARY, "returned_sid": CANARY}
    Booking.objects.update(
        client_digest=CANARY, email=f"{CANARY}@example.org", answers=[{"question": "?", "answer": CANARY}]
    )
    OutboxMessage.objects.filter(subject=booking.reference).update(state=State.SENT, attempted_at=NOW, **digests)
    OutboxMessage.objects.create(
        account=store.slug, subject=booking.reference, kind=Kind.REMINDER, sequence=9, channel=Channel.SMS,
        due_at=NOW, not_after=NOW, try_at=NOW, state=State.SENT, attempted_at=NOW, created_at=NOW, updated_at=NOW,
        prefix_digest=CANARY, **digests,
    )  # fmt: skip
    customer = CustomerDetails(name=CANARY, email=f"{CANARY}@example.org")
    days: dict[str, Any] = {"from_date": NOW.date() + timedelta(days=1), "to_date": NOW.date() + timedelta(days=1)}
    entry = join_waiting_list(
        store=store.slug, visit_type="visit", **days, party_size=1, customer=customer, source=Source.WEB, now=NOW
    )
    type(entry).objects.update(client_digest=CANARY, email=f"{CANARY}@example.org")
    IdempotentAnswer.objects.create(
        route="page:book", key=CANARY, fingerprint=CANARY, body=CANARY, location=CANARY, created_at=NOW
    )
    Ticket.objects.create(
        number=1,
        store=store, visit_date=NOW.date(), desk=store.desks.get(), visit_type=store.visit_types.all()[0],
        name=CANARY, phone=CANARY, joined_at=NOW,
    )  # fmt: skip
    CustomerText.objects.create(store=store, phone=CANARY, name=CANARY, body=CANARY, at=NOW)
    Feedback.objects.create(booking=booking, day=NOW.date(), answer="no", words=CANARY, answered_at=NOW)
    InboundText.objects.create(sid=CANARY, digest=CANARY, began_at=NOW)
    TextQuestion.objects.create(phone_digest=CANARY, question="book", choices=[CANARY], asked_at=NOW)
    LinkInvitation.objects.create(
        store=store, user=user, name=CANARY, email=f"{CANARY}@example.org", role=Role.STAFF, language="en",
        created_at=NOW,
    )  # fmt: skip
    make_tablet(store, name=CANARY, revoked_at=NOW)
    PairingCode.objects.create(store=store, digest=CANARY, device_name=CANARY, user=user, expires_at=NOW)
    SetupChange.objects.create(
        store=store, username=CANARY, what="member", subject=CANARY, before={"a": CANARY}, after={"a": CANARY}, at=NOW
    )
    StoreInvitation.objects.create(store=store, username=CANARY, role="staff", created_at=NOW)
    Client().force_login(user)
