"""Addresses of the site: pages for customers and staff, the API, the health of the server."""

from django.urls import include, path, re_path

from booking.api import urls as api
from booking.api.reference import unknown
from booking.calls.views import voice
from booking.customer import urls as customer
from booking.operations import health
from booking.staff import urls as staff
from notifications import urls as notifications

urlpatterns = [
    path("api/v1/", include(api)),  # first, because addresses are tried one after the other
    re_path("^api(?:/|$)", unknown),
    *customer.urlpatterns,
    *staff.urlpatterns,
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    *notifications.urlpatterns,
    path("webhooks/twilio/voice", voice, name="twilio-voice"),
]

handler400 = "booking.web.middleware.bad_request"
handler403 = "booking.web.error_pages.not_permitted"
handler404 = "booking.web.error_pages.page_not_found"
handler500 = "booking.web.middleware.server_error"
