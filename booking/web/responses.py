"""Responses: files that may be cached, pages that may not, and redirects after a form."""

from hashlib import sha256
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.http.response import HttpResponseBase


def kept_file(request: HttpRequest, content: bytes, content_type: str, *, seconds: int) -> HttpResponse:
    """Return a file that may be cached for so many seconds, or 304 if the cached one is still current.

    Other sites may load it, because these are the files of ours that they show.
    """
    etag = f'"{sha256(content).hexdigest()[:32]}"'
    is_same = etag in request.headers.get("If-None-Match", "")
    response = HttpResponseNotModified() if is_same else HttpResponse(content, content_type=content_type)
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={seconds}"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


SEE_OTHER = 303


def see_other(url: str) -> HttpResponseRedirect:
    """Return a redirect after a POST (303), so that a reload does not send it again."""
    response = HttpResponseRedirect(url)
    response.status_code = SEE_OTHER
    return response


def keep_private(response: HttpResponseBase, *, opened_by_key: bool = False) -> HttpResponseBase:
    """Keep a page out of caches and search engines, unless the page sets its own Cache-Control.

    `opened_by_key` is for pages that a secret in their address opens. No cache keeps them, whatever they set, and no
    other site learns the address. An opened page needs no header for search engines, because none has its key.
    """
    if opened_by_key:
        response["Cache-Control"] = "no-store, private"
        response["Referrer-Policy"] = "no-referrer"
        if response.status_code == HTTPStatus.OK:
            return response
    response.headers.setdefault("Cache-Control", "no-store, private")
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
