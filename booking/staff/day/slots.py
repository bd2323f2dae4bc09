"""Changes of a day's slots: closing them, opening them, or another number of places."""

from datetime import date, datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking.bookings.day_schedule import DaySchedule, night_schedule
from booking.formatting import day_in_words, time_in_words, visit_type_name
from booking.refusals import BookingRefused
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.affected_visits import ask_or_apply
from booking.staff.day.page import unknown_day_page
from booking.staff.forms.visits import SlotsForm
from booking.staff.wording import staff_sentence
from booking.store_setup.affected_visits import Then
from booking.store_setup.hours_changes import HoursChange
from booking.store_setup.slot_changes import change_slots
from booking.web.forms import FormProblem
from booking.web.query_params import read_day
from booking.web.responses import see_other
from stores.models import Role


@require_http_methods(["GET", "HEAD", "POST"])
@at_store(need=Role.MANAGER)
def change_times(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Ask which of a day's times are to change, and change them."""
    is_sent = request.method == "POST"
    data = request.POST if is_sent else request.GET
    text = data.get("date", "")
    asked = read_day(text) if text else None
    if text and asked is None:
        return unknown_day_page(request, at)
    schedule = night_schedule(store=at.store.slug, date=asked, now=at.now, messages="none")
    day = schedule.date
    form = SlotsForm(request.POST if is_sent else None, initial=request.GET.dict(), **_choices(schedule))
    if not is_sent:
        return _page(request, at, form, day)
    if not form.is_valid():
        return _page(request, at, form, day, problems=form.problems(), status=400)
    day_url = f"{reverse('staff-day', args=[at.store.slug])}?{urlencode({'date': day.isoformat()})}"
    try:
        question = ask_or_apply(
            request,
            at,
            partial(_apply, at, form.cleaned_data),
            carried=[("date", day.isoformat()), *form.carried()],
            section="day",
            heading=_("Who is affected on {day}?").format(day=day_in_words(day)),
            back_url=day_url,
        )
    except BookingRefused as refused:
        return _page(request, at, form, day, problems=[FormProblem(staff_sentence(refused))], status=409)
    return question or see_other(f"{day_url}&done=slots")


def _apply(at: StaffContext, typed: dict[str, Any], *, then: Then) -> HoursChange:
    return change_slots(
        store_id=at.store.pk,
        from_at=datetime.fromisoformat(typed["starts_at"]),
        to_at=datetime.fromisoformat(typed["ends_at"]),
        desk=typed["desk"] or None,
        capacity=typed["capacity"] if typed["what"] == SlotsForm.CAPACITY else None,
        closed={SlotsForm.CLOSE: True, SlotsForm.OPEN: False}.get(typed["what"]),
        then=then,
        now=at.now,
        user=at.user,
    )


def _choices(schedule: DaySchedule) -> dict[str, list[tuple[str, str]]]:
    """Return the day's times and desks to choose from; the starts and ends of its slots are in pairs."""
    zone = schedule.rules.zone
    times = sorted({(slot.starts_at, slot.ends_at) for slot in schedule.slots if slot.desk})
    words = [[(moment.astimezone(zone).isoformat(), time_in_words(moment, zone)) for moment in pair] for pair in times]
    desks = [(desk.slug, visit_type_name(desk.name)) for desk in schedule.rules.desks]
    return {
        "starts": [pair[0] for pair in words],
        "ends": [pair[1] for pair in words],
        "desks": [("", _("All desks")), *desks],
    }


def _page(
    request: HttpRequest,
    at: StaffContext,
    form: SlotsForm,
    day: date,
    *,
    problems: list[FormProblem] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "section": "day",
        "form": form,
        "date": day,
        "has_times": bool(form.fields["starts_at"].choices),  # type: ignore[attr-defined]
        "has_desks": len(form.fields["desk"].choices) > 2,  # type: ignore[attr-defined]
        "problems": problems or [],
    }
    return staff_page(request, at, "staff/day/slots.html", context, status=status)
