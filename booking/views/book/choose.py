"""When would you like to come: a day and a time."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse

from booking.forms import Problem
from booking.views.book.step import Step, at_store
from booking.views.chooser import chooser
from booking.views.reader import customer_page
from booking.views.ways_on import WaysOn


@at_store
def book(request: HttpRequest, step: Step) -> HttpResponse:
    """Ask when somebody would like to come; by POST, what they typed so far goes along."""
    return choose_page(request, step)


def choose_page(
    request: HttpRequest,
    step: Step,
    *,
    problems: Iterable[Problem] = (),
    ways_on: WaysOn | None = None,
    status: int | None = None,
) -> HttpResponse:
    """Show the times to choose from; what stands in the way on top, with `ways_on` from there."""
    asked = step.asked
    shown = chooser(step.rules, asked.visit_type, party_size=asked.party_size, from_date=asked.from_date, now=step.now)
    context = {
        **step.context([*asked.problems, *problems]),
        "chooser": shown,
        "ways_on": ways_on,
        "alternatives": ways_on.nearest if ways_on else [],
        "sizes": range(1, asked.visit_type.max_party_size + 1),
        "is_chosen": bool(request.GET.get("visit_type")) or len(step.rules.visit_types) == 1,
    }
    return customer_page(request, "choose", context, status=status or asked.status)
