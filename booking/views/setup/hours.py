"""Opening hours of the week, and of single dates."""

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from booking.services.changes_of_hours import (
    Change,
    change_opening_hours,
    change_special_hours,
    remove_special_hours,
)
from booking.services.settling import Then
from booking.staff_forms.hours import WeekForm, hours_line
from booking.staff_forms.setup import SpecialHoursForm
from booking.staff_forms.shared import StaffForm
from booking.store_setup import holidays_ahead, special_days, weekly_hours
from booking.texts import day_in_words
from booking.views.asked import read_day
from booking.views.setup.saving import form_page, posted, save_with
from booking.views.staff_access import AtStore, at_store
from stores.models import Role

FORM_METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
def week(request: HttpRequest, at: AtStore) -> HttpResponseBase:
    """Change the opening hours of the week."""
    form = WeekForm(posted(request), weekly=weekly_hours(at.store))
    page = partial(form_page, request, at, "setup/hours.html", form)
    if not form.is_bound or not form.is_valid():
        return page()

    def change(then: Then | None) -> Change:
        return change_opening_hours(store_id=at.store.pk, weekly=form.weekly, then=then, now=at.now, user=at.user)

    heading = _("Who is affected by the new hours?")
    return save_with(request, at, form, change, what="hours", heading=heading, page=page)


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
def special(request: HttpRequest, at: AtStore) -> HttpResponseBase:
    """List the dates with hours of their own, and add one."""
    form = SpecialHoursForm(posted(request))
    page = partial(_special_page, request, at, form)
    if not form.is_bound or not form.is_valid():
        return page()

    def change(then: Then | None) -> Change:
        return change_special_hours(
            store_id=at.store.pk,
            date=form.cleaned_data["date"],
            intervals=form.intervals,
            then=then,
            now=at.now,
            user=at.user,
        )

    heading = _("Who is affected on {day}?").format(day=day_in_words(form.cleaned_data["date"]))
    return save_with(request, at, form, change, what="special-hours", heading=heading, page=page)


@require_POST
@at_store(need=Role.MANAGER, come_back="staff-setup-special")
def delete_special(request: HttpRequest, at: AtStore, date: str) -> HttpResponseBase:
    """Let the weekday's hours hold again on a date."""
    day = read_day(date)
    if day is None:
        raise Http404

    def change(then: Then | None) -> Change:
        return remove_special_hours(store_id=at.store.pk, date=day, then=then, now=at.now, user=at.user)

    heading = _("Who is affected on {day}?").format(day=day_in_words(day))
    nothing = StaffForm(request.POST)
    page = partial(_special_page, request, at, SpecialHoursForm())
    return save_with(request, at, nothing, change, what="special-hours", heading=heading, page=page)


def _special_page(request: HttpRequest, at: AtStore, form: SpecialHoursForm) -> HttpResponse:
    days = [(one.date, hours_line(one.times)) for one in special_days(at.store, from_date=at.today)]
    context = {
        "special_days": days,
        "holidays": holidays_ahead(at.store, today=at.today, language=get_language() or "en"),
    }
    return form_page(request, at, "setup/special_hours.html", form, context=context)
