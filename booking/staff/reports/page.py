"""The shared parts of report pages: the requested range, the sections to show, and a section as a file."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils.http import urlencode

from booking.formats.spreadsheets import csv_bytes
from booking.formatting import csv_delimiter
from booking.reports.queries import LONGEST_RANGE
from booking.staff.reports.date_range import AskedRange
from booking.staff.reports.named_ranges import named_ranges
from booking.staff.reports.sections import Part


def report_context(
    asked: AskedRange, parts: Sequence[Part], *, page_url: str, today: date, longest: int = LONGEST_RANGE
) -> dict[str, Any]:
    """Return the context of a report page; with a problem, without parts."""
    return {
        "section": "reports",
        "asked": asked,
        "page_url": page_url,
        "range_query": urlencode({"from": asked.from_date.isoformat(), "to": asked.to_date.isoformat()}),
        "parts": parts,
        "named_ranges": named_ranges(today, longest=longest),
        "problems": asked.problems,
    }


def part_file(part: Part, asked: AskedRange, *, whose: str) -> HttpResponse:
    """Return a part's table as a file that is named after a store's or an organization's slug."""
    rows = [part.head, *part.rows, *([part.foot] if part.foot else [])]
    response = HttpResponse(csv_bytes(rows, delimiter=csv_delimiter()), content_type="text/csv; charset=utf-8")
    name = f"{whose}-{part.name}-{asked.from_date}-{asked.to_date}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
