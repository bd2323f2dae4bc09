"""The headers that every answer has, whatever it answers and whoever made it."""

import pytest
from django.conf import settings as built
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import override_settings

from booking.web.frame import ResponseHeaders
from tests.factories import make_store

POLICY = {
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": built.PERMISSIONS_POLICY,
    "X-Frame-Options": "DENY",
}
SLUG = "corner-shop-niort"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        (f"/s/{SLUG}/", 200),
        (f"/fr/s/{SLUG}/book/", 200),
        ("/nowhere", 404),
        ("/s/corner\0shop/", 400),
        ("/staff/", 302),
        ("/healthz", 200),
        (f"/api/v1/stores/{SLUG}", 200),
        (f"/api/v1/stores/{SLUG}/availability?visit_type=visit&from=2026-11-24&to=2026-11-24", 200),
        (f"/api/v1/stores/{SLUG}/availability", 400),
        ("/api/v1/nowhere", 404),
        ("/api", 404),
        ("/calendars/nobody.ics", 404),
        ("/webhooks/twilio/status", 405),
    ],
)
def test_every_answer_has_the_headers(client: Client, path: str, status: int) -> None:
    make_store()
    answer = client.get(path)

    assert answer.status_code == status
    assert {name: answer.get(name) for name in HEADERS} == HEADERS
    assert set(answer["Content-Security-Policy"].split("; ")) == POLICY


@pytest.mark.django_db
def test_frame_that_stores_may_show_elsewhere_keeps_its_own_headers(client: Client) -> None:
    make_store(embed_origins="https://shop.example.org")
    answer = client.get(f"/embed/{SLUG}/")

    assert "X-Frame-Options" not in answer
    assert "frame-ancestors https://shop.example.org" in answer["Content-Security-Policy"]
    assert set(answer["Content-Security-Policy"].split("; ")) >= POLICY - {"frame-ancestors 'none'"}


PAGE_HEADERS = {"Referrer-Policy", "Cross-Origin-Opener-Policy", "Permissions-Policy", "X-Frame-Options"}


@pytest.mark.parametrize(
    ("path", "content_type", "is_part"),
    [
        ("/static/booking/css/base.css", "text/css", True),
        ("/static/booking/customer/parts.js", 'text/javascript; charset="utf-8"', True),
        ("/static/booking/staff/arrivals/icon-192.png", "image/png", True),
        ("/static/booking/icon.svg", "image/svg+xml", False),  # a browser shows it as a page
        ("/static/booking/gone.css", "text/html; charset=utf-8", False),
        ("/staff/corner-shop-niort/arrivals/worker.js", "text/javascript", False),  # its policy is the worker's
    ],
)
def test_only_what_is_never_a_page_goes_without_the_headers_of_pages(
    path: str, content_type: str, is_part: bool
) -> None:
    with override_settings(SECURE_HSTS_SECONDS=60):
        answer = framed(RequestFactory().get(path, secure=True), HttpResponse(content_type=content_type))

    sent = {*PAGE_HEADERS, "Content-Security-Policy"} & set(answer.headers)
    assert sent == (set() if is_part else {*PAGE_HEADERS, "Content-Security-Policy"})
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Strict-Transport-Security" in answer


def framed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    answer = ResponseHeaders(lambda _: response)(request)
    assert isinstance(answer, HttpResponse)
    return answer


def test_header_that_a_view_sets_is_left() -> None:
    own = {"Referrer-Policy": "origin", "X-Frame-Options": "SAMEORIGIN", "Permissions-Policy": "x=()"}
    answer = framed(RequestFactory().get("/"), HttpResponse(headers=own))

    assert {name: answer[name] for name in own} == own


@pytest.mark.parametrize(
    ("more", "told"),
    [(False, "max-age=31536000"), (True, "max-age=31536000; includeSubDomains; preload")],
)
def test_browsers_are_told_to_stay_with_https_only_over_https(more: bool, told: str) -> None:
    with override_settings(SECURE_HSTS_SECONDS=31536000, SECURE_HSTS_INCLUDE_SUBDOMAINS=more, SECURE_HSTS_PRELOAD=more):
        plain, safe = (framed(RequestFactory().get("/", secure=secure), HttpResponse()) for secure in (False, True))

    assert "Strict-Transport-Security" not in plain
    assert safe["Strict-Transport-Security"] == told


@pytest.mark.parametrize(("status", "has_policy"), [(404, False), (500, False), (200, True), (403, True)])
def test_pages_for_developers_keep_their_styles(status: int, has_policy: bool) -> None:
    with override_settings(DEBUG=True):
        answer = framed(RequestFactory().get("/"), HttpResponse(status=status))

    assert ("Content-Security-Policy" in answer) is has_policy
