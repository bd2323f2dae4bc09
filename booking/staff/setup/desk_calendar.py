"""The page of the calendar that a desk follows: its address, how fresh it is, and the visits it contradicts."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from booking.desk_calendars.followed_calendars import follow_calendar, leave_calendar
from booking.desk_calendars.queries import calendar_state, visits_at_busy_times
from booking.formatting import visit_type_name
from booking.staff.access import StaffContext, at_store
from booking.staff.calendar_wording import trouble_in_words
from booking.staff.forms.desk_calendars import DeskCalendarForm
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import alone, form_page, posted, sent_right
from booking.store_setup.queries import desk_by_slug
from stores.models import Role


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def calendar(request: HttpRequest, at: StaffContext, desk: str) -> HttpResponseBase:
    """Let a desk follow a calendar, or end that."""
    found = desk_by_slug(at.store, desk)
    if found is None:
        raise Http404
    known, _hours = found
    if request.method == "POST" and request.POST.get("what") == "end":
        leave_calendar(desk_id=known.pk, user=at.user, now=at.now)
        return redirect(request.path)
    form = DeskCalendarForm(posted(request), initial={"address": ""})
    if sent_right(at, form, "desk_calendar"):
        address = form.cleaned_data["address"]
        follow_calendar(desk_id=known.pk, address=address, user=at.user, now=at.now)
        return redirect(request.path)
    state = calendar_state(known, now=at.now)
    context = {
        "desk": known,
        "desk_name": visit_type_name(known.name),
        "state": state,
        "trouble": trouble_in_words(state.problem) if state and state.problem else "",
        "visits": visits_at_busy_times(at.store, desk=known, now=at.now),
    }
    return form_page(request, at, "staff/setup/desk_calendar.html", form, context=context)
