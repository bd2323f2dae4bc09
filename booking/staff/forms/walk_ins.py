"""Forms at the door: for a walk-in, and for somebody who joins the line."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from booking.customer.question_fields import answers_of, named_questions, question_field
from booking.customer_input import PHONE_INPUT_MAX, BadInput, QuestionAnswer, can_be_texted, read_phone
from booking.formatting import visit_type_name
from booking.staff.forms.shared import KeyField, StaffForm, read_name_if_any
from booking.staff.forms.visits import (
    NAME_ATTRIBUTES,
    language_choices,
    language_field,
    party_size_field,
    refuse_unspoken,
    visit_type_choices,
)
from booking.web.forms import TypedField
from stores.queries import Question
from stores.slots import StoreRules


class QuestionGroup(NamedTuple):
    """The fields of questions of all visits, with "" for a kind, or of one kind; each with its question."""

    kind: str
    name: str
    fields: list[tuple[Question, forms.BoundField]]


class WalkInForm(StaffForm):
    """A walk-in; the button of a kind of visit sends it, so it has the questions of all kinds."""

    visit_type = forms.ChoiceField(
        label=_("Why they come"),
        error_messages={
            "required": _("Say why they come."),
            "invalid_choice": _("This store does not offer this kind of visit."),
        },
    )
    party_size = party_size_field()
    name = TypedField(
        read_name_if_any,
        required=False,
        label=_("Name"),
        widget=forms.TextInput(attrs=NAME_ATTRIBUTES),
    )
    language = language_field()
    squeeze_in = forms.BooleanField(required=False)
    key = KeyField()

    def __init__(self, *args: Any, rules: StoreRules, questions: Sequence[Question] = (), **kwargs: Any) -> None:
        """Take what the store asks; staff may leave all of it open."""
        kwargs.setdefault("auto_id", "walk_in_%s")
        super().__init__(*args, **kwargs)
        self.rules = rules
        self.fields["visit_type"].choices = visit_type_choices(rules)  # type: ignore[attr-defined]
        self.fields["language"].choices = language_choices(rules)  # type: ignore[attr-defined]
        self.questions = {kind.slug: named_questions(questions, kind) for kind in rules.visit_types}
        for named in self.questions.values():
            for name, question in named.items():
                self.fields[name] = question_field(question, is_required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a language that nobody speaks for this kind, and answers to questions that are asked no more."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        refuse_unspoken(self, self.rules)
        if cleaned.get("visit_type"):
            self.questions[cleaned["visit_type"]].refuse_unasked(self.data)
        return cleaned

    def question_groups(self) -> list[QuestionGroup]:
        """Return the fields of the store's own questions: those of all visits, then those of each kind."""
        groups = [QuestionGroup("", "", [])]
        groups += [QuestionGroup(kind.slug, visit_type_name(kind.name), []) for kind in self.rules.visit_types]
        met: set[str] = set()
        for group in groups[1:]:
            for name, question in self.questions[group.kind].items():
                to = group if question.visit_type_id else groups[0]
                if name not in met:
                    to.fields.append((question, self[name]))
                met.add(name)
        return [group for group in groups if group.fields]

    def answers(self) -> list[QuestionAnswer]:
        """Return the answers to the questions of the chosen kind; empty answers are left out."""
        return answers_of(self.questions[self.cleaned_data["visit_type"]], self.cleaned_data)

    @property
    def sizes(self) -> range:
        """The party sizes with a button: up to the largest party of any visit type, and at most 6."""
        return range(1, min(6, max((kind.max_party_size for kind in self.rules.visit_types), default=1)) + 1)

    @property
    def size_chosen(self) -> str:
        """The party size chosen last time."""
        return str(self["party_size"].value())


class TicketForm(WalkInForm):
    """A person joining the line, with a phone number for people who go out meanwhile."""

    phone = forms.CharField(
        required=False,
        max_length=PHONE_INPUT_MAX,
        label=_("Mobile number, for a text when it is nearly their turn"),
        help_text=_("Only if they want to go out meanwhile. It is forgotten tonight."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "inputmode": "tel"}),
        error_messages={"max_length": _("This is too long. Please shorten it.")},
    )

    def clean_phone(self) -> str:
        """Return the number in E.164, "" for none; refuse one that receives no text messages."""
        try:
            phone = read_phone(self.cleaned_data["phone"], country=self.rules.country)
        except BadInput as bad:
            raise ValidationError(str(bad.message)) from None
        if phone and not can_be_texted(phone):
            raise ValidationError(_("No text message can be sent to this number. Leave it empty, and call them."))
        return phone
