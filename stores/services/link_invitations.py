"""Invitations by link: whoever has the link joins, as a new user or with the user name they have.

Why so: docs/decisions/0061-people-join-by-their-own-consent.md.
"""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from stores.models import LinkInvitation, Role, Store, StoreMembership
from stores.services.changes import record_change
from stores.services.people import person_named
from stores.services.values import BadValue

LINK_OPENS_FOR = timedelta(days=7)
LINKS_MAX = 20  # open at once, of one store


class InvitationOver(Exception):
    """The invitation was used, withdrawn or replaced, or its time is over."""


def link_invitations_at(*, store: Store, now: datetime) -> tuple[LinkInvitation, ...]:
    """Return a store's invitations that are open, the newest first."""
    return tuple(_open(now).filter(store=store).order_by("-created_at", "-pk"))


def link_invitation(*, number: int, now: datetime) -> LinkInvitation | None:
    """Return an open invitation with its store and its manager; None if there is none of this number."""
    return _open(now).filter(pk=number).select_related("store", "user").first()


@transaction.atomic
def invite_by_link(
    *, store: Store, name: str, email: str, role: Role, language: str, user: User, now: datetime
) -> LinkInvitation:
    """Invite somebody by a link that opens for seven days. Raises BadValue if too many are open."""
    if _open(now).filter(store=store).count() >= LINKS_MAX:
        raise BadValue("name", "too_many_invited")
    made = LinkInvitation.objects.create(
        store=store, user=user, name=name, email=email, role=role, language=language, created_at=now
    )
    _record(made, user=user, now=now, after={"invited_as": role})
    return made


@transaction.atomic
def renew_link(*, store: Store, number: int, user: User, now: datetime) -> LinkInvitation | None:
    """Give an invitation a new link for another seven days, by this manager; None if it is no longer open."""
    found = _locked(store, number, now=now)
    if found is not None:
        found.number, found.user, found.created_at = found.number + 1, user, now
        found.save(update_fields=["number", "user", "created_at"])
        _record(found, user=user, now=now, before={"has_new_link": False}, after={"has_new_link": True})
    return found


@transaction.atomic
def withdraw_link(*, store: Store, number: int, user: User, now: datetime) -> bool:
    """Withdraw an invitation; tell whether it was open."""
    found = _locked(store, number, now=now)
    if found is None:
        return False
    found.delete()
    _record(found, user=user, now=now, before={"invited_as": found.role}, after={})
    return True


@transaction.atomic
def join_as_new_user(
    *, invitation: LinkInvitation, username: str, password: str, name: str, email: str, now: datetime
) -> User:
    """Make a new user by an invitation, a member of its store, and return it.

    Raises InvitationOver, BadValue if the user name is taken, and ValidationError for a name or a password that cannot
    be used.
    """
    _use(invitation, now=now)
    person, is_new = person_named(username, password=password, now=now)
    if not is_new:
        raise BadValue("username", "taken")
    person.first_name, person.email = name, email
    person.save(update_fields=["first_name", "email"])
    _join(invitation, person, now=now)
    return person


@transaction.atomic
def join_as_user(*, invitation: LinkInvitation, user: User, now: datetime) -> None:
    """Make a user a member of an invitation's store; a member there keeps their role. Raises InvitationOver."""
    _use(invitation, now=now)
    _join(invitation, user, now=now)


def forget_link_invitations(*, now: datetime) -> int:
    """Delete the invitations whose time is over; return how many."""
    deleted, _each = LinkInvitation.objects.filter(created_at__lte=now - LINK_OPENS_FOR).delete()
    return deleted


def _open(now: datetime) -> QuerySet[LinkInvitation]:
    return LinkInvitation.objects.filter(created_at__gt=now - LINK_OPENS_FOR)


def _locked(store: Store, number: int, *, now: datetime) -> LinkInvitation | None:
    found = _open(now).select_for_update(of=("self",)).filter(pk=number, store=store).first()
    if found is not None:
        found.store = store
    return found


def _use(invitation: LinkInvitation, *, now: datetime) -> None:
    """Take an invitation away; of two people who use it at once, the second finds it gone. Raises InvitationOver."""
    gone, _each = _open(now).filter(pk=invitation.pk, number=invitation.number).delete()
    if not gone:
        raise InvitationOver


def _join(invitation: LinkInvitation, person: User, *, now: datetime) -> None:
    made, is_new = StoreMembership.objects.get_or_create(
        store=invitation.store, user=person, defaults={"role": invitation.role}
    )
    if is_new:
        record_change(
            store=invitation.store, user=person, what="member", subject=person.username,
            before={"invited_as": invitation.role}, after={"role": made.role}, now=now,
        )  # fmt: skip


def _record(
    invitation: LinkInvitation, *, user: User, now: datetime, after: dict[str, object],
    before: dict[str, object] | None = None,
) -> None:  # fmt: skip
    record_change(
        store=invitation.store, user=user, what="member", subject=invitation.name,
        before=before or {}, after=after, now=now,
    )  # fmt: skip
