"""Desks chosen by customers, at stores that let them choose."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from booking.api.serializers import UNKNOWN_DESK
from booking.web.problem_json import invalid
from stores.queries import UnknownStore, rules_around


def chosen_desk(desk: str | None, *, store: str, now: datetime) -> str:
    """Return the slug of the chosen desk, "" for any. Raises Problem, but not for an unknown store."""
    if not desk:
        return ""
    try:
        rules = rules_around(store, now)
    except UnknownStore:
        return ""
    if not rules.offers_desk_choice:
        raise invalid("desk", "not_offered", _("This store does not let customers choose a desk."))
    if not rules.with_desk(desk).desks:
        raise invalid("desk", "unknown", UNKNOWN_DESK)
    return desk
