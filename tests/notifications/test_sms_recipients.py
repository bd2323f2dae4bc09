"""Who wants no texts, and how many one number and one store may have."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from notifications import shares, sms_recipients
from notifications.digests import prefix_digest, recipient_digest
from notifications.models import Channel, OutboxMessage, State

pytestmark = pytest.mark.django_db

NOW = timezone.now()
PHONE = "+33612345678"


def sent(count, *, phone=PHONE, account="corner-shop", ago=timedelta(hours=1)):
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            account=account, subject=f"{phone}{account}{number}{ago}"[-40:], kind="reminder", sequence=0, channel="sms",
            due_at=NOW, not_after=NOW, try_at=NOW, state=State.SENT, attempted_at=NOW - ago, created_at=NOW,
            updated_at=NOW - ago, recipient_digest=recipient_digest(phone),
        )
        for number in range(count)
    )  # fmt: skip


def reason(*, account="corner-shop", is_counted=False, is_limited=True):
    return reason_against(PHONE, account=account, is_counted=is_counted, is_limited=is_limited)


def reason_against(to, *, account="corner-shop", channel=Channel.SMS, is_counted=False, is_limited=True, now=NOW):
    message = OutboxMessage(
        pk=1, account=account, channel=channel, is_limited=is_limited, attempted_at=NOW if is_counted else None
    )
    since = now - timedelta(hours=12) if channel == Channel.SMS else None
    with transaction.atomic():
        return shares.reasons_against([shares.Wish(message, to, since)], now=now)[1]


def test_a_number_that_opted_out_gets_none_until_it_opts_in() -> None:
    sms_recipients.opt_out(PHONE, now=NOW)
    sms_recipients.opt_out(PHONE, now=NOW)
    assert reason(is_counted=True) == "opted_out"

    sms_recipients.opt_in(PHONE)

    assert reason() == ""


def test_a_number_has_five_in_24_hours_over_all_stores(settings: Settings) -> None:
    settings.RATE_LIMITS = True
    sent(4)
    sent(5, ago=timedelta(hours=24))
    sent(5, phone="+33612345679")
    assert reason() == ""

    sent(1, account="other-shop")

    assert reason() == "number_limit"
    assert reason(is_counted=True) == ""
    assert reason(is_limited=False) == ""  # the store's own word


def test_limits_of_numbers_can_be_lifted(settings: Settings) -> None:
    settings.RATE_LIMITS = False
    sent(5)

    assert reason() == ""


def test_a_store_has_its_budget_a_day_of_its_own(settings: Settings) -> None:
    settings.SMS_DAILY_BUDGET = 2
    sent(1)
    sent(9, ago=timedelta(hours=13))
    sent(9, phone="+33612345679", account="other-shop")
    assert reason() == ""

    sent(1, phone="+33612345680")

    assert reason() == "budget"


def test_the_text_last_sent_to_a_number_is_found() -> None:
    sent(1, ago=timedelta(hours=2), account="first")
    sent(1, ago=timedelta(hours=1), account="second")

    assert sms_recipients.last_text_to(PHONE).account == "second"
    assert sms_recipients.last_text_to("+33600000000") is None


# --- What customers set off, by range, in all, and of a store's day ---------------------------------


def texted(count, *, prefix="+3365501", account="corner-shop", ago=timedelta(minutes=10)):
    """Put texts into the outbox that customers set off, each to a number of its own."""
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            account=account, subject=f"{account}{prefix}{number}{ago}"[-40:], kind="confirmation", sequence=0,
            channel="sms", due_at=NOW, not_after=NOW, try_at=NOW, state=State.SENT, attempted_at=NOW - ago,
            created_at=NOW, updated_at=NOW, recipient_digest=recipient_digest(f"{prefix}{number:04d}"),
            prefix_digest=prefix_digest(f"{prefix}{number:04d}"),
        )
        for number in range(count)
    )  # fmt: skip


def reason_for(phone, *, account="corner-shop", is_limited=True):
    return reason_against(phone, account=account, is_limited=is_limited)


def test_a_range_of_numbers_has_ten_texts_an_hour_over_all_stores(settings: Settings) -> None:
    settings.RATE_LIMITS = True
    texted(9)
    texted(20, ago=timedelta(hours=1))
    assert reason_for("+33655019999") == ""

    texted(1, account="other-shop")

    assert reason_for("+33655019999") == "prefix_limit"
    assert reason_for("+33655029999") == ""  # another ten thousand numbers
    assert reason_for("+33655019999", is_limited=False) == ""  # a reminder, or the store's own word


def test_all_stores_have_their_hour_together(settings: Settings) -> None:
    settings.RATE_LIMITS, settings.SMS_HOURLY_BUDGET = True, 12
    texted(11, prefix="+3365511")
    assert reason_for("+33655019999") == ""

    texted(1, prefix="+3365512", account="other-shop")

    assert reason_for("+33655019999") == "hourly_budget"
    assert reason_for("+33655019999", is_limited=False) == ""


def test_lifted_limits_lift_those_of_ranges_and_hours(settings: Settings) -> None:
    settings.RATE_LIMITS, settings.SMS_HOURLY_BUDGET = False, 1
    texted(20)

    assert reason_for("+33655019999") == ""


@pytest.mark.parametrize(("budget", "customers"), [(0, 0), (2, 2), (29, 29), (30, 20), (500, 334)])
def test_a_third_of_a_store_s_day_is_kept_for_what_the_plan_sets_off(settings: Settings, budget, customers) -> None:
    settings.SMS_DAILY_BUDGET = budget

    assert sms_recipients.customers_budget() == customers


def test_reminders_leave_when_customers_have_used_up_their_part(settings: Settings) -> None:
    settings.SMS_DAILY_BUDGET = 30
    sent(20, phone="+33699000000")

    assert (reason_for("+33655019999"), reason_for("+33655019999", is_limited=False)) == ("budget", "")
    sent(10, phone="+33699000000", ago=timedelta(hours=2))
    assert reason_for("+33655019999", is_limited=False) == "budget"


def test_ranges_are_forgotten_after_a_day() -> None:
    texted(2)
    texted(3, prefix="+3365512", ago=timedelta(hours=24))

    assert sms_recipients.forget_ranges(now=NOW) == 3

    assert OutboxMessage.objects.exclude(prefix_digest="").count() == 2


def test_an_address_gets_five_e_mails_that_customers_set_off_in_24_hours(settings: Settings) -> None:
    settings.RATE_LIMITS = True
    for number in range(5):
        OutboxMessage.objects.create(
            account="corner-shop", subject=str(number), kind="confirmation", sequence=0, channel="email", due_at=NOW,
            not_after=NOW, try_at=NOW, state=State.SENT, attempted_at=NOW - timedelta(hours=23), created_at=NOW,
            updated_at=NOW, recipient_digest=recipient_digest("victim@example.org"),
        )  # fmt: skip

    assert reason_against("Victim@Example.org", channel=Channel.EMAIL, now=NOW) == "number_limit"
    assert reason_against("victim@example.org", channel=Channel.EMAIL, now=NOW + timedelta(hours=1)) == ""
    assert reason_against("other@example.org", channel=Channel.EMAIL, now=NOW) == ""
    settings.RATE_LIMITS = False
    assert reason_against("victim@example.org", channel=Channel.EMAIL, now=NOW) == ""
