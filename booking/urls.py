"""Every address of the site, on one screen."""

from django.urls import include, path, re_path

from booking.api import urls as api
from booking.api.reference import unknown
from booking.views import (
    account,
    arrivals,
    arrivals_app,
    arrivals_data,
    book,
    chain,
    crawlers,
    day,
    door,
    embed,
    feeds,
    find,
    health,
    here,
    line,
    lost_link,
    manage,
    numbers,
    numbers_together,
    organization,
    organization_pattern,
    own_pin,
    own_second_factor,
    second_step,
    setup,
    share,
    sign_in,
    store,
    tablet,
    waiting,
)
from notifications import urls as notifications

urlpatterns = [
    *find.urlpatterns,
    *organization.urlpatterns,
    *store.urlpatterns,
    *share.urlpatterns,
    *here.urlpatterns,
    *embed.urlpatterns,
    *crawlers.urlpatterns,
    *book.urlpatterns,
    *manage.urlpatterns,
    *lost_link.urlpatterns,
    *waiting.urlpatterns,
    *sign_in.urlpatterns,
    *second_step.urlpatterns,
    *account.urlpatterns,
    *own_second_factor.urlpatterns,
    *own_pin.urlpatterns,
    *tablet.urlpatterns,
    *chain.urlpatterns,
    *organization_pattern.urlpatterns,
    *day.urlpatterns,
    *door.urlpatterns,
    *line.urlpatterns,
    *arrivals.urlpatterns,
    *arrivals_data.urlpatterns,
    *arrivals_app.urlpatterns,
    *numbers.urlpatterns,
    *numbers_together.urlpatterns,
    *setup.urlpatterns,
    *feeds.urlpatterns,
    *health.urlpatterns,
    path("api/v1/", include(api)),
    re_path("^api(?:/|$)", unknown),
    *notifications.urlpatterns,
]

handler400 = "booking.middleware.bad_request"
handler500 = "booking.middleware.server_error"
