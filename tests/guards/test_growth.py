"""Every table: why it does not grow for ever, or what stays in it for good and how small that is.

A new table, a package's as well, fails here until it has a line.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.contrib.sessions.models import Session
from django.utils import timezone
from django_q.models import Failure, Success, Task

from booking import tasks
from booking.models import IdempotentAnswer
from tests.factories import NOW

TABLES = {
    "as many rows as there are shops, people and what managers set up": """
        auth.User auth.Group auth.Permission auth.User_groups auth.User_user_permissions auth.Group_permissions
        contenttypes.ContentType django_q.Schedule notifications.Circuit notifications.MessageTally
        booking.WorkerBeat booking.BooksKey
        stores.Store stores.Organization stores.Store_organizations stores.StoreMembership stores.OrganizationMembership
        stores.Desk stores.DeskHours stores.VisitType stores.VisitTypeHours stores.VisitType_desks
        stores.StoreQuestion stores.OpeningHours stores.PatternTaken
        stores.SearchWord stores.SearchSpelling stores.StoreWord stores.DeskCalendar stores.GivenPassword
        booking.StaffPin booking.PinTries booking.Passkey booking.Webhook booking.ApiKey booking.BookingNotice
        knox.AuthToken otp_totp.TOTPDevice otp_static.StaticDevice otp_static.StaticToken
    """,
    "deleted each night once they are of no more use": """
        booking.IdempotentAnswer booking.Ticket booking.Device booking.PairingCode sessions.Session
        stores.StoreInvitation stores.LinkInvitation stores.SetupChange stores.DeskAbsence stores.StoreClosing
        booking.UnmetDemand booking.CustomerText booking.TextQuestion booking.WebhookEvent booking.Feedback
        notifications.InboundText
    """,
    "deleted each night, 30 days after a task failed; what succeeded is not kept": "django_q.Task",
    "those over are deleted when the calendar says something new": "stores.BusyTime",
    "deleted by the sweep of each minute": "booking.Hold",
    "deleted once the provider has erased the text, two days after it went": "notifications.ProviderText",
    "deleted once the provider has told whether it has the text": "notifications.UnclearText",
    "deleted as soon as the task is done": "django_q.OrmQ",
    # What happened, without the people: the numbers are made from it. Found by store and day, whatever there is.
    "stays without personal data, until `archive_visits` moves old years out": """
        booking.Booking booking.BookingEvent stores.Slot
    """,
    "counted and deleted, 90 days after they were of use": "notifications.OutboxMessage",
    "stays without personal data: a row a day and store at most, or one who waited; messages by how they ended": """
        notifications.MessageDay booking.FeedbackDay stores.StoreDay stores.SpecialHours booking.WaitingListEntry
    """,
    "stays as long as the number is stopped": "notifications.OptOut",
    "deleted three years after somebody wanted no more questions": "booking.FeedbackOptOut",
}


def listed() -> Iterator[str]:
    for labels in TABLES.values():
        yield from labels.split()


def test_every_table_has_a_line_that_says_why_it_does_not_grow_for_ever() -> None:
    there = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy and model._meta.managed
    }

    assert there - set(listed()) == set()
    assert set(listed()) - there == set()
    assert len(list(listed())) == len(set(listed()))


@pytest.mark.django_db
def test_the_night_deletes_failed_tasks_of_long_ago_and_no_others() -> None:
    for age, is_success in ((31, False), (29, False), (31, True)):
        Task.objects.create(
            id=f"{age}{is_success}", name="a task", func="a.task", success=is_success,
            started=NOW - timedelta(days=age), stopped=NOW - timedelta(days=age),
        )  # fmt: skip

    with time_machine.travel(NOW, tick=False):
        tasks.forget_old()

    assert [one.id for one in Failure.objects.all()] == ["29False"]
    assert Success.objects.count() == 0


@pytest.mark.django_db
def test_the_night_leaves_nothing_of_what_it_deletes() -> None:
    IdempotentAnswer.objects.create(route="page:book", key="a", fingerprint="b", created_at=NOW)
    Session.objects.create(session_key="a", session_data="b", expire_date=NOW)

    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        assert timezone.now() > NOW
        tasks.forget_old()

    assert (IdempotentAnswer.objects.count(), Session.objects.count()) == (0, 0)
