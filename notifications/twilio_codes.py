"""Error codes of Twilio and their meaning for a message. No other module knows them.

https://www.twilio.com/docs/api/errors
"""

from collections.abc import Mapping

from notifications.answers import Barred, Failure, Later, OnceMore, Puzzling, Refused

# A full queue of four to ten hours drains slowly; a daily allowance returns slowly too.
_QUEUE = Later("queue_full", after_seconds=30, longest_seconds=900)
_ALLOWANCE = Later("busy", after_seconds=60, longest_seconds=900)
_BUSY = Later("busy")
_KEY, _ACCOUNT, _SENDER = Barred("credentials"), Barred("account"), Barred("sender")
_BAD_NUMBER = Refused("invalid_number")

_CODES: Mapping[int, Failure] = {
    14107: _BUSY,  # rate limit exceeded
    # The account and its key
    20003: _KEY,  # authentication failed
    20005: _ACCOUNT,  # not active
    20006: _ACCOUNT,  # access denied
    20008: _KEY,  # a test key
    20403: _ACCOUNT,  # forbidden
    20404: _ACCOUNT,  # no such account
    20429: _BUSY,  # too many requests
    # The recipient's number
    21211: _BAD_NUMBER,
    21214: _BAD_NUMBER,
    21217: _BAD_NUMBER,
    21265: _BAD_NUMBER,  # a short code
    21266: _BAD_NUMBER,  # our own
    21268: _BAD_NUMBER,  # premium
    21401: _BAD_NUMBER,
    21421: _BAD_NUMBER,
    21604: _BAD_NUMBER,
    21408: Refused("country_not_enabled"),
    21610: Refused("opted_out", opted_out=True),
    21611: _QUEUE,
    21612: Refused("not_routable"),
    21614: Refused("cannot_be_texted"),
    21635: Refused("cannot_be_texted"),  # a landline
    # The text
    21602: Puzzling("no_text"),
    21605: Puzzling("too_long"),
    21617: Puzzling("too_long"),
    21618: Refused("filtered"),
    21619: Puzzling("no_text"),
    21608: Puzzling("trial_account"),  # a trial account, which may write only to verified numbers
    # The sender
    21212: _SENDER,
    21267: _SENDER,  # a name, on a trial account
    21601: _SENDER,
    21603: _SENDER,
    21606: _SENDER,
    21607: _SENDER,
    21609: Barred("public_url"),
    21616: _SENDER,
    21659: _SENDER,
    21660: _SENDER,
    21661: _SENDER,
    21701: _SENDER,  # no such messaging service
    21703: _SENDER,  # a messaging service without numbers
    21705: _SENDER,
    21910: _SENDER,
    63007: _SENDER,
    # Failures on the way
    30001: _QUEUE,
    30002: _ACCOUNT,  # suspended
    30003: OnceMore("unreachable"),
    30004: Refused("blocked"),
    30005: Refused("unknown_number"),
    30006: Refused("cannot_be_texted"),
    30007: Refused("filtered"),
    30008: OnceMore("not_delivered"),
    30010: Puzzling("too_dear"),
    30017: _BUSY,  # the network is congested
    30022: _ALLOWANCE,
    30023: _ALLOWANCE,  # of the day
    30024: _SENDER,  # not yet known to the network
    30027: _ALLOWANCE,  # of the day
    30032: _SENDER,  # a toll-free number that was not verified
    30033: _SENDER,  # a campaign suspended
    30034: _SENDER,  # not registered
    30035: _ALLOWANCE,  # the number is being set up
    30036: Refused("expired"),
    30037: _ACCOUNT,  # may not send
    30038: Refused("filtered"),
    30046: OnceMore("not_delivered"),  # nobody confirmed it
    30410: OnceMore("not_delivered"),  # the network did not answer in time
    30450: Refused("blocked"),
    30453: OnceMore("not_delivered"),
    30454: _ALLOWANCE,  # to this number
    30500: OnceMore("not_delivered"),  # an error of the provider's
    63018: _BUSY,
    63038: _ALLOWANCE,  # of the day
}
# For answers without a known code: the fault lies with all our requests, not with one message.
_BARRED_STATUSES = frozenset({401, 403, 404, 405, 407})


def refusal(*, status: int, code: int) -> Failure:
    """Return the meaning of the provider's refusal, by its code, else by the HTTP status."""
    if code in _CODES:
        return _CODES[code]
    if status < 400 or status in _BARRED_STATUSES:
        return Barred(f"http_{status}")
    return Puzzling(f"provider_{code}" if code and code != status else f"http_{status}")


def failure_on_the_way(code: int) -> Failure:
    """Return the meaning of a failed delivery by its code; after an unknown one, two more tries, then a person."""
    if not code:
        return Refused("not_delivered")
    return _CODES.get(code) or Puzzling(f"provider_{code}")
