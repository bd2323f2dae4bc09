"""What changes organizations: the towns and chains that gather stores."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from stores.models import Organization, OrganizationKind, SetupChange, Store
from stores.services import BadValue, change_line
from stores.words import cleaned


class UnknownStores(LookupError):
    """There are no such stores: their slugs."""

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

    What is None stays as it is, and no store leaves.
    Raises BadValue, UnknownStores.
    """
    if kind not in OrganizationKind.values:
        raise BadValue("kind", "invalid_choice")
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
    return [*said, *_gather(organization, stores, now=now)]


def _check(organization: Organization) -> None:
    try:
        organization.clean_fields()
    except ValidationError as error:
        field, problems = next(iter(error.error_dict.items()))
        raise BadValue(field, str(problems[0].code)) from None


def _gather(organization: Organization, slugs: Sequence[str], *, now: datetime) -> Iterator[str]:
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
    return (f"added {slug} to {organization.slug}" for slug in new)
