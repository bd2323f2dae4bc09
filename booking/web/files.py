"""Files that are made on the server and may be kept by browsers: each with an ETag of what is in it."""

from hashlib import sha256

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified


def kept_file(request: HttpRequest, content: bytes, content_type: str, *, seconds: int) -> HttpResponse:
    """Return a file that may be kept for so many seconds, or say that the one at hand is still right.

    Other sites may load it: such files are what they show of ours.
    """
    etag = f'"{sha256(content).hexdigest()[:32]}"'
    is_same = etag in request.headers.get("If-None-Match", "")
    response = HttpResponseNotModified() if is_same else HttpResponse(content, content_type=content_type)
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={seconds}"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
