"""The frame of every request: its line in the log, trusted proxies, and the headers that every answer has.

What is the same for all requests is worked out once, when the process starts.
"""

import ipaddress
import logging
import os
import time
from collections.abc import Callable
from functools import lru_cache

from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from booking.web.durations import note_duration

Handler = Callable[[HttpRequest], HttpResponseBase]
ADDRESSES_KNOWN = 4096
_CSP = "Content-Security-Policy"
_FRAMES = "X-Frame-Options"
_HSTS = "Strict-Transport-Security"
# Files that are a part of a page and never one themselves, so that what a page may do says nothing of them.
_PARTS = ("text/css", "text/javascript", "image/png")

log = logging.getLogger("booking.web.middleware")


class RequestLog:
    """The request log: one line a request, with the route's pattern; its values may open a booking."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun = time.monotonic()
        response = self.get_response(request)
        seconds = time.monotonic() - begun
        match, method = request.resolver_match, request.method or ""
        note_duration(match.func.__module__ if match else "", seconds)
        facts = {
            "request_id": os.urandom(8).hex(),
            "method": method if method.isalpha() else "?",
            "route": f"/{match.route}" if match else "-",
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
        }
        log.info("request", extra=facts)
        return response


class TrustedProxy:
    """Trusted proxies: only those in TRUSTED_PROXIES are believed about X-Forwarded-For and X-Forwarded-Proto."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.trusted = [ipaddress.ip_network(network, strict=False) for network in settings.TRUSTED_PROXIES]
        self._is_trusted = lru_cache(ADDRESSES_KNOWN)(self._is_in_trusted)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        forwarded = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        request.forwarded_for = forwarded  # type: ignore[attr-defined]  # for the doctor's look at the proxy
        if self._is_trusted(request.META.get("REMOTE_ADDR", "")):
            hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
            while hops and self._is_trusted(hops[-1]):
                hops.pop()
            if hops:
                request.META["REMOTE_ADDR"] = hops[-1]
        else:
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        return self.get_response(request)

    def _is_in_trusted(self, address: str) -> bool:
        if not self.trusted:
            return False
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        if found.version == 6 and found.ipv4_mapped:
            found = found.ipv4_mapped
        return any(found in network for network in self.trusted)


class ResponseHeaders:
    """Headers of every answer, as the settings say; a view that sets one of them, or frees its answer of it, is right.

    Our style sheets and scripts have those alone that say something of them: the others are half a kilobyte a file.

    They are those of Django's SecurityMiddleware and XFrameOptionsMiddleware and of django-csp, and what a page may use
    of a device. No address of ours redirects to HTTPS: a proxy does (decision 42).
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.headers = (
            ("X-Content-Type-Options", "nosniff"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        )
        self.page_headers = (
            ("Referrer-Policy", settings.SECURE_REFERRER_POLICY),
            ("Cross-Origin-Opener-Policy", settings.SECURE_CROSS_ORIGIN_OPENER_POLICY),
            ("Permissions-Policy", settings.PERMISSIONS_POLICY),
        )
        self.policy = build_policy()
        self.hsts = _strict_transport() if settings.SECURE_HSTS_SECONDS else ""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        headers = response.headers
        for name, value in self.headers:
            headers.setdefault(name, value)
        if self.hsts and _HSTS not in headers and request.is_secure():
            headers[_HSTS] = self.hsts
        if not _is_part(request, response):
            self._set_page_headers(response)
        return response

    def _set_page_headers(self, response: HttpResponseBase) -> None:
        headers = response.headers
        for name, value in self.page_headers:
            headers.setdefault(name, value)
        if _FRAMES not in headers and not getattr(response, "xframe_options_exempt", False):
            headers[_FRAMES] = settings.X_FRAME_OPTIONS
        if _CSP not in headers and not self._is_debug_page(response):
            replaced = getattr(response, "_csp_replace", None)
            headers[_CSP] = build_policy(replace=replaced) if replaced else self.policy

    def _is_debug_page(self, response: HttpResponseBase) -> bool:
        """Tell whether Django made this page for developers, with styles and scripts inside."""
        return settings.DEBUG and response.status_code in (404, 500)


def _is_part(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Tell whether an answer is one of our static files that no browser shows by itself."""
    is_static = request.path_info.startswith(settings.STATIC_URL)
    return is_static and response.headers.get("Content-Type", "").partition(";")[0] in _PARTS


def _strict_transport() -> str:
    whole = settings.SECURE_HSTS_INCLUDE_SUBDOMAINS
    parts = [f"max-age={settings.SECURE_HSTS_SECONDS}", *(["includeSubDomains"] if whole else [])]
    return "; ".join([*parts, *(["preload"] if settings.SECURE_HSTS_PRELOAD else [])])
