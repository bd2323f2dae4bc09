"""The page for booking by a phone call, by keypad: off until a number is given."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking.customer_input import phone_in_words
from booking.staff.access import StaffContext, at_store
from booking.staff.forms.calls import CallsForm
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import alone, form_page, posted, saved, sent_right
from stores.models import Role
from stores.services import BadValue, save_keypad_phone


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def calls(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Change the number at which a program answers and books by keys."""
    store = at.store
    number = phone_in_words(store.keypad_phone, country=store.country) if store.keypad_phone else ""
    form = CallsForm(posted(request), country=store.country, initial={"keypad_phone": number})
    if sent_right(at, form, "calls"):
        try:
            save_keypad_phone(store=store, keypad_phone=form.cleaned_data["keypad_phone"], user=at.user, now=at.now)
            return saved(at, "calls")
        except BadValue as bad:
            form.add_error("keypad_phone", _sentence(bad.code))
    context = {"webhook": f"{settings.PUBLIC_URL}{reverse('twilio-voice')}", "has_phone": bool(store.phone)}
    return form_page(request, at, "staff/setup/calls.html", form, context=context)


def _sentence(code: str) -> str:
    return {
        "taken": _("Another store answers at this number. Each store needs one of its own."),
        "same": _("This is the store's own phone, where people answer. Give another number."),
        "too_long": _("This is too long. Please shorten it."),
    }[code]
