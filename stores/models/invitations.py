"""Invitations to work at a store."""

from django.db import models

from stores.models.store import Role, Store


class StoreInvitation(models.Model):
    """A user name that was asked to join a store. The inviting manager does not learn whether it exists."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="invitations")
    username = models.CharField(max_length=150, db_index=True)
    role = models.CharField(max_length=7, choices=Role)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "username"], name="one_invitation_a_name_and_store")]

    def __str__(self) -> str:
        return f"{self.username}@{self.store_id}"
