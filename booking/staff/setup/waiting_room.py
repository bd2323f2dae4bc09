"""The page of a store's waiting room."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods

from booking.staff.access import StaffContext, at_store
from booking.staff.forms.waiting_room import WaitingRoomForm
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import alone, form_page, posted, saved, sent_right
from stores.models import Role
from stores.services import save_waiting_room


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def waiting_room(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Choose whether visitors wait in order when too many want to book, and when bookings open."""
    store, zone = at.store, ZoneInfo(at.store.time_zone)
    stored = store.bookings_open_at
    initial = {
        "has_waiting_room": store.has_waiting_room,
        "bookings_open_at": stored.astimezone(zone).replace(tzinfo=None) if stored else None,
    }
    form = WaitingRoomForm(posted(request), zone=zone, stored=stored, now=at.now, initial=initial)
    if sent_right(at, form, "waiting_room"):
        save_waiting_room(store=store, **form.cleaned_data, user=at.user, now=at.now)
        return saved(at, "waiting_room")
    context = {"per_minute": settings.WAITING_ROOM_PER_MINUTE}
    return form_page(request, at, "staff/setup/waiting_room.html", form, context=context)
