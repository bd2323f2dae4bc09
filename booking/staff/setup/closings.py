"""Closings of the store that come again and again: the form, and one press that removes one."""

from functools import partial

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from booking.staff.access import StaffContext, at_store
from booking.staff.forms.absences import ClosingForm
from booking.staff.forms.shared import StaffForm
from booking.staff.setup.hours import FORM_METHODS, special_hours_page, special_hours_url
from booking.staff.setup.saving import alone, form_page, posted, save_with
from booking.store_setup.closings import add_store_closing, remove_store_closing
from booking.web.query_params import read_day
from stores.models import Role


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def new(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Close the store again and again."""
    first = read_day(request.GET.get("date", "")) or at.today
    form = ClosingForm(posted(request), today=at.today, initial={"first_date": first})
    page = partial(form_page, request, at, "staff/setup/closing.html", form)
    if not form.is_bound or not form.is_valid():
        return page()
    apply = partial(add_store_closing, store_id=at.store.pk, closing=form.absence, now=at.now, user=at.user)
    return save_with(request, at, form, apply, what="special-hours", heading=_affected(), page=page)


@require_POST
@at_store(need=Role.MANAGER, come_back="staff-setup-special")
@alone
def remove(request: HttpRequest, at: StaffContext, closing: int) -> HttpResponseBase:
    """Remove a closing, which somebody else may have done meanwhile; the page after it offers to put it back."""
    apply = partial(remove_store_closing, store_id=at.store.pk, closing_id=closing, now=at.now, user=at.user)
    nothing, page = StaffForm(request.POST), partial(special_hours_page, request, at)
    back = special_hours_url(at)
    return save_with(request, at, nothing, apply, what="special-hours", heading=_affected(), page=page, back_url=back)


def _affected() -> str:
    return _("Who is affected while the store is closed?")
