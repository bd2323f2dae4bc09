"""The page for the question after a visit: off until a store chooses when it goes."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking.bookings.feedback import answer_in_words
from booking.messages.feedback import TEMPLATE
from booking.messages.own_texts import own_text
from booking.messages.text_samples import next_week, sample_facts, sample_sms
from booking.models import FeedbackAnswer
from booking.sending_times import FEEDBACK_APART
from booking.staff.access import StaffContext, at_store
from booking.staff.forms.feedback import FeedbackForm
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import alone, form_page, posted, saved, sent_right
from stores.models import Role, Store
from stores.services import save_feedback_when


class _Preview(NamedTuple):
    """The text message in one language, and the question that its link opens."""

    language: str
    name: str
    text: str
    question: str
    answers: tuple[str, ...]


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def feedback(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Choose whether customers are asked after their visit, and when; show what they read."""
    form = FeedbackForm(posted(request), initial={"feedback_when": at.store.feedback_when})
    if sent_right(at, form, "feedback"):
        save_feedback_when(store=at.store, feedback_when=form.cleaned_data["feedback_when"], user=at.user, now=at.now)
        return saved(at, "feedback")
    context = {"previews": [*_previews(at.store, now=at.now)], "days_apart": FEEDBACK_APART.days}
    return form_page(request, at, "staff/setup/feedback.html", form, context=context)


def _previews(store: Store, *, now: datetime) -> Iterator[_Preview]:
    names, facts = dict(settings.LANGUAGES), sample_facts(store, TEMPLATE, starts_at=next_week(store, now=now))
    for language in settings.STAFF_LANGUAGES:
        with translation.override(language):
            text = sample_sms(store, TEMPLATE, own_text(store, "sms", TEMPLATE), language, facts).text
            question = _("Did the visit give you what you came for?")
            answers = tuple(map(answer_in_words, FeedbackAnswer))
        yield _Preview(language, names[language], text, question, answers)
