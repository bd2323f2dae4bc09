"""The page that confirms a new address of the day sheet: one button, for readers of its e-mail.

Opening it changes nothing: mail servers follow links by themselves.
"""

from datetime import datetime

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.timezone import now as clock_now
from django.views.decorators.http import require_http_methods

from booking import limits
from booking.links import is_day_sheet_link
from booking.messages.day_sheet_schedule import counts, use_address
from booking.tokens import claimed_number
from booking.web.responses import keep_private, see_other
from stores.models import SetupChange
from stores.queries import DAY_SHEET_ASKED, day_sheet_wish


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask whether the day sheet may be sent to an address, and accept the answer yes. Raises RateLimited."""
    limits.refuse_wrong_tokens(request)
    now = clock_now()
    wish = _wish(token)
    if wish is None:
        limits.wrong_token(request)
        return _page(request, None, now=now)
    if request.method == "POST":
        use_address(wish=wish, now=now)
        wish = _wish(token)  # read again: somebody else may have pressed the button first
        if wish is not None and _is_used(wish):
            return _unseen(see_other(request.path))
    return _page(request, wish, now=now)


def _wish(token: str) -> SetupChange | None:
    """Return the request that a token was made for, None where the token is invalid."""
    number = claimed_number(token)
    wish = day_sheet_wish(number) if number is not None else None
    return wish if wish is not None and is_day_sheet_link(wish, token) else None


def _is_used(wish: SetupChange) -> bool:
    return bool(wish.after[DAY_SHEET_ASKED] == wish.store.day_sheet_email)


def _page(request: HttpRequest, wish: SetupChange | None, *, now: datetime) -> HttpResponseBase:
    """Return the question, or a note that the sheet is already sent there; otherwise a 404 for an invalid link."""
    is_used = wish is not None and _is_used(wish)
    is_asked = wish is not None and not is_used and counts(wish, now=now)
    context: dict[str, object] = {"is_used": is_used, "is_asked": is_asked}
    if wish is not None and (is_used or is_asked):
        context |= {"store_name": wish.store.name, "email": wish.after[DAY_SHEET_ASKED]}
    status = 200 if is_used or is_asked else 404
    return _unseen(render(request, "staff/setup/day_sheet_address.html", context, status=status))


def _unseen(response: HttpResponseBase) -> HttpResponseBase:
    """Keep the page out of caches and search engines, and its address out of other sites' logs."""
    response["Referrer-Policy"] = "no-referrer"
    return keep_private(response)
