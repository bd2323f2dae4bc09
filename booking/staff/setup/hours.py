"""The pages of opening hours: of the week, and of single dates."""

from collections.abc import Sequence
from datetime import date as date_type
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from booking.formats.absence_wording import absence_in_words
from booking.formatting import day_in_words
from booking.staff.access import StaffContext, at_store
from booking.staff.forms.affected_visits import choices_for_all
from booking.staff.forms.hours import WeekForm, hours_line
from booking.staff.forms.hours_copy import CopyHoursForm, typed_lines
from booking.staff.forms.shared import StaffForm
from booking.staff.forms.special_hours import HolidaysForm, SpecialHoursForm
from booking.staff.setup.saving import alone, form_page, posted, save_with, sent_right
from booking.store_setup.closings import store_closings
from booking.store_setup.hours_changes import (
    change_hours_of_days,
    change_opening_hours,
    remove_special_hours,
)
from booking.store_setup.queries import count_visits, holidays_ahead, special_days, weekly_hours
from booking.web.forms import FormProblem
from booking.web.query_params import read_day
from stores.models import Role
from stores.public_holidays import PublicHoliday

FORM_METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def week(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Change the opening hours of the week."""
    if "copy" in request.POST:
        return _copied_week(request, at)
    form = WeekForm(posted(request), weekly=weekly_hours(at.store))
    copying = {"copying": CopyHoursForm()}
    page = partial(form_page, request, at, "staff/setup/hours.html", form, context=copying)
    if not sent_right(at, form, "opening_hours"):
        return page()
    apply = partial(change_opening_hours, store_id=at.store.pk, weekly=form.weekly, now=at.now, user=at.user)
    heading = _("Who is affected by the new hours?")
    return save_with(request, at, form, apply, what="hours", heading=heading, page=page)


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def special(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """List the dates with special hours, and add one day or several in a row."""
    form = _special_form(request, at)
    page = partial(_special_page, request, at, form)
    if not sent_right(at, form, "special_hours"):
        return page()
    apply = partial(
        change_hours_of_days,
        store_id=at.store.pk,
        dates=form.dates,
        intervals=form.intervals,
        now=at.now,
        user=at.user,
    )
    heading = _affected_on(form.dates)
    return save_with(request, at, form, apply, what="special-hours", heading=heading, page=page)


@require_POST
@at_store(need=Role.MANAGER, come_back="staff-setup-special")
@alone
def close_holidays(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Close the store on the ticked public holidays, all at once."""
    form = HolidaysForm(request.POST, days=_lines(at), holidays=_holidays(at))
    page = partial(_special_page, request, at, _special_form(request, at, is_sent=False), holidays_form=form)
    if not sent_right(at, form, "special_hours"):
        return page()
    apply = partial(
        change_hours_of_days, store_id=at.store.pk, dates=form.dates, intervals=(), now=at.now, user=at.user
    )
    heading, back = _affected_on_holidays(form.dates), special_hours_url(at)
    return save_with(request, at, form, apply, what="special-hours", heading=heading, page=page, back_url=back)


@require_POST
@at_store(need=Role.MANAGER, come_back="staff-setup-special")
@alone
def delete_special(request: HttpRequest, at: StaffContext, date: str) -> HttpResponseBase:
    """Delete the special hours of a date, so that the weekday's hours apply again."""
    day = read_day(date)
    if day is None:
        raise Http404
    apply = partial(remove_special_hours, store_id=at.store.pk, date=day, now=at.now, user=at.user)
    heading, back = _affected_on([day]), special_hours_url(at)
    nothing = StaffForm(request.POST)
    shown = _special_form(request, at)
    if shown.changed_meanwhile([date]):
        sentence = _("The hours of {day} were changed meanwhile. Here they are as they are now.")
        problem = FormProblem(sentence.format(day=day_in_words(day)))
        return _special_page(request, at, _special_form(request, at, is_sent=False), problems=[problem])
    page = partial(_special_page, request, at, _special_form(request, at, is_sent=False))
    return save_with(request, at, nothing, apply, what="special-hours", heading=heading, page=page, back_url=back)


def special_hours_url(at: StaffContext) -> str:
    """Return the address of the page of special hours."""
    return reverse("staff-setup-special", args=[at.store.slug])


def special_hours_page(request: HttpRequest, at: StaffContext) -> HttpResponse:
    """Return the page of special hours as it is before anything is typed."""
    return _special_page(request, at, _special_form(request, at, is_sent=False))


def _affected_on(dates: Sequence[date_type]) -> str:
    """Return the heading of the question about visits on one day, or on several in a row."""
    if len(dates) == 1:
        return _("Who is affected on {day}?").format(day=day_in_words(dates[0]))
    return _("Who is affected from {first} to {last}?").format(
        first=day_in_words(dates[0]), last=day_in_words(dates[-1])
    )


def _affected_on_holidays(dates: Sequence[date_type]) -> str:
    return _affected_on(dates) if len(dates) == 1 else _("Who is affected on these public holidays?")


def _copied_week(request: HttpRequest, at: StaffContext) -> HttpResponse:
    """Show the week as it was typed, with one day's hours copied to others; nothing is saved yet."""
    copying = CopyHoursForm(request.POST)
    lines = copying.filled(request.POST) if copying.is_valid() else typed_lines(request.POST)
    form = WeekForm(weekly=weekly_hours(at.store), initial=lines)
    # What the page showed at first goes along, so that what others change meanwhile is still noticed at saving.
    context = {"copying": copying, "is_copied": copying.is_valid(), "was": request.POST.get("was", "")}
    return form_page(request, at, "staff/setup/hours.html", form, context=context, problems=[*copying.problems()])


def _asked_for(request: HttpRequest) -> dict[str, Any]:
    """Return the values that a link to the page of special hours has chosen: a day, and that the store is open."""
    day = read_day(request.GET.get("date", ""))
    chosen: dict[str, Any] = {"date": day} if day else {}
    if request.GET.get("what") == SpecialHoursForm.OPEN:
        chosen["what"] = SpecialHoursForm.OPEN
    return chosen


def _lines(at: StaffContext) -> dict[str, str]:
    """Return the special hours of each date that has some, in words."""
    days = special_days(at.store, from_date=at.today)
    return {one.date.isoformat(): hours_line(one.times) or _("closed") for one in days}


def _holidays(at: StaffContext) -> Sequence[PublicHoliday]:
    return holidays_ahead(at.store, today=at.today, language=get_language() or "en")


def _closings(at: StaffContext) -> list[tuple[int, str]]:
    """Return the closings that come again and again: the id of each and its words. One statement."""
    found = store_closings(at.store, from_date=at.today)
    return [(one.id, absence_in_words(one, today=at.today)) for one in found]


def _special_form(request: HttpRequest, at: StaffContext, *, is_sent: bool = True) -> SpecialHoursForm:
    data = posted(request) if is_sent else None
    return SpecialHoursForm(data, days=_lines(at), today=at.today, initial=_asked_for(request))


def _special_page(
    request: HttpRequest,
    at: StaffContext,
    form: SpecialHoursForm,
    *,
    holidays_form: HolidaysForm | None = None,
    problems: Sequence[FormProblem] = (),
) -> HttpResponse:
    days = [(one.date, hours_line(one.times)) for one in special_days(at.store, from_date=at.today)]
    if holidays_form is None:
        holidays_form = HolidaysForm(days=form.days, holidays=_holidays(at))
    else:
        problems = [*problems, *holidays_form.problems()]
    context = {
        "special_days": days,
        "closings": _closings(at),
        "holidays_form": holidays_form,
        "holiday_visits": count_visits(at.store, holidays_form.offered, now=at.now),
        "then_choices": choices_for_all(),
    }
    return form_page(request, at, "staff/setup/special_hours.html", form, context=context, problems=problems)
