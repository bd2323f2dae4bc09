"""Visits at times at which the calendar that their desk follows says that it is busy."""

from django.db.models import Exists, OuterRef

from stores.models import BusyTime

# For a query of bookings, as `at_busy_time`. In plain SQL, `booking.bookings.day_rows` says the same.
AT_BUSY_TIME = Exists(
    BusyTime.objects.filter(
        desk_id=OuterRef("desk_id"), starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at")
    )
)
