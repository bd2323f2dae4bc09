"""Members of a store."""

from datetime import datetime
from enum import StrEnum

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from stores.locks import lock_user_names
from stores.models import GivenPassword, Role, Store, StoreMembership
from stores.queries import user_named_like
from stores.services.changes import record_change
from stores.services.invitations import invite
from stores.services.values import BadValue


class MembershipResult(StrEnum):
    """What `add_member` did."""

    CREATED = "created"  # a new user
    ADDED = "added"  # an existing user became a member of one more store
    CHANGED = "changed"  # a member got a different role
    UNCHANGED = "unchanged"
    INVITED = "invited"  # invited by a manager who does not learn whether the user exists


@transaction.atomic
def add_member(
    *,
    store: Store,
    username: str,
    role: Role,
    password: str | None,
    user: User | None,
    now: datetime,
    asks: bool = False,
    is_from_file: bool = False,
) -> MembershipResult:
    """Make a person a member of a store, or change their role; `user` makes the change.

    With `asks`, existing users join only by their own consent: they are invited. A name without a password is invited
    too, whether or not a user has it.

    `password` is only for a new user, who with `asks` or `is_from_file` chooses another one at the first sign-in; an
    existing user keeps theirs. Raises django's ValidationError for a name or password that cannot be used, BadValue if
    a new user has no password, or if a manager would leave the store without any manager; commands on the server may
    do so.
    """
    list(store.memberships.select_for_update(of=("self",)))  # two managers who demote each other wait for each other
    username = User.normalize_username(username)
    if asks and _is_to_be_asked(store, username, has_password=bool(password)):
        invite(store=store, username=username, role=role, user=user, now=now)
        return MembershipResult.INVITED
    person, is_new_user = person_named(username, password=password, now=now)
    username = person.username
    if is_new_user and (asks or is_from_file):  # a manager, or whoever has the file, knows the password
        GivenPassword.objects.create(user=person, given_at=now)
    joined = MembershipResult.CREATED if is_new_user else MembershipResult.ADDED
    membership, is_new = StoreMembership.objects.get_or_create(store=store, user=person, defaults={"role": role})
    before = {} if is_new else {"role": membership.role}
    if not is_new and membership.role != role:
        joined = MembershipResult.CHANGED
        _give_role(membership, role, may_be_last=user is None)
    after = {"role": role}
    line = record_change(store=store, user=user, what="member", subject=username, before=before, after=after, now=now)
    return joined if line else MembershipResult.UNCHANGED


def _give_role(membership: StoreMembership, role: Role, *, may_be_last: bool) -> None:
    """Change a member's role. Raises BadValue for the last manager's, unless a store may be left without any."""
    was_manager = membership.role == Role.MANAGER
    if was_manager and not may_be_last and not _other_managers(membership.store, membership).exists():
        raise BadValue("role", "last_one")
    membership.role = role
    membership.save(update_fields=["role"])


def _is_to_be_asked(store: Store, username: str, *, has_password: bool) -> bool:
    known = user_named_like(username)
    if known is not None and store.memberships.filter(user=known).exists():
        return False
    return not has_password or known is not None


def person_named(username: str, *, password: str | None, now: datetime) -> tuple[User, bool]:
    """Return the user with this name, created with `password` if needed, and whether the user is new.

    Names that differ only in case, or in letters that look alike to a reader, are one name. Two requests for a new
    name wait for each other. Raises the errors of add_member.
    """
    username = User.normalize_username(username)
    lock_user_names()
    person = user_named_like(username)
    if person is not None:
        return person, False
    person = User(username=username, date_joined=now)
    person.clean_fields(exclude=["password"])
    if not password:
        raise BadValue("password", "required")
    validate_password(password, person)
    person.set_password(password)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:  # somebody else took the name at this very moment
        raise BadValue("username", "taken") from None
    return person, True


@transaction.atomic
def remove_member(*, store: Store, username: str, user: User | None, now: datetime) -> bool:
    """End a membership, and tell whether there was one; the user stays. Raises BadValue for the last manager's."""
    memberships = store.memberships.select_for_update(of=("self",)).select_related("user")
    member = {one.user.username: one for one in memberships}.pop(User.normalize_username(username), None)
    if member is None:
        return False
    if member.role == Role.MANAGER and not _other_managers(store, member).exists():
        raise BadValue("username", "last_one")
    member.delete()
    before = {"role": member.role}
    record_change(store=store, user=user, what="member", subject=member.user.username, before=before, after={}, now=now)
    return True


def _other_managers(store: Store, member: StoreMembership) -> QuerySet[StoreMembership]:
    return store.memberships.filter(role=Role.MANAGER, user__is_active=True).exclude(pk=member.pk)
