"""The page behind the code on the door: somebody expected says that they are here.

It sets no cookie and needs none, gives nobody any right, and answers everybody alike whom it does not find.
"""

from django import forms
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.timezone import now as clock_now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from booking import limits
from booking.forms import Problem, TypedField
from booking.services.here import check_in_at_door
from booking.views.manage_access import keep_private
from booking.views.reader import customer_page
from booking.views.staff_links import see_other
from stores.queries import StoreDetail, store_detail


class HereForm(forms.Form):
    """Either sign of a visit, in one field."""

    who = TypedField(
        str.strip,
        label=gettext_lazy("Reference of your visit, or the last 6 digits of your phone number"),
        help_text=gettext_lazy("The reference is in your confirmation: 8 letters and digits."),
        error_messages={"required": gettext_lazy("Enter your reference, or 6 digits.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    use_required_attribute = False


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def here(request: HttpRequest, store: str) -> HttpResponseBase:
    """Ask who is here, and check them in. Raises RateLimited for who guesses."""
    found = store_detail(store)
    if found is None:
        raise Http404
    if request.method != "POST":
        if request.GET.get("done"):
            return keep_private(customer_page(request, "here_done", {"store": found}))
        return _ask(request, found, HereForm())
    form = HereForm(request.POST)
    if not form.is_valid():
        problems = [Problem(str(text), "id_who") for text in form.errors.get("who", [])]
        return _ask(request, found, form, problems=problems, status=400)
    limits.refuse_wrong_tokens(request)
    if not check_in_at_door(store=found.slug, typed=form.cleaned_data["who"], now=clock_now()):
        limits.wrong_token(request)
        sentence = _("We find no visit of yours right now. This works from 30 minutes before it. Please ask the staff.")
        return _ask(request, found, form, problems=[Problem(sentence, "id_who")], status=404)
    return keep_private(see_other(f"{reverse('here', args=[found.slug])}?done=1"))


def _ask(
    request: HttpRequest,
    store: StoreDetail,
    form: HereForm,
    *,
    problems: list[Problem] | None = None,
    status: int = 200,
) -> HttpResponseBase:
    context = {"store": store, "form": form, "problems": problems or []}
    return keep_private(customer_page(request, "here", context, status=status))


urlpatterns = [path("s/<slug:store>/here/", here, name="here")]
