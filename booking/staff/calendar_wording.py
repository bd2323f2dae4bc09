"""Wording for staff of what is wrong with a calendar that a desk follows."""

from django.utils.translation import gettext as _


def trouble_in_words(reason: str) -> str:
    """Return a reason of CalendarTrouble as a sentence that says what to do."""
    words = {
        "no_address": _("This is no address of a calendar. Copy it whole from the calendar, with https at its start."),
        "not_https": _("This address begins with http. Ask the calendar for one that begins with https."),
        "other_port": _("This address has a number behind its name that no calendar has."),
        "no_such_host": _("There is no server of this name. Is the address complete?"),
        "private_address": _("This address leads into a private network, where Carillon does not go."),
        "address_lost": _("The address cannot be read any more, as the server has a new key. Please enter it again."),
        "redirect": _("The calendar has moved to another address. Please copy the new one from the calendar."),
        "refused": _("The calendar refuses to be read. It may have ended this address: please copy a new one."),
        "not_found": _("There is no calendar at this address any more. Please copy the new one from the calendar."),
        "too_large": _("The calendar is too large to be read. Follow one with fewer old events."),
        "too_many": _("The calendar has more events than can be read."),
        "not_calendar": _("What stands at this address is no calendar."),
        "too_slow": _("The calendar did not answer in time. It is asked again."),
        "server_error": _("The calendar’s server has trouble. It is asked again."),
    }
    return words.get(reason) or _("The calendar could not be reached. It is asked again.")
