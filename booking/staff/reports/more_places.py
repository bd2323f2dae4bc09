"""What more places would have done, in words."""

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from booking.reports.planner import Addition


def addition_in_words(addition: Addition) -> str:
    """Return where places were missing and how many people they would have served, as a sentence."""
    weekday = str(WEEKDAYS[addition.weekday])
    if addition.places == 1 and addition.is_afternoon:
        words = _("One more place on {weekday} afternoons would have served {people} people who found nothing.")
    elif addition.places == 1:
        words = _("One more place on {weekday} mornings would have served {people} people who found nothing.")
    elif addition.is_afternoon:
        words = _("{number} more places on {weekday} afternoons would have served {people} people who found nothing.")
    else:
        words = _("{number} more places on {weekday} mornings would have served {people} people who found nothing.")
    return words.format(number=_number(addition.places), weekday=weekday, people=addition.served)


def _number(places: int) -> str:
    """Return a number of places as a sentence begins with it."""
    words = {
        2: _("Two"),
        3: _("Three"),
        4: _("Four"),
        5: _("Five"),
        6: _("Six"),
        7: _("Seven"),
        8: _("Eight"),
        9: _("Nine"),
        10: _("Ten"),
    }
    return words.get(places, str(places))
