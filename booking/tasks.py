"""Tasks of the worker; each calls one service."""

import logging
from zoneinfo import ZoneInfo

from django.utils import timezone

from booking import privacy
from booking.accounts.sign_ins import forget_expired_sign_ins
from booking.arrivals import turn_reminders
from booking.bookings import rebooking, reminder_plans
from booking.desk_calendars.reading import read_due_calendars
from booking.formats.share_image import drop_old_cards
from booking.messages import booking_notices, day_sheet_schedule
from booking.operations.schedules import forget_results
from booking.places import claims
from booking.waiting_list import offers
from notifications import provider_erasure, sms_recipients
from notifications.inbound_texts import forget_inbound
from notifications.tidying import Keeping, tidy
from stores.models import Store

log = logging.getLogger(__name__)


def release_expired_holds() -> int:
    """Release the places of expired holds, and cancel visits whose kept times expired without an answer.

    Availability does not wait for this.
    """
    now = timezone.now()
    return rebooking.cancel_unanswered(now=now) + claims.release_expired_holds(now=now)


def offer_places(store_id: int | None = None) -> int:
    """Offer freed places to waiting customers: at the named store, else at all stores.

    A failure at one store does not stop the others.
    """
    made = 0
    for waiting_at in offers.stores_waiting() if store_id is None else [store_id]:
        try:
            made += offers.offer_places(store_id=waiting_at, now=timezone.now())
        except Exception:
            log.exception("offers_failed", extra={"store_id": waiting_at})
    return made


def read_calendars() -> int:
    """Read the calendars that desks follow and that are due, and close and open slots by them."""
    return read_due_calendars(now=timezone.now())


def tell_nearly() -> int:
    """Send a text to people in the lines who left a number and whose turn is near."""
    return turn_reminders.send_turn_reminders(now=timezone.now())


def follow_plans() -> int:
    """Let the reminders of booked visits follow their stores' plans, where these changed and nobody did so at once.

    A failure at one store does not stop the others.
    """
    touched = 0
    for store_id in reminder_plans.stores_with_stale_reminders():
        try:
            touched += reminder_plans.follow_plan(store_id, now=timezone.now())
        except Exception:
            log.exception("plan_not_followed", extra={"store_id": store_id})
    return touched


def mail_day_sheets() -> int:
    """E-mail the day sheet to the stores that open soon and want it."""
    return day_sheet_schedule.enqueue_day_sheets(now=timezone.now())


def mail_booking_notices() -> int:
    """E-mail the members who want to be told of new bookings."""
    return booking_notices.enqueue_notices(now=timezone.now())


def erase_at_provider() -> int:
    """Empty and delete texts at the provider that are needed there no longer."""
    return provider_erasure.erase_at_provider(now=timezone.now())


def forget_old() -> int:
    """Erase customers whose retention time is over, and other outdated data."""
    now = timezone.now()
    forget_expired_sign_ins(now=now)
    sms_recipients.forget_ranges(now=now)
    forget_inbound(now=now)
    drop_old_cards(now=now)
    forget_results(now=now)
    forgotten = sum(privacy.forget_old(now=now).values())
    stores = Store.objects.values_list("slug", "keep_days", "time_zone")
    tidy(keeping={slug: Keeping(days, ZoneInfo(zone)) for slug, days, zone in stores}, now=now)
    return forgotten
