"""The page of the user's own PIN for tablets."""

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now as clock_now
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from booking.accounts.pins import remove_pin, set_pin
from booking.limits import RateLimited
from booking.models import StaffPin
from booking.staff.access import signed_in
from booking.staff.forms.devices import PinForm
from booking.web.responses import see_other


@sensitive_post_parameters("current", "pin")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(come_back="staff-own-pin")
def own_pin(request: HttpRequest, user: User) -> HttpResponseBase:
    """Take a new PIN from a user who gives the password, or remove the PIN."""
    if request.method != "POST":
        return _page(request, user, PinForm(user=user))
    if request.POST.get("what") == "remove":
        remove_pin(user=user)
        return see_other(f"{reverse('staff-own-pin')}?done=removed")
    form = PinForm(request.POST, user=user)
    try:
        is_right = form.try_password()
    except RateLimited:
        return _page(request, user, PinForm(user=user), is_locked=True)
    if not is_right:
        return _page(request, user, form)
    set_pin(user=user, pin=form.cleaned_data["pin"], now=clock_now())
    return see_other(f"{reverse('staff-own-pin')}?done=set")


def _page(request: HttpRequest, user: User, form: PinForm, *, is_locked: bool = False) -> HttpResponseBase:
    problems = form.problems() if form.is_bound else []
    context = {
        "form": form,
        "problems": problems,
        "is_locked": is_locked,
        "pin": StaffPin.objects.filter(user=user).first(),
        "done": request.GET.get("done", ""),
    }
    status = 429 if is_locked else 400 if problems else 200
    return render(request, "staff/account/pin.html", context, status=status)
