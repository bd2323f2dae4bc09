"""Forms of visits: for a caller, and for the places of a day's slots."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from booking.customer.question_fields import NamedQuestions, answers_of, question_field
from booking.customer_input import (
    QuestionAnswer,
    read_email,
    read_name,
    read_note,
    read_phone,
)
from booking.formatting import spoken_language, visit_type_name
from booking.models import Source
from booking.staff.forms.fields import tick
from booking.staff.forms.shared import KeyField, ReferenceField, StaffForm
from booking.web.forms import TypedField
from stores.slots import StoreRules

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PARTY_MAX = 1000
NAME_ATTRIBUTES = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "words"}


def visit_type_choices(rules: StoreRules) -> list[tuple[str, str]]:
    """Return the kinds of visit, each by its slug and its name."""
    return [(kind.slug, visit_type_name(kind.name)) for kind in rules.visit_types]


def _desks(rules: StoreRules) -> list[tuple[str, "StrOrPromise"]]:
    names = [(desk.slug, visit_type_name(desk.name)) for desk in rules.desks]
    return [("", _("Whoever is free")), *names]


def party_size_field() -> forms.IntegerField:
    """Return the field of how many people come."""
    return forms.IntegerField(
        min_value=1,
        max_value=PARTY_MAX,
        initial=1,
        label=_("People"),
        error_messages={
            "required": _("Say how many people come."),
            "invalid": _("Say how many people come, as a number."),
            "min_value": _("Say how many people come, as a number."),
            "max_value": _("This is more people than one visit of this kind may have."),
        },
    )


def language_field() -> forms.ChoiceField:
    """Return the field of what they ask to speak; its choices come with the rules of the store."""
    return forms.ChoiceField(
        label=_("Language of the visit"),
        required=False,
        error_messages={"invalid_choice": _("Nobody speaks this language there. Please choose again.")},
    )


def language_choices(rules: StoreRules) -> list[tuple[str, "StrOrPromise"]]:
    """Return the languages that desks of a store speak, and none."""
    return [("", _("Any language")), *((code, spoken_language(code)) for code in rules.languages())]


def refuse_unspoken(form: forms.Form, rules: StoreRules) -> None:
    """Add an error where no desk that serves the chosen kind of visit speaks the chosen language."""
    kind, language = rules.visit_type(form.cleaned_data.get("visit_type", "")), form.cleaned_data.get("language", "")
    if kind and language and language not in rules.languages(kind):
        form.add_error("language", form.fields["language"].error_messages["invalid_choice"])


class CallerForm(StaffForm):
    """A booking for a caller or somebody at the desk."""

    field_order = (
        *("visit_type", "party_size", "desk", "language", "name", "is_for_someone_else", "phone", "email"),
        *("source", "locale", "is_simple", "note"),
    )

    visit_type = forms.ChoiceField(
        label=_("Why they come"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Say why they come."),
            "invalid_choice": _("This store does not offer this kind of visit."),
        },
    )
    party_size = party_size_field()
    desk = forms.ChoiceField(
        label=_("Who serves them"),
        required=False,
        error_messages={"invalid_choice": _("This person or desk takes no visits now. Please choose again.")},
    )
    language = language_field()
    name = TypedField(read_name, label=_("Name"), widget=forms.TextInput(attrs=NAME_ATTRIBUTES))
    phone = TypedField(
        read_note,  # the store's country decides, see `__init__`
        required=False,
        label=_("Phone number"),
        help_text=_("For a text message with the booking, and reminders."),
        widget=forms.TelInput(attrs={"autocomplete": "off"}),
    )
    email = TypedField(
        read_email,
        required=False,
        label=_("E-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )
    is_for_someone_else = tick(
        _("They book for someone else"), help_text=_("The name is the visitor's, phone and e-mail are the caller's.")
    )
    locale = forms.ChoiceField(label=_("Language of the messages"), choices=settings.LANGUAGES, required=False)
    is_simple = tick(_("Messages in simple words"), help_text=_("Short sentences, for people who read with effort."))
    note = TypedField(
        read_note,
        required=False,
        label=_("Note for the team"),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )
    source = forms.ChoiceField(
        label=_("How they asked"),
        choices=((Source.PHONE, _("On the phone")), (Source.DESK, _("At the desk"))),
        widget=forms.RadioSelect,
        initial=Source.PHONE,
        error_messages={"required": _("Say how they asked."), "invalid_choice": _("Say how they asked.")},
    )
    waiting = ReferenceField()
    key = KeyField()

    def __init__(self, *args: Any, rules: StoreRules, questions: NamedQuestions | None = None, **kwargs: Any) -> None:
        """Take what the store asks of the chosen kind of visit; staff may leave all of it open."""
        super().__init__(*args, **kwargs)
        self.questions = NamedQuestions() if questions is None else questions
        for name, question in self.questions.items():
            self.fields[name] = question_field(question, is_required=False)
        self.fields["visit_type"].choices = visit_type_choices(rules)  # type: ignore[attr-defined]
        self.fields["language"].choices = language_choices(rules)  # type: ignore[attr-defined]
        self.fields["desk"].choices = _desks(rules)  # type: ignore[attr-defined]
        self.fields["locale"].initial = (get_language() or "en")[:2]
        phone = self.fields["phone"]
        assert isinstance(phone, TypedField)  # noqa: S101 -- declared above
        phone.read = lambda text: read_phone(text, country=rules.country)

    def clean(self) -> dict[str, Any]:
        """Refuse answers to questions that the store asks no more: they would be lost."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.questions.refuse_unasked(self.data)
        return cleaned

    def question_fields(self) -> list[forms.BoundField]:
        """Return the fields of the store's own questions."""
        return [self[name] for name in self.questions]

    def answers(self) -> list[QuestionAnswer]:
        """Return the answers to the store's questions; empty answers are left out."""
        return answers_of(self.questions, self.cleaned_data)


class SlotsForm(StaffForm):
    """A change of some of a day's times: close, open, or another number of places."""

    CLOSE, OPEN, CAPACITY = "close", "open", "capacity"

    what = forms.ChoiceField(
        label=_("What is to change?"),
        choices=(
            (CLOSE, _("Close these times")),
            (OPEN, _("Open these times again")),
            (CAPACITY, _("Change the number of places")),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what is to change."), "invalid_choice": _("Say what is to change.")},
    )
    starts_at = forms.ChoiceField(
        label=_("From"),
        error_messages={
            "required": _("Choose the time from which it holds."),
            "invalid_choice": _("Choose the time from which it holds."),
        },
    )
    ends_at = forms.ChoiceField(
        label=_("Until"),
        error_messages={
            "required": _("Choose the time until which it holds."),
            "invalid_choice": _("Choose the time until which it holds."),
        },
    )
    desk = forms.ChoiceField(
        label=_("Desk"), required=False, error_messages={"invalid_choice": _("There is no such desk.")}
    )
    capacity = forms.IntegerField(
        label=_("Places in each of these times"),
        required=False,
        min_value=0,
        max_value=1000,
        error_messages={
            "invalid": _("Say how many places, as a number."),
            "min_value": _("Say how many places, as a number."),
            "max_value": _("There can be at most 1000 places."),
        },
    )

    def __init__(
        self,
        *args: Any,
        starts: list[tuple[str, str]],
        ends: list[tuple[str, str]],
        desks: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("starts_at", starts), ("ends_at", ends), ("desk", desks)):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Check the fields against each other."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("what") == self.CAPACITY and cleaned.get("capacity") is None and "capacity" not in self.errors:
            self.add_error("capacity", _("Say how many places, as a number."))
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and self._place("ends_at", ends_at) < self._place("starts_at", starts_at):
            self.add_error("ends_at", _("This is before the beginning. Choose a later time."))
        return cleaned

    def _place(self, name: str, value: str) -> int:
        values = [choice for choice, _words in self.fields[name].choices]  # type: ignore[attr-defined]
        return values.index(value)
