"""The form of a caller who wants to wait for a place."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from booking.staff.forms.visits import CallerForm, refuse_unspoken
from booking.web.date_range_fields import add_days, check_days
from stores.slots import StoreRules


class WaitingCallerForm(CallerForm):
    """An entry on the list for a caller; the store phones callers whom no message reaches."""

    note = None  # type: ignore[assignment]  # not required of waiting callers

    def __init__(self, *args: Any, first: date, last: date, rules: StoreRules, **kwargs: Any) -> None:
        super().__init__(*args, rules=rules, **kwargs)
        self.rules = rules
        add_days(self, first=first, last=last)
        self.fields["phone"].help_text = _("Without a mobile number or an e-mail address, the store phones them.")

    def clean(self) -> dict[str, Any]:
        """Require a phone number or an e-mail address."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        check_days(self, cleaned)
        refuse_unspoken(self, self.rules)
        if not (cleaned.get("phone") or cleaned.get("email") or {"phone", "email"} & self.errors.keys()):
            self.add_error("phone", _("Enter a phone number or an e-mail address."))
        return cleaned
