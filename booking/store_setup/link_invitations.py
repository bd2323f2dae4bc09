"""Invitations by link, mailed where there is an address: a manager invites, sends again, withdraws."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from booking.accounts.permissions import is_manager
from booking.message_kinds import Kind
from booking.subjects import Subject
from notifications import outbox
from notifications.content import NewMessage
from notifications.models import Channel
from stores.models import LinkInvitation, Role, Store
from stores.services import invite_by_link, renew_link, withdraw_link
from stores.services.link_invitations import LINK_OPENS_FOR


@transaction.atomic
def invite_somebody(
    *, store: Store, name: str, email: str, role: Role, language: str, user: User, now: datetime
) -> LinkInvitation:
    """Invite somebody to work at a store, and mail the link if there is an address. Raises BadValue."""
    made = invite_by_link(store=store, name=name, email=email, role=role, language=language, user=user, now=now)
    _mail(made, store, now=now)
    return made


@transaction.atomic
def invite_again(*, store: Store, number: int, user: User, now: datetime) -> LinkInvitation | None:
    """Make a new link, which ends the one before, and mail it; None if the invitation is no longer open."""
    found = renew_link(store=store, number=number, user=user, now=now)
    if found is not None:
        _skip(number, now=now)
        _mail(found, store, now=now)
    return found


@transaction.atomic
def withdraw_invitation(*, store: Store, number: int, user: User, now: datetime) -> bool:
    """Withdraw an invitation, whose link opens nothing from now on; tell whether it was open."""
    is_gone = withdraw_link(store=store, number=number, user=user, now=now)
    if is_gone:
        _skip(number, now=now)
    return is_gone


def is_still_meant(invitation: LinkInvitation) -> bool:
    """Tell whether the manager who invites may still do so."""
    return invitation.user.is_active and is_manager(invitation.user, invitation.store)


def _mail(invitation: LinkInvitation, store: Store, *, now: datetime) -> None:
    """Write the e-mail; it counts like those of customers, as nobody knows yet whose address it is."""
    if invitation.email:
        message = NewMessage(
            account=store.slug,
            subject=str(Subject.invitation(invitation.pk)),
            kind=Kind.INVITATION,
            sequence=invitation.number,
            channel=Channel.EMAIL,
            due_at=now,
            not_after=now + LINK_OPENS_FOR,
        )
        outbox.enqueue([message], now=now)


def _skip(number: int, *, now: datetime) -> None:
    outbox.skip_open(subject=str(Subject.invitation(number)), reason="not_wanted", now=now)
