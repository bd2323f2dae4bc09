"""A moment asked of who books while far more is booked than usual: their device calculates, or they wait a little."""

from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now as clock_now

from booking.proof_of_work import NUMBER_FIELD, TOKEN_FIELD, Verdict, challenge_in, check, new_challenge
from booking.views.reader import customer_page
from stores.queries import StoreDetail

PRECONDITION_REQUIRED = 428


def moment_page(request: HttpRequest, store: StoreDetail) -> HttpResponse | None:
    """Count a try at a store; return the page that asks for a moment first, or None where the try may go on.

    Everything sent stands in that page and is sent again from there, so nothing typed is lost.
    """
    now = clock_now()
    verdict = check(request.POST.dict(), store.slug, now=now)
    if verdict is Verdict.FINE:
        return None
    kept = challenge_in(request.POST.dict(), store.slug, now=now) if verdict is not Verdict.MISSING else None
    context = {
        "store": store,
        "challenge": kept or new_challenge(store.slug, now=now),
        "is_early": verdict is Verdict.TOO_EARLY,
        "is_crowded": verdict is Verdict.CROWDED,
        "action": request.get_full_path(),
        "sent": [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name not in (TOKEN_FIELD, NUMBER_FIELD)
        ],
    }
    return customer_page(request, "moment", context, status=PRECONDITION_REQUIRED)
