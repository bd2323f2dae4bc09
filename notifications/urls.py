"""Addresses of the webhooks that the provider of text messages calls."""

from django.urls import path

from notifications.views import inbound, status

urlpatterns = [
    path("webhooks/twilio/status", status, name="twilio-status"),
    path("webhooks/twilio/inbound", inbound, name="twilio-inbound"),
]
