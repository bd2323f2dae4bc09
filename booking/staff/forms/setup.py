"""Forms of the set-up pages: desks, visit types, rules, the line, the notice and members."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from booking.customer_input import read_note
from booking.formatting import visit_type_name
from booking.staff.forms.hours import WeekForm
from booking.staff.forms.shared import NumberField, StaffForm, read_address
from booking.store_setup.queries import LargestParty, NeededDesk
from booking.web.forms import TypedField
from stores.models import CapacityCounts, LineShows, Role, VisitMode
from stores.services import CAPACITY_RANGE, POLICY_RANGES, VIDEO_URL_LONGEST
from stores.words import can_be_seen

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NAME_MAX = 80
TEXT_MAX = 300
SLOT_COUNT_MAX = 96


def number(label: "StrOrPromise", least: int, most: int, *, help_text: "StrOrPromise" = "") -> NumberField:
    """Return a field for a whole number."""
    problem = format_lazy(_("Enter a whole number from {least} to {most}."), least=least, most=most)
    return NumberField(
        label=label,
        help_text=help_text,
        min_value=least,
        max_value=most,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), problem),
    )


def tick(label: "StrOrPromise", *, help_text: "StrOrPromise" = "") -> forms.BooleanField:
    """Return a field for a yes or no."""
    widget = forms.CheckboxInput(attrs={"value": "on"})
    return forms.BooleanField(label=label, help_text=help_text, required=False, widget=widget)


def short_text(label: "StrOrPromise", longest: int, *, help_text: "StrOrPromise" = "", **kwargs: Any) -> TypedField:
    """Return a field for a few words on one line."""

    def read(text: str) -> str:
        words = read_note(text)
        if kwargs.get("required", True) and not can_be_seen(words):
            raise ValidationError(_("Enter a name."), code="required")
        if len(words) > longest:
            raise ValidationError(_("This is too long. Please shorten it."), code="too_long")
        return words

    return TypedField(read, label=label, help_text=help_text, widget=kwargs.pop("widget", forms.TextInput), **kwargs)


def read_video_link(text: str) -> str:
    """Return the link of a video call, "" for none. Raises BadInput."""
    sentence = _("Enter a link that starts with https://, as your video service shows it.")
    return read_address(text, schemes=["https"], longest=VIDEO_URL_LONGEST, sentence=sentence)


def is_taken(name: str, others: Collection[str]) -> bool:
    """Tell whether another one has this name, ignoring upper and lower case."""
    return bool(name) and name.casefold() in {other.casefold() for other in others}


def party_in_words(sentence: "StrOrPromise", party: LargestParty) -> str:
    """Return a sentence about the largest party: its size and its visit type."""
    return str(sentence).format(count=party.size, visit_type=visit_type_name(party.visit_type.name))


class DeskForm(WeekForm):
    """A desk, and its hours where they differ from the store's."""

    name = short_text(_("Name"), NAME_MAX, help_text=_("A team, a counter or a person."))
    capacity = number(_("Places at the same time"), *CAPACITY_RANGE)
    kept_back = number(
        _("Of these, kept for callers and walk-ins"), 0, CAPACITY_RANGE[1], help_text=_("The website never takes them.")
    )
    is_active = tick(_("This desk takes visits"))
    has_own_hours = tick(_("This desk has hours of its own"))

    def __init__(
        self, *args: Any, taken: Collection[str] = (), needed: NeededDesk | None = None, **kwargs: Any
    ) -> None:
        """Take the names of the other desks in use, and what this desk is needed for."""
        super().__init__(*args, **kwargs)
        self.taken = taken
        self.needed = needed

    @property
    def are_hours_kept(self) -> bool:
        """Whether the desk has hours of its own."""
        return bool(self.cleaned_data.get("has_own_hours"))

    def clean(self) -> dict[str, Any]:
        """Check the numbers against each other."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("kept_back", 0) > cleaned.get("capacity", CAPACITY_RANGE[1]):
            self.add_error("kept_back", _("There cannot be more places kept than there are."))
        if cleaned.get("is_active") and is_taken(cleaned.get("name", ""), self.taken):
            self.add_error("name", _("There is such a desk already. Choose another name."))
        has_hours = any(cleaned.get(f"day_{weekday}") for weekday in range(7))
        if cleaned.get("has_own_hours") and not has_hours and not self.errors:
            self.add_error("has_own_hours", _("Enter the hours of this desk, or take the tick away."))
        self._hold_against_parties(cleaned)
        return cleaned

    def _hold_against_parties(self, cleaned: Mapping[str, Any]) -> None:
        """Refuse fewer places than the largest party takes, where no other desk has them: it would find no day free."""
        is_active = bool(cleaned.get("is_active"))
        is_last = self.needed is not None and self.needed.elsewhere == 0  # the service reports this case
        if self.needed is None or "capacity" not in cleaned or (is_last and not is_active):
            return
        if self.needed.is_too_small(cleaned["capacity"] if is_active else 0):
            sentence = _(
                "Up to {count} people may come together for “{visit_type}”, and no other desk has so many places. "
                "Let fewer come together first."
            )
            self.add_error("capacity" if is_active else "is_active", party_in_words(sentence, self.needed.party))


class VisitTypeForm(StaffForm):
    """Why customers come, how long it takes, and what they need."""

    name = short_text(_("Name"), NAME_MAX, help_text=_("What customers choose, such as “Advice”."))
    slot_count = number(_("How many times in a row it takes"), 1, SLOT_COUNT_MAX)
    max_party_size = number(_("Most people who may come together"), *CAPACITY_RANGE)
    what_to_bring = short_text(
        _("What to bring"),
        TEXT_MAX,
        required=False,
        help_text=_("Customers read this before and after they book."),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )
    mode = forms.ChoiceField(
        label=_("How it takes place"),
        choices=(
            (VisitMode.STORE, _("In the store")),
            (VisitMode.PHONE, _("By phone")),
            (VisitMode.VIDEO, _("By video")),
        ),
        widget=forms.RadioSelect,
        initial=VisitMode.STORE,
        error_messages={
            "required": _("Say how this visit takes place."),
            "invalid_choice": _("Say how this visit takes place."),
        },
    )
    video_url = TypedField(
        read_video_link,
        required=False,
        label=_("Link to the video call"),
        help_text=_("It starts with https://. Whoever has booked gets it, and nobody else."),
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    is_active = tick(_("Customers may choose this visit"))

    def __init__(self, *args: Any, taken: Collection[str] = (), most_people: int | None = None, **kwargs: Any) -> None:
        """Take the names of the other active visit types, and how many people one desk takes at once, None for any."""
        super().__init__(*args, **kwargs)
        self.taken = taken
        self.most_people = most_people

    def clean_max_party_size(self) -> int:
        """Refuse a party that no desk has the places for: every day would be full for it."""
        size: int = self.cleaned_data["max_party_size"]
        if self.most_people is not None and size > self.most_people:
            sentence = ngettext(
                "At most {count} person fits at one desk at the same time. Give a desk more places first.",
                "At most {count} people fit at one desk at the same time. Give a desk more places first.",
                self.most_people,
            )
            raise ValidationError(sentence.format(count=self.most_people), code="above_capacity")
        return size

    def clean(self) -> dict[str, Any]:
        """Require a link for video visits, and a name that no other active visit type has."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("is_active") and is_taken(cleaned.get("name", ""), self.taken):
            self.add_error("name", _("There is such a visit already. Choose another name."))
        is_missing = not cleaned.get("video_url") and "video_url" not in self.errors
        if cleaned.get("mode") == VisitMode.VIDEO and is_missing:
            self.add_error("video_url", _("Enter the link that customers open for the video call."))
        if cleaned.get("mode") not in (None, VisitMode.VIDEO):
            self.errors.pop("video_url", None)  # not needed: its value is not saved
            cleaned["video_url"] = ""
        return cleaned


class DeskChoiceForm(StaffForm):
    """Whether customers choose the desk."""

    is_offered = tick(
        _("Customers may choose who serves them"),
        help_text=_("They may also say that it does not matter."),
    )


class RulesForm(StaffForm):
    """The store's rules of booking."""

    field_order = (
        "minimum_notice_minutes",
        "booking_horizon_days",
        "change_until_minutes",
        "open_bookings_per_customer",
        "keep_days",
        "slot_minutes",
        "capacity_counts",
    )

    slot_minutes = number(
        _("Minutes from one time to the next"),
        *POLICY_RANGES["slot_minutes"],
        help_text=_("Each kind of visit takes as many of these as before, so how long it lasts changes with it."),
    )
    capacity_counts = forms.ChoiceField(
        label=_("A place is for"),
        choices=((CapacityCounts.PEOPLE, _("one person")), (CapacityCounts.VISITS, _("one visit, however many come"))),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what a place is for."),
            "invalid_choice": _("Choose what a place is for."),
        },
    )
    minimum_notice_minutes = number(
        _("Customers book at least so many minutes before"), *POLICY_RANGES["minimum_notice_minutes"]
    )
    booking_horizon_days = number(_("and at most so many days ahead"), *POLICY_RANGES["booking_horizon_days"])
    change_until_minutes = number(
        _("They may change the time until so many minutes before"), *POLICY_RANGES["change_until_minutes"]
    )
    open_bookings_per_customer = number(
        _("Visits one customer may have to come"), *POLICY_RANGES["open_bookings_per_customer"]
    )
    keep_days = number(
        _("Days after which a customer is forgotten"),
        *POLICY_RANGES["keep_days"],
        help_text=_("Name, phone, e-mail and note are erased so many days after the visit. Counts stay."),
    )

    def __init__(self, *args: Any, too_large: LargestParty | None = None, **kwargs: Any) -> None:
        """Take the largest party, where it is larger than any desk would have places for if each person took one."""
        super().__init__(*args, **kwargs)
        self.too_large = too_large

    def clean_capacity_counts(self) -> str:
        """Refuse to count people where every day would be full for a party that customers may choose."""
        counts: str = self.cleaned_data["capacity_counts"]
        if self.too_large is not None and counts == CapacityCounts.PEOPLE:
            sentence = _(
                "Up to {count} people may come together for “{visit_type}”, and no desk has so many places. "
                "Give a desk more places first."
            )
            raise ValidationError(party_in_words(sentence, self.too_large), code="above_capacity")
        return counts


class NoticeForm(StaffForm):
    """The notice at the top of the store's pages."""

    notice = short_text(
        _("Notice"),
        TEXT_MAX,
        required=False,
        help_text=_("Customers read it on the store's page and when they choose a time. Leave it empty for none."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )


class MemberForm(StaffForm):
    """A member of the store."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Enter a user name."), "max_length": _("This is too long. Please shorten it.")},
    )
    role = forms.ChoiceField(
        label=_("May do"),
        choices=(
            (Role.STAFF, _("Staff: see the day, book, check in")),
            (Role.MANAGER, _("Manager: everything, hours and members included")),
        ),
        widget=forms.RadioSelect,
        initial=Role.STAFF,
        error_messages={"required": _("Choose a role."), "invalid_choice": _("Choose a role.")},
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        max_length=1024,
        help_text=_(
            "For somebody new alone, at least 12 characters. Whoever has this user name already is asked to join, "
            "on the page they see when they sign in."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class LineForm(StaffForm):
    """How people in the line are called: by a code or a first name."""

    line_shows = forms.ChoiceField(
        label=_("On the screen, people are called by"),
        choices=LineShows.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose one of these."),
            "invalid_choice": _("Choose one of these."),
        },
    )
