"""The webhook of calls: the provider asks what to say to whoever calls a store's number for bookings by keypad."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from booking.calls.dialogue import answer
from booking.calls.place import read_place
from booking.calls.replies import Caller
from booking.customer_input import BadInput, read_phone
from notifications.views import signed
from notifications.voice import as_twiml, call_of, turned_away
from stores.models import Store
from stores.queries import rules_around

_TWIML = "text/xml; charset=utf-8"


@signed
def voice(request: HttpRequest) -> HttpResponse:
    """Answer a call, or the key that was pressed in one. A number of no store is not answered."""
    call, now = call_of(request.POST), timezone.now()
    store = Store.objects.filter(keypad_phone=call.called).exclude(keypad_phone="").order_by("pk").first()
    if store is None:
        return HttpResponse(turned_away(), content_type=_TWIML)
    call = replace(call, caller=_number_of(call.caller, store))
    caller = Caller(call, rules_around(store.slug, now), name=store.name, phone=store.phone, now=now)
    return HttpResponse(as_twiml(answer(read_place(request.GET), caller)), content_type=_TWIML)


def _number_of(caller: str, store: Store) -> str:
    """Return the caller's number in E.164; "" for what is nobody's number, as all who hide theirs share it."""
    try:
        return read_phone(caller, country=store.country)
    except BadInput:
        return ""
