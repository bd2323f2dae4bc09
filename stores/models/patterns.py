"""Parts of an organization's pattern that stores took over."""

from django.db import models

from stores.models.store import Organization, Store


class PatternTaken(models.Model):
    """One part of the set-up as a store last took it. A store that still has it unchanged follows the pattern."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    part = models.CharField(max_length=20)
    value = models.JSONField()
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "store", "part"], name="pattern_taken_once")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.part}"
