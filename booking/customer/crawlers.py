"""robots.txt and the sitemap for search engines, and how a program that reads pages is told from a browser."""

import re
from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from booking.web.replica import may_lag
from booking.web.responses import kept_file
from stores.queries import organization_slugs, store_count, store_slugs

STORES_A_FILE = 5_000
MOST_FILES = 50_000  # the numbers an index may name; no database counts up to every number that an address can hold
KEPT_SECONDS = 3600
_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

# Parameters of a store's pages that lead to nothing new: a search engine would follow every store from week to week.
_PAGES_IN_BETWEEN = ("book", "wait", "share", "poster")
# The pages of a visit are not named: they answer 404 without the customer's key, and a public list would reveal them.
_NO_PAGES = ("/api/", "/embed/", "/staff/", *(f"/s/*/{page}/" for page in _PAGES_IN_BETWEEN))
# The choice of a time as links show it, with a kind of visit at most, and without a day or a week in the address.
_ONE_OF_THEM = ("/s/*/book/$", "/s/*/book/?visit_type=", "/*/s/*/book/$", "/*/s/*/book/?visit_type=")
_OTHER_DAYS = ("/s/*/book/?visit_type=*&", "/*/s/*/book/?visit_type=*&")
_FOR_READERS = ("/*/embed/", "/*/staff/", *(f"/*/s/*/{page}/" for page in _PAGES_IN_BETWEEN))  # with a prefix in front
# Every browser calls itself Mozilla; programs that do so too say what they are. Cubot makes telephones.
_BROWSER = re.compile(r"Mozilla/")
_PROGRAM = re.compile(r"(?<!cu)bot|crawl|spider|slurp|preview|monitor|check|scan|fetch|headless|lighthouse|https?://")
ROBOTS = "User-agent: *\n{rows}\nSitemap: {public_url}/sitemap.xml\n"


def is_browser(user_agent: str) -> bool:
    """Tell whether a request comes from a browser, as far as it says so itself."""
    return bool(_BROWSER.match(user_agent)) and not _PROGRAM.search(user_agent.lower())


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Tell search engines which pages they must not visit."""
    rows = "".join(f"Allow: {pattern}\n" for pattern in _ONE_OF_THEM)
    rows += "".join(f"Disallow: {pattern}\n" for pattern in (*_NO_PAGES, *_FOR_READERS, *_OTHER_DAYS))
    text = ROBOTS.format(public_url=settings.PUBLIC_URL, rows=rows)
    return kept_file(request, text.encode(), "text/plain; charset=utf-8", seconds=KEPT_SECONDS)


@require_safe
@may_lag
def sitemap(request: HttpRequest) -> HttpResponse:
    """List the sitemaps: one of pages beside the stores, one for every few thousand stores."""
    files = ["pages", *(f"stores-{number + 1}" for number in range(-(-store_count() // STORES_A_FILE)))]
    rows = "".join(f"<sitemap><loc>{settings.PUBLIC_URL}/sitemap-{name}.xml</loc></sitemap>" for name in files)
    return _xml(request, f'{_XML}<sitemapindex xmlns="{_SPACE}">{rows}</sitemapindex>')


@require_safe
@may_lag
def pages(request: HttpRequest) -> HttpResponse:
    """List the pages beside the stores."""
    return _xml(request, _url_set(["/", *(f"/o/{slug}/" for slug in organization_slugs())]))


@require_safe
@may_lag
def stores(request: HttpRequest, number: int) -> HttpResponse:
    """List the pages of a few thousand stores, in the order of their slugs."""
    slugs = store_slugs(offset=(number - 1) * STORES_A_FILE, limit=STORES_A_FILE) if 0 < number <= MOST_FILES else []
    if not slugs:
        raise Http404
    return _xml(request, _url_set(f"/s/{slug}/" for slug in slugs))


def _url_set(paths: Iterator[str] | list[str]) -> str:
    """Return a sitemap of pages; slugs contain nothing that needs escaping."""
    rows = "".join(f"<url><loc>{settings.PUBLIC_URL}{one}</loc></url>" for one in paths)
    return f'{_XML}<urlset xmlns="{_SPACE}">{rows}</urlset>'


def _xml(request: HttpRequest, text: str) -> HttpResponse:
    return kept_file(request, text.encode(), "application/xml; charset=utf-8", seconds=KEPT_SECONDS)
