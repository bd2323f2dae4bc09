"""The offer to put back what was just saved, beside the words that it was saved."""

from datetime import timedelta

from django.urls import reverse

from booking.reversals.reasons import never_words, why_not_ever
from booking.staff.access import StaffContext
from stores.queries import setup_changes

JUST_NOW = timedelta(minutes=10)


def url_to_put_back(at: StaffContext, what: str = "") -> str:
    """Return the address that puts back what this user has just changed; "" where there is nothing to offer.

    `what` is the part of the trail that it must be of. One statement.
    """
    found = setup_changes(store=at.store, what=what, limit=1).changes
    if not found or found[0].username != at.user.username or found[0].at < at.now - JUST_NOW:
        return ""
    newest = found[0]
    if newest.puts_back_at is not None or never_words(newest) or why_not_ever(newest, at.store, now=at.now):
        return ""
    return reverse("staff-setup-put-back", args=[at.store.slug, newest.pk])
