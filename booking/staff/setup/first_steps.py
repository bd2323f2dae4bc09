"""The first steps of a store: hours, places, visit types, messages, a trial, and the poster; one page each."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking.customer_input import phone_in_words
from booking.formatting import moment_in_words, visit_type_name
from booking.messages.text_samples import next_week, sample_facts, sample_sms
from booking.places.first_free import first_free_of
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.forms.hours import DAYS, hours_line, times_of_day
from booking.store_setup.first_steps import first_steps
from booking.store_setup.queries import StoreSetup, store_setup
from booking.web.responses import see_other
from stores.models import Role
from stores.queries import rules_around
from stores.services import end_steps, note_step, show_steps_again
from stores.slots import StoreRules

STEPS = {
    "hours": gettext_lazy("Hours"),
    "places": gettext_lazy("Places"),
    "visits": gettext_lazy("Kinds of visit"),
    "messages": gettext_lazy("Messages"),
    "try": gettext_lazy("Try it"),
    "poster": gettext_lazy("Poster"),
}


@dataclass(frozen=True, slots=True)
class SetupStep:
    """One step: its question, its current values, their link; `is_missing` means that nothing works without it yet."""

    question: str
    lines: tuple[str, ...]
    change_url: str
    change_words: str
    is_missing: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class StepsCard:
    """How far the first steps are, for the pages on which a manager arrives."""

    sentence: str
    next_words: str


@require_http_methods(["GET", "HEAD", "POST"])
@at_store(need=Role.MANAGER)
def start(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show one of the steps, by default the next one; a POST says that one is right, ends them or begins anew."""
    if request.method == "POST":
        return _noted(request.POST.get("what", ""), at)
    rules = rules_around(at.store.slug, at.now)
    steps = first_steps(at.store, rules)
    names = list(STEPS)
    asked = request.GET.get("step", "")
    name = asked if asked in STEPS else steps.following or names[0]
    number = names.index(name)
    address = reverse("staff-setup-start", args=[at.store.slug])
    context = {
        "section": "setup",
        "steps": [(key, words, key in steps.done) for key, words in STEPS.items()],
        "name": name,
        "step": _step(name, at, store_setup(at.store, from_date=at.today)),
        "is_done": name in steps.done,
        "is_over": steps.is_over,
        "next_url": f"{address}?step={names[number + 1]}" if number + 1 < len(names) else "",
        "back_url": f"{address}?step={names[number - 1]}" if number else "",
    }
    return staff_page(request, at, "staff/setup/first_steps.html", context)


def _noted(what: str, at: StaffContext) -> HttpResponse:
    address = reverse("staff-setup-start", args=[at.store.slug])
    if what == "again":
        show_steps_again(store=at.store)
        return see_other(address)
    if what in STEPS:
        steps = first_steps(at.store, rules_around(at.store.slug, at.now))
        if what in steps.missing:
            return see_other(f"{address}?step={what}")
        others = set(STEPS) - steps.done - {what}
        if not note_step(store=at.store, step=what, is_last=not others):
            names = [*STEPS]
            ahead = [step for step in names[names.index(what) :] + names if step in others]
            return see_other(f"{address}?step={ahead[0]}")
    else:
        end_steps(store=at.store)
    return see_other(reverse("staff-day", args=[at.store.slug]))


def steps_card(at: StaffContext, rules: StoreRules) -> StepsCard | None:
    """Return how far the first steps are; None where they are over, or for people who may not take them."""
    if not at.is_manager:
        return None
    steps = first_steps(at.store, rules)
    if steps.is_over:
        return None
    sentence = _("First steps: {done} of {count} done.").format(done=len(steps.done), count=len(STEPS))
    return StepsCard(sentence, _("Next: {step}").format(step=STEPS[steps.following]))


def _step(name: str, at: StaffContext, setup: StoreSetup) -> SetupStep:
    makers = {
        "hours": _hours,
        "places": _places,
        "visits": _visits,
        "messages": _messages,
        "try": _try,
        "poster": _poster,
    }
    return makers[name](at, setup)


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


def _messages(at: StaffContext, setup: StoreSetup) -> SetupStep:
    store = at.store
    facts = sample_facts(store, "confirmation", starts_at=next_week(store, now=at.now))
    text = sample_sms(store, "confirmation", "", get_language() or settings.LANGUAGE_CODE, facts).text
    phone = phone_in_words(store.phone, country=store.country) if store.phone else _("none")
    return SetupStep(
        question=_("What do customers read, and whom do they call?"),
        lines=(_line(_("Phone"), phone), _line(_("E-mail"), store.email or _("none")), _line(_("By text"), text)),
        change_url=reverse("staff-setup-contact", args=[store.slug]),
        change_words=_("Change the contact"),
        hint=_("Messages begin with the name of the store. Each of them can be worded anew, under messages."),
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
