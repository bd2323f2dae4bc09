"""Forms of a store's desks."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.formatting import spoken_language, visit_type_name
from booking.staff.forms.fields import NAME_MAX, is_taken, number, party_in_words, short_text, tick, ticks
from booking.staff.forms.hours import WeekForm
from booking.staff.forms.shared import StaffForm
from booking.store_setup.queries import LargestParty, NeededDesk
from booking.store_setup.served_kinds import NO_KINDS, ServedKinds
from stores.services import CAPACITY_RANGE
from stores.slots import SPOKEN

_TOO_SMALL_ELSEWHERE = _(
    "Up to {count} people may come together for “{visit_type}”, and no other desk has so many places. "
    "Let fewer come together first."
)


class DeskForm(WeekForm):
    """A desk, and its hours where they differ from the store's."""

    name = short_text(_("Name"), NAME_MAX, help_text=_("A team, a counter or a person."))
    capacity = number(_("Places at the same time"), *CAPACITY_RANGE)
    kept_back = number(
        _("Of these, kept for callers and walk-ins"), 0, CAPACITY_RANGE[1], help_text=_("The website never takes them.")
    )
    is_active = tick(_("This desk takes visits"))
    has_own_hours = tick(_("This desk has hours of its own"))

    def __init__(
        self,
        *args: Any,
        taken: Collection[str] = (),
        needed: NeededDesk | None = None,
        kinds: ServedKinds = NO_KINDS,
        **kwargs: Any,
    ) -> None:
        """Take the names of the other desks in use, what this desk is needed for, and the kinds of visit."""
        super().__init__(*args, **kwargs)
        self.taken = taken
        self.needed = needed
        self.kinds = kinds
        self.fields["languages"] = forms.MultipleChoiceField(
            required=False,
            label=_("Languages spoken at this desk"),
            choices=[(code, spoken_language(code)) for code in SPOKEN],
            help_text=_("Customers may ask for one of those that you tick. None ticked at any desk: nobody is asked."),
            widget=forms.CheckboxSelectMultiple,
            error_messages={"invalid_choice": _("Choose one of these.")},
        )
        if kinds.is_choice:
            self.fields["visit_types"] = ticks(
                _("Kinds of visit that it serves"),
                [(kind.pk, visit_type_name(kind.name)) for kind in kinds.offered],
                help_text=_("None ticked: all of them, also those that you add later."),
            )

    @property
    def are_hours_kept(self) -> bool:
        """Whether the desk has hours of its own."""
        return bool(self.cleaned_data.get("has_own_hours"))

    def clean(self) -> dict[str, Any]:
        """Check the numbers against each other."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("kept_back", 0) > cleaned.get("capacity", CAPACITY_RANGE[1]):
            self.add_error("kept_back", _("There cannot be more places kept than there are."))
        if cleaned.get("is_active") and is_taken(cleaned.get("name", ""), self.taken):
            self.add_error("name", _("There is such a desk already. Choose another name."))
        has_hours = any(cleaned.get(f"day_{weekday}") for weekday in range(7))
        if cleaned.get("has_own_hours") and not has_hours and not self.errors:
            self.add_error("has_own_hours", _("Enter the hours of this desk, or take the tick away."))
        self._hold_against_parties(cleaned)
        self._hold_against_kinds(cleaned)
        return cleaned

    def _hold_against_kinds(self, cleaned: Mapping[str, Any]) -> None:
        """Refuse to leave a kind of visit without any desk, or its largest party without one that is large enough."""
        if self.kinds.is_new or "visit_types" in self.errors or "is_active" in self.errors:
            return
        ticked = set(cleaned.get("visit_types", ()))
        is_active = bool(cleaned.get("is_active"))
        if self.kinds.is_last and not is_active:
            return  # the service reports this case
        field = "visit_types" if is_active and "visit_types" in self.fields else "is_active"
        for kind, elsewhere in self.kinds.lost_by(ticked, is_active=is_active):
            if not elsewhere:
                sentence = _("No other desk serves “{visit_type}”. Let another one serve it first.")
                self.add_error(field, str(sentence).format(visit_type=visit_type_name(kind.name)))
            elif self.kinds.counts_people and is_active and elsewhere < kind.max_party_size:
                self.add_error(field, party_in_words(_TOO_SMALL_ELSEWHERE, LargestParty(kind, kind.max_party_size)))
            else:
                continue
            return

    def _hold_against_parties(self, cleaned: Mapping[str, Any]) -> None:
        """Refuse fewer places than the largest party takes, where no other desk has them: it would find no day free."""
        is_active = bool(cleaned.get("is_active"))
        is_last = self.needed is not None and self.needed.elsewhere == 0  # the service reports this case
        if self.needed is None or "capacity" not in cleaned or (is_last and not is_active):
            return
        if self.needed.is_too_small(cleaned["capacity"] if is_active else 0):
            field = "capacity" if is_active else "is_active"
            self.add_error(field, party_in_words(_TOO_SMALL_ELSEWHERE, self.needed.party))


class DeskChoiceForm(StaffForm):
    """Whether customers choose the desk."""

    is_offered = tick(
        _("Customers may choose who serves them"),
        help_text=_("They may also say that it does not matter."),
    )
