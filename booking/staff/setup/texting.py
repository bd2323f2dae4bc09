"""The page for booking by text, and for the replies that staff need often."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods

from booking.messages.booking_messages import can_be_answered
from booking.staff.access import StaffContext, at_store
from booking.staff.forms.texting import TextingForm
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import alone, blame, form_page, posted, saved, sent_right
from stores.models import Role
from stores.services import BadValue, save_texting


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def texting(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Give the store a word by which customers book by text, and saved replies."""
    store = at.store
    initial = {"sms_word": store.sms_word, "saved_replies": "\n".join(store.saved_replies)}
    form = TextingForm(posted(request), initial=initial)
    if sent_right(at, form, "texting") and _save(at, form):
        return saved(at, "texting")
    return form_page(request, at, "staff/setup/texting.html", form, context={"can_be_answered": can_be_answered()})


def _save(at: StaffContext, form: TextingForm) -> bool:
    word = form.cleaned_data["sms_word"]
    try:
        save_texting(store=at.store, sms_word=word, saved_replies=form.replies(), user=at.user, now=at.now)
    except BadValue as bad:
        blame(form, bad)
    return not form.errors
