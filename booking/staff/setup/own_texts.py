"""The pages of a store's own texts: all of them at a glance, and one in one language with its preview."""

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language_info, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from booking.messages.placeholders import RULES
from booking.messages.text_samples import (
    SampleEmail,
    SampleText,
    next_week,
    sample_email,
    sample_facts,
    sample_sms,
    something_to_bring,
)
from booking.messages.text_settings import RefusedText, change_own_text, usual_segments
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.forms.messages import OwnTextForm
from booking.staff.reports.message_costs import amount_in_words
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.put_back_offers import url_to_put_back
from booking.staff.setup.saving import alone, blame, form_page, posted, sent_right
from booking.staff.text_wording import placeholders_of, problem_in_words
from booking.store_setup.change_labels import TEXT_NAMES
from booking.web.responses import see_other
from stores.models import Role
from stores.services import BadValue

_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class TextPreview:
    """What a customer would read, and what a hundred text messages cost; "" where no price is known."""

    sms: SampleText
    email: SampleEmail | None
    length_in_words: str
    segments_in_words: str
    per_hundred: str
    is_dearer: bool  # than our own text
    is_from_the_right: bool


@require_safe
@at_store(need=Role.MANAGER)
def own_texts(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show each text and its languages, with those in which the store has a text of its own."""
    texts = at.store.own_texts
    rows = [
        (
            TEXT_NAMES[name],
            [
                (
                    reverse("staff-setup-own-text", args=[at.store.slug, name, language]),
                    language,
                    language_name,
                    any(language in texts.get(channel, {}).get(name, {}) for channel in RULES),
                )
                for language, language_name in settings.LANGUAGES
            ],
        )
        for name in RULES["sms"]
    ]
    is_saved = request.GET.get("done") == "text"
    context = {
        "section": "setup",
        "rows": rows,
        "is_saved": is_saved,
        "put_back_url": url_to_put_back(at, "messages") if is_saved else "",
    }
    return staff_page(request, at, "staff/setup/own_texts.html", context)


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def own_text(request: HttpRequest, at: StaffContext, name: str, language: str) -> HttpResponseBase:
    """Change one text in one language; `what=preview` shows what was typed, and saves nothing."""
    if name not in RULES["sms"] or language not in dict(settings.LANGUAGES):
        raise Http404
    form = OwnTextForm(posted(request), store=at.store, name=name, language=language, now=at.now)
    is_preview = request.POST.get("what") == "preview"
    if is_preview:
        form.full_clean()
    elif sent_right(at, form, "messages") and _save(at, form, name, language):
        return see_other(f"{reverse('staff-setup-own-texts', args=[at.store.slug])}?done=text#{name}")
    context = {
        "name": TEXT_NAMES[name],
        "language": dict(settings.LANGUAGES)[language],
        "language_code": language,
        "parts": [(form[channel], placeholders_of(channel, name)) for channel in form.channels],
        "notes": form.notes(with_refusals=is_preview),
        "preview": _preview(at, form, name, language),
    }
    if is_preview:
        shown = {"section": "setup", "form": form, "problems": form.problems(), **context}
        return staff_page(request, at, "staff/setup/own_text.html", shown, status=400 if form.errors else 200)
    return form_page(request, at, "staff/setup/own_text.html", form, context=context)


def _save(at: StaffContext, form: OwnTextForm, name: str, language: str) -> bool:
    for channel in form.channels:
        try:
            change_own_text(
                store=at.store,
                channel=channel,
                name=name,
                language=language,
                text=form.text(channel),
                user=at.user,
                now=at.now,
            )
        except RefusedText as refused:
            for problem in refused.problems:
                form.add_error(channel, problem_in_words(problem))
        except BadValue as bad:
            blame(form, bad)
    return not form.errors


def _preview(at: StaffContext, form: OwnTextForm, name: str, language: str) -> TextPreview:
    bring = something_to_bring(at.store)
    facts = sample_facts(at.store, name, starts_at=next_week(at.store, now=at.now), bring=bring)
    sms = sample_sms(at.store, name, form.text("sms"), language, facts)
    cents, count = settings.SMS_CENTS, sms.segments
    email = sample_email(at.store, name, form.text("email"), language, facts) if "email" in form.channels else None
    return TextPreview(
        sms=sms,
        email=email,
        length_in_words=ngettext("{count} character", "{count} characters", sms.length).format(count=sms.length),
        segments_in_words=ngettext("charged as {count} segment", "charged as {count} segments", count).format(
            count=count
        ),
        per_hundred=amount_in_words(count * _HUNDRED, cents) if cents else "",
        is_dearer=count > usual_segments(language),
        is_from_the_right=bool(get_language_info(language)["bidi"]),
    )
