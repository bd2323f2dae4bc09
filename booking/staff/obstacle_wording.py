"""Why nobody can book at a store, in words for staff, with the one step that mends it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.places.obstacles import Obstacle, obstacle_to_bookings
from booking.staff.access import StaffContext
from stores.slots import StoreRules


@dataclass(frozen=True, slots=True)
class ObstacleWords:
    """A warning; `url` and `step` are the way to mend it, both "" for people who may not."""

    sentence: str
    step: str = ""
    url: str = ""


def obstacle_words(at: StaffContext, rules: StoreRules) -> ObstacleWords | None:
    """Return the warning that nobody can book; None if somebody can. The rules have the special hours of today on."""
    obstacle = obstacle_to_bookings(rules, now=at.now)
    if obstacle is None:
        return None
    sentence = _sentence(obstacle, rules)
    if not at.is_manager:
        return ObstacleWords(sentence + " " + _("Please tell a manager of the store."))
    setup = reverse("staff-setup", args=[at.store.slug])
    step, url = {
        Obstacle.NO_HOURS: (_("Take the first steps"), reverse("staff-setup-start", args=[at.store.slug])),
        Obstacle.NO_DESK: (_("See the desks"), f"{setup}#desks"),
        Obstacle.NO_VISIT_TYPE: (_("See the kinds of visit"), f"{setup}#visit-types"),
        Obstacle.NO_TIME: (_("See why"), reverse("staff-setup-why", args=[at.store.slug])),
    }[obstacle]
    return ObstacleWords(sentence, step, url)


def _sentence(obstacle: Obstacle, rules: StoreRules) -> str:
    if obstacle == Obstacle.NO_HOURS:
        return _("Nobody can book yet: the store has no opening hours.")
    if obstacle == Obstacle.NO_DESK:
        return _("Nobody can book: no desk is in use.")
    if obstacle == Obstacle.NO_VISIT_TYPE:
        return _("Nobody can book: no kind of visit is offered.")
    days = rules.booking_horizon_days
    return ngettext(
        "Nobody can book: in the next {count} day, the store is closed or open for too short a time.",
        "Nobody can book: in the next {count} days, the store is closed or open for too short a time.",
        days,
    ).format(count=days)
