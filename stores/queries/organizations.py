"""Queries of organizations: towns and chains that gather stores."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from stores.models import Organization, Store


@dataclass(frozen=True, slots=True)
class OrganizationDetail:
    """An organization; `store_count` is counted only for lists of organizations."""

    slug: str
    name: str
    kind: str
    introduction: str = ""
    website: str = ""
    store_count: int = 0


@dataclass(frozen=True, slots=True)
class TownFound:
    """A town that has stores."""

    name: str
    store_count: int


def organization_detail(slug: str) -> OrganizationDetail | None:
    """Return an organization; None if unknown. One SQL statement."""
    row = Organization.objects.filter(slug=slug).values("slug", "name", "kind", "introduction", "website").first()
    return OrganizationDetail(**row) if row else None


def organizations(*, limit: int) -> list[OrganizationDetail]:
    """Return organizations that have stores, by name. One SQL statement."""
    rows = Organization.objects.annotate(store_count=Count("stores")).filter(store_count__gt=0).order_by("name", "slug")
    fields = ("slug", "name", "kind", "introduction", "website", "store_count")
    return [OrganizationDetail(**row) for row in rows.values(*fields)[:limit]]


def organizations_of(slugs: Sequence[str]) -> dict[str, list[OrganizationDetail]]:
    """Return the organizations of each of these stores, by the store's slug. One SQL statement."""
    rows = (
        Store.organizations.through.objects.filter(store__slug__in=slugs)
        .order_by("organization__kind", "organization__name")
        .values_list("store__slug", "organization__slug", "organization__name", "organization__kind")
    )
    found: dict[str, list[OrganizationDetail]] = {}
    for store, slug, name, kind in rows:
        found.setdefault(store, []).append(OrganizationDetail(slug, name, kind))
    return found


def towns(*, limit: int) -> list[TownFound]:
    """Return the towns with the most stores. One SQL statement."""
    rows = Store.objects.exclude(town="").values("town").annotate(count=Count("pk")).order_by("-count", "town")
    return [TownFound(row["town"], row["count"]) for row in rows[:limit]]
