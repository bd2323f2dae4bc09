"""Text messages from customers, what staff reply to them, and the question that a number was asked last."""

from django.conf import settings
from django.db import models

from stores.models import Store

LONGEST_TEXT = 500


class TextQuestion(models.Model):
    """What we asked a number by text, until it is answered or too old. No row: nothing is asked."""

    phone_digest = models.CharField(max_length=64, unique=True)
    question = models.CharField(max_length=10)
    subject = models.CharField(max_length=40, blank=True)  # the visit that it is about
    choices = models.JSONField(default=list)  # what a number stands for, in order
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.pk} {self.question}"


class CustomerText(models.Model):
    """One line of a talk by text: what a customer wrote and nobody but a person understands, or what staff replied."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="texts")
    phone = models.CharField(max_length=32)  # in E.164; as the provider names the sender where it is no phone
    name = models.CharField(max_length=120, blank=True)  # as their last visit was booked
    reference = models.CharField(max_length=8, blank=True)  # of the visit that it may be about
    body = models.CharField(max_length=LONGEST_TEXT)
    is_reply = models.BooleanField(default=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)  # when somebody answered it, or said that nothing is to do

    class Meta:
        indexes = [
            models.Index(fields=["store", "at"], name="text_store_at"),
            models.Index(fields=["store", "phone", "at"], name="text_store_phone"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
