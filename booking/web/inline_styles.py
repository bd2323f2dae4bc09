"""Style sheets within a page: the first page of a visit brings its styles itself, so that nothing else is waited for.

Browsers say where a page was asked from. Whoever comes from elsewhere has mostly none of our files, and on a slow line
a style sheet takes as long to come as the page did. All further pages link the same style sheets, which the first one
lets come once it is there.
"""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.http import HttpRequest

STYLES = Path(__file__).resolve().parent.parent / "static" / "booking" / "css"
NAMES = ("tokens", "base", "customer", "find", "simple")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_AROUND_SIGN = re.compile(r"\s*([{};,])\s*")


def is_first_page(request: HttpRequest) -> bool:
    """Tell whether a browser opens its first page of a visit: by a link elsewhere, a bookmark or a typed address."""
    headers = request.headers
    return (
        headers.get("Sec-Fetch-Dest") == "document"
        and headers.get("Sec-Fetch-Mode") == "navigate"
        and headers.get("Sec-Fetch-Site") in ("none", "cross-site", "same-site")
        and request.method in ("GET", "HEAD")
    )


@cache
def inline_style(name: str) -> str:
    """Return a style sheet of ours as a page contains it, without comments and indentation."""
    css = _COMMENT.sub("", (STYLES / f"{name}.css").read_text())
    return _AROUND_SIGN.sub(r"\1", " ".join(css.split()))


@cache
def style_sources() -> list[str]:
    """Return what a page's policy must allow where the page contains any of these style sheets."""
    digests = [sha256(inline_style(name).encode()).digest() for name in NAMES]
    return ["'self'", *(f"'sha256-{b64encode(digest).decode()}'" for digest in digests)]
