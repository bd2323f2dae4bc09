"""The table of limits: what is counted for whom, the amount and time, what happens beyond it, who is told.

docs/limits.md shows the same table to people; a test compares the two. Holds are counted where they are written
(`booking.places.holds`), messages where they are sent (`notifications.sms_recipients`).
"""

from dataclasses import dataclass
from enum import StrEnum

from notifications.sms_recipients import NUMBER_MESSAGES, PREFIX_TEXTS

AT_ONCE, MINUTE, QUARTER, HOUR, DAY = 0, 60, 900, 3600, 86_400


class By(StrEnum):
    """The key by which a limit counts, over all stores and processes."""

    CLIENT = "client"  # an IPv4 address; of IPv6 the /64, the /56 for twice as much, the /48 for five times
    CLIENT_AND_STORE = "client and store"
    PREFIX = "range of numbers"  # a phone number less its last four digits
    BOOKING = "visit"
    CONTACT = "contact"  # a phone number, or an e-mail address without case
    NAME = "user name"  # as typed, ignoring case, whether or not the name exists
    NAME_AND_CLIENT = "user name and client"
    PERSON = "person"  # a person who is signed in, or proved a first factor
    STORE = "store"
    ALL = "all stores"


@dataclass(frozen=True, slots=True)
class Limit:
    """One row: `amount` in `seconds`, from the first count on. `name` names the counter and keeps its meaning for ever.

    A limit that guards a secret (a password, a code, a token) holds whatever RATE_LIMITS says, and allows no try while
    the counters are away. RATE_LIMITS can lift any other limit, which lets everybody pass while the counters are away.
    """

    name: str
    by: By
    counts: str
    amount: int
    seconds: int
    then: str
    told: str = "who asks"
    guards_secret: bool = False


_TOO_MANY = "429 with Retry-After"
_STANDS = "the right one is refused as well, until the time is over"

READS = Limit("reads", By.CLIENT, "pages and answers read; a lookup is one for each 10 slots", 600, MINUTE, _TOO_MANY)
WRITES = Limit("writes", By.CLIENT, "all that is sent, whatever comes of it", 60, HOUR, _TOO_MANY)
STEPS = Limit("steps", By.CLIENT, "steps of the way to a booking, on the pages, beyond the row before", 300, HOUR,
              "each keeps and books for a small sum of the device, or some seconds of waiting; then 429")  # fmt: skip
TOKENS_MINUTE = Limit("tokens", By.CLIENT, "wrong or missing tokens of links, wrong signs at the door", 10, MINUTE,
                      f"{_TOO_MANY}; {_STANDS}")  # fmt: skip
TOKENS_DAY = Limit("tokens", By.CLIENT, "the same", 100, DAY, f"{_TOO_MANY}; {_STANDS}")
CORRECTIONS = Limit("corrections", By.BOOKING, "tries to correct the phone or e-mail of a visit", 3, DAY, _TOO_MANY)
NEW_BOOKINGS = Limit("bookings", By.CONTACT, "tries to book, by the customer", 3, DAY, _TOO_MANY)
# Separate, so that customers on the waiting list may still take a place.
NEW_WAITING = Limit("waiting", By.CONTACT, "tries to join a waiting list", 3, DAY, _TOO_MANY)
LOST_LINKS = Limit("lost_links", By.CONTACT, "wishes for the list of one's visits", 3, DAY, _TOO_MANY)
TEXTS_ANSWERED = Limit("texts_answered", By.CONTACT, "texts from a number that are read and answered", 20, DAY,
                       "not read")  # fmt: skip
SHEET_ADDRESSES = Limit("sheet_addresses", By.STORE, "addresses asked whether they want the sheet of the day", 10, DAY,
                        f"{_TOO_MANY}; the address in use stays")  # fmt: skip
INVITATIONS = Limit("invitations", By.STORE, "people invited by link, and links sent to them again", 20, DAY, _TOO_MANY)
PASSWORD_LINKS = Limit("password_links", By.NAME, "wishes for a link to choose a new password, by name or address", 5,
                       DAY, "not sent; the page does not tell", "nobody")  # fmt: skip

SIGN_IN_CLIENT = Limit("sign_ins", By.CLIENT, "wrong sign-ins, whatever the names", 30, QUARTER, _TOO_MANY,
                       guards_secret=True)  # fmt: skip
SIGN_IN_PAIR = Limit("sign_ins_as", By.NAME_AND_CLIENT, "wrong sign-ins with one name", 10, QUARTER, _TOO_MANY,
                     guards_secret=True)  # fmt: skip
SIGN_IN_NAME = Limit("sign_ins_of", By.NAME, "wrong sign-ins with one name, from anywhere", 10, HOUR,
                     "nobody is locked out: each client waits between two tries of its own, 2 s, then 4 s, up to 60 s",
                     guards_secret=True)  # fmt: skip
SIGN_IN_PAUSE = Limit("sign_in_pause", By.NAME_AND_CLIENT, "tries with a name that many try", 1, MINUTE,
                      f"{_TOO_MANY}, of the pause above", guards_secret=True)  # fmt: skip
PASSKEY_CHALLENGE = Limit("passkey", By.PERSON, "uses of one question put to a passkey", 1, QUARTER, "refused",
                          guards_secret=True)  # fmt: skip
# Limits of one client at one store. The first leaves room for a class behind one address: every pupil books.
BOOKINGS_AT_STORE = Limit("bookings_at", By.CLIENT_AND_STORE, "tries to book", 60, DAY, _TOO_MANY)
BUSY_CLIENT = Limit("bookings_at", By.CLIENT_AND_STORE, "the same, on the pages", 20, DAY,
                    "each further one asks a small sum of the device, or some seconds of waiting; none is refused",
                    "who asks; the manager, on the day's page")  # fmt: skip
WAYS_AT_STORE = Limit("ways_at", By.CLIENT_AND_STORE, "ways to a booking begun at a store with a waiting room", 120,
                      HOUR, _TOO_MANY)  # fmt: skip
DRAWS = Limit("draws", By.CLIENT, "numbers drawn in the waiting room before bookings open", 10, DAY,
              "further ones wait without a number, and come in after those who have one")  # fmt: skip
WAITING_AT_STORE = Limit("waiting_at", By.CLIENT_AND_STORE, "tries to join the waiting list", 3, DAY, _TOO_MANY)
HOLDS_AT_STORE = Limit("holds_at", By.CLIENT_AND_STORE, "times kept while somebody types", 3, AT_ONCE,
                       f"{_TOO_MANY}; on the pages the way goes on, the time is not kept")  # fmt: skip
HOLDS = Limit("holds", By.CLIENT, "the same, at all stores", 6, AT_ONCE, "the same")
OWN_PASSWORD = Limit("own password", By.PERSON, "wrong passwords of somebody who is signed in", 10, QUARTER,
                     "asked again after 15 minutes", guards_secret=True)  # fmt: skip
SECOND_FACTOR = Limit("second factor", By.PERSON, "wrong codes of an app, or recovery codes", 10, QUARTER,
                      "asked again after 15 minutes; a passkey still signs in", guards_secret=True)  # fmt: skip
PAIRING = Limit("pairing", By.CLIENT, "wrong codes of a tablet to be", 10, QUARTER,
                "asked again after 15 minutes", guards_secret=True)  # fmt: skip

# Messages are counted where they are sent, in the outbox (`notifications.sms_recipients`).
_BY_EMAIL = "not sent; a text goes by e-mail instead where there is an address"
_STAFF = "staff, beside the visit"
_MANAGER = "staff, beside the visit; the manager, on the day's page; `carillon_sms_budget_left`; the log"
MESSAGES = (
    Limit("messages", By.CONTACT, "messages that customers set off, by text or by e-mail", NUMBER_MESSAGES, DAY,
          _BY_EMAIL, _STAFF),
    Limit("prefix_texts", By.PREFIX, "texts that customers set off", PREFIX_TEXTS, HOUR, _BY_EMAIL, _MANAGER),
    Limit("hourly_texts", By.ALL, "texts that customers set off (`SMS_HOURLY_BUDGET`)", 200, HOUR, _BY_EMAIL, _MANAGER),
    Limit("daily_texts", By.STORE, "texts (`SMS_DAILY_BUDGET`); of 30 or more a third is kept for what customers do not"
          " set off: reminders, and the store's own word", 500, DAY, _BY_EMAIL, _MANAGER),
)  # fmt: skip

TABLE = (
    READS,
    WRITES,
    STEPS,
    TOKENS_MINUTE,
    TOKENS_DAY,
    NEW_BOOKINGS,
    CORRECTIONS,
    NEW_WAITING,
    LOST_LINKS,
    TEXTS_ANSWERED,
    SHEET_ADDRESSES,
    INVITATIONS,
    PASSWORD_LINKS,
    BOOKINGS_AT_STORE,
    BUSY_CLIENT,
    WAYS_AT_STORE,
    DRAWS,
    WAITING_AT_STORE,
    HOLDS_AT_STORE,
    HOLDS,
    SIGN_IN_CLIENT,
    SIGN_IN_PAIR,
    SIGN_IN_NAME,
    SIGN_IN_PAUSE,
    PASSKEY_CHALLENGE,
    OWN_PASSWORD,
    SECOND_FACTOR,
    PAIRING,
    *MESSAGES,
)
