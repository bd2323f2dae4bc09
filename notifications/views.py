"""Webhooks: the provider's delivery receipts and people's answers by text. All must be signed."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from uuid import UUID

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from notifications import provider_texts, receipts, sms_recipients
from notifications.answers import Refused
from notifications.inbound_texts import read_once
from notifications.models import OutboxMessage, State
from notifications.opt_words import Wish, read_wish, says_more
from notifications.sms import failure_of, state_of

LONGEST_READ = 500
# What the provider's own list of words made of a text, where it has one.
_PROVIDERS_WISH: Mapping[str, Wish] = {"STOP": "stop", "START": "start"}

View = Callable[[HttpRequest], HttpResponse]


def signed(view: View) -> View:
    """Accept only requests that the provider signed for our public address, whatever host they name."""

    @csrf_exempt
    @require_POST
    @wraps(view)
    def check(request: HttpRequest) -> HttpResponse:
        return view(request) if _is_signed(request) else HttpResponse(status=403)

    return check


def _is_signed(request: HttpRequest) -> bool:
    token, signature = settings.TWILIO_AUTH_TOKEN, request.headers.get("X-Twilio-Signature", "")
    if not token or not signature:
        return False
    try:
        form = request.POST
    except (BadRequest, MultiPartParserError, SuspiciousOperation):  # too long, or not a form: not from the provider
        return False
    return bool(RequestValidator(token).validate(settings.PUBLIC_URL + request.get_full_path(), form, signature))


@signed
def status(request: HttpRequest) -> HttpResponse:
    """Take a delivery receipt; receipts may come repeatedly and in any order."""
    state = state_of(request.POST.get("MessageStatus", ""))
    message = _message_of(request)
    if state is None or message is None:
        return HttpResponse(status=204)
    now = timezone.now()
    if state != State.FAILED:
        receipts.take(message=message, state=state, provider_sid=_sid(request), now=now)
        return HttpResponse(status=204)
    failure = failure_of(request.POST.get("ErrorCode", ""))
    is_news = receipts.take_failure(message=message, failure=failure, provider_sid=_sid(request), now=now)
    if is_news and isinstance(failure, Refused) and failure.opted_out:
        sms_recipients.opt_out(request.POST.get("To", "")[:32], now=now)
    return HttpResponse(status=204)


@signed
def inbound(request: HttpRequest) -> HttpResponse:
    """Take what somebody texted us: STOP and START here, all else is answered by NOTIFICATIONS_ANSWER.

    The provider is to forget what was written as it forgets what we write.
    """
    phone, body = request.POST.get("From", "")[:32], request.POST.get("Body", "").replace("\x00", "")[:LONGEST_READ]
    now = timezone.now()
    provider_texts.note_inbound(_sid(request), phone=phone, now=now)
    answer = MessagingResponse()
    wish = _PROVIDERS_WISH.get(request.POST.get("OptOutType", "")) or read_wish(body)
    if wish == "stop":
        sms_recipients.opt_out(phone, now=now)
    elif wish == "start":
        sms_recipients.opt_in(phone)
    if phone and body.strip() and (wish is None or (wish == "stop" and says_more(body))):
        with read_once(_sid(request), phone=phone, body=body, now=now) as is_new:
            if is_new and (text := _read(phone, body, wants_answer=wish is None, now=now)):
                answer.message(text)
    return HttpResponse(str(answer), content_type="text/xml; charset=utf-8")


def _read(phone: str, body: str, *, wants_answer: bool, now: datetime) -> str:
    """Have a text read by those who know what it is about; return their answer, "" for none."""
    if not wants_answer:
        import_string(settings.NOTIFICATIONS_UNANSWERED)(phone=phone, body=body, now=now)
        return ""
    return str(import_string(settings.NOTIFICATIONS_ANSWER)(phone=phone, body=body, now=now))


def _message_of(request: HttpRequest) -> OutboxMessage | None:
    """Return the message of a receipt: found by our own name for it, else by the provider's id."""
    try:
        return OutboxMessage.objects.filter(uuid=UUID(request.GET.get("message", ""))).first()
    except ValueError:
        pass
    sid = _sid(request)
    return OutboxMessage.objects.filter(provider_sid=sid).first() if sid else None


def _sid(request: HttpRequest) -> str:
    """Return the provider's id of the message."""
    return request.POST.get("MessageSid", "").replace("\x00", "")[:64]
