"""Somebody's own PIN for the tablets of their stores."""

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now as clock_now
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from booking import limits
from booking.accounts.pins import remove_pin, set_pin
from booking.models import StaffPin
from booking.staff.forms.devices import PinForm
from booking.web.responses import keep_private, see_other


@sensitive_post_parameters("current", "pin")
@require_http_methods(["GET", "HEAD", "POST"])
def own_pin(request: HttpRequest) -> HttpResponseBase:
    """Take a new PIN from whoever knows the password, or take the PIN away."""
    if not isinstance(request.user, User):
        return keep_private(redirect_to_login(reverse("staff-own-pin"), reverse("staff-sign-in")))
    if request.method != "POST":
        return _page(request, request.user, PinForm(user=request.user))
    if request.POST.get("what") == "remove":
        remove_pin(user=request.user)
        return keep_private(see_other(f"{reverse('staff-own-pin')}?done=removed"))
    if not limits.try_secret(limits.OWN_PASSWORD, limits.person(request.user.pk)):
        return _page(request, request.user, PinForm(user=request.user), is_locked=True)
    form = PinForm(request.POST, user=request.user)
    is_valid = form.is_valid()
    if not form.has_error("current", "wrong"):
        limits.right_secret(limits.OWN_PASSWORD, limits.person(request.user.pk))
    if not is_valid:
        return _page(request, request.user, form)
    set_pin(user=request.user, pin=form.cleaned_data["pin"], now=clock_now())
    return keep_private(see_other(f"{reverse('staff-own-pin')}?done=set"))


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
    return keep_private(render(request, "staff/account/pin.html", context, status=status))
