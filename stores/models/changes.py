"""The trail of a store's set-up: what was changed, when, and by whom. Lines are only added."""

from django.conf import settings
from django.db import models

from stores.models.store import Store

WHAT_LONGEST = 40
SUBJECT_LONGEST = 120
EXACT = "exact"  # the field of `before` and `after` that holds what words cannot say without doubt


class SetupChange(models.Model):
    """One change. Only `stores.services.changes` writes these, in the transaction of the change itself."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="setup_changes")
    at = models.DateTimeField()
    # Null for a command on the server or for the system itself.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    username = models.CharField(max_length=150, blank=True)  # stays when the user is deleted
    what = models.CharField(max_length=WHAT_LONGEST)  # "opening_hours", "desk", "member" ...
    subject = models.CharField(max_length=SUBJECT_LONGEST, blank=True)  # which desk, which date, whose membership
    before = models.JSONField(default=dict)  # the changed fields, as they were; empty where something is new
    after = models.JSONField(default=dict)  # the same fields, as they are; empty where something was removed
    # The moment of the earlier change that this one put back; null for every other change.
    puts_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["store", "-at", "-id"], name="setup_change_by_store"),
            models.Index(fields=["at"], name="setup_change_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.at:%Y-%m-%dT%H:%MZ} {self.what}"
