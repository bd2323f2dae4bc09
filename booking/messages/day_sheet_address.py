"""The e-mail that asks a new address whether it wants the day sheet; the wish is read again at sending."""

from datetime import datetime

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from booking.links import day_sheet_link
from booking.messages.day_sheet_schedule import counts
from booking.messages.email_texts import one_line
from booking.subjects import About, Subject
from notifications.content import Email, Skip
from stores.models import SetupChange
from stores.queries import DAY_SHEET_ASKED, day_sheet_wish

_TEMPLATE = "email/day_sheet_address"


def read_wish(subject: Subject) -> SetupChange | None:
    """Return the wish for another address that a message is about; None if there is none."""
    number = subject.number() if subject.about == About.DAY_SHEET_ADDRESS else None
    return None if number is None else day_sheet_wish(number)


def write_question(wish: SetupChange, *, now: datetime) -> Email | Skip:
    """Return the question to a new address, or why it is no longer wanted."""
    if not counts(wish, now=now):
        return Skip("not_wanted")
    with translation.override(wish.after["day_sheet_language"]):
        return _email(wish)


def _email(wish: SetupChange) -> Email:
    name = one_line(wish.store.name)
    subject = _("{store}: shall the sheet of the day come here?").format(store=name)
    context = {
        "store_name": name,
        "heading": _("Shall the sheet of the day come to this address?"),
        "manage_url": day_sheet_link(wish),
    }
    return Email(
        to=wish.after[DAY_SHEET_ASKED],
        subject=subject,
        text=render_to_string(f"{_TEMPLATE}.txt", context).strip() + "\n",
        html=render_to_string(f"{_TEMPLATE}.html", context).strip() + "\n",
        sender_name=name,
    )
