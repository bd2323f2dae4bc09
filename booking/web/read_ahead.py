"""Pages read ahead: a browser may ask for a store's page as soon as its link is pressed, before it is let go.

Only pages whose GET keeps and counts nothing are named in the rules: a store's own, and an organization's. The page of
times counts who looked in vain, and a time's link keeps it. Nothing is asked for that nobody pressed, so a slow line
carries nothing in vain. Browsers that know no speculation rules ignore the header.
"""

from django.http import HttpResponse
from django.templatetags.static import static

RULES = "booking/customer/ahead.speculationrules"


def let_read_ahead(response: HttpResponse) -> HttpResponse:
    """Let a page name the rules by which its links to stores and organizations are read ahead; return it."""
    response.headers["Speculation-Rules"] = f'"{static(RULES)}"'
    return response
