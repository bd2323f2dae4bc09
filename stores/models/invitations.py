"""Invitations to work at a store."""

from django.contrib.auth.models import User
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


class LinkInvitation(models.Model):
    """An invitation to work at a store, for whoever gets its link: by e-mail, or from a manager's hand without `email`.

    The link is derived from the server's key and not stored. A new `number` ends the links before.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="link_invitations")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")  # the manager who invites
    name = models.CharField(max_length=150)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=7, choices=Role)
    language = models.CharField(max_length=2)  # of the e-mail
    number = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_index=True)  # of the link that opens now

    def __str__(self) -> str:
        return f"{self.pk}@{self.store_id}"


class GivenPassword(models.Model):
    """A password that a manager chose for somebody: its owner chooses another one before the pages let them in."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="given_password")
    given_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id}"
