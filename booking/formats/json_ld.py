"""Facts about a store or a visit for programs, in a script element of a page or an e-mail."""

import json
from collections.abc import Mapping

from django.utils.safestring import SafeString, mark_safe

# As django.utils.html.json_script writes them: nothing in the block ends it or looks like a tag.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def json_ld(facts: Mapping[str, object]) -> SafeString:
    """Return facts as JSON-LD, safe to stand in a script element."""
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308 -- no < > & is left
