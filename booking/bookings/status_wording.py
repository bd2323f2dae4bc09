"""Words that staff read in more than one place: on their screens, in a file, in the morning's e-mail."""

from django.utils.translation import gettext as _

from booking.models import Status

LATE = "late"


def status_words() -> dict[str, str]:
    """Return what each state is called, `late` among them."""
    return {
        Status.CONFIRMED: _("Booked"),
        LATE: _("Late"),
        Status.CHECKED_IN: _("Here"),
        Status.IN_SERVICE: _("Being served"),
        Status.COMPLETED: _("Done"),
        Status.NO_SHOW: _("Did not come"),
        Status.CANCELLED: _("Cancelled"),
    }
