"""Wording of statuses for staff: on screens, in files, and in the day sheet."""

from django.utils.translation import gettext as _

from booking.models import Status

LATE = "late"


def status_words() -> dict[str, str]:
    """Return the name of each status, `late` among them."""
    return {
        Status.CONFIRMED: _("Booked"),
        LATE: _("Late"),
        Status.CHECKED_IN: _("Here"),
        Status.IN_SERVICE: _("Being served"),
        Status.COMPLETED: _("Done"),
        Status.NO_SHOW: _("Did not come"),
        Status.CANCELLED: _("Cancelled"),
    }
