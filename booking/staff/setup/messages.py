"""The page of a store's messages: when and how they go, what that changes for booked visits, and what it costs."""

from copy import copy
from datetime import date, time, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from booking.bookings.reminder_plans import count_touched
from booking.messages.usual_month import UsualMonth, usual_month
from booking.reports.queries import message_counts
from booking.sending_times import plan_of
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.forms.messages import MessagesForm
from booking.staff.reports.message_costs import amount_in_words, sent_texts
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import alone, blame, form_page, saved, sent_right
from booking.store_setup.message_plans import change_message_plan
from stores.models import Role, Store
from stores.services import BadValue


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def messages(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Change the plan; `what=preview` shows what it would mean, and saves nothing."""
    store, is_preview = at.store, request.POST.get("what") == "preview"
    form = MessagesForm(
        request.POST if request.method == "POST" else None,
        initial={
            "reminder_days": plan_of(store).reminder_days,
            "reminder_hours": store.reminder_hours,
            "reminder_channel": store.reminder_channel,
            "confirms_by_email_alone": not store.confirms_by_text,
            "messages_from": store.messages_from.hour,
            "messages_until": store.messages_until.hour,
        },
    )
    if is_preview:
        form.full_clean()
    elif sent_right(at, form, "messages") and _save(at, form):
        return saved(at, "messages")
    asked = _asked_store(store, form)
    context = {
        "touched": _touched_in_words(at, asked) if form.is_bound and not form.errors else "",
        "before": _before_in_words(usual_month(asked, now=at.now)),
        "after": _after(at),
    }
    if is_preview:
        shown = {"section": "setup", "form": form, "problems": form.problems(), **context}
        return staff_page(request, at, "staff/setup/messages.html", shown, status=400 if form.errors else 200)
    return form_page(request, at, "staff/setup/messages.html", form, context=context)


def _save(at: StaffContext, form: MessagesForm) -> bool:
    typed = form.cleaned_data
    try:
        change_message_plan(
            store=at.store,
            reminder_days=typed["reminder_days"],
            reminder_hours=typed["reminder_hours"],
            reminder_channel=typed["reminder_channel"],
            confirms_by_text=not typed["confirms_by_email_alone"],
            messages_from=time(typed["messages_from"]),
            messages_until=time(typed["messages_until"]),
            user=at.user,
            now=at.now,
        )
    except BadValue as bad:
        if bad.field == "messages_until":
            form.add_error("messages_until", _("Leave two hours at least in which messages may go."))
        else:
            blame(form, bad)
    return not form.errors


def _asked_store(store: Store, form: MessagesForm) -> Store:
    """Return the store with the plan that was typed, where it is valid."""
    asked = copy(store)
    if form.is_bound and not form.errors:
        typed = form.cleaned_data
        asked.reminder_days = ",".join(map(str, sorted(typed["reminder_days"], reverse=True)))
        asked.reminder_hours, asked.reminder_channel = typed["reminder_hours"], typed["reminder_channel"]
        asked.confirms_by_text = not typed["confirms_by_email_alone"]
        asked.messages_from, asked.messages_until = time(typed["messages_from"]), time(typed["messages_until"])
    return asked


def _touched_in_words(at: StaffContext, asked: Store) -> str:
    """Return how many visits that are booked would have their reminders changed."""
    touched = count_touched(asked, now=at.now)
    if touched is None:
        return _("The reminders of all visits that are booked will follow, within a minute or two.")
    if touched == 0:
        return _("No reminder of a visit that is booked changes by this.")
    words = ngettext(
        "The reminders of {count} visit that is booked will change.",
        "The reminders of {count} visits that are booked will change.",
        touched,
    )
    return words.format(count=touched)


def _before_in_words(month: UsualMonth) -> str:
    """Return what a usual month costs with the plan that is shown."""
    if not month.visits:
        return _("There were no visits in the last 30 days to tell a usual month from.")
    visits = ngettext("{count} visit of the last 30 days", "{count} visits of the last 30 days", month.visits)
    texts = ngettext("{count} text message", "{count} text messages", month.texts)
    parts = ngettext("{count} segment", "{count} segments", month.segments)
    said = _("For the {visits}: {texts}, charged as {segments}.").format(
        visits=visits.format(count=month.visits),
        texts=texts.format(count=month.texts),
        segments=parts.format(count=month.segments),
    )
    if not settings.SMS_CENTS:
        return said
    cost = _("That costs about {amount}.").format(amount=amount_in_words(month.segments, settings.SMS_CENTS))
    return f"{said} {cost}"


def _after(at: StaffContext) -> list[tuple[date, str]]:
    """Return what was sent this month and the last one, each by its first day."""
    this_month = at.today.replace(day=1)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    months = ((this_month, at.today), (last_month, this_month - timedelta(days=1)))
    return [
        (
            first,
            sent_texts(message_counts(store=at.store.slug, from_date=first, to_date=last)).in_words(settings.SMS_CENTS),
        )
        for first, last in months
    ]
