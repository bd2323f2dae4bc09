"""Tickets: turns in a store's line."""

from django.db import models
from django.db.models import Q

from booking.models.bookings import Booking
from stores.models import Desk, Store, VisitType


class Ticket(models.Model):
    """A turn in a store's line: of a walk-in from joining on, of a booked visit from its call on.

    It is forgotten after its day; what came of it stays as a visit.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="tickets")
    visit_date = models.DateField()  # the store's own day
    number = models.PositiveIntegerField(null=True, blank=True)  # of a walk-in's, from 1 each day
    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, null=True, blank=True, related_name="ticket")
    desk = models.ForeignKey(Desk, on_delete=models.CASCADE, related_name="tickets")
    visit_type = models.ForeignKey(VisitType, on_delete=models.CASCADE, related_name="tickets")
    party_size = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=120, blank=True)
    # Left by people who go out meanwhile, for one text when their turn is near.
    phone = models.CharField(max_length=20, blank=True)  # E.164
    locale = models.CharField(max_length=8, default="fr")
    language = models.CharField(max_length=3, blank=True, default="", db_default="")  # that they ask to speak
    told_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    # The visit that was not claimed, and whose place went to this one.
    passed_from = models.ForeignKey(Booking, on_delete=models.SET_NULL, null=True, blank=True, related_name="passed_to")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "visit_date", "number"], name="one_ticket_a_number"),
            models.CheckConstraint(
                condition=Q(number__isnull=False) | Q(booking__isnull=False), name="ticket_of_a_walk_in_or_a_visit"
            ),
        ]
        indexes = [models.Index(fields=["visit_date"], name="ticket_by_day")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.visit_date} {self.number or self.booking_id}"
