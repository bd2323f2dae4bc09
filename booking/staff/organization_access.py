"""Access to the pages of an organization, for its managers only."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.timezone import now as clock_now

from booking.accounts.permissions import SecondFactorMissing, organization_access
from booking.refusals import BookingRefused
from booking.staff.access import prove_more_first, raise_for, to_sign_in
from booking.web.responses import keep_private
from stores.models import Organization

Rest = ParamSpec("Rest")


@dataclass(frozen=True, slots=True)
class AtOrganization:
    """A manager of an organization; the clock is read once a request."""

    user: User
    organization: Organization
    now: datetime

    @property
    def today(self) -> date:
        """The current date in the system's zone: the stores may have several."""
        return self.now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


OrganizationView = Callable[Concatenate[HttpRequest, AtOrganization, Rest], HttpResponseBase]


def at_organization(view: OrganizationView[Rest]) -> Callable[..., HttpResponseBase]:
    """Pass the manager and the organization to the view. Anonymous visitors go to the sign-in page, others get 404."""

    @wraps(view)
    def wrapper(request: HttpRequest, organization: str, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        if not isinstance(request.user, User):
            return keep_private(to_sign_in(request, reverse("staff-home")))
        try:
            found = organization_access(request.user, organization)
        except SecondFactorMissing:
            return prove_more_first(request)
        except BookingRefused as refused:
            raise_for(refused)
        return keep_private(view(request, AtOrganization(request.user, found, clock_now()), *args, **kwargs))

    return wrapper
