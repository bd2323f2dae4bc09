"""Calendars that a desk follows, and the times at which they say that it is busy."""

from django.db import models
from django.db.models import F, Q

from stores.models.visits import Desk


class DeskCalendar(models.Model):
    """The calendar of whoever serves at a desk, at an address that opens it: read again and again by the worker."""

    desk = models.OneToOneField(Desk, on_delete=models.CASCADE, related_name="calendar")
    sealed_address = models.TextField()  # the address opens somebody's own calendar, so it is not stored as it is
    host = models.CharField(max_length=255)  # the part of it that is shown
    next_at = models.DateTimeField()  # when it is read next
    tried_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)  # when it was last read without trouble
    problem = models.CharField(max_length=40, blank=True)  # why the last try failed
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    etag = models.CharField(max_length=255, blank=True)
    modified = models.CharField(max_length=64, blank=True)  # the server's Last-Modified
    covers_until = models.DateField(null=True, blank=True)  # the last day whose busy times are known
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="desk_calendar_next")]

    def __str__(self) -> str:
        return f"{self.desk_id} {self.host}"


class BusyTime(models.Model):
    """A stretch of time at which a desk's calendar says that it is busy; what it is busy with is not stored."""

    desk = models.ForeignKey(Desk, on_delete=models.CASCADE, related_name="busy_times")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["desk", "starts_at"], name="busy_time_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="busy_time_lasts"),
        ]

    def __str__(self) -> str:
        return f"{self.desk_id} {self.starts_at:%Y-%m-%dT%H:%MZ}"
