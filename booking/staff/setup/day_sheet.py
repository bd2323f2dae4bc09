"""The page for the address of the day sheet."""

from functools import partial

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking import limits
from booking.messages.day_sheet_schedule import change_address, needs_asking
from booking.staff.access import StaffContext, at_store
from booking.staff.forms.messages import DaySheetForm
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import alone, form_page, posted, saved, sent_right
from stores.models import Role
from stores.queries import DAY_SHEET_ASKED, asked_day_sheet


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def day_sheet(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Choose where the day sheet is sent, in the language of the user who chooses. A new address must agree first."""
    awaited = awaited_address(at)
    form = DaySheetForm(posted(request), initial={"email": awaited or at.store.day_sheet_email})
    page = partial(form_page, request, at, "staff/setup/day_sheet.html", form, context={"awaited": awaited})
    if not sent_right(at, form, "day_sheet"):
        return page()
    email: str = form.cleaned_data["email"]
    try:
        if needs_asking(store=at.store, email=email):
            limits.sheet_address(at.store.slug)
    except limits.RateLimited as limited:
        form.add_error("email", _("Too many addresses were written to today. Please try again tomorrow."))
        response = page()
        response.status_code = 429
        response["Retry-After"] = str(limited.retry_after_seconds)
        return response
    change_address(store=at.store, email=email, language=_language(), user=at.user, now=at.now)
    return saved(at, "day-sheet")


def awaited_address(at: StaffContext) -> str:
    """Return the address that was asked for its consent and has not answered, "" for none."""
    wish = asked_day_sheet(store=at.store, now=at.now)
    return str(wish.after[DAY_SHEET_ASKED]) if wish else ""


def _language() -> str:
    reader = get_language() or settings.LANGUAGE_CODE
    return reader if reader in settings.STAFF_LANGUAGES else settings.STAFF_LANGUAGES[0]
