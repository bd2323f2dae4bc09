"""Who wants no texts, and how many one number and one store may have."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications import numbers
from notifications.digests import recipient_digest
from notifications.models import OutboxMessage, State

pytestmark = pytest.mark.django_db

NOW = timezone.now()
PHONE = "+33612345678"


def sent(count, *, phone=PHONE, account="corner-shop", ago=timedelta(hours=1)):
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            account=account, subject=f"{phone}{account}{number}{ago}"[-40:], kind="reminder", sequence=0, channel="sms",
            due_at=NOW, not_after=NOW, try_at=NOW, state=State.SENT, attempted_at=NOW - ago, created_at=NOW,
            updated_at=NOW, recipient_digest=recipient_digest(phone),
        )
        for number in range(count)
    )  # fmt: skip


def reason(*, account="corner-shop", is_counted=False, is_limited=True):
    return numbers.reason_against_texting(
        PHONE,
        account=account,
        budget_since=NOW - timedelta(hours=12),
        is_counted=is_counted,
        is_limited=is_limited,
        now=NOW,
    )


def test_a_number_that_opted_out_gets_none_until_it_opts_in():
    numbers.opt_out(PHONE, now=NOW)
    numbers.opt_out(PHONE, now=NOW)
    assert reason(is_counted=True) == "opted_out"

    numbers.opt_in(PHONE)

    assert reason() == ""


def test_a_number_has_five_in_24_hours_over_all_stores(settings):
    settings.RATE_LIMITS = True
    sent(4)
    sent(5, ago=timedelta(hours=24))
    sent(5, phone="+33612345679")
    assert reason() == ""

    sent(1, account="other-shop")

    assert reason() == "number_limit"
    assert reason(is_counted=True) == ""
    assert reason(is_limited=False) == ""  # the store's own word


def test_limits_of_numbers_can_be_lifted(settings):
    settings.RATE_LIMITS = False
    sent(5)

    assert reason() == ""


def test_a_store_has_its_budget_a_day_of_its_own(settings):
    settings.SMS_DAILY_BUDGET = 2
    sent(1)
    sent(9, ago=timedelta(hours=13))
    sent(9, phone="+33612345679", account="other-shop")
    assert reason() == ""

    sent(1, phone="+33612345680")

    assert reason() == "budget"


def test_the_text_last_sent_to_a_number_is_found():
    sent(1, ago=timedelta(hours=2), account="first")
    sent(1, ago=timedelta(hours=1), account="second")

    assert numbers.last_text_to(PHONE).account == "second"
    assert numbers.last_text_to("+33600000000") is None
