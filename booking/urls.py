"""Every address of the site, on one screen."""

from django.urls import include, path, re_path

from booking.api import urls as api
from booking.api.reference import unknown
from booking.customer import calendar_feed, crawlers, later, lost_link, self_check_in
from booking.customer.book import urls
from booking.customer.manage import urls
from booking.customer.stores import embed, find, organization, share, store
from booking.customer.waiting_list import urls
from booking.operations import health
from booking.views import (
    account,
    arrivals,
    arrivals_app,
    arrivals_data,
    chain,
    day,
    day_sheet_address,
    door,
    line,
    numbers,
    numbers_together,
    organization_import,
    organization_pattern,
    own_pin,
    own_second_factor,
    second_step,
    setup,
    sign_in,
    staff_typed_again,
    tablet,
)
from notifications import urls as notifications

urlpatterns = [
    *find.urlpatterns,
    *organization.urlpatterns,
    *store.urlpatterns,
    *share.urlpatterns,
    *self_check_in.urlpatterns,
    *later.urlpatterns,
    *embed.urlpatterns,
    *crawlers.urlpatterns,
    *urls.urlpatterns,
    *urls.urlpatterns,
    *lost_link.urlpatterns,
    *urls.urlpatterns,
    *sign_in.urlpatterns,
    *second_step.urlpatterns,
    *account.urlpatterns,
    *own_second_factor.urlpatterns,
    *own_pin.urlpatterns,
    *tablet.urlpatterns,
    *chain.urlpatterns,
    *organization_pattern.urlpatterns,
    *organization_import.urlpatterns,
    *day.urlpatterns,
    *door.urlpatterns,
    *line.urlpatterns,
    *arrivals.urlpatterns,
    *arrivals_data.urlpatterns,
    *arrivals_app.urlpatterns,
    *numbers.urlpatterns,
    *numbers_together.urlpatterns,
    *day_sheet_address.urlpatterns,
    *setup.urlpatterns,
    *staff_typed_again.urlpatterns,
    *calendar_feed.urlpatterns,
    *health.urlpatterns,
    path("api/v1/", include(api)),
    re_path("^api(?:/|$)", unknown),
    *notifications.urlpatterns,
]

handler400 = "booking.web.middleware.bad_request"
handler500 = "booking.web.middleware.server_error"
