"""The page for the choice of how people in the line are called."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods

from booking.staff.access import StaffContext, at_store
from booking.staff.forms.rules import LineForm
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import alone, form_page, posted, saved, sent_right
from stores.models import Role
from stores.services import save_line_shows


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def line(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Choose what the screen in the shop shows of people."""
    form = LineForm(posted(request), initial={"line_shows": at.store.line_shows})
    if sent_right(at, form, "line"):
        save_line_shows(store=at.store, line_shows=form.cleaned_data["line_shows"], user=at.user, now=at.now)
        return saved(at, "line")
    return form_page(request, at, "staff/setup/line.html", form)
