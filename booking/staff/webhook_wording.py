"""Wording for staff of webhooks: what happened, whether it arrived, and what is wrong with an address."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.models import TellingState
from booking.webhooks.queries import ToldEvent


def address_problem_in_words(code: str) -> str:
    """Return why an address cannot be a webhook's, as a sentence that says what to do."""
    words = {
        "not_https": _("This address begins with http. Ask for one that begins with https."),
        "other_port": _("This address has a number behind its name. Ask for one without."),
        "has_password": _("This address has a password in it. Ask for one without: what is sent is signed."),
        "too_many": _("The store tells as many programs as it can. Remove one first."),
    }
    return words.get(code) or _("This is no address of a program. Copy it whole, with https at its start.")


def happening_in_words(kind: str) -> str:
    """Return what an event tells: "Visit booked"."""
    words = {
        "visit.created": _("Visit booked"),
        "visit.changed": _("Visit changed"),
        "visit.cancelled": _("Visit cancelled"),
        "visit.arrived": _("Customer arrived"),
        "visit.completed": _("Visit done"),
        "visit.no_show": _("Customer did not come"),
        "ticket.called": _("Turn called"),
        "webhook.trial": _("Trial"),
    }
    return words.get(kind, kind)


def telling_in_words(event: ToldEvent) -> str:
    """Return whether an event arrived: "Arrived", or why not."""
    if event.state == TellingState.TOLD:
        return _("Arrived")
    if event.state == TellingState.DROPPED:
        return _("Not sent: switched off")
    if event.attempts == 0 or event.state == TellingState.CALLING:
        return _("Being sent")
    why = reason_in_words(event.reason, event.status)
    if event.state == TellingState.FAILED:
        return _("Given up. {why}").format(why=why)
    tries = ngettext("Tried once.", "Tried {count} times.", event.attempts).format(count=event.attempts)
    return f"{why} {tries}"


def reason_in_words(reason: str, status: int | None) -> str:
    """Return why an event did not arrive, as a sentence."""
    words = {
        "no_address": _("The address cannot be read any more, as the server has a new key: add it anew."),
        "no_secret": _("The secret cannot be read any more, as the server has a new key: make a new one."),
        "no_such_host": _("There is no server of this name."),
        "private_address": _("The address leads into a private network, where Carillon does not go."),
        "not_https": _("The address begins with http."),
        "other_port": _("The address has a number behind its name."),
        "too_slow": _("The program did not answer in time."),
        "redirect": _("The program sent us to another address, where Carillon does not go."),
        "refused": _("The program refused it ({status}).").format(status=status or ""),
    }
    return words.get(reason) or _("The program could not be reached.")
