"""Pages of the e-mails about new bookings: a member chooses them for each store, and ends them by their link."""

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now as clock_now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from booking import limits
from booking.messages.booking_notices import choose_notice, notices_of
from booking.models import BookingNotice, NoticePace
from booking.staff.access import signed_in
from booking.staff.setup.invitations import staff_language
from booking.tokens import claimed_number, is_booking_notice_token
from booking.web.responses import keep_private, see_other


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(come_back="staff-notices")
def notices(request: HttpRequest, user: User) -> HttpResponseBase:
    """Choose for each store whether to be told of new bookings, and how often."""
    chosen = notices_of(user)
    if request.method == "POST" and user.email:
        for store, present in chosen:
            pace = request.POST.get(f"pace-{store.slug}", present)
            if pace != present and pace in ("", *NoticePace.values):
                choose_notice(
                    store=store, user=user, pace=NoticePace(pace) if pace else None,
                    language=staff_language(), now=clock_now(),
                )  # fmt: skip
        return see_other(f"{reverse('staff-account')}?done=details")
    return render(request, "staff/account/notices.html", {"chosen": chosen})


# The token in the address is the proof: mail programs send the POST of RFC 8058 themselves, without page or cookie.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def end_by_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask whether to end the notices, by one button: mail servers follow links by themselves. Raises RateLimited."""
    limits.refuse_wrong_tokens(request)
    notice = _notice(token)
    if notice is None:
        # The link stands in many e-mails, and is used again after the notices have ended, by mail programs that share
        # an address with many members: no wrong token of a thief, who could not guess one and would open nothing.
        is_ended = claimed_number(token) is not None
        if not is_ended:
            limits.wrong_token(request)
        context: dict[str, object] = {"is_ended": is_ended}
        return keep_private(render(request, "staff/account/notices_end.html", context, status=404))
    if request.method == "POST":
        choose_notice(store=notice.store, user=notice.user, pace=None, language="", now=clock_now())
        return keep_private(render(request, "staff/account/notices_end.html", {"is_ended": True, "store": None}))
    return keep_private(render(request, "staff/account/notices_end.html", {"notice": notice}))


def _notice(token: str) -> BookingNotice | None:
    number = claimed_number(token)
    found = BookingNotice.objects.filter(pk=number).select_related("store", "user").first() if number else None
    return found if found is not None and is_booking_notice_token(found.pk, found.user_id, token) else None
