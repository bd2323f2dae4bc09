"""The e-mail with a link for a new password; the link is made when it is sent, and opens for an hour."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from booking.accounts.password_links import password_link
from booking.subjects import Subject
from notifications.content import Email, Skip
from notifications.models import OutboxMessage

_TEMPLATE = "email/password_link"


def read_user(subject: Subject) -> User | None:
    """Return the user whom a message is for; None if nobody has the name that was typed."""
    number = subject.number()
    return None if number is None else User.objects.filter(pk=number, is_active=True).first()


def write_password_link(user: User, message: OutboxMessage, /, *, now: datetime) -> Email | Skip:
    """Return the e-mail with the link; nothing is sent to somebody who has no address. `offset` is the language."""
    if not user.email:
        return Skip("no_email")
    language = message.offset if message.offset in settings.STAFF_LANGUAGES else settings.STAFF_LANGUAGES[0]
    with translation.override(language):
        context = {
            "heading": _("A new password for {name}").format(name=user.username),
            "manage_url": password_link(user, language=language),
        }
        return Email(
            to=user.email,
            subject=_("Choose a new password"),
            text=render_to_string(f"{_TEMPLATE}.txt", context).strip() + "\n",
            html=render_to_string(f"{_TEMPLATE}.html", context).strip() + "\n",
        )
