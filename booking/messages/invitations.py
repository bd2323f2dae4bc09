"""The e-mail that invites somebody to work at a store; the invitation is read again at sending."""

from datetime import datetime

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from booking.accounts.own_details import shown_name
from booking.links import invitation_link
from booking.messages.email_texts import one_line
from booking.store_setup.link_invitations import is_still_meant
from booking.subjects import Subject
from notifications.content import Email, Skip
from notifications.models import OutboxMessage
from stores.models import LinkInvitation
from stores.services.link_invitations import LINK_OPENS_FOR

_TEMPLATE = "email/invitation"


def read_invitation(subject: Subject) -> LinkInvitation | None:
    """Return the invitation that a message is about; None if it was used or withdrawn."""
    number = subject.number()
    if number is None:
        return None
    return LinkInvitation.objects.filter(pk=number).select_related("store", "user").first()


def write_invitation(invitation: LinkInvitation, message: OutboxMessage, /, *, now: datetime) -> Email | Skip:
    """Return the e-mail with the link, or why it is no longer wanted."""
    is_open = now < invitation.created_at + LINK_OPENS_FOR and message.sequence == invitation.number
    if not (invitation.email and is_open and is_still_meant(invitation)):
        return Skip("not_wanted")
    with translation.override(invitation.language):
        name = one_line(invitation.store.name)
        context = {
            "store_name": name,
            "manager": one_line(shown_name(invitation.user)),
            "heading": _("An invitation for {name}").format(name=one_line(invitation.name)),
            "manage_url": invitation_link(invitation),
        }
        return Email(
            to=invitation.email,
            subject=_("{store}: an invitation to the team").format(store=name),
            text=render_to_string(f"{_TEMPLATE}.txt", context).strip() + "\n",
            html=render_to_string(f"{_TEMPLATE}.html", context).strip() + "\n",
            sender_name=name,
        )
