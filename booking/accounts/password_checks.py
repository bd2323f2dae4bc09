"""Password checks for the sign-in page and the API. A try is counted before the slow comparison.

Wrong tries are counted by client, by client and name, and by name from anywhere. Nobody can lock out the owner of a
name from elsewhere: for a name with many tries, each client waits longer and longer between its own tries, and its
first try is always checked.
"""

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.http import HttpRequest

from booking import limits
from booking.limits import Counted
from stores.queries import folded_name, user_called


def user_by_password(request: HttpRequest, *, username: str, password: str) -> User | None:
    """Return the user with this name and password; None if either is wrong.

    Raises RateLimited, CountersAway, HashingBusy.
    """
    name, client = folded_name(username), limits.client_networks(request)
    pairs = [Counted(f"{name}@{network.who}", network.times) for network in client]
    limits.pause_between(limits.SIGN_IN_PAUSE, pairs[0], heat=limits.SIGN_IN_NAME, of=Counted(name))
    limits.hit(limits.SIGN_IN_PAIR, pairs)
    limits.hit(limits.SIGN_IN_CLIENT, client)
    limits.note(limits.SIGN_IN_NAME, Counted(name))
    known = user_called(username)
    user = authenticate(request, username=known.username if known else username, password=password)
    if not isinstance(user, User):
        return None
    limits.forgive(limits.SIGN_IN_PAIR, pairs)
    limits.give_back(limits.SIGN_IN_CLIENT, client)
    limits.give_back(limits.SIGN_IN_NAME, [Counted(name)])
    return user
