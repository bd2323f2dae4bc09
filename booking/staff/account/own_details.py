"""The page of the user's own name, which colleagues see, and of their e-mail address."""

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now as clock_now
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from booking import limits
from booking.accounts.own_details import save_own_details
from booking.staff.access import signed_in
from booking.staff.forms.invitations import OwnDetailsForm
from booking.web.responses import see_other


@sensitive_post_parameters("current")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(come_back="staff-own-details")
def own_details(request: HttpRequest, user: User) -> HttpResponseBase:
    """Take another name or address; an address opens the account to whoever reads there, so it needs the password."""
    stored = {"name": user.first_name, "email": user.email}
    form = OwnDetailsForm(request.POST if request.method == "POST" else None, initial=stored)
    if form.is_bound and form.is_valid() and _may_change(form, user):
        save_own_details(user=user, name=form.cleaned_data["name"], email=form.cleaned_data["email"], now=clock_now())
        return see_other(f"{reverse('staff-account')}?done=details")
    problems = form.problems() if form.is_bound else []
    return render(request, "staff/account/own_details.html", {"form": form, "problems": problems},
                  status=400 if problems else 200)  # fmt: skip


def _may_change(form: OwnDetailsForm, user: User) -> bool:
    if form.cleaned_data["email"] == user.email:
        return True
    typed = form.cleaned_data["current"]
    if not typed:
        form.add_error("current", _("Enter the password you have now."))
    elif not limits.try_secret(limits.OWN_PASSWORD, limits.person(user.pk)):
        form.add_error("current", _("The password was wrong too often. Please try again in 15 minutes."))
    elif not user.check_password(typed):
        form.add_error("current", _("This is not your password. Please try again."))
    else:
        limits.right_secret(limits.OWN_PASSWORD, limits.person(user.pk))
    return not form.errors
