"""An organization's stores side by side, for people who manage them all."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from booking.reports.organization_overview import StoreRow, most_unmet, stores_side_by_side
from booking.staff.organization_access import AtOrganization, at_organization
from booking.staff.reports.date_range import AskedRange, read_range
from booking.staff.reports.more_places import addition_in_words

Key = Callable[[StoreRow], object]

TODAY: dict[str, tuple[Promise, Key]] = {
    "visits": (_("Visits"), lambda row: row.visits),
    "arrived": (_("Arrived"), lambda row: row.arrived),
    "waiting": (_("Waiting"), lambda row: row.waiting),
    "free": (_("Free places"), lambda row: row.free_places),
}
RANGE: dict[str, tuple[Promise, Key]] = {
    "came": (_("Came"), lambda row: row.came),
    "missed": (_("Did not come"), lambda row: row.no_shows),
    "share": (_("Did not come, %"), lambda row: -1 if row.no_show_percent is None else row.no_show_percent),
    "cancelled": (_("Cancelled"), lambda row: row.cancelled),
}
NAMES: dict[str, tuple[Promise, Key]] = {
    "name": (_("Store"), lambda row: (row.name.casefold(), row.slug)),
    "town": (_("Town"), lambda row: (row.town.casefold(), row.name.casefold())),
}
COLUMNS = {**NAMES, **TODAY, **RANGE}


@dataclass(frozen=True, slots=True)
class Head:
    """A column's title and link: to the same stores in the order of this column."""

    title: str
    query: str
    order: str  # "ascending", "descending" or "", as in aria-sort
    is_number: bool


@require_safe
@at_organization
def overview(request: HttpRequest, at: AtOrganization) -> HttpResponse:
    """Show the stores with today's counts and those of the requested days, in the requested order."""
    asked = read_range(request.GET, today=at.today)
    sort = _sort(request.GET.get("sort", ""))
    rows = stores_side_by_side(at.organization, from_date=asked.from_date, to_date=asked.to_date, now=at.now)
    context = {
        "organization": at.organization,
        "rows": in_order(rows, sort),
        "heads": _heads(asked, sort),
        "asked": asked,
        "sort": sort,
        "today": at.today,
        "total": {
            name: sum(getattr(row, name) for row in rows)
            for name in ("visits", "arrived", "waiting", "free_places", "came", "no_shows", "cancelled")
        },
        "most_unmet": _most_unmet(rows),
        "problems": asked.problems,
    }
    return render(request, "staff/organizations/overview.html", context, status=400 if asked.problems else 200)


def _most_unmet(rows: tuple[StoreRow, ...]) -> dict[str, str] | None:
    """Return the store that lacks places most, with the sentence that says so."""
    found = most_unmet(rows)
    if found is None:
        return None
    row, addition = found
    return {"slug": row.slug, "name": row.name, "words": addition_in_words(addition)}


def in_order(rows: tuple[StoreRow, ...], sort: str) -> list[StoreRow]:
    """Return the rows ordered by one column, the largest first where `sort` begins with a minus; equal ones by name."""
    _title, key = COLUMNS[sort.removeprefix("-")]
    by_name = sorted(rows, key=NAMES["name"][1])  # type: ignore[arg-type]  # each column is compared with itself
    return sorted(by_name, key=key, reverse=sort.startswith("-"))  # type: ignore[arg-type]


def _sort(asked: str) -> str:
    return asked if asked.removeprefix("-") in COLUMNS and not asked.startswith("--") else "name"


def _heads(asked: AskedRange, sort: str) -> list[Head]:
    return [_head(name, str(title), asked, sort) for name, (title, _key) in COLUMNS.items()]


def _head(name: str, title: str, asked: AskedRange, sort: str) -> Head:
    """Return a column's head. Numbers begin with the largest, names with the first; a second click reverses them."""
    first, other = (name, f"-{name}") if name in NAMES else (f"-{name}", name)
    wanted = other if sort == first else first
    order = "" if sort.removeprefix("-") != name else "descending" if sort.startswith("-") else "ascending"
    query = {"sort": wanted, "from": asked.from_date.isoformat(), "to": asked.to_date.isoformat()}
    return Head(title, urlencode(query), order, name not in NAMES)
