"""The report of an organization: its stores side by side and summed, for its managers."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from booking.reports.queries import longest_range, organization_report
from booking.staff.organization_access import AtOrganization, at_organization
from booking.staff.reports.date_range import AskedRange, read_range
from booking.staff.reports.page import part_file, report_context
from booking.staff.reports.sections import FEEDBACK, PARTS, Part, parts_of
from booking.staff.reports.side_by_side import SIDE_BY_SIDE, side_by_side
from booking.web.replica import read_where_it_may_lag


@require_safe
@at_organization
def what_happened(request: HttpRequest, at: AtOrganization) -> HttpResponse:
    """Show the report of the requested days, by default the last four weeks."""
    return _page(request, at, *_asked(request, at))


@require_safe
@at_organization
def what_happened_csv(request: HttpRequest, at: AtOrganization, part: str) -> HttpResponse:
    """Return one part of the report as a file."""
    if part not in (*SIDE_BY_SIDE, *PARTS, FEEDBACK):
        raise Http404
    asked, longest = _asked(request, at)
    if asked.problems:
        return _page(request, at, asked, longest)
    found = next((one for one in _parts(at, asked) if one.name == part), None)
    if found is None:  # nobody was asked after a visit
        raise Http404
    return part_file(found, asked, whose=at.organization.slug)


def _asked(request: HttpRequest, at: AtOrganization) -> tuple[AskedRange, int]:
    """Return the requested days, and the largest number allowed: the more stores, the fewer days."""
    longest = longest_range(at.organization.stores.count())
    return read_range(request.GET, today=at.today, longest=longest), longest


def _page(request: HttpRequest, at: AtOrganization, asked: AskedRange, longest: int) -> HttpResponse:
    page_url = reverse("staff-organization-report", args=[at.organization.slug])
    parts = () if asked.problems else _parts(at, asked)
    if parts and not parts[0].rows:  # it has no store yet
        parts = ()
    context = {
        **report_context(asked, parts, page_url=page_url, today=at.today, longest=longest),
        "organization": at.organization,
        "today": at.today,
    }
    return render(request, "staff/reports/organization.html", context, status=400 if asked.problems else 200)


def _parts(at: AtOrganization, asked: AskedRange) -> tuple[Part, ...]:
    """Return the parts that compare the stores, then the parts of the sum."""
    days = {"from_date": asked.from_date, "to_date": asked.to_date}
    found = read_where_it_may_lag(lambda: organization_report(at.organization, **days))
    cents = settings.SMS_CENTS
    return (*side_by_side(found, cents=cents), *parts_of(found.total, cents=cents))
