"""Find a store: by name, town or postal code, or the nearest where the browser shares its position."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from booking.forms import Problem
from stores.queries import BadCursor, StoresPage, stores_page

PAGE_SIZE = 12
QUERY_MAX = 100


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Show the stores that fit what was typed; without anything typed, all of them, a page at a time."""
    query = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:QUERY_MAX]
    near_text, cursor = request.GET.get("near", ""), request.GET.get("cursor", "")
    near = read_position(near_text)
    problems = []
    if near_text and near is None:
        problems.append(Problem(_("This position could not be read. Search by town or postal code instead."), "id_q"))
    try:
        page = stores_page(q=query, near=near, page_size=PAGE_SIZE, cursor=cursor)
    except BadCursor:
        problems.append(Problem(_("This page of the list does not exist. Here is the first one."), "id_q"))
        page, cursor = stores_page(q=query, near=near, page_size=PAGE_SIZE), ""
    context = {
        "q": query,
        "near": near,
        "page": page,
        "is_first_page": not cursor,
        "problems": problems,
        "next_url": _next_url(page, q=query, near=near_text if near else ""),
        "first_url": f"{reverse('find')}?{urlencode(_given(q=query, near=near_text if near else ''))}",
    }
    return render(request, "customer/find.html", context, status=400 if problems else 200)


def read_position(text: str) -> tuple[float, float] | None:
    """Return latitude and longitude from "46.32,-0.46"; None for anything else."""
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        return None
    is_on_earth = -90 <= latitude <= 90 and -180 <= longitude <= 180  # neither holds for "nan"
    return (latitude, longitude) if is_on_earth else None


def _next_url(page: StoresPage, **given: str) -> str:
    if page.next_cursor is None:
        return ""
    return f"{reverse('find')}?{urlencode({**_given(**given), 'cursor': page.next_cursor})}"


def _given(**parameters: str) -> dict[str, str]:
    return {name: value for name, value in parameters.items() if value}


urlpatterns = [path("", find, name="find")]
