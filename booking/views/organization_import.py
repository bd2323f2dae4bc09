"""Stores and people of a chain or a town from a table: tried out first, then brought in, line by line."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from booking.staff_forms.shared import StaffForm
from booking.views.organization_access import AtOrganization, at_organization
from stores.csv_files import NotATable, Row, read_table
from stores.table_imports import COLUMNS, Told, import_staff_row, import_store_row

LINES_MAX = 500  # more would keep the page waiting: the command on the server takes any number
STORES, STAFF = "stores", "staff"
_PROBLEMS_SHOWN = 50
# What a line was skipped for, as the command says it, and as people read it.
_REASONS = (
    ("seen before", gettext_lazy("It stands on a line before as well.")),
    ("no id", gettext_lazy("It has no id.")),
    ("its id is longer", gettext_lazy("Its id is too long.")),
    ("no position", gettext_lazy("Its latitude or longitude cannot be read.")),
    ("is no time zone", gettext_lazy("This is no time zone.")),
    ("name", gettext_lazy("It has no name, or one that is too long.")),
    ("no such store", gettext_lazy("The organization has no such store.")),
    ("the role is neither", gettext_lazy("The role must be manager or staff.")),
    ("is the last manager", gettext_lazy("This is the last manager of the store.")),
    ("has no password", gettext_lazy("This person is new and needs a password.")),
    ("hours:", gettext_lazy("Its opening hours could not be read. The store came in without them.")),
)


class ImportForm(StaffForm):
    """A file, and what is in it."""

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
        label=gettext_lazy("File (CSV)"),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty."),
            "invalid": gettext_lazy("Choose a file."),
        },
    )

    def clean(self) -> dict[str, Any]:
        """Read the lines. What is no table is said of the file."""
        typed = super().clean() or {}
        if not self.errors:
            try:
                typed["rows"] = read_table(typed["file"].read(), required=COLUMNS[typed["what"]])
            except NotATable:
                wanted = ", ".join(COLUMNS[typed["what"]])
                sentence = _("This is no table with these columns: {columns}").format(columns=wanted)
                self.add_error("file", ValidationError(sentence))
            else:
                if len(typed["rows"]) > LINES_MAX:
                    sentence = _("More than {count} lines. Cut the file, or let it be done on the server.")
                    self.add_error("file", ValidationError(sentence.format(count=LINES_MAX)))
        return typed


@sensitive_post_parameters("file")
@require_http_methods(["GET", "HEAD", "POST"])
@at_organization
def import_table(request: HttpRequest, at: AtOrganization) -> HttpResponseBase:
    """Try a table out, or bring it in; either says what becomes of each line."""
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    context: dict[str, Any] = {
        "organization": at.organization,
        "form": form,
        "problems": [],
        "columns": {STORES: ", ".join(COLUMNS[STORES]), STAFF: ", ".join(COLUMNS[STAFF])},
    }
    if form.is_bound and form.is_valid():
        is_dry_run = request.POST.get("do") != "import"
        told = [*_told(at, form.cleaned_data["what"], form.cleaned_data["rows"], is_dry_run=is_dry_run)]
        context |= {"is_dry_run": is_dry_run, "counts": _counted(told), "left": _left(told), "is_done": True}
    elif form.is_bound:
        context["problems"] = form.problems()
    return render(request, "staff/organization_import.html", context, status=400 if context["problems"] else 200)


def _told(at: AtOrganization, what: str, rows: list[Row], *, is_dry_run: bool) -> Iterator[tuple[int, Told]]:
    seen: set[str] = set()
    shared: dict[str, Any] = {"organization": at.organization, "now": at.now, "is_dry_run": is_dry_run, "seen": seen}
    for row in rows:
        if what == STORES:
            yield row.number, import_store_row(values=row.values, **shared)
        else:
            yield row.number, import_staff_row(values=row.values, user=at.user, **shared)


def _counted(told: list[tuple[int, Told]]) -> list[tuple[str, int]]:
    words = {
        "created": _("new"),
        "updated": _("changed"),
        "unchanged": _("as they were"),
        "skipped": _("left out"),
    }
    counted = Counter(one.outcome for _number, one in told)
    return [(word, counted[outcome]) for outcome, word in words.items() if counted[outcome]]


def _left(told: list[tuple[int, Told]]) -> list[tuple[int, str]]:
    """Return the lines that somebody should look at, and why."""
    found = [(number, one) for number, one in told if one.outcome == "skipped" or " hours: " in one.words]
    return [(number, _reason(one)) for number, one in found[:_PROBLEMS_SHOWN]]


def _reason(told: Told) -> str:
    for part, sentence in _REASONS:
        if re.search(rf"(^|\s){re.escape(part)}", told.words):
            return str(sentence)
    return _("This line cannot be used as it is.")


urlpatterns = [path("staff/o/<slug:organization>/import/", import_table, name="staff-organization-import")]
