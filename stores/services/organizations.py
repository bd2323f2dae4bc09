"""Services that change organizations: towns and chains that gather stores."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from stores.models import Organization, OrganizationKind, OrganizationMembership, Role, SetupChange, Store
from stores.services import BadValue, MembershipResult, change_line, person_named
from stores.words import can_be_seen, cleaned

# The first parts of the ids of stores from OpenStreetMap; "place" is for stores without an id there. The ids of an
# organization's table are `slug/id`, so an organization with one of these names could take such stores over.
RESERVED_SLUGS = frozenset({"node", "way", "relation", "place"})


class UnknownStores(LookupError):
    """There are no such stores; the text names their slugs."""

    def __init__(self, slugs: Sequence[str]) -> None:
        super().__init__(", ".join(slugs))
        self.slugs = tuple(slugs)


@transaction.atomic
def save_organization(
    *,
    slug: str,
    name: str,
    kind: str,
    now: datetime,
    introduction: str | None = None,
    website: str | None = None,
    stores: Sequence[str] = (),
) -> list[str]:
    """Make an organization or change it, and let it gather these stores too; return what changed, a line for each.

    Values of None stay unchanged, and no store is removed. Raises BadValue, UnknownStores.
    """
    if kind not in OrganizationKind.values:
        raise BadValue("kind", "invalid_choice")
    if slug.lower() in RESERVED_SLUGS:
        raise BadValue("slug", "reserved")
    found = Organization.objects.select_for_update(no_key=True).filter(slug=slug).first()
    organization = found or Organization(slug=slug, created_at=now)
    wanted = {"name": cleaned(name), "kind": kind, "introduction": introduction, "website": website}
    said = [] if found else [f"created {slug}"]
    for field, value in wanted.items():
        text = None if value is None else cleaned(value)
        if text is not None and getattr(organization, field) != text:
            setattr(organization, field, text)
            if found:
                said.append(f"changed {field} of {slug}")
    _check(organization)
    if said:
        organization.save()
    return [*said, *gather(organization, stores, now=now)]


@transaction.atomic
def add_organization_manager(
    *, organization: Organization, username: str, password: str | None, user: User | None, now: datetime
) -> MembershipResult:
    """Let a person manage every store of an organization. `user` decides it; each store's trail notes it.

    `password` is only for a new user. Raises the errors of add_member.
    """
    person, is_new_user = person_named(username, password=password, now=now)
    _, is_new = OrganizationMembership.objects.get_or_create(
        organization=organization, user=person, defaults={"created_at": now}
    )
    if not is_new:
        return MembershipResult.UNCHANGED
    _tell_stores(organization, person, before={}, after=_as_manager(organization), user=user, now=now)
    return MembershipResult.CREATED if is_new_user else MembershipResult.ADDED


@transaction.atomic
def remove_organization_manager(*, organization: Organization, username: str, user: User | None, now: datetime) -> bool:
    """End a membership of an organization; tell whether there was one. Memberships of single stores stay."""
    memberships = organization.memberships.select_related("user")
    found = memberships.filter(user__username=User.normalize_username(username)).first()
    if found is None:
        return False
    found.delete()
    _tell_stores(organization, found.user, before=_as_manager(organization), after={}, user=user, now=now)
    return True


def _as_manager(organization: Organization) -> dict[str, str]:
    return {"role": Role.MANAGER, "organization": organization.name}


def _tell_stores(
    organization: Organization,
    person: User,
    *,
    before: dict[str, str],
    after: dict[str, str],
    user: User | None,
    now: datetime,
) -> None:
    lines = [
        change_line(store=store, user=user, what="member", subject=person.username, before=before, after=after, now=now)
        for store in organization.stores.only("pk", "slug")
    ]
    SetupChange.objects.bulk_create(line for line in lines if line)


def _check(organization: Organization) -> None:
    if not can_be_seen(organization.name):
        raise BadValue("name", "blank")
    try:
        organization.clean_fields()
    except ValidationError as error:
        field, problems = next(iter(error.error_dict.items()))
        raise BadValue(field, str(problems[0].code)) from None


@transaction.atomic
def gather(organization: Organization, slugs: Sequence[str], *, now: datetime) -> list[str]:
    """Add stores to an organization; return a line for each new one. Raises UnknownStores."""
    known = {store.slug: store for store in Store.objects.filter(slug__in=slugs).only("pk", "slug")}
    unknown = [slug for slug in slugs if slug not in known]
    if unknown:
        raise UnknownStores(unknown)
    gathered = set(organization.stores.filter(slug__in=slugs).values_list("slug", flat=True))
    new = [slug for slug in dict.fromkeys(slugs) if slug not in gathered]
    organization.stores.add(*(known[slug] for slug in new))
    after = {"name": organization.name, "kind": organization.kind}
    lines = [
        change_line(store=known[slug], user=None, what="organization", before={}, after=after, now=now) for slug in new
    ]
    SetupChange.objects.bulk_create(line for line in lines if line)
    return [f"added {slug} to {organization.slug}" for slug in new]
