"""The page of one booking, which every message links to."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now as clock_now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from booking import limits
from booking.bookings.message_plan import channels_at_once, message_channels, reminder_channels, reminds
from booking.bookings.rebooking import kept_times
from booking.customer.access import BOOKING_KEY, opened_by_key
from booking.customer_input import can_be_texted
from booking.formats.calendar_links import calendar_links
from booking.formats.map_links import directions
from booking.formatting import refusal_sentence
from booking.links import short_manage_url
from booking.message_kinds import Kind
from booking.models import Booking, Status
from booking.policy import is_video_open, may_cancel, may_change, may_say_late
from booking.refusals import Refusal
from booking.tokens import manage_token, read_short_token, short_token
from booking.web.forms import FormProblem
from booking.web.rendering import customer_page, reader_choice_of
from booking.web.responses import keep_private, see_other
from notifications.models import Channel
from notifications.queries import due_offsets


@require_safe
@opened_by_key
def manage(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Show the visit and what can be done with it, and a refusal where the address names one."""
    why = request.GET.get("why", "")
    return manage_page(request, booking, now=clock_now(), refusal=Refusal(why) if why in set(Refusal) else None)


@require_safe
@opened_by_key
def booked(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Show the confirmation of a visit that has just been booked; a reload shows the same."""
    now = clock_now()
    if booking.status != Status.CONFIRMED:
        return manage_page(request, booking, now=now)
    channels = message_channels(booking.phone, booking.email)
    context = {
        **visit_context(booking, now=now),
        "channels": channels,
        "is_texted": Channel.SMS in channels_at_once(booking, Kind.CONFIRMATION, channels),
        "is_reminded_by_text": reminds(booking.store) and Channel.SMS in reminder_channels(booking),
        "own_url": short_manage_url(booking.reference, booking.link_number),
    }
    return customer_page(request, "manage/booked", context)


@require_safe
def short_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """Redirect from the short address in a text message to the booking's page. Raises RateLimited."""
    limits.refuse_wrong_tokens(request)
    named = read_short_token("booking", token)
    if named is None:
        limits.wrong_token(request)
        return keep_private(BOOKING_KEY.not_open(request), opened_by_key=True)
    return older_short_link(request, named[0], manage_token(*named))


@require_safe
def older_short_link(_request: HttpRequest, reference: str, token: str) -> HttpResponseBase:
    """Redirect from the short address of earlier text messages, which has the reference as well."""
    target = f"{reverse('manage', args=[reference])}?{urlencode({'token': token})}"
    return keep_private(HttpResponseRedirect(target), opened_by_key=True)


def manage_page(
    request: HttpRequest, booking: Booking, *, now: datetime, refusal: Refusal | None = None
) -> HttpResponse:
    """Return the booking's page, with a refusal or with what was done."""
    context = {
        **visit_context(booking, now=now),
        "problems": [FormProblem(_refusal_in_words(request, refusal))] if refusal else [],
        "done": "" if refusal else _done_sentence(request),
        "asks_if_coming": _asks_if_coming(booking, now=now),
        "texts": _texts(booking),
    }
    return customer_page(request, "manage/visit", context, status=409 if refusal else 200)


def _asks_if_coming(booking: Booking, *, now: datetime) -> bool:
    """Tell whether to ask "will you come?": from the first reminder on, until the customer said so, or how late."""
    if booking.status != Status.CONFIRMED or booking.starts_at <= now:
        return False
    if booking.attendance_confirmed or booking.late_minutes or booking.answer_until is not None:
        return False
    return bool(due_offsets(subject=booking.reference, kind=Kind.REMINDER, sequence=booking.sequence, by=now))


def _texts(booking: Booking) -> str:
    """Return whether texts about the visit go to its number: "on", "off" by a press here, "" where none can."""
    if booking.erased_at is not None or not can_be_texted(booking.phone):
        return ""
    return "off" if booking.wants_no_texts else "on"


def visit_context(booking: Booking, *, now: datetime) -> dict[str, Any]:
    """Return the context that all pages of a booking share."""
    store, visit_type = booking.store, booking.visit_type
    book_again = {"visit_type": visit_type.slug, "party_size": str(booking.party_size)}
    times: dict[str, Any] = {"status": booking.status, "starts_at": booking.starts_at, "now": now}
    return {
        "booking": booking,
        "store": store,
        "zone": ZoneInfo(store.time_zone),
        "minutes": round((booking.ends_at - booking.starts_at).total_seconds() / 60),
        "may_change": refusal_to_change(booking, now=now) is None,
        "may_cancel": may_cancel(**times),
        "may_say_late": may_say_late(**times, ends_at=booking.ends_at),
        "is_video_open": is_video_open(**times, ends_at=booking.ends_at),
        "change_until": booking.starts_at - timedelta(minutes=store.change_until_minutes),
        "is_over": booking.ends_at <= now,
        "kept_times": kept_times(booking, now=now),
        "directions": directions(store),
        "calendars": calendar_links(booking),
        "own_path": reverse("short-link", args=[short_token("booking", booking.reference, booking.link_number)]),
        "book_again_url": f"{reverse('book', args=[store.slug])}?{urlencode(book_again)}",
    }


def refusal_to_change(booking: Booking, *, now: datetime) -> Refusal | None:
    """Return why the customer can no longer move the visit, or None."""
    is_open = may_change(
        status=booking.status,
        starts_at=booking.starts_at,
        now=now,
        change_until_minutes=booking.store.change_until_minutes,
        answer_until=booking.answer_until,
    )
    return None if is_open else too_late_or_wrong(booking)


def too_late_or_wrong(booking: Booking) -> Refusal:
    """Return why nothing can be done with a visit here: it is too late, or its status forbids it."""
    return Refusal.TOO_LATE if booking.status == Status.CONFIRMED else Refusal.WRONG_STATUS


def done(booking: Booking, what: str) -> HttpResponse:
    """Redirect to the booking's page, which says what was done."""
    url = reverse("manage", args=[booking.reference])
    return see_other(f"{url}?done={what}" if what else url)


def refused(booking: Booking, refusal: Refusal) -> HttpResponse:
    """Redirect to the booking's page, which says why the action was refused."""
    return see_other(f"{reverse('manage', args=[booking.reference])}?why={refusal}")


def _refusal_in_words(request: HttpRequest, refusal: Refusal) -> str:
    if refusal == Refusal.WRONG_STATUS and reader_choice_of(request).is_simple:
        return _("This is not possible for this visit. Please phone the store.")
    return refusal_sentence(refusal)


def _done_sentence(request: HttpRequest) -> str:
    """Return what was done, as the page's address says; "" for nothing."""
    what = request.GET.get("done", "")
    simple = _done_simply(what) if reader_choice_of(request).is_simple else ""
    return simple or {
        "changed": _("Your visit has been moved."),
        "cancelled": _("Your visit is cancelled. Thank you for telling us: somebody else can have the place."),
        "confirmed": _("Thank you. The store knows that you will come."),
        "late": _("Thank you. The store knows that you will be late."),
        "on_time": _("Thank you. The store expects you on time."),
        "corrected": _("Your details are put right."),
        "contact": _(
            "Your details are put right. The confirmation is on its way again, with a new link: the old one opens"
            " nothing any more."
        ),
        "already": _("This visit was booked already. You can change it here."),
        "texts_off": _("You get no more text messages about this visit."),
        "texts_on": _("You get text messages again."),
        "texts_on_here": _("You get text messages again. Did you reply STOP to one? Then text START too."),
    }.get(what, "")


def _done_simply(what: str) -> str:
    """Return the same in simple words, where the sentence is a long one."""
    return {
        "changed": _("Your visit has a new time."),
        "cancelled": _("Your visit is cancelled. Thank you."),
        "confirmed": _("Thank you. The store expects you."),
        "late": _("Thank you. The store knows it."),
        "corrected": _("Thank you. It is right."),
        "contact": _("Thank you. It is right. We write to you again. Use the new link in this message."),
        "texts_on_here": _("You get text messages again. Did you write STOP? Then write START."),
    }.get(what, "")
