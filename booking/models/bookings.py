"""Bookings, holds, and the history of bookings."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from stores.models import Desk, Store, VisitType


class Status(models.TextChoices):
    CONFIRMED = "confirmed", _("confirmed")
    CHECKED_IN = "checked_in", _("arrived")
    IN_SERVICE = "in_service", _("being served")
    COMPLETED = "completed", _("done")
    CANCELLED = "cancelled", _("cancelled")
    NO_SHOW = "no_show", _("did not come")


class Source(models.TextChoices):
    """How a booking came in."""

    WEB = "web", _("website")
    API = "api", _("partner")
    PHONE = "phone", _("phone")
    DESK = "desk", _("at the desk")
    WALK_IN = "walk_in", _("walk-in")
    SMS = "sms", _("text message")


WEB_SOURCES = frozenset({Source.WEB, Source.API, Source.SMS})  # customers book by themselves


class TakesTime(models.Model):
    """What takes places of a desk's time: its own, and that of the minutes kept before and after it."""

    # As they were for this kind of visit when the places were taken. Customers do not see them.
    minutes_before = models.PositiveSmallIntegerField(default=0, db_default=0)
    minutes_after = models.PositiveSmallIntegerField(default=0, db_default=0)

    if TYPE_CHECKING:
        starts_at: models.DateTimeField[Any, Any]
        ends_at: models.DateTimeField[Any, Any]

    class Meta:
        abstract = True

    @property
    def taken_from(self) -> datetime:
        """When its desk is taken."""
        taken_from: datetime = self.starts_at - timedelta(minutes=self.minutes_before)
        return taken_from

    @property
    def taken_until(self) -> datetime:
        """When its desk is free again."""
        taken_until: datetime = self.ends_at + timedelta(minutes=self.minutes_after)
        return taken_until


class Booking(TakesTime):
    """An agreed visit. The customer is fields here: there are no accounts.

    Each index is paid for by each booking. A store's rows are found by those that begin with the store; a desk and a
    visit type are never deleted.
    """

    reference = models.CharField(max_length=8)  # unique by a constraint: `unique` makes a second index for LIKE
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="bookings", db_index=False)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="bookings", db_index=False)
    visit_type = models.ForeignKey(VisitType, on_delete=models.PROTECT, related_name="bookings", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    visit_date = models.DateField()  # the store's own day on which it starts
    party_size = models.PositiveSmallIntegerField()
    places = models.PositiveSmallIntegerField()  # taken in each of its slots
    takes_web_places = models.BooleanField()  # counted against what the web may take
    status = models.CharField(max_length=10, choices=Status, default=Status.CONFIRMED)
    source = models.CharField(max_length=7, choices=Source)

    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=20, blank=True)  # E.164
    email = models.EmailField(blank=True)
    locale = models.CharField(max_length=8)
    language = models.CharField(max_length=3, blank=True, default="", db_default="")  # that the customer asked to speak
    is_simple = models.BooleanField(default=False)  # pages and messages in short, simple sentences
    is_for_someone_else = models.BooleanField(default=False)  # the name is the visitor's, the contact the booker's
    note = models.CharField(max_length=500, blank=True)
    answers = models.JSONField(default=list)  # [{"question", "answer"}] as both were worded then
    desk_was_chosen = models.BooleanField(default=False)  # by the customer: a move keeps it

    # The client that booked it on the web, as a keyed digest, for two days: so that a manager can take back what
    # one of them did to the store.
    client_digest = models.CharField(max_length=32, blank=True)

    # Where the store had to give the visit up: until when other times are kept.
    answer_until = models.DateTimeField(null=True, blank=True)

    # How often the customer has made a new link: those with a lower number open nothing.
    link_number = models.PositiveIntegerField(default=0)
    sequence = models.PositiveIntegerField(default=0)
    wants_no_texts = models.BooleanField(default=False, db_default=False)  # about this visit, pressed on its page
    attendance_confirmed = models.BooleanField(default=False)
    late_minutes = models.PositiveSmallIntegerField(null=True, blank=True)  # as the customer said
    phoned_at = models.DateTimeField(null=True, blank=True)  # when staff told by phone what no message did
    checked_in_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="booking_reference_once"),
            models.CheckConstraint(condition=Q(party_size__gte=1), name="booking_party_size_positive"),
            models.CheckConstraint(condition=Q(places__gte=1), name="booking_places_positive"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="booking_ends_after_start"),
        ]
        indexes = [
            models.Index(fields=["store", "visit_date", "starts_at"], name="booking_store_day"),
            models.Index(fields=["store", "starts_at"], name="booking_store_starts_at"),
            # All stores' visits of a time, which monitoring counts.
            models.Index(fields=["starts_at"], name="booking_starts_at"),
            # One customer's visits, over all stores. Whole, not partial: SQLite cannot tell that a statement with
            # parameters asks for a part.
            models.Index(fields=["phone", "starts_at"], name="booking_phone_starts_at"),
            models.Index(Lower("email"), "starts_at", name="booking_email_starts_at"),
            # What the nightly retention rule looks for.
            models.Index(fields=["store", "ends_at"], name="booking_kept", condition=Q(erased_at__isnull=True)),
            models.Index(fields=["store", "client_digest"], name="booking_store_client"),
            models.Index(fields=["answer_until"], name="booking_answer", condition=Q(answer_until__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_at_busy_time(self) -> bool:
        """Whether the calendar of its desk says busy then; False unless the query annotated it, by `AT_BUSY_TIME`."""
        return bool(getattr(self, "at_busy_time", False))

    @property
    def desk_kept(self) -> str:
        """The slug of the desk that a reschedule by the customer keeps; "" for any.

        Also where that desk is gone, or where the wished language is not spoken there any more.
        """
        if not self.desk_was_chosen or not self.desk.is_active:
            return ""
        is_spoken = not self.language or self.language in self.desk.languages.split(",")
        return self.desk.slug if is_spoken else ""


class Hold(TakesTime):
    """Places kept for a few minutes while a customer types. It stops counting at `expires_at` even without a worker."""

    public_id = models.CharField(max_length=22)  # unique by a constraint, as a booking's reference
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="holds", db_index=False)
    desk = models.ForeignKey(Desk, on_delete=models.CASCADE, related_name="holds", db_index=False)
    visit_type = models.ForeignKey(VisitType, on_delete=models.CASCADE, related_name="holds", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    party_size = models.PositiveSmallIntegerField()
    places = models.PositiveSmallIntegerField()
    desk_was_chosen = models.BooleanField(default=False)
    expires_at = models.DateTimeField()
    extensions = models.PositiveSmallIntegerField(default=0)
    # Whom of the waiting list these places are offered to: one hold for each of them at most, whoever makes it.
    offered_to = models.OneToOneField(
        "WaitingListEntry", on_delete=models.CASCADE, null=True, blank=True, related_name="hold"
    )
    # The client that keeps them, as keyed digests of its networks, narrow to wide.
    client_digest = models.CharField(max_length=32, blank=True)
    home_digest = models.CharField(max_length=32, blank=True)
    site_digest = models.CharField(max_length=32, blank=True)
    # Whose visit the store had to give up, and who may have this time instead.
    kept_for = models.ForeignKey(
        Booking, on_delete=models.CASCADE, null=True, blank=True, related_name="kept_times", db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["public_id"], name="hold_public_id_once")]
        indexes = [
            models.Index(fields=["kept_for"], name="hold_kept_for", condition=Q(kept_for__isnull=False)),
            models.Index(fields=["store", "expires_at"], name="hold_store_expires_at"),
            models.Index(fields=["site_digest", "expires_at"], name="hold_site_expires_at"),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.starts_at:%Y-%m-%dT%H:%MZ} until {self.expires_at:%H:%M:%SZ}"


class EventKind(models.TextChoices):
    BOOKED = "booked", _("booked")
    RESCHEDULED = "rescheduled", _("moved")
    CANCELLED = "cancelled", _("cancelled")
    ATTENDANCE_CONFIRMED = "attendance_confirmed", _("will come")
    SAID_LATE = "said_late", _("will be late")
    CHECKED_IN = "checked_in", _("arrived")
    STARTED = "started", _("service begun")
    COMPLETED = "completed", _("done")
    NO_SHOW = "no_show", _("did not come")
    UNDONE = "undone", _("undone")
    NOTIFIED = "notified", _("told of new hours")
    PHONED = "phoned", _("phoned")
    ERASED = "erased", _("erased")
    CONTACT_CORRECTED = "contact_corrected", _("phone or e-mail corrected")
    TEXTS_STOPPED = "texts_stopped", _("wants no text messages")
    TEXTS_RESUMED = "texts_resumed", _("wants text messages again")
    TEXTED_AT_NIGHT = "texted_at_night", _("text message sent at night")


class Actor(models.TextChoices):
    CUSTOMER = "customer", _("customer")
    STAFF = "staff", _("staff")
    SYSTEM = "system", _("system")


class BookingEvent(models.Model):
    """One line of a booking's history: only ever added, without personal data."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(max_length=20, choices=EventKind)
    at = models.DateTimeField()  # when it was recorded
    happened_at = models.DateTimeField()  # when it happened, as an offline tablet tells it
    actor = models.CharField(max_length=8, choices=Actor)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    from_status = models.CharField(max_length=10, choices=Status, blank=True)
    to_status = models.CharField(max_length=10, choices=Status)
    from_starts_at = models.DateTimeField(null=True, blank=True)
    to_starts_at = models.DateTimeField(null=True, blank=True)
    # Names one tap on a tablet, so that sending it again changes nothing.
    action_id = models.UUIDField(null=True, blank=True, default=None)
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["action_id"], name="event_action_once", condition=Q(action_id__isnull=False)
            )
        ]
        indexes = [
            models.Index(fields=["booking", "at"], name="event_booking_at"),
            models.Index(fields=["user"], name="event_user", condition=Q(user__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.kind}"
