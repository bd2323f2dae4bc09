"""Webhooks: the provider's delivery receipts and the answers people text us. Nothing unsigned gets in."""

import re
from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from notifications import outbox
from notifications.models import OutboxMessage, State
from notifications.sms import reason_of, state_of

STOP_WORDS = frozenset({"STOP", "STOPALL", "ARRET", "ARRÊT", "UNSUBSCRIBE", "END", "QUIT"})
START_WORDS = frozenset({"START", "UNSTOP"})
YES_WORDS = frozenset({"1", "OUI", "YES", "O", "Y"})
NO_WORDS = frozenset({"2", "NON", "NO", "N"})

View = Callable[[HttpRequest], HttpResponse]


def signed(view: View) -> View:
    """Let in only what the provider signed, over our own public address, whatever host the request names."""

    @csrf_exempt
    @require_POST
    @wraps(view)
    def check(request: HttpRequest) -> HttpResponse:
        url = settings.PUBLIC_URL + request.get_full_path()
        signature = request.headers.get("X-Twilio-Signature", "")
        token = settings.TWILIO_AUTH_TOKEN
        if not token or not RequestValidator(token).validate(url, request.POST, signature):
            return HttpResponse(status=403)
        return view(request)

    return check


@signed
def status(request: HttpRequest) -> HttpResponse:
    """Take a delivery receipt: any number of times, in any order."""
    state = state_of(request.POST.get("MessageStatus", ""))
    message = _message_of(request)
    if state is None or message is None:
        return HttpResponse(status=204)
    now = timezone.now()
    reason = reason_of(request.POST.get("ErrorCode", "")) if state == State.FAILED else ""
    sid = request.POST.get("MessageSid", "")[:64]
    if outbox.receipt(message=message, state=state, reason=reason, provider_sid=sid, now=now) and reason:
        outbox.send_by_email_instead(message, now=now)
    return HttpResponse(status=204)


@signed
def inbound(request: HttpRequest) -> HttpResponse:
    """Take what somebody texted us: STOP and START, yes and no."""
    phone, word = request.POST.get("From", "")[:32], _word(request.POST.get("Body", ""))
    now = timezone.now()
    answer = MessagingResponse()
    if word in STOP_WORDS:
        outbox.opt_out(phone, now=now)
    elif word in START_WORDS:
        outbox.opt_in(phone)
    elif word in YES_WORDS | NO_WORDS:
        last = outbox.last_text_to(phone)
        reply = import_string(settings.NOTIFICATIONS_ANSWER)
        text = last and reply(subject=last.subject, word="yes" if word in YES_WORDS else "no", now=now)
        if text:
            answer.message(text)
    return HttpResponse(str(answer), content_type="text/xml; charset=utf-8")


def _message_of(request: HttpRequest) -> OutboxMessage | None:
    """Return the message a receipt is about: by our own name for it, else by the provider's."""
    try:
        return OutboxMessage.objects.filter(uuid=UUID(request.GET.get("message", ""))).first()
    except ValueError:
        pass
    sid = request.POST.get("MessageSid", "").replace("\x00", "")
    return OutboxMessage.objects.filter(provider_sid=sid).first() if sid else None


def _word(body: str) -> str:
    return re.sub(r"[\W_]+", " ", body[:100]).strip().upper()
