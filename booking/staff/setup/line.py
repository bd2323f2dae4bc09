"""What people are called by when it is their turn."""

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from booking.staff.access import StaffContext, at_store
from booking.staff.forms.shared import StaffForm
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import alone, form_page, posted, saved, sent_right
from stores.models import LineShows, Role
from stores.services import save_line_shows


class LineForm(StaffForm):
    """A code or a first name."""

    line_shows = forms.ChoiceField(
        label=gettext_lazy("On the screen, people are called by"),
        choices=LineShows.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose one of these."),
            "invalid_choice": gettext_lazy("Choose one of these."),
        },
    )


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
