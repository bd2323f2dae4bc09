"""Where the provider of text messages calls us."""

from django.urls import path

from notifications.views import inbound, status

urlpatterns = [
    path("webhooks/twilio/status", status, name="twilio-status"),
    path("webhooks/twilio/inbound", inbound, name="twilio-inbound"),
]
