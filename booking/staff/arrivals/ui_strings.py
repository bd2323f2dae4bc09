"""UI strings of the tablet's screen. They are passed to its scripts, which contain none themselves."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from booking.arrivals.name_fingerprints import TITLES
from booking.bookings.status_wording import status_words
from booking.models import EventKind
from booking.staff.visit_cards import step_labels
from booking.staff.wording import BADGES, group_titles
from stores.words import plain_letters


def arrivals_words() -> dict[str, Any]:
    """Return all texts of the screen in the reader's language."""
    return {
        "clock": {"text": _("{hour}:{minute:02d}"), "is_padded": (get_language() or "en").startswith("en")},
        "letters": plain_letters(),
        "titles": sorted(TITLES),
        "states": _states(),
        "steps": {**step_labels(), "walk_in": _("Walk-in"), "ticket": _("Ticket")},
        "events": {kind: str(EventKind(kind).label) for kind in EventKind.values},
        "groups": group_titles(),
        "people": _forms(lambda n: ngettext("{count} person", "{count} people", n)),
        "found": _forms(lambda n: ngettext("{count} visit found today", "{count} visits found today", n)),
        "moment": _("{day}, {time}"),
        "until": _("until {time}"),
        "since": _("since {time}"),
        "more": _("More"),
        "walk_in": _("Walk-in"),
        "history_line": _("{time}: {what}"),
        "hidden_name": _("Name hidden"),
        "names_hidden": _("Names are hidden, as nobody touched this tablet for a while."),
        "show_names": _("Show names"),
        "nobody_fits": _("Nobody of today fits. Try another spelling, or look at another day."),
        "nobody_comes": _("No visit is booked today."),
        "day_over": _("The day is over: what this tablet knew of it is deleted."),
        "seen": _("I have seen it"),
        "squeeze": _("Let them in all the same"),
        "give_ticket": _("Give a ticket"),
        "has_ticket": _("{name} has ticket {number}."),
        **_offline(),
        **_conflicts(),
        **_scanner(),
    }


def _offline() -> dict[str, Any]:
    return {
        "no_line": _("No connection. Go on as usual: everything is kept here and sent when it is back."),
        "not_sent": _("not sent yet"),
        "waiting_taps": _forms(lambda n: ngettext("{count} tap not sent yet.", "{count} taps not sent yet.", n)),
        "sign_out_anyway": _forms(
            lambda n: ngettext(
                "{count} tap is not sent yet and would be lost. Sign out all the same?",
                "{count} taps are not sent yet and would be lost. Sign out all the same?",
                n,
            )
        ),
    }


def _conflicts() -> dict[str, Any]:
    return {
        "conflict": _("{name}: “{step}”, tapped at {time}, does not count."),
        "reasons": {
            "wrong_status": _("Something else happened meanwhile. It is now: {state}."),
            "moved": _("The visit was moved meanwhile. It is now on {when}."),
            "not_found": _("This visit does not exist, or no longer."),
            "not_permitted": _("Only a manager of this store may do this."),
            "slot_full": _("All places of the present time are taken."),
            "slot_closed": _("The store takes no visits right now."),
            "not_spoken": _("Nobody who speaks this language serves right now."),
            "party_too_large": _("This is more people than one visit of this kind may have."),
            "invalid": _("It could not be read. Please do it once more."),
            "out_of_time": _(
                "Its time is more than a week ago, or lies ahead. Check the tablet's date and time, "
                "and do it once more if it still matters."
            ),
            "failed": _("It could not be done, and the fault was noted. Please do it once more."),
        },
    }


def _scanner() -> dict[str, Any]:
    return {
        "scan": {
            "hold": _("Hold the visitor's code in front of the camera."),
            "here": _("{name}, {time}: here"),
            "already": _("{name}, {time}: {state}, nothing changed"),
            "unknown": _("Not among today's visits of this store."),
            "other": _("This is no code of a visit."),
            "no_camera": _("The camera cannot be used. Please look for the name instead."),
        }
    }


def _states() -> dict[str, dict[str, str]]:
    words = status_words()
    return {state: {"word": words[state], "icon": icon, "tone": tone} for state, (icon, tone) in BADGES.items()}


def _forms(words: Any) -> dict[str, str]:
    """Return both forms of a text with a count."""
    return {"one": words(1), "other": words(2)}


def icons() -> list[tuple[str, str]]:
    """Return the icons that the scripts put into rows, by name."""
    names = dict.fromkeys([*(icon for icon, _tone in BADGES.values()), "check", "undo", "up", "warning"])
    return [(name, render_to_string(f"icons/{name}.html")) for name in names]
