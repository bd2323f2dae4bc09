"""Embedding of a store's times: a frame in the shop's own site, without a cookie. A chosen time opens Carillon's page.

The frame asks for no personal data: booking happens outside it, where the address bar shows the site.
"""

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now as clock_now
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from booking.customer.chooser import chooser
from booking.customer.store_lookup import store_or_404
from booking.customer.visit_query import read_visit_query
from booking.web.rendering import customer_page
from booking.web.responses import kept_file
from stores.queries import embed_origins

SCRIPT = Path(__file__).resolve().parent.parent.parent / "static" / "booking" / "customer" / "embed.js"
SCRIPT_SECONDS = 3600


@require_safe
@xframe_options_exempt
def embed(request: HttpRequest, store: str) -> HttpResponse:
    """Show a week of free times in a frame, only on the sites that the store has named.

    The frame is light, unless the site around it says that it follows the visitor's dark mode (`scheme=auto`).
    """
    now = clock_now()
    page = store_or_404(store, now=now)
    rules, detail = page.rules, page.detail
    may_be_dark = request.GET.get("scheme") == "auto"
    context: dict[str, object] = {"store": detail, "rules": rules, "may_be_dark": may_be_dark}
    if rules.visit_types:
        asked = read_visit_query(request.GET, rules)
        own_url = reverse("embed", args=[rules.slug])
        parameters = {**asked.parameters, "scheme": "auto"} if may_be_dark else asked.parameters
        context |= {
            "asked": asked,
            "chooser": chooser(
                rules,
                asked.visit_type,
                party_size=asked.party_size,
                from_date=asked.from_date,
                day=asked.day,
                desk=asked.desk,
                language=asked.language,
                now=now,
            ),
            "minutes": rules.slot_minutes * asked.visit_type.slot_count,
            "hold_url": reverse("book-hold", args=[rules.slug]),
            "week_url": f"{own_url}?{urlencode(parameters)}&",
            "own_url": own_url,
        }
    response = customer_page(request, "stores/embed", context)
    response._csp_replace = {"frame-ancestors": embed_origins(rules.id) or ["'none'"]}  # type: ignore[attr-defined]
    response["Cross-Origin-Resource-Policy"] = "cross-origin"  # needed by a frame in a page that isolates itself
    response["X-Robots-Tag"] = "noindex"  # search engines shall find the store's own page
    return response


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """Return the script that puts the frame into a site: one line there, at an address that never changes."""
    return kept_file(request, SCRIPT.read_bytes(), "text/javascript; charset=utf-8", seconds=SCRIPT_SECONDS)
