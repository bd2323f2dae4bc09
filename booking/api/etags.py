"""ETags: 304 for an answer that the reader already has."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

CACHE_CONTROL = "private, no-cache"


def etag_of(version: str) -> str:
    """Return the ETag of a version; a weak one, because the answer may be compressed or not."""
    return f'W/"{version}"'


def is_known(request: HttpRequest, version: str) -> bool:
    """Tell whether the reader already has this version, by the weak comparison of RFC 9110, 13.1.2."""
    header = request.META.get("HTTP_IF_NONE_MATCH")
    if not header:
        return False
    known = parse_etags(header)
    return known == ["*"] or any(tag.removeprefix("W/") == f'"{version}"' for tag in known)


def not_modified(version: str) -> HttpResponse:
    """Return 304 for a version that the reader already has."""
    return with_etag(HttpResponseNotModified(), version)


def with_etag(response: HttpResponse, version: str) -> HttpResponse:
    """Set the ETag of an answer; caches must ask each time whether it is still valid."""
    response["ETag"] = etag_of(version)
    response["Cache-Control"] = CACHE_CONTROL
    return response
