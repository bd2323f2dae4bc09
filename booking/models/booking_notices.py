"""Notices of new bookings, which members of a store may have mailed to them."""

from django.contrib.auth.models import User
from django.db import models

from stores.models import Store


class NoticePace(models.TextChoices):
    AT_ONCE = "at_once"
    TWICE = "twice"  # at noon and at 18:00 by the store's clock


class BookingNotice(models.Model):
    """The wish of a member to be told of a store's new bookings by e-mail.

    `told_id` is the last booking that was looked at for it, `told_at` when that was.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="booking_notices")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="booking_notices")
    pace = models.CharField(max_length=7, choices=NoticePace)
    language = models.CharField(max_length=2)
    told_id = models.BigIntegerField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "user"], name="one_notice_a_member_and_store")]

    def __str__(self) -> str:
        return f"{self.user_id}@{self.store_id} {self.pace}"
