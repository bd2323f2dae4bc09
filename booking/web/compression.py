"""Compression of answers: pages by brotli where the browser takes it, everything else as Django does."""

import re
from secrets import randbelow, token_bytes

import brotli
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

SHORTEST = 200  # bytes; nothing shorter is compressed, as in Django's own middleware
QUALITY = 5  # takes about as long as gzip
_BROTLI = re.compile(r"\bbr\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")
_RANDOM_BYTES = 100


class Compression(GZipMiddleware):
    """Compression by brotli, which makes a page smaller than gzip, wherever the browser says that it takes it."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress an answer for its reader; what is compressed already stays as it is."""
        if not isinstance(response, HttpResponse) or not self._is_for_brotli(request, response):
            gzipped: HttpResponseBase = super().process_response(request, response)
            return gzipped
        patch_vary_headers(response, ("Accept-Encoding",))
        response.content = compress(response.content)
        response.headers["Content-Length"] = str(len(response.content))
        response.headers["Content-Encoding"] = "br"
        etag = response.headers.get("ETag", "")
        if etag.startswith('"'):
            response.headers["ETag"] = f"W/{etag}"
        return response

    def _is_for_brotli(self, request: HttpRequest, response: HttpResponse) -> bool:
        return (
            response.headers.get("Content-Type", "").startswith("text/html")
            and "Content-Encoding" not in response.headers
            and len(response.content) >= SHORTEST
            and _BROTLI.search(request.META.get("HTTP_ACCEPT_ENCODING", "")) is not None
        )


def compress(content: bytes) -> bytes:
    """Return the content in brotli, up to a hundred bytes longer than it needs to be.

    Whoever sees the length of many answers could else guess what is secret in a page that repeats their own words
    (BREACH); Django lengthens what it compresses in the same way.
    """
    compressor = brotli.Compressor(mode=brotli.MODE_TEXT, quality=QUALITY)
    parts = (
        compressor.process(content),
        compressor.flush(),
        _skipped(1 + randbelow(_RANDOM_BYTES)),
        compressor.finish(),
    )
    return b"".join(parts)


def _skipped(length: int) -> bytes:
    """Return a block of 1 to 256 bytes that readers skip (RFC 7932, section 9.2). It must follow a flush."""
    head = 0b01_0_11_0 | (length - 1) << 6  # not the last one, without data, a bit of no use, a byte for the length
    return head.to_bytes(2, "little") + token_bytes(length)
