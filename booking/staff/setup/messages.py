"""The page of a store's messages: their times, the store's own sentence, and a preview with its cost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking.links import short_manage_url
from booking.messages.booking_messages import TEXTS_WITH_OWN_WORDS, can_be_answered
from booking.messages.sms_texts import sms_text
from booking.policy import plan_of
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.forms.messages import MessagesForm
from booking.staff.message_names import message_name
from booking.staff.reports.message_costs import amount_in_words
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import alone, blame, form_page, saved, sent_right
from notifications.segments import segments
from stores.models import Role, Store
from stores.services import BadValue, save_messages

_SAMPLE = "7K3M9QXT"
_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class TextPreview:
    """A text message as a customer would get it, and the cost of a hundred; no price where none is known."""

    language: str
    title: str
    text: str
    length: int
    segments: int
    per_hundred: str


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def messages(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Change the plan and the sentences; `what=preview` shows what was typed, and saves nothing."""
    store, is_preview = at.store, request.POST.get("what") == "preview"
    form = MessagesForm(
        request.POST if request.method == "POST" else None,
        initial={
            "reminder_days": plan_of(store).reminder_days,
            "messages_from": store.messages_from.hour,
            "messages_until": store.messages_until.hour,
            **{f"words_{language}": store.sms_words.get(language, "") for language in settings.STAFF_LANGUAGES},
        },
    )
    if is_preview:
        form.full_clean()
    elif sent_right(at, form, "messages") and _save(at, form):
        return saved(at, "messages")
    words: Mapping[str, str] = form.sms_words() if form.is_bound else store.sms_words
    context = {"previews": [*_previews(store, words, now=at.now)]}
    if is_preview:
        shown = {"section": "setup", "form": form, "problems": form.problems(), **context}
        return staff_page(request, at, "staff/setup/messages.html", shown, status=400 if form.errors else 200)
    return form_page(request, at, "staff/setup/messages.html", form, context=context)


def _save(at: StaffContext, form: MessagesForm) -> bool:
    typed = form.cleaned_data
    try:
        save_messages(
            store=at.store,
            reminder_days=typed["reminder_days"],
            messages_from=time(typed["messages_from"]),
            messages_until=time(typed["messages_until"]),
            sms_words=form.sms_words(),
            user=at.user,
            now=at.now,
        )
    except BadValue as bad:
        if bad.field == "messages_until":
            form.add_error("messages_until", _("Leave two hours at least in which messages may go."))
        else:
            blame(form, bad)
    return not form.errors


def _previews(store: Store, words: Mapping[str, str], *, now: datetime) -> Iterator[TextPreview]:
    """Yield each text message for a visit of next week, in each language in which the store may write its sentence."""
    names = dict(settings.LANGUAGES)
    zone = ZoneInfo(store.time_zone)
    visit = datetime.combine(now.astimezone(zone).date() + timedelta(days=7), time(10, 15), zone)
    for language in settings.STAFF_LANGUAGES:
        for template in TEXTS_WITH_OWN_WORDS:
            with translation.override(language):
                text = sms_text(
                    template,
                    store_name=store.name,
                    starts_at=visit,
                    zone=zone,
                    link=short_manage_url(_SAMPLE),
                    may_reply=can_be_answered(),
                    own_words=words,
                )
            count, cents = segments(text), settings.SMS_CENTS
            cost = amount_in_words(count * _HUNDRED, cents) if cents else ""
            yield TextPreview(language, f"{message_name(template)}, {names[language]}", text, len(text), count, cost)
