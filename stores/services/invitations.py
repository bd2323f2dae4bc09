"""Invitations: a manager asks a user to join a store, and the user says yes or no."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from stores.models import Role, Store, StoreInvitation, StoreMembership
from stores.queries import folded_name
from stores.services.changes import record_change

INVITED_FOR = timedelta(days=14)


def invitations_of(*, user: User, now: datetime) -> tuple[StoreInvitation, ...]:
    """Return the invitations of a user, by the name of the store."""
    found = StoreInvitation.objects.filter(_is_for(user), created_at__gt=now - INVITED_FOR)
    return tuple(found.select_related("store").order_by("store__name", "pk"))


def _is_for(user: User) -> Q:
    """Return the condition of invitations for a user: a manager may type the name in another case.

    One that names somebody else exactly is theirs, where two were given names in two cases long ago.
    """
    others = User.objects.filter(username=OuterRef("username")).exclude(pk=user.pk)
    alike = Q(username__iexact=user.username)
    if not user.username.isascii():  # SQLite folds no other letters
        alike = Q(username__in=_spellings(user.username))
    return Q(username=user.username) | (Q(~Exists(others)) & alike)


def _spellings(username: str) -> list[str]:
    """Return how the invitations that are not answered yet spell a user name."""
    invited = StoreInvitation.objects.order_by().values_list("username", flat=True).distinct()
    return [spelled for spelled in invited if folded_name(spelled) == folded_name(username)]


def invitations_at(*, store: Store, now: datetime) -> tuple[StoreInvitation, ...]:
    """Return the invitations of a store that are not answered yet, by user name."""
    return tuple(store.invitations.filter(created_at__gt=now - INVITED_FOR).order_by("username"))


@transaction.atomic
def invite(*, store: Store, username: str, role: Role, user: User | None, now: datetime) -> None:
    """Ask the present or future owner of a user name to join. Raises ValidationError for an impossible name."""
    User(username=username).clean_fields(exclude=["password"])
    asked = {"role": role, "created_at": now}
    StoreInvitation.objects.update_or_create(store=store, username=username, defaults=asked)
    record_change(
        store=store, user=user, what="member", subject=username, before={}, after={"invited_as": role}, now=now
    )


@transaction.atomic
def answer_invitation(*, store: str, user: User, accepts: bool, now: datetime) -> bool:
    """Join the store that asked, or decline; False if it did not ask, or too long ago."""
    asked = StoreInvitation.objects.select_for_update(of=("self",)).select_related("store")
    found = asked.filter(_is_for(user), store__slug=store, created_at__gt=now - INVITED_FOR).first()
    if found is None:
        return False
    after = {}
    if accepts:
        made, _is_new = StoreMembership.objects.get_or_create(
            store=found.store, user=user, defaults={"role": found.role}
        )
        after = {"role": made.role}
    found.delete()
    before = {"invited_as": found.role}
    record_change(
        store=found.store, user=user, what="member", subject=user.username, before=before, after=after, now=now
    )
    return True


@transaction.atomic
def take_back_invitation(*, store: Store, username: str, user: User | None, now: datetime) -> bool:
    """Take back an invitation; tell whether there was one."""
    found = {one.username: one for one in store.invitations.all()}.get(username)
    if found is None:
        return False
    found.delete()
    before = {"invited_as": found.role}
    record_change(store=store, user=user, what="member", subject=username, before=before, after={}, now=now)
    return True


def forget_invitations(*, now: datetime) -> int:
    """Delete the invitations that were not answered in time; return how many."""
    deleted, _each = StoreInvitation.objects.filter(created_at__lte=now - INVITED_FOR).delete()
    return deleted
