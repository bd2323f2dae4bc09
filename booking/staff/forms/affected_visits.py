"""The form that asks what is to happen with visits that a change leaves without a place."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from booking.formatting import visit_type_name
from booking.models import Booking
from booking.staff.forms.shared import StaffForm
from booking.store_setup.affected_visits import AffectedResolution, Choices
from stores.models import Desk

_SAY = gettext_lazy("Say what is to happen with these visits.")
_EACH = "then-"
EACH_MOST = 200  # visits with a choice of their own: a request has 500 fields at most, with all that was typed


class ThenForm(StaffForm):
    """The decision about affected visits: one for all of them, and where they are few, one for each that differs."""

    then = forms.ChoiceField(
        label=gettext_lazy("What is to happen with these visits?"),
        widget=forms.RadioSelect,
        error_messages={"required": _SAY, "invalid_choice": _SAY},
    )

    def __init__(self, *args: Any, affected: Sequence[Booking], free_desks: Mapping[int, Desk], **kwargs: Any) -> None:
        """Take the visits, and the desk that could serve each at its own time, by the id of the visit."""
        super().__init__(*args, **kwargs)
        self.visits = {f"{_EACH}{visit.reference}": visit for visit in affected}
        self.fields["then"].choices = self._for_all(len(affected), len(free_desks))  # type: ignore[attr-defined]
        for name, visit in self.visits.items() if 1 < len(affected) <= EACH_MOST else ():
            self.fields[name] = forms.ChoiceField(
                label=_("For {name}").format(name=visit.name),
                choices=[("", _("as chosen for all")), *_for_one(free_desks.get(visit.pk))],
                required=False,
                error_messages={"invalid_choice": _SAY},
            )

    def _for_all(self, count: int, free: int) -> list[tuple[str, str]]:
        choices = choices_for_all()
        if free == count:
            choices.insert(0, (str(AffectedResolution.MOVE), _("Somebody else serves them at the same time")))
        elif free:
            some = ngettext(
                "Somebody else serves {count} of them at the same time; the others get three other times by message",
                "Somebody else serves {count} of them at the same time; the others get three other times by message",
                free,
            )
            choices.insert(0, (str(AffectedResolution.MOVE), some.format(count=free)))
        return choices

    def row(self, visit: Booking) -> Any:
        """Return the field of one visit, None where there is only this one, or too many for each to have one."""
        name = f"{_EACH}{visit.reference}"
        return self[name] if name in self.fields else None


def choices_for_all() -> list[tuple[str, str]]:
    """Return what may happen with all affected visits, wherever they are."""
    return [
        (str(AffectedResolution.OFFER), _("Each customer gets a message with three other times, kept for a day")),
        (str(AffectedResolution.KEEP), _("They stay, and nobody is told")),
        (str(AffectedResolution.NOTIFY), _("They stay, and each customer gets a message about the change")),
        (str(AffectedResolution.CANCEL), _("They are cancelled, and each customer gets a message")),
    ]


def _for_one(desk: Desk | None) -> list[tuple[str, str]]:
    choices = [
        (AffectedResolution.OFFER, _("three other times by message")),
        (AffectedResolution.KEEP, _("stays, nobody is told")),
        (AffectedResolution.NOTIFY, _("stays, gets a message")),
        (AffectedResolution.CANCEL, _("is cancelled, gets a message")),
    ]
    if desk is not None:
        there = _("{desk}, at the same time").format(desk=visit_type_name(desk.name))
        choices.insert(0, (AffectedResolution.MOVE, there))
    return [(str(value), words) for value, words in choices]


def read_choices(data: QueryDict) -> Choices | None:
    """Return what was chosen for affected visits; None where nothing was chosen yet."""
    each = {
        name.removeprefix(_EACH): AffectedResolution(value)
        for name, value in data.items()
        if name.startswith(_EACH) and value in set(AffectedResolution)
    }
    then = data.get("then", "")
    common = AffectedResolution(then) if then in set(AffectedResolution) else None
    return Choices(common, each) if common or each else None
