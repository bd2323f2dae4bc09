"""Entries of the waiting list."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from booking.models.bookings import Booking, Source
from stores.models import Store, VisitType


class WaitingStatus(models.TextChoices):
    WAITING = "waiting", _("waiting")
    OFFERED = "offered", _("a place is offered")
    BOOKED = "booked", _("booked")
    EXPIRED = "expired", _("over")
    LEFT = "left", _("left the list")


class WaitingListEntry(models.Model):
    """A customer who would come on one of these days if a place came free."""

    reference = models.CharField(max_length=8, unique=True)
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="waiting_list")
    visit_type = models.ForeignKey(VisitType, on_delete=models.CASCADE, related_name="waiting_list")
    from_date = models.DateField()  # the store's own days, both included
    to_date = models.DateField()
    party_size = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=7, choices=WaitingStatus, default=WaitingStatus.WAITING)
    source = models.CharField(max_length=7, choices=Source)

    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=20, blank=True)  # E.164
    email = models.EmailField(blank=True)
    locale = models.CharField(max_length=8)
    language = models.CharField(max_length=3, blank=True, default="", db_default="")  # as of a booking
    is_simple = models.BooleanField(default=False)

    client_digest = models.CharField(max_length=32, blank=True)  # as of a booking
    # The same contact waits for the same already. Whoever joined again is told no more than anybody else: it may be
    # a stranger who would like to know. Nothing is offered twice.
    is_repeat = models.BooleanField(default=False)

    # Starts they could have and did not take: free when they joined, or offered and let pass. In minutes since 1970;
    # one that somebody else takes is dropped, as it may come free for them then.
    known_starts = models.JSONField(default=list)
    offers = models.PositiveSmallIntegerField(default=0)
    missed_offers = models.PositiveSmallIntegerField(default=0)
    offered_at = models.DateTimeField(null=True, blank=True)  # this and the next: of the last offer
    offered_start = models.DateTimeField(null=True, blank=True)
    booking = models.OneToOneField(
        Booking, on_delete=models.SET_NULL, null=True, blank=True, related_name="waiting_list_entry"
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(party_size__gte=1), name="waiting_party_size_positive"),
            models.CheckConstraint(condition=Q(to_date__gte=F("from_date")), name="waiting_days_in_order"),
        ]
        # Whole, not partial: SQLite cannot tell that a statement with parameters asks for a part.
        indexes = [
            models.Index(fields=["store", "status", "created_at"], name="waiting_store_oldest_first"),
            models.Index(fields=["status", "store"], name="waiting_status_store"),
        ]

    def __str__(self) -> str:
        return self.reference
