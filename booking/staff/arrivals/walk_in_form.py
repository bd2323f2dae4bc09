"""The form of a walk-in on the arrivals screen."""

from typing import Any

from booking.staff.access import StaffContext
from booking.staff.forms.walk_ins import WalkInForm
from stores.queries import every_question
from stores.slots import StoreRules


def walk_in_form(at: StaffContext, rules: StoreRules, sent: Any = None) -> WalkInForm:
    """Return the form, with what was sent. One statement; none on a paired tablet, which leaves the questions out.

    It stands where others read along, and whoever comes in waits in front of it.
    """
    questions = every_question(at.store.slug) if at.device is None else ()
    return WalkInForm(sent, rules=rules, questions=questions)
