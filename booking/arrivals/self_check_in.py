"""Self check-in at the door, without staff and without a sign-in."""

from datetime import datetime, timedelta

from django.db.models import Q

from booking.arrivals.step_rules import SELF_CHECK_IN_FROM, SELF_CHECK_IN_UNTIL, may_check_in_oneself
from booking.arrivals.steps import take_step
from booking.models import Booking, Status
from booking.refusals import BookingRefused
from booking.tokens import read_reference
from booking.who import Who

DIGITS_LEAST = 6  # of a phone number: with fewer digits, a stranger's guesses would soon find somebody
DIGITS_MOST = 8  # "06 12 34 56 78" and "+33 6 12 34 56 78" share this many last digits
_LONGEST_VISIT = timedelta(hours=24)


def is_sign(typed: str, *, by_phone: bool) -> bool:
    """Tell whether a typed text can identify somebody: a reference, or, with `by_phone`, digits of a number."""
    return read_reference(typed) is not None or (by_phone and bool(_digits(typed)))


def check_in_at_door(*, store: str, typed: str, by_phone: bool, now: datetime) -> bool:
    """Check in the visit with this reference or these last digits of a phone; tell whether there was one.

    Digits count only with `by_phone`, for people who read the code on the door. Otherwise anybody could find out from
    afar whether a person whose number they know is about to visit. Only visits about to begin count, and digits that
    match two of them match none, so nobody learns about other visits.
    """
    found = [visit for visit in _meant(store, typed, by_phone=by_phone, now=now) if _is_time(visit, now)]
    if len(found) != 1:
        return False
    if found[0].status == Status.CHECKED_IN:
        return True
    try:
        take_step(booking_id=found[0].pk, step="check_in", who=Who.customer(now))
    except BookingRefused:  # a faster request: by staff, or a double tap
        return Booking.objects.filter(pk=found[0].pk, status=Status.CHECKED_IN).exists()
    return True


def _meant(store: str, typed: str, *, by_phone: bool, now: datetime) -> list[Booking]:
    # The same condition as in `_is_time`: only two rows are read, so no finished visit may be among them.
    near = Booking.objects.filter(
        Q(ends_at__gt=now) | Q(starts_at__gt=now - SELF_CHECK_IN_UNTIL),
        store__slug=store,
        starts_at__gt=now - _LONGEST_VISIT - SELF_CHECK_IN_UNTIL,
        starts_at__lte=now + SELF_CHECK_IN_FROM,
        status__in=(Status.CONFIRMED, Status.CHECKED_IN),
        erased_at=None,
    )
    reference = read_reference(typed)
    by_reference = list(near.filter(reference=reference)) if reference else []
    digits = _digits(typed) if by_phone else ""
    if by_reference or not digits:
        return by_reference
    return list(near.filter(phone__endswith=digits[-DIGITS_MOST:])[:2])


def _digits(typed: str) -> str:
    """Return the digits of a phone number; "" if it is not one or has too few digits.

    A reference may be all digits; a phone number has only digits and separators between them.
    """
    digits = "".join(sign for sign in typed if sign in "0123456789")
    return digits if len(digits) >= DIGITS_LEAST and not any(sign.isalpha() for sign in typed) else ""


def _is_time(visit: Booking, now: datetime) -> bool:
    return may_check_in_oneself(status=visit.status, starts_at=visit.starts_at, ends_at=visit.ends_at, now=now)
