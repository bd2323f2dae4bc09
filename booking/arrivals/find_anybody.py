"""The people that staff look for at a store: visits of all its days, and its waiting list. Nothing here writes.

A name is compared by `fits_name`, which no database can do: the names of the store's visits are read and compared here.
Erased visits have no name, so that there are never more of them than the store keeps (`keep_days`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from booking.arrivals.name_fingerprints import fits_name, typed_names
from booking.customer_input import BadInput, read_phone
from booking.models import Booking, WaitingListEntry
from booking.tokens import MISREAD
from booking.waiting_list.queries import WaitingState, ended_entries, waiting_list
from stores.models import Store

QUERY_MAX = 60
READ_MOST = 60_000  # visits whose names are compared, the latest first
_DIGITS_LEAST = 3
_PART_LEAST = 4  # characters of a reference


@dataclass(frozen=True, slots=True)
class Found:
    """The visits and people that were found: visits to come by time, past ones from the last on; `count` is of all."""

    to_come: Sequence[Booking] = ()
    past: Sequence[Booking] = ()
    waiting: Sequence[WaitingState] = ()
    ended: Sequence[WaitingListEntry] = ()  # no longer on the waiting list, and not booked
    count: int = 0

    @property
    def shown(self) -> int:
        """How many visits are listed."""
        return len(self.to_come) + len(self.past)


@dataclass(frozen=True, slots=True)
class Sought:
    """What the typed text may mean: words of a name or part of a reference, digits of a number, part of an address."""

    names: tuple[str, ...] = ()
    part: str = ""
    digits: tuple[str, ...] = ()
    email: str = ""

    def fits(self, name: str, phone: str, email: str, reference: str) -> bool:
        """Tell whether a visit or an entry may be meant."""
        if self.part and self.part in reference:
            return True
        if any(digits in phone for digits in self.digits):
            return True
        return bool((self.email and self.email in email.lower()) or (self.names and fits_name(name, self.names)))

    def narrows(self) -> Q:
        """Return what the database can leave out beforehand: nothing where a name is sought."""
        if self.names:
            return Q()
        narrowed = Q(reference__contains=self.part) if self.part else Q()
        for digits in self.digits:
            narrowed |= Q(phone__contains=digits)
        return narrowed | Q(email__icontains=self.email) if self.email else narrowed


def read_sought(typed: str, *, country: str) -> Sought | None:
    """Return what a typed text looks for, None where there is nothing to look for."""
    if "@" in typed:
        email = typed.strip().lower()
        return Sought(email=email) if len(email) > 1 else None
    digits = "".join(str(int(character)) for character in typed if character.isdecimal())
    part = _part_of_reference(typed, has_digit=bool(digits))
    if len(digits) >= _DIGITS_LEAST and not any(character.isalpha() for character in typed):
        return Sought(part=part, digits=_numbers(typed, digits, country))
    names = tuple(typed_names(typed))
    return Sought(names=names, part=part) if names or part else None


def find_anybody(*, store: Store, typed: str, most: int, now: datetime) -> Found:
    """Return the visits and the entries that fit the typed text, at most `most` visits; four statements."""
    sought = read_sought(typed, country=store.country)
    if sought is None:
        return Found()
    visits = Booking.objects.filter(sought.narrows(), store_id=store.pk, erased_at=None).order_by("-starts_at", "-pk")
    rows = visits.values_list("pk", "ends_at", "name", "phone", "email", "reference")[:READ_MOST]
    fitting = [(pk, ends_at) for pk, ends_at, *who in rows if sought.fits(*who)]
    to_come = [pk for pk, ends_at in reversed(fitting) if ends_at > now]
    past = [pk for pk, ends_at in fitting if ends_at <= now]
    shown = [*to_come, *past][:most]
    loaded = Booking.objects.select_related("visit_type", "desk").in_bulk(shown)
    entries = [
        one
        for one in waiting_list(store, now=now)
        if sought.fits(one.entry.name, one.entry.phone, one.entry.email, one.entry.reference)
    ]
    ended = [one for one in ended_entries(store) if sought.fits(one.name, one.phone, one.email, one.reference)]
    first_past = min(len(to_come), len(shown))
    return Found(
        to_come=[loaded[pk] for pk in shown[:first_past] if pk in loaded],
        past=[loaded[pk] for pk in shown[first_past:] if pk in loaded],
        waiting=entries[:most],
        ended=ended[:most],
        count=len(fitting),
    )


def _part_of_reference(typed: str, *, has_digit: bool) -> str:
    """Return the part of a reference that the text may be; letters alone are one only where it may be all of it."""
    plain = typed.upper().replace("-", "").replace(" ", "").translate(MISREAD)
    is_long = len(plain) >= (_PART_LEAST if has_digit else Booking._meta.get_field("reference").max_length or 0)
    return plain if is_long and plain.isascii() and plain.isalnum() else ""


def _numbers(typed: str, digits: str, country: str) -> tuple[str, ...]:
    """Return the digits by which a number is found: all of it where it is whole, else as typed, and without 0 or 00."""
    try:
        return (read_phone(typed, country=country),)
    except BadInput:
        bare = digits.lstrip("0")
        return (digits, bare) if bare != digits and len(bare) >= _DIGITS_LEAST else (digits,)
