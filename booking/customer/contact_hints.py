"""What customers are told beside the fields for phone and e-mail: what goes by which channel, as their store chose."""

from django.utils.translation import gettext as _

from booking.bookings.message_plan import MessageChoice, reminds, texts_beside_email
from stores.models import ReminderChannel


def phone_hint(store: MessageChoice) -> str:
    """Return what is texted to a customer's number."""
    is_by_text = reminds(store) and store.reminder_channel != ReminderChannel.EMAIL_FIRST
    if store.confirms_by_text:
        if is_by_text:
            return _("Confirmation and reminders by text.")
        if reminds(store):
            return _("Confirmation by text, and reminders if you give no e-mail address.")
        return _("Confirmation by text.")
    if is_by_text:
        return _("Reminders by text, and the confirmation if you give no e-mail address.")
    if reminds(store):
        return _("Confirmation and reminders by text if you give no e-mail address.")
    return _("Confirmation by text if you give no e-mail address.")


def email_hint(store: MessageChoice) -> str:
    """Return what is written to a customer's e-mail address."""
    if reminds(store) and store.reminder_channel != ReminderChannel.TEXT_FIRST:
        return _("Confirmation with a calendar file, and reminders.")
    return _("Confirmation with a calendar file.")


def simple_phone_hint(store: MessageChoice) -> str:
    """Return the same in simple words."""
    if texts_beside_email(store):
        return _("We send you a text message.")
    return _("We send you a text message if you write no e-mail address.")
