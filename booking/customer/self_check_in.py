"""Self check-in: the page behind the code on a store's door, on which customers say that they are here.

It needs no cookie, and sets one only to show input again that could not be read. It gives nobody any right, and the
answer is the same whether or not a visit is found: nobody learns from it which people are expected.
"""

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now as clock_now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from booking import limits
from booking.arrivals.self_check_in import check_in_at_door
from booking.customer.book.details import AGAIN
from booking.customer.book.way_cookie import forget, keep, way_at
from booking.customer.forms import HereForm
from booking.tokens import is_door_secret
from booking.web.cross_site import refuse_cross_site
from booking.web.rendering import customer_page
from booking.web.responses import keep_private, see_other
from stores.queries import StoreDetail, door_number, store_detail

_DOOR = "d"  # the name of the field, and of the parameter, that holds the secret of the code on the door


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@refuse_cross_site
def here(request: HttpRequest, store: str) -> HttpResponseBase:
    """Ask for a reference, and check its visit in. Raises RateLimited for clients that guess."""
    found = store_detail(store)
    if found is None:
        raise Http404
    if request.method != "POST" and request.GET.get("done"):
        return keep_private(
            customer_page(request, "self_check_in_done", {"store": found, "again_url": _here_url(request)}),
            opened_by_key=True,
        )
    now, is_at_door = clock_now(), _is_at_door(request, found.slug)
    way = way_at(request, f"{found.slug}/here", now=now)
    if request.method != "POST":
        typed = {"who": way.typed.get("who", "")} if request.GET.get("why") == AGAIN else None
        return _ask(request, found, HereForm(typed, is_at_door=is_at_door))
    form = HereForm(request.POST, is_at_door=is_at_door)
    if not form.is_valid():
        response = see_other(_here_url(request, why=AGAIN))
        keep(request, response, replace(way, typed={"who": form.data.get("who", "")}), now=now)
        return keep_private(response, opened_by_key=True)
    if not check_in_at_door(store=found.slug, typed=form.cleaned_data["who"], by_phone=is_at_door, now=now):
        limits.wrong_token(request)
    response = see_other(_here_url(request, done="1"))
    forget(response, way)
    return keep_private(response, opened_by_key=True)


def _is_at_door(request: HttpRequest, store: str) -> bool:
    """Tell whether the visitor has scanned the code that is on the store's door now."""
    said = _said(request)
    return bool(said) and is_door_secret(store, door_number(store), said)


def _said(request: HttpRequest) -> str:
    return (request.POST if request.method == "POST" else request.GET).get(_DOOR, "")


def _here_url(request: HttpRequest, **query: str) -> str:
    """Return the address of this page, with the secret of the code on the door."""
    said = _said(request)
    query |= {_DOOR: said} if said else {}
    url = reverse("here", args=[request.resolver_match.kwargs["store"]])  # type: ignore[union-attr]  # it led here
    return f"{url}?{urlencode(query)}" if query else url


def _ask(request: HttpRequest, store: StoreDetail, form: HereForm) -> HttpResponseBase:
    problems = form.problems()
    context = {"store": store, "form": form, "door": _said(request), "problems": problems}
    return keep_private(
        customer_page(request, "self_check_in", context, status=400 if problems else 200), opened_by_key=True
    )
