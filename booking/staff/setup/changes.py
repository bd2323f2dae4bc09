"""The page of the set-up's trail: what was changed, by whom, when, and its value before."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from booking.formats.spreadsheets import csv_bytes
from booking.formatting import csv_delimiter, dated_moment_in_words
from booking.reversals.reasons import never_words, why_in_words, why_not_ever
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.affected_visits import just_done
from booking.store_setup.change_labels import WHAT, field_in_words, subject_in_words, value_in_words, what_in_words
from stores.models import Role
from stores.models.changes import EXACT
from stores.queries import AuditEntry, setup_changes

CSV_MOST = 10_000
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A changed field; `before` and `after` in words, "" where there is nothing to compare."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change, ready to be shown."""

    moment: str
    who: str
    what: str
    subject: str
    title: str
    kind: str
    fields: tuple[FieldChange, ...]
    number: int
    puts_back: str  # which earlier change it put back, in words; "" for others
    why_not: str  # why it is never put back itself, in words; "" if it may be


@require_safe
@at_store(need=Role.MANAGER)
def changes(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show the newest changes, or those of one part of the set-up, with a link to the older ones."""
    what, older_than = _asked(request)
    found = setup_changes(store=at.store, what=what, older_than=older_than)
    address = reverse("staff-setup-changes", args=[at.store.slug])
    is_done = request.GET.get("done") == "put-back"
    older = urlencode({key: value for key, value in (("what", what), ("before", found.older_than)) if value})
    context = {
        "section": "setup",
        "rows": [_row(change, at) for change in found.changes],
        "what": what,
        "parts": [(name, str(words)) for name, words in WHAT.items()],
        "is_first": not older_than,
        "is_done": is_done,
        "affected_done": just_done(request, at) if is_done else None,
        "older_url": f"{address}?{older}" if found.older_than else "",
    }
    return staff_page(request, at, "staff/setup/changes.html", context)


@require_safe
@at_store(need=Role.MANAGER)
def changes_as_csv(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Return the newest changes as CSV, a line for each field."""
    what, _older_than = _asked(request)
    found = setup_changes(store=at.store, what=what, limit=CSV_MOST)
    head = (_("When"), _("Who"), _("Part"), _("Which"), _("Field"), _("Before"), _("After"))
    lines = [
        (change.at.astimezone(at.zone).isoformat(), row.who, row.what, row.subject, *cells)
        for change in found.changes
        for row in [_row(change, at)]
        for cells in [(field.name, field.before, field.after) for field in row.fields]
    ]
    response = HttpResponse(
        csv_bytes([head, *lines], delimiter=csv_delimiter()), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{at.store.slug}-changes-{at.today.isoformat()}.csv"'
    return response


def _asked(request: HttpRequest) -> tuple[str, int]:
    """Read the requested part, and the line before which the page begins; values that cannot be read ask for all."""
    what, text = request.GET.get("what", ""), request.GET.get("before", "")
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return what if what in WHAT else "", int(text) if is_number else 0


def _row(change: AuditEntry, at: StaffContext) -> ChangeRow:
    # A new or deleted object is described by its filled fields: an empty one says nothing.
    is_told_whole = not change.before or not change.after
    names = [
        name
        for name, value in {**change.before, **change.after}.items()
        if name != EXACT and (not is_told_whole or value not in ("", None))
    ]
    fields = tuple(
        FieldChange(
            field_in_words(name),
            value_in_words(name, change.before[name]) if name in change.before else "",
            value_in_words(name, change.after[name]) if name in change.after else "",
        )
        for name in names
    )
    what, subject = what_in_words(change.what), subject_in_words(change.subject)
    return ChangeRow(
        moment=dated_moment_in_words(change.at, at.zone),
        who=change.name or _("Carillon itself"),
        what=what,
        subject=subject,
        title=_("{name}: {value}").format(name=what, value=subject) if subject else what,
        kind=_("new") if not change.before else _("taken away") if not change.after else "",
        fields=fields,
        number=change.pk,
        puts_back=_puts_back(change, at),
        why_not=never_words(change) or _over_words(change, at),
    )


def _puts_back(change: AuditEntry, at: StaffContext) -> str:
    if change.puts_back_at is None:
        return ""
    moment = dated_moment_in_words(change.puts_back_at, at.zone)
    return _("Puts back the change of {moment}").format(moment=moment)


def _over_words(change: AuditEntry, at: StaffContext) -> str:
    """Return why a change that could once be put back no longer can, whatever the set-up is now."""
    why = why_not_ever(change, at.store, now=at.now)
    return why_in_words(why) if why else ""
