"""Where the sheet of the day is mailed before the store opens."""

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_http_methods

from booking.staff_forms.shared import StaffForm
from booking.views.setup.hours import FORM_METHODS
from booking.views.setup.saving import alone, form_page, posted, saved, sent_right
from booking.views.staff_access import AtStore, at_store
from stores.models import Role
from stores.services import save_day_sheet


class DaySheetForm(StaffForm):
    """An address, or none."""

    email = forms.EmailField(
        required=False,
        max_length=254,
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("Leave it empty and nothing is mailed."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": gettext_lazy("This is not an e-mail address.")},
    )


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def day_sheet(request: HttpRequest, at: AtStore) -> HttpResponseBase:
    """Choose where the sheet goes; it speaks the language of whoever chose it."""
    form = DaySheetForm(posted(request), initial={"email": at.store.day_sheet_email})
    if sent_right(at, form, "day_sheet"):
        reader = get_language() or settings.LANGUAGE_CODE
        language = reader if reader in settings.STAFF_LANGUAGES else settings.STAFF_LANGUAGES[0]
        save_day_sheet(store=at.store, email=form.cleaned_data["email"], language=language, user=at.user, now=at.now)
        return saved(at, "day-sheet")
    return form_page(request, at, "setup/day_sheet.html", form)
