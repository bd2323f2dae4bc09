"""Forms for managers of an organization: passing a pattern on to its stores, and importing a table."""

import binascii
from base64 import b64decode, b64encode
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.staff.forms.shared import StaffForm
from stores.imports.csv_files import NotATable, read_table
from stores.imports.tables import ALSO_CALLED, COLUMNS

LINES_MAX = 500  # more would keep the page waiting: the command on the server takes any number
STORES, STAFF = "stores", "staff"
CARRIED_MAX = 200_000  # bytes of a dry run's file, which the page sends along for the import
PART_WORDS = {
    "visit_types": gettext_lazy("Kinds of visit"),
    "rules": gettext_lazy("Rules of booking"),
    "messages": gettext_lazy("Messages"),
    "opening_hours": gettext_lazy("Opening hours"),
    "waiting_room": gettext_lazy("Waiting room"),
    "languages": gettext_lazy("Languages of the desks"),
}
_CHOOSE = gettext_lazy("Choose one of these.")


class PatternForm(StaffForm):
    """A store, the parts of its set-up to pass on, and whether they replace the other stores' own."""

    store = forms.ChoiceField(
        label=gettext_lazy("The store that the others follow"),
        error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE},
    )
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("What they take over"),
        choices=[*PART_WORDS.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose one of these at least."), "invalid_choice": _CHOOSE},
    )
    over_own = forms.BooleanField(
        required=False,
        label=gettext_lazy("Also where a store has its own"),
        help_text=gettext_lazy("What the store chose for itself is lost then."),
    )


class ImportForm(StaffForm):
    """A file, and what it contains."""

    what = forms.ChoiceField(
        label=gettext_lazy("What is in the file?"),
        choices=((STORES, gettext_lazy("Stores")), (STAFF, gettext_lazy("People who work at them"))),
        widget=forms.RadioSelect,
        initial=STORES,
        error_messages={
            "required": gettext_lazy("Choose one of these."),
            "invalid_choice": gettext_lazy("Choose one of these."),
        },
    )
    file = forms.FileField(
        required=False,  # the file of the dry run is sent along
        label=gettext_lazy("File (CSV)"),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty."),
            "invalid": gettext_lazy("Choose a file."),
        },
    )

    tried = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, organization: str, user_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._signer = Signer(salt=f"booking.import:{organization}:{user_id}")

    def clean(self) -> dict[str, Any]:
        """Read the lines. A file that is not a table is an error of the file's field."""
        typed = super().clean() or {}
        content = typed["file"].read() if typed.get("file") else self._carried(typed.get("tried", ""))
        if not content and "file" not in self.errors:
            self.add_error("file", ValidationError(self.fields["file"].error_messages["required"], code="required"))
        if not self.errors:
            typed["content"] = content
            try:
                typed["rows"] = read_table(content, required=COLUMNS[typed["what"]], also_called=ALSO_CALLED)
            except NotATable:
                wanted = ", ".join(COLUMNS[typed["what"]])
                sentence = _("This is no table with these columns: {columns}").format(columns=wanted)
                self.add_error("file", ValidationError(sentence))
            else:
                if len(typed["rows"]) > LINES_MAX:
                    sentence = _("More than {count} lines. Cut the file, or let it be done on the server.")
                    self.add_error("file", ValidationError(sentence.format(count=LINES_MAX)))
        return typed

    def to_carry(self) -> str:
        """Return the file as a signed text for the page, "" for one that is too large to be sent along.

        The signature is for one person at one organization: nobody imports what somebody else wrote into their page.
        """
        content: bytes = self.cleaned_data["content"]
        return self._signer.sign(b64encode(content).decode()) if len(content) <= CARRIED_MAX else ""

    def _carried(self, text: str) -> bytes:
        try:
            return b64decode(self._signer.unsign(text), validate=True)
        except (BadSignature, binascii.Error, ValueError):
            return b""
