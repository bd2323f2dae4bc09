"""Memberships of organizations."""

from django.conf import settings
from django.db import models

from stores.models.store import Organization


class OrganizationMembership(models.Model):
    """A person who manages every present and future store of an organization."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="organization_memberships"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "organization"], name="one_membership_an_organization")]

    def __str__(self) -> str:
        return f"{self.user_id}@{self.organization_id}"
