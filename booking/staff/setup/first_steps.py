"""The first steps of a store: hours, places, visit types, a trial, and the poster for the door; one page each."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from booking.formatting import moment_in_words, visit_type_name
from booking.places.first_free import first_free_of
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.forms.hours import DAYS, hours_line, times_of_day
from booking.store_setup.queries import StoreSetup, store_setup
from stores.models import Role
from stores.queries import rules_around

STEPS = {
    "hours": gettext_lazy("Hours"),
    "places": gettext_lazy("Places"),
    "visits": gettext_lazy("Kinds of visit"),
    "try": gettext_lazy("Try it"),
    "poster": gettext_lazy("Poster"),
}
DONE = "done"
# The user's current step, so that the set-up leads back to it once a change is saved.
SESSION_KEY = "first_steps"


@dataclass(frozen=True, slots=True)
class SetupStep:
    """One step: its question, its current values, their link; `is_missing` means that nothing works without it yet."""

    question: str
    lines: tuple[str, ...]
    change_url: str
    change_words: str
    is_missing: bool = False
    hint: str = ""


@require_safe
@at_store(need=Role.MANAGER)
def start(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show one of the steps, by default the first; "done" ends them and leads to the day."""
    names = list(STEPS)
    asked = request.GET.get("step", "")
    if asked == DONE:
        request.session.pop(SESSION_KEY, None)
        return redirect("staff-day", at.store.slug)
    name = asked if asked in STEPS else names[0]
    number = names.index(name)
    request.session[SESSION_KEY] = f"{at.store.slug}/{name}"
    setup = store_setup(at.store, from_date=at.today)
    address = reverse("staff-setup-start", args=[at.store.slug])
    following = names[number + 1] if number + 1 < len(names) else ""
    context = {
        "section": "setup",
        "steps": [(key, words, index < number) for index, (key, words) in enumerate(STEPS.items())],
        "name": name,
        "number": number + 1,
        "step": _step(name, at, setup),
        "next_url": f"{address}?step={following}" if following else "",
        "done_url": f"{address}?step={DONE}",
        "back_url": f"{address}?step={names[number - 1]}" if number else "",
    }
    return staff_page(request, at, "staff/setup/first_steps.html", context)


def start_going_on(request: HttpRequest, at: StaffContext) -> str:
    """Return where the first steps of this store continue, "" where the user is not in them."""
    store, _slash, name = str(request.session.get(SESSION_KEY, "")).partition("/")
    if store != at.store.slug or name not in STEPS:
        return ""
    return f"{reverse('staff-setup-start', args=[store])}?step={name}"


def _step(name: str, at: StaffContext, setup: StoreSetup) -> SetupStep:
    return {"hours": _hours, "places": _places, "visits": _visits, "try": _try, "poster": _poster}[name](at, setup)


def _hours(at: StaffContext, setup: StoreSetup) -> SetupStep:
    week = [(WEEKDAYS[day], hours_line(times_of_day(setup.weekly, day))) for day in DAYS]
    return SetupStep(
        question=_("When is the store open?"),
        lines=tuple(_line(capfirst(str(day)), line or _("closed")) for day, line in week),
        change_url=reverse("staff-setup-hours", args=[at.store.slug]),
        change_words=_("Change the hours") if setup.weekly else _("Set the hours"),
        is_missing=not setup.weekly,
        hint=_("Public holidays and other special days come later, under special hours."),
    )


def _places(at: StaffContext, setup: StoreSetup) -> SetupStep:
    desks = [desk for desk in setup.desks if desk.is_active]
    minutes = ngettext("A time every {count} minute", "A time every {count} minutes", at.store.slot_minutes)
    lines = [
        _line(
            visit_type_name(desk.name),
            ngettext("{count} place", "{count} places", desk.capacity).format(count=desk.capacity),
        )
        for desk in desks
    ]
    one = desks[0] if len(desks) == 1 else None
    return SetupStep(
        question=_("How many can come at the same time?"),
        lines=(minutes.format(count=at.store.slot_minutes), *lines),
        change_url=reverse("staff-setup-desk", args=[at.store.slug, one.slug])
        if one
        else f"{reverse('staff-setup', args=[at.store.slug])}#desks",
        change_words=_("Change the places"),
        is_missing=not desks,
        hint=_("Begin with few places: more can be added at any time."),
    )


def _visits(at: StaffContext, setup: StoreSetup) -> SetupStep:
    kinds = [kind for kind in setup.visit_types if kind.is_active]
    minutes = [(kind, kind.slot_count * at.store.slot_minutes) for kind in kinds]
    lines = [
        _line(visit_type_name(kind.name), ngettext("{count} minute", "{count} minutes", count).format(count=count))
        for kind, count in minutes
    ]
    return SetupStep(
        question=_("What do people come for?"),
        lines=tuple(lines),
        change_url=f"{reverse('staff-setup', args=[at.store.slug])}#visit-types",
        change_words=_("Change the kinds of visit"),
        is_missing=not kinds,
        hint=_("One kind of visit is enough: with one, nobody has to choose."),
    )


def _try(at: StaffContext, setup: StoreSetup) -> SetupStep:
    rules = rules_around(at.store.slug, at.now)
    free = first_free_of([rules], now=at.now)[at.store.slug].starts_at
    line = (
        _("The first free time is {moment}.").format(moment=moment_in_words(free, at.zone))
        if free
        else _("Nobody can book in the next seven days.")
    )
    page = reverse("store", args=[at.store.slug])
    return SetupStep(
        question=_("Does it work?"),
        lines=(line,),
        change_url=page if free else reverse("staff-setup-why", args=[at.store.slug]),
        change_words=_("Book a visit as a customer would") if free else _("See why"),
        is_missing=free is None,
        hint=_("Book with your own phone number, look at the message, then cancel by its link."),
    )


def _poster(at: StaffContext, setup: StoreSetup) -> SetupStep:
    return SetupStep(
        question=_("How do customers learn of it?"),
        lines=(_("A poster with a code for your door, in A5."), _("A line for your own site, and a link to pass on.")),
        change_url=reverse("store-poster", args=[at.store.slug]),
        change_words=_("Print the poster"),
    )


def _line(name: str, value: str) -> str:
    return _("{name}: {value}").format(name=name, value=value)
