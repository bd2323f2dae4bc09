"""Feedback: what customers answer after their visit, and the counts that stay when their answers are erased."""

from django.db import models

from booking.models.bookings import Booking
from stores.models import Store, VisitType

WORDS_LONGEST = 500


class FeedbackAnswer(models.TextChoices):
    """The answers to "Did the visit give you what you came for?"; `booking.bookings.feedback` has their words."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Feedback(models.Model):
    """What one customer answered after their visit; it is deleted when the customer is erased."""

    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="feedback")
    day = models.DateField()  # the store's own day on which they were asked: their answer is counted there
    answer = models.CharField(max_length=6, choices=FeedbackAnswer)
    words = models.CharField(max_length=WORDS_LONGEST, blank=True)  # to the store alone
    answered_at = models.DateTimeField()
    wrote_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.booking_id} {self.answer}"


class FeedbackOptOut(models.Model):
    """An e-mail address, as a keyed digest, that wants no questions after visits to a store."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False)
    address_digest = models.CharField(max_length=32)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "address_digest"], name="feedback_opt_out_once")]

    def __str__(self) -> str:
        return str(self.pk)


class FeedbackDay(models.Model):
    """How many customers who were asked on a day, after visits of a kind, gave an answer. It tells of no person."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    visit_type = models.ForeignKey(VisitType, on_delete=models.CASCADE, related_name="+", db_index=False)
    answer = models.CharField(max_length=6, choices=FeedbackAnswer)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "day", "visit_type", "answer"], name="feedback_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.day} {self.answer}: {self.count}"
