"""Redirects for staff: to the visit's row after an action, and to the requested page after signing in."""

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.timezone import now as clock_now

from booking.accounts.permissions import organization_memberships, own_memberships
from booking.models import Booking
from booking.web.responses import see_other
from stores.models import Role
from stores.services import invitations_of


def back_to_day(booking: Booking, *, done: str = "") -> HttpResponseRedirect:
    """Redirect to the visit's row on its day."""
    query = {"date": booking.visit_date.isoformat(), "changed": booking.reference}
    url = reverse("staff-day", args=[booking.store.slug])
    return see_other(f"{url}?{urlencode(query | ({'done': done} if done else {}))}#visit-{booking.reference}")


def first_page(user: User) -> str:
    """Return where a user who asked for no page goes after signing in: to their only store, or to the list of all."""
    stores = own_memberships(user)
    if len(stores) != 1 or organization_memberships(user) or invitations_of(user=user, now=clock_now()):
        return reverse("staff-home")
    page = "staff-day" if stores[0].role == Role.MANAGER else "staff-arrivals"
    return reverse(page, args=[stores[0].store.slug])


def following(request: HttpRequest) -> str:
    """Return where to go after signing in; never to another site."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else reverse("staff-home")
