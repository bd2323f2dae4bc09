"""The page behind the link of an e-mail after a visit: customers end its questions by one press, or bring them back."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.timezone import now as clock_now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from booking import limits
from booking.bookings.feedback_opt_outs import is_feedback_stopped, resume_feedback, stop_feedback
from booking.tokens import read_feedback_end_token
from booking.web.rendering import customer_page
from booking.web.responses import keep_private, see_other
from stores.models import Store

_STOP, _RESUME = "stop", "resume"


# The token in the address is the proof: mail programs send the POST of RFC 8058 themselves, without page or cookie.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def feedback_end(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask whether to end the questions, by one button: mail servers follow links by themselves. Raises RateLimited."""
    limits.refuse_wrong_tokens(request)
    named = read_feedback_end_token(token)
    store = Store.objects.filter(pk=named[0]).first() if named else None
    if named is None or store is None:
        if named is None:
            limits.wrong_token(request)
        return keep_private(customer_page(request, "feedback_link_ended", status=404), opened_by_key=True)
    digest = named[1]
    if request.method == "POST":
        wish = request.POST.get("questions", "")
        if wish == _RESUME:
            resume_feedback(store=store, address_digest=digest)
        else:
            stop_feedback(store=store, address_digest=digest, now=clock_now())
        if wish:
            return see_other(f"{request.path}?done=1")
    is_stopped = is_feedback_stopped(store_id=store.pk, address_digest=digest)
    context = {"store": store, "is_stopped": is_stopped, "is_resumed": bool(request.GET.get("done")) and not is_stopped}
    return keep_private(customer_page(request, "feedback_end", context), opened_by_key=True)
