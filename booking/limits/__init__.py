"""Rate limits by client, contact and user name, counted over all stores and all processes.

The amounts are in `booking.limits.table`, the counters in `booking.limits.counters`. This module has the functions that
other code calls.
"""

import logging
import re
from collections.abc import Sequence

from django.http import HttpRequest

from booking.limits.clients import ClientDigests, Counted, client_address, client_digests, client_networks
from booking.limits.counters import (
    CounterFile,
    CountersAway,
    RateLimited,
    _limiter,
    amount_of,
    count,
    counted,
    forgive,
    give_back,
    hit,
    note,
    pause_between,
    refuse_if_over,
)
from booking.limits.table import (
    BOOKINGS_AT_STORE,
    BUSY_CLIENT,
    CORRECTIONS,
    DRAWS,
    HOLDS,
    HOLDS_AT_STORE,
    INVITATIONS,
    LOST_LINKS,
    NEW_BOOKINGS,
    NEW_WAITING,
    OWN_PASSWORD,
    PAIRING,
    PASSKEY_CHALLENGE,
    PASSWORD_LINKS,
    READS,
    SECOND_FACTOR,
    SHEET_ADDRESSES,
    SIGN_IN_CLIENT,
    SIGN_IN_NAME,
    SIGN_IN_PAIR,
    SIGN_IN_PAUSE,
    STEPS,
    TABLE,
    TEXTS_ANSWERED,
    TOKENS_DAY,
    TOKENS_MINUTE,
    WAITING_AT_STORE,
    WAYS_AT_STORE,
    WRITES,
    By,
    Limit,
)

__all__ = [
    "BOOKINGS_AT_STORE",
    "BUSY_CLIENT",
    "CORRECTIONS",
    "DRAWS",
    "HOLDS",
    "HOLDS_AT_STORE",
    "INVITATIONS",
    "LOST_LINKS",
    "NEW_BOOKINGS",
    "NEW_WAITING",
    "OWN_PASSWORD",
    "PAIRING",
    "PASSKEY_CHALLENGE",
    "PASSWORD_LINKS",
    "READS",
    "SECOND_FACTOR",
    "SHEET_ADDRESSES",
    "SIGN_IN_CLIENT",
    "SIGN_IN_NAME",
    "SIGN_IN_PAIR",
    "SIGN_IN_PAUSE",
    "TABLE",
    "WAITING_AT_STORE",
    "WAYS_AT_STORE",
    "WRITES",
    "By",
    "ClientDigests",
    "Counted",
    "CounterFile",
    "CountersAway",
    "Limit",
    "RateLimited",
    "TooManyHolds",
    "_limiter",
    "busy_clients",
    "check_request",
    "client_address",
    "client_digests",
    "client_networks",
    "corrected_contact",
    "count",
    "counted",
    "forgive",
    "give_back",
    "hit",
    "invitation",
    "lookup",
    "lost_link",
    "may_answer_text",
    "may_draw",
    "may_send_password_link",
    "new_booking",
    "new_booking_at",
    "new_waiting",
    "new_waiting_at",
    "note",
    "pause_between",
    "person",
    "refuse_if_over",
    "refuse_wrong_tokens",
    "right_secret",
    "sheet_address",
    "tries_to_book",
    "try_secret",
    "way_begun_at",
    "wrong_token",
]

log = logging.getLogger(__name__)

WRONG_TOKENS = (TOKENS_MINUTE, TOKENS_DAY)
SLOTS_A_READ = 10  # slots of a lookup

_BUSY = "busy clients"
_OVER_WRITES = "is_over_writes"  # noted on the request
_STEP = re.compile(r"/s/[^/]+/book/(hold|check|confirm|details|extend)/")
_UNLIMITED = ("/static/", "/staff/", "/api/v1/staff/", "/webhooks/", "/healthz", "/readyz", "/metrics")
_READING_POSTS = ("/api/v1/availability/lookup",)


class TooManyHolds(RateLimited):
    """This client already has as many holds as allowed; the next one runs out in so many seconds."""


def check_request(request: HttpRequest) -> None:
    """Count one request of the public pages and API against its client. Raises RateLimited."""
    path = request.path_info  # without the prefix of the reader's choice
    if path.startswith(_UNLIMITED):
        return
    client = client_networks(request)
    if request.method in ("GET", "HEAD", "OPTIONS") or path in _READING_POSTS:
        hit(READS, client)
        return
    try:
        hit(WRITES, client)
    except RateLimited:
        if not _STEP.fullmatch(path):
            raise
        # A class or a family may share one address: they may continue a booking, at the price of a proof of work.
        hit(STEPS, client)
        setattr(request, _OVER_WRITES, True)


def lookup(request: HttpRequest, *, slots: int) -> None:
    """Count a lookup of many slots as more than one read. Raises RateLimited."""
    more = (slots - 1) // SLOTS_A_READ
    if more > 0:
        hit(READS, client_networks(request), cost=more)


def refuse_wrong_tokens(request: HttpRequest) -> None:
    """Refuse a client that gave too many wrong tokens, before its token is checked. Raises RateLimited."""
    for limit in WRONG_TOKENS:
        refuse_if_over(limit, client_networks(request))


def wrong_token(request: HttpRequest) -> None:
    """Count a wrong or missing token against its client. Raises RateLimited."""
    for limit in WRONG_TOKENS:
        hit(limit, client_networks(request))


def new_booking(*contacts: str) -> None:
    """Count a try to book for a number in E.164 and an e-mail address, successful or not. Raises RateLimited."""
    hit(NEW_BOOKINGS, _contacts(contacts))


def corrected_contact(reference: str, *contacts: str) -> None:
    """Count a correction of a visit's contact, for the visit and for the new contact. Raises RateLimited."""
    hit(CORRECTIONS, [Counted(reference)])
    hit(NEW_BOOKINGS, _contacts(contacts))


def new_waiting(*contacts: str) -> None:
    """Count a try to join a waiting list for a number and an address, successful or not. Raises RateLimited."""
    hit(NEW_WAITING, _contacts(contacts))


def new_booking_at(request: HttpRequest, store: str) -> None:
    """Count a client's try to book at a store, successful or not. Raises RateLimited."""
    if hit(BOOKINGS_AT_STORE, _at(store, request)) == BUSY_CLIENT.amount + 1:
        log.warning("busy_client", extra={"store": store})
        count(_BUSY, "all", seconds=BUSY_CLIENT.seconds)


def busy_clients() -> int:
    """Return how many clients have tried to book far more than a household does at one store, in about a day."""
    return counted(_BUSY, "all")


def tries_to_book(request: HttpRequest, store: str) -> int:
    """Return how often a client has tried to book at a store today; a client over its limit of writes gets more."""
    tries = amount_of(BOOKINGS_AT_STORE, _at(store, request))
    return max(tries, BUSY_CLIENT.amount + 1) if getattr(request, _OVER_WRITES, False) else tries


def way_begun_at(request: HttpRequest, store: str) -> None:
    """Count a client's new way to a booking at a store with a waiting room. Raises RateLimited."""
    hit(WAYS_AT_STORE, _at(store, request))


def may_draw(request: HttpRequest) -> bool:
    """Count a number that a client draws before bookings open; False if its share of numbers is drawn."""
    try:
        hit(DRAWS, client_networks(request))
    except RateLimited:
        return False
    return True


def new_waiting_at(request: HttpRequest, store: str) -> None:
    """Count a client's try to join a store's waiting list, successful or not. Raises RateLimited."""
    hit(WAITING_AT_STORE, _at(store, request))


def lost_link(contact: str) -> None:
    """Count a request for the visits of a number or an e-mail address, known or unknown. Raises RateLimited."""
    hit(LOST_LINKS, _contacts([contact]))


def may_answer_text(phone: str) -> bool:
    """Count a text from a number; return whether it is still read and answered."""
    try:
        hit(TEXTS_ANSWERED, _contacts([phone]))
    except RateLimited:
        return False
    return True


def sheet_address(store: str) -> None:
    """Count a store's question to an address whether it wants the day sheet. Raises RateLimited."""
    hit(SHEET_ADDRESSES, [Counted(store)])


def invitation(store: str) -> None:
    """Count a store's invitation by link, or a link that is sent again. Raises RateLimited."""
    hit(INVITATIONS, [Counted(store)])


def may_send_password_link(typed: str) -> bool:
    """Count a wish for a new password by what was typed; tell whether a link is still sent."""
    try:
        hit(PASSWORD_LINKS, [Counted(typed.casefold())])
    except RateLimited:
        return False
    return True


def try_secret(limit: Limit, who: Sequence[Counted]) -> bool:
    """Count a try at a secret before it is checked; False after too many tries. Raises CountersAway."""
    try:
        hit(limit, who)
    except RateLimited:
        return False
    return True


def right_secret(limit: Limit, who: Sequence[Counted]) -> None:
    """Take back the count of a try that turned out to be right."""
    give_back(limit, who)


def person(user_id: int) -> list[Counted]:
    """Return the key under which a signed-in person is counted."""
    return [Counted(str(user_id))]


def _at(store: str, request: HttpRequest) -> list[Counted]:
    return [Counted(f"{store}/{network.who}", network.times) for network in client_networks(request)]


def _contacts(contacts: Sequence[str]) -> list[Counted]:
    return [Counted(contact.lower()) for contact in contacts if contact]
