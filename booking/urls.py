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
from booking.staff.account import password, pin, second_factor, second_step, sign_in, typed_again
from booking.staff.arrivals import app, door_poster, line, pairing, steps, sync
from booking.staff.day import schedule, sheet_address
from booking.staff.organizations import import_table, overview, pattern
from booking.staff.reports import organization, store
from booking.staff.setup import urls
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
    *password.urlpatterns,
    *second_factor.urlpatterns,
    *pin.urlpatterns,
    *pairing.urlpatterns,
    *overview.urlpatterns,
    *pattern.urlpatterns,
    *import_table.urlpatterns,
    *schedule.urlpatterns,
    *door_poster.urlpatterns,
    *line.urlpatterns,
    *steps.urlpatterns,
    *sync.urlpatterns,
    *app.urlpatterns,
    *store.urlpatterns,
    *organization.urlpatterns,
    *sheet_address.urlpatterns,
    *urls.urlpatterns,
    *typed_again.urlpatterns,
    *calendar_feed.urlpatterns,
    *health.urlpatterns,
    path("api/v1/", include(api)),
    re_path("^api(?:/|$)", unknown),
    *notifications.urlpatterns,
]

handler400 = "booking.web.middleware.bad_request"
handler500 = "booking.web.middleware.server_error"
