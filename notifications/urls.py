"""Addresses of the webhooks that the providers of text messages and of e-mail call."""

from django.urls import path

from notifications import mail_webhooks
from notifications.views import inbound, status

urlpatterns = [
    path("webhooks/twilio/status", status, name="twilio-status"),
    path("webhooks/twilio/inbound", inbound, name="twilio-inbound"),
    path("webhooks/email/tracking", mail_webhooks.tracking, name="email-tracking"),
    path("webhooks/email/inbound", mail_webhooks.inbound, name="email-inbound"),
]
