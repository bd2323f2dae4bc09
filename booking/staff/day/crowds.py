"""The page about many visits from one connection: managers see them and cancel them with one press."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from booking.bookings.crowd_removal import take_back
from booking.bookings.crowds import Crowd, crowds
from booking.formatting import day_in_words, moment_in_words
from booking.staff.access import StaffContext, at_store, staff_page
from booking.web.forms import FormProblem
from booking.web.responses import see_other
from stores.models import Role


@require_http_methods(["GET", "HEAD", "POST"])
@at_store(need=Role.MANAGER)
def crowds_page(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show which connections booked many visits; cancel all upcoming visits of one."""
    problems = []
    if request.method == "POST":
        digest = request.POST.get("of", "")
        if any(one.digest == digest for one in crowds(store_id=at.store.pk, now=at.now)):
            tell = request.POST.get("tell") == "yes"
            count = take_back(store_id=at.store.pk, digest=digest, tell=tell, user=at.user, now=at.now)
            return see_other(f"{reverse('staff-crowds', args=[at.store.slug])}?done={count}")
        problems = [FormProblem(_("These visits are cancelled already, or were booked more than two days ago."))]
    found = [{"crowd": one, "words": crowd_in_words(one, at)} for one in crowds(store_id=at.store.pk, now=at.now)]
    context = {"section": "day", "crowds": found, "problems": problems, "done": _done(request.GET.get("done", ""))}
    return staff_page(request, at, "staff/day/crowds.html", context, status=409 if problems else 200)


def crowd_in_words(crowd: Crowd, at: StaffContext) -> str:
    """Return how many visits one connection booked, when, and for which days."""
    words = ngettext(
        "{count} visit to come was booked from one connection ({booked}). It takes place: {days}.",
        "{count} visits to come were booked from one connection ({booked}). They take place: {days}.",
        crowd.visits,
    )
    booked = (moment_in_words(moment, at.zone) for moment in (crowd.first_booked_at, crowd.last_booked_at))
    days = (day_in_words(day) for day in (crowd.first_date, crowd.last_date))
    return words.format(count=crowd.visits, booked=_range(*booked), days=_range(*days))


def _range(first: str, last: str) -> str:
    """Return two times or days joined by a dash; a single one where both are the same."""
    return first if first == last else f"{first} – {last}"


def _done(count: str) -> str:
    if not (count.isascii() and count.isdigit() and len(count) <= 9):
        return ""
    return ngettext("{count} visit is cancelled.", "{count} visits are cancelled.", int(count)).format(count=int(count))
