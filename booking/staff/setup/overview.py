"""The overview of the set-up, with a link to change each part."""

from collections.abc import Sequence
from datetime import timedelta

from django.http import HttpRequest, HttpResponseBase
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from booking.formats.absence_wording import absence_in_words
from booking.sending_times import plan_of
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.affected_visits import just_done
from booking.staff.forms.hours import DAYS, hours_line, times_of_day
from booking.staff.obstacle_wording import obstacle_words
from booking.staff.setup.day_sheet import awaited_address
from booking.staff.setup.first_steps import steps_card
from booking.staff.setup.put_back_offers import url_to_put_back
from booking.store_setup.queries import store_setup
from stores.models import Role
from stores.queries import rules_around, setup_changes
from stores.slots import StoreRules

SPECIAL_DAYS_SHOWN = 6
JUST_NOW = timedelta(minutes=1)


def _reminders(days: Sequence[int]) -> str:
    """Return "3 days and 1 day", "" for none."""
    words = [ngettext("{count} day", "{count} days", count).format(count=count) for count in days]
    if len(words) < 2:
        return "".join(words)
    return _("{first} and {last}").format(first=", ".join(words[:-1]), last=words[-1])


def _done_words(at: StaffContext, done: str) -> str:
    """Return what was just done; for members with the name, from the trail."""
    found = setup_changes(store=at.store, what="member", limit=1).changes if done == "members" else ()
    if not found or found[0].username != at.user.username or found[0].at < at.now - JUST_NOW:
        return _("Saved.")
    if not found[0].after:
        return _("{name} works here no more.").format(name=found[0].subject)
    return _("Saved: {name}.").format(name=found[0].subject)


def _closings(at: StaffContext, rules: StoreRules) -> list[str]:
    """Return the closings that come again and are not over, in words."""
    ahead = [one for one in rules.closings if one.last_date is None or one.last_date >= at.today]
    return [absence_in_words(one, today=at.today) for one in sorted(ahead, key=lambda one: (one.first_date, one.id))]


@require_safe
@at_store(need=Role.MANAGER)
def overview(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show the set-up."""
    setup, rules = store_setup(at.store, from_date=at.today), rules_around(at.store.slug, at.now)
    context = {
        "section": "setup",
        "setup": setup,
        "week": [(WEEKDAYS[day], hours_line(times_of_day(setup.weekly, day))) for day in DAYS],
        "special_days": [(one.date, hours_line(one.times)) for one in setup.special_days[:SPECIAL_DAYS_SHOWN]],
        "closings": _closings(at, rules),
        "special_days_more": max(0, len(setup.special_days) - SPECIAL_DAYS_SHOWN),
        "awaited": awaited_address(at),
        "reminders": _reminders(plan_of(at.store).reminder_days),
        "steps_card": steps_card(at, rules),
        "obstacle": obstacle_words(at, rules),
        "done": request.GET.get("done", ""),
        "affected_done": just_done(request, at) if request.GET.get("done") else None,
        "done_words": _done_words(at, request.GET.get("done", "")),
        "put_back_url": url_to_put_back(at) if request.GET.get("done") else "",
    }
    return staff_page(request, at, "staff/setup/overview.html", context)
