"""The import of an organization's stores and members from a table: a dry run first, then line by line."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from booking.formats.spreadsheets import csv_bytes
from booking.formatting import csv_delimiter
from booking.staff.forms.organizations import STAFF, STORES, ImportForm
from booking.staff.organization_access import AtOrganization, at_organization
from stores.imports.csv_files import Row
from stores.imports.tables import COLUMNS, FRENCH, Told, import_staff_row, import_store_row

_PROBLEMS_SHOWN = 50
_LOOK_AT = re.compile(" (?:hours|holidays|kept): ")
# What a line says of a store that came in all the same.
_REMARKS = (
    ("kept:", gettext_lazy("Name, address or position was changed at the store by hand: that stays.")),
    ("holidays:", gettext_lazy("What it says of public holidays was left out: set them at the store.")),
    ("hours:", gettext_lazy("Its opening hours could not be read. The store came in without them.")),
)
# Why a line was skipped, as the command says it, and as people read it.
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
)


# An example line, by column.
SAMPLES = {
    STORES: {
        "id": "1",
        "name": "Corner Shop",
        "latitude": "46.3239",
        "longitude": "-0.4648",
        "street": "12 rue Ricard",
        "postal_code": "79000",
        "town": "Niort",
        "country": "FR",
        "phone": "05 49 24 00 00",
        "email": "",
        "website": "",
        "wheelchair": "yes",
        "opening_hours": "Mo-Fr 09:00-12:30, 14:00-19:00; Sa 09:00-12:30",
        "time_zone": "Europe/Paris",
    },
    STAFF: {"store": "corner-shop-niort", "username": "ada.test", "role": "staff", "password": ""},
}


@sensitive_post_parameters("file", "tried")
@require_http_methods(["GET", "HEAD", "POST"])
@at_organization
def import_table(request: HttpRequest, at: AtOrganization) -> HttpResponseBase:
    """Try a table out, or import it; either says what happens with each line."""
    if (sample := request.GET.get("sample")) in COLUMNS:
        return _sample(sample)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ImportForm(*sent, organization=at.organization.slug, user_id=at.user.pk)
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
        context["tried"] = form.to_carry() if is_dry_run else ""
    elif form.is_bound:
        context["problems"] = form.problems()
    return render(request, "staff/organizations/import_table.html", context, status=400 if context["problems"] else 200)


def _sample(what: str) -> HttpResponse:
    """Return a sample file: its columns, translated where they have translations, and an example line."""
    own = (
        {name: called.replace("e mail", "e-mail") for called, name in FRENCH.items()} if get_language() == "fr" else {}
    )
    rows = [[own.get(name, name) for name in SAMPLES[what]], list(SAMPLES[what].values())]
    response = HttpResponse(csv_bytes(rows, delimiter=csv_delimiter()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{what}.csv"'
    return response


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
        "invited": _("asked to join"),
        "skipped": _("left out"),
    }
    counted = Counter(one.outcome for _number, one in told)
    return [(word, counted[outcome]) for outcome, word in words.items() if counted[outcome]]


def _left(told: list[tuple[int, Told]]) -> list[tuple[int, str]]:
    """Return the lines that need attention, and why."""
    found = [
        (number, one) for number, one in told if one.outcome in ("skipped", "invited") or _LOOK_AT.search(one.words)
    ]
    return [(number, _reason(one)) for number, one in found[:_PROBLEMS_SHOWN]]


def _reason(told: Told) -> str:
    if told.outcome == "invited":
        return _("Whoever has this user name is asked to join. Somebody new needs a password.")
    if told.problems:
        return " ".join(told.problems)
    if told.outcome != "skipped":
        return " ".join(str(sentence) for part, sentence in _REMARKS if f" {part} " in told.words)
    for part, sentence in _REASONS:
        if re.search(rf"(^|\s){re.escape(part)}", told.words):
            return str(sentence)
    return _("This line cannot be used as it is.")
