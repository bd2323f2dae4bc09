"""Keys by which programs of others use the staff API, for one store or for all stores of an organization."""

from django.db import models
from django.db.models import Q

from stores.models import Organization, Store

API_KEY_NAME_LONGEST = 60


class ApiKey(models.Model):
    """A key with scopes and an end. Only its digest is kept; the key itself is shown once."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, null=True, blank=True, related_name="api_keys")
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="api_keys"
    )
    name = models.CharField(max_length=API_KEY_NAME_LONGEST)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.CharField(max_length=60)  # "read:day write:bookings"
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)  # when the trail last said that it lacked a scope

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(store__isnull=False) ^ Q(organization__isnull=False),
                name="key_of_a_store_or_an_organization",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.name}"
