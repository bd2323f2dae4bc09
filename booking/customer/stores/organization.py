"""The pages of organizations: the stores of a town or a chain as a list and a map, and all organizations."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import now as clock_now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from booking.customer.stores.store_cards import StoreCard
from booking.customer.stores.store_list import StoreList
from booking.formats.store_map import Drawing, MapPoint, Mark, draw
from booking.web.read_ahead import let_read_ahead
from booking.web.rendering import customer_page
from booking.web.replica import may_lag
from stores.models import OrganizationKind
from stores.queries import organization_detail, organizations

ORGANIZATIONS_MAX = 500


@dataclass(frozen=True, slots=True)
class MarkLink:
    """A mark on the map: its text, its label, its link."""

    x: int
    y: int
    text: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class StoreMap:
    drawing: Drawing
    marks: tuple[MarkLink, ...]
    scale: str
    has_clusters: bool


@require_safe
@may_lag
def organization(request: HttpRequest, organization: str) -> HttpResponse:
    """Show the stores of a town or chain."""
    found = organization_detail(organization)
    if found is None:
        raise Http404
    stores = StoreList(
        request, url=reverse("organization", args=[found.slug]), now=clock_now(), organization=found.slug
    )
    context = {
        **stores.context,
        "organization": found,
        "is_town": found.kind == OrganizationKind.TOWN,
        "is_numbered": True,
        "map": store_map(stores.cards),
    }
    return let_read_ahead(
        customer_page(request, "stores/organization", context, status=400 if stores.problems else 200)
    )


@require_safe
@may_lag
def all_organizations(request: HttpRequest) -> HttpResponse:
    """Show all towns and chains that have stores."""
    return let_read_ahead(
        customer_page(request, "stores/organizations", {"organizations": organizations(limit=ORGANIZATIONS_MAX)})
    )


def store_map(cards: Sequence[StoreCard]) -> StoreMap | None:
    """Return the map of the stores on a page, numbered like its list; none without any store."""
    drawing = draw([MapPoint(card.number, card.store.latitude, card.store.longitude) for card in cards])
    if drawing is None:
        return None
    by_number = {card.number: card for card in cards}
    marks = tuple(_mark_link(mark, [by_number[number] for number in mark.numbers]) for mark in drawing.marks)
    return StoreMap(drawing, marks, _stretch(drawing.scale_meters), len(marks) < len(cards))


def _mark_link(mark: Mark, cards: Sequence[StoreCard]) -> MarkLink:
    """Return the mark with its link: to the store, or for several stores, to the first of them on the list."""
    first, *others = cards
    if not others:
        label = _("{number}: {name}").format(number=first.number, name=first.store.name)
        return MarkLink(mark.x, mark.y, str(first.number), label, reverse("store", args=[first.store.slug]))
    names = ", ".join(f"{card.number} {card.store.name}" for card in cards)
    count = len(cards)
    label = ngettext("{count} store: {names}", "{count} stores: {names}", count).format(count=count, names=names)
    return MarkLink(mark.x, mark.y, f"{count}×", label, f"#store-{first.number}")


def _stretch(meters: int) -> str:
    return f"{meters} m" if meters < 1000 else f"{meters // 1000} km"
