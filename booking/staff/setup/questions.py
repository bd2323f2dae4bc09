"""The page of the store's questions, shown as the customer will see them."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods

from booking.customer.forms import DetailsForm
from booking.customer.question_fields import named_questions
from booking.staff.access import StaffContext, at_store
from booking.staff.forms.questions import QuestionsForm, question_values, swapped
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import alone, blame, form_page, saved, sent_right
from stores.models import Role
from stores.queries import store_questions
from stores.services import QUESTIONS_MAX, BadValue, save_questions


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def questions(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Change the questions; `up` and `preview` only show the page again, with what was typed."""
    asked = question_values(store_questions(at.store.slug))
    if request.method != "POST":
        return _page(request, at, QuestionsForm(initial=asked))
    if "up" in request.POST:
        typed = {name: str(value) for name, value in request.POST.items()}
        number = _number(request.POST["up"])
        form = QuestionsForm(initial=swapped(typed, number) if number else typed)
        return _page(request, at, form, was=typed.get("was") or QuestionsForm(initial=asked).was)
    form = QuestionsForm(request.POST, initial=asked)
    if "preview" not in request.POST and sent_right(at, form, "questions"):
        try:
            save_questions(store=at.store, questions=form.questions(), user=at.user, now=at.now)
            return saved(at, "questions")
        except BadValue as bad:
            blame(form, bad)
    return _page(request, at, form)


def _page(request: HttpRequest, at: StaffContext, form: QuestionsForm, *, was: str = "") -> HttpResponse:
    """Return the page; its preview for customers shows what was typed, where that is valid."""
    shown = form if form.is_bound else QuestionsForm({name: form[name].value() for name in form.fields})
    preview = DetailsForm(
        country=at.store.country,
        questions=named_questions(shown.questions() if shown.is_valid() else ()),
        auto_id="preview_%s",
    )
    context = {"preview": preview.question_fields(), **({"was": was} if was else {})}
    return form_page(request, at, "staff/setup/questions.html", form, context=context)


def _number(text: str) -> int:
    """Return which question is to move up, 0 for none of them."""
    return int(text) if text in {str(number) for number in range(2, QUESTIONS_MAX + 1)} else 0
