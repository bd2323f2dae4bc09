"""A store's day: its bookings, and the places left."""

from zoneinfo import ZoneInfo

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from booking.accounts.api_keys import READ_DAY
from booking.api import shapes
from booking.api.day_text import day_text
from booking.api.etags import is_known, not_modified, with_etag
from booking.api.serializers import DayQuery
from booking.api.staff.access import StaffView
from booking.bookings.day_rows import read_states
from booking.bookings.day_schedule import day_schedule, day_version


class DayView(StaffView):
    scope = READ_DAY

    @extend_schema(operation_id="readDay", parameters=[DayQuery], responses=shapes.DayShape)
    def get(self, request: Request, store: str) -> HttpResponse:
        """Read a day's slots and bookings, today's if no other date is named."""
        place = self.store(store)
        asked = self.read_query(DayQuery)
        day = asked.get("date") or self.now.astimezone(ZoneInfo(place.time_zone)).date()
        version = day_version(store=place, date=day, now=self.now)
        if is_known(request._request, version):
            return not_modified(version)
        schedule = day_schedule(store=store, date=day, now=self.now, messages="none")
        content = day_text(schedule, read_states(schedule.rules.id, day) if schedule.bookings else ())
        answer = with_etag(HttpResponse(content.encode(), content_type="application/json"), version)
        answer["Cache-Control"] = "no-store, private"  # names, and phone numbers
        return answer
