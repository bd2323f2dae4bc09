"""The providers of e-mail whose webhooks are understood: how each proves itself, and how it names our message.

E-mails leave by SMTP whoever the provider is; its webhooks tell later what bounced, and bring what customers reply.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anymail.exceptions import AnymailError
from anymail.webhooks.base import AnymailCoreWebhookView
from anymail.webhooks.mailgun import MailgunInboundWebhookView, MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetInboundWebhookView, MailjetTrackingWebhookView
from anymail.webhooks.mandrill import MandrillCombinedWebhookView
from anymail.webhooks.postmark import PostmarkInboundWebhookView, PostmarkTrackingWebhookView
from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError

NAME_OF_OURS = "carillon"  # the field in which a provider gives our name of a message back
_UNREADABLE = (AnymailError, AttributeError, AssertionError, LookupError, TypeError, ValueError)


class Unsigned(Exception):
    """The call has no proof that it comes from the provider."""


class Unreadable(Exception):
    """The provider's call is not understood."""


@dataclass(frozen=True, slots=True)
class MailProvider:
    """One provider: its webhooks as django-anymail reads them, and the header that carries our name of a message.

    `key` is the argument of the webhooks that takes EMAIL_WEBHOOK_KEY: a key for signatures, or the name and password
    of each call.
    """

    tracking: type[AnymailCoreWebhookView]
    inbound: type[AnymailCoreWebhookView]
    key: str
    header: Callable[[str], tuple[str, str]]
    signs_address: bool = False


def _as_json(header: str) -> Callable[[str], tuple[str, str]]:
    return lambda name: (header, json.dumps({NAME_OF_OURS: name}))


MAIL_PROVIDERS: Mapping[str, MailProvider] = {
    "mailgun": MailProvider(
        MailgunTrackingWebhookView, MailgunInboundWebhookView, "webhook_signing_key", _as_json("X-Mailgun-Variables")
    ),
    "mandrill": MailProvider(
        MandrillCombinedWebhookView,
        MandrillCombinedWebhookView,
        "webhook_key",
        _as_json("X-MC-Metadata"),
        signs_address=True,
    ),
    "postmark": MailProvider(
        PostmarkTrackingWebhookView,
        PostmarkInboundWebhookView,
        "webhook_secret",
        lambda name: (f"X-PM-Metadata-{NAME_OF_OURS}", name),
    ),
    "mailjet": MailProvider(
        MailjetTrackingWebhookView, MailjetInboundWebhookView, "webhook_secret", _as_json("X-MJ-EventPayload")
    ),
}


def naming_header(name: str) -> dict[str, str]:
    """Return the header by which the provider gives our name of a message back; none without a provider."""
    provider = MAIL_PROVIDERS.get(settings.EMAIL_PROVIDER)
    return dict([provider.header(name)]) if provider else {}


def read_tracking(request: HttpRequest) -> Sequence[Any]:
    """Return what a call tells of messages that were sent. Raises Unsigned, Unreadable."""
    return _events(request, lambda provider: provider.tracking)


def read_inbound(request: HttpRequest) -> Sequence[Any]:
    """Return the e-mails that a call brings. Raises Unsigned, Unreadable."""
    return _events(request, lambda provider: provider.inbound)


def _events(request: HttpRequest, webhook: Callable[[MailProvider], type[AnymailCoreWebhookView]]) -> Sequence[Any]:
    provider = MAIL_PROVIDERS.get(settings.EMAIL_PROVIDER)
    if provider is None or not settings.EMAIL_WEBHOOK_KEY:
        raise Unsigned
    arguments = {provider.key: settings.EMAIL_WEBHOOK_KEY}
    if provider.signs_address:
        arguments["webhook_url"] = settings.PUBLIC_URL + request.get_full_path()
    reader = webhook(provider)(**arguments)
    try:
        reader.run_validators(request)
    except (*_UNREADABLE, BadRequest, MultiPartParserError, SuspiciousOperation) as error:
        raise Unsigned from error
    try:
        return list(reader.parse_events(request))
    except _UNREADABLE as error:
        raise Unreadable(type(error).__name__) from error
