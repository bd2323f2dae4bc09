"""Customer input, read leniently: names in any script, phone numbers in any notation, addresses, notes."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from phonenumbers import PhoneNumberType

from stores.phones import digits_over, example, is_dialed_alike, is_mobile, parsed, region_of
from stores.words import DIRECTION_OVERRIDES, can_be_said

NAME_MAX = 120
NOTE_MAX = 500
ANSWER_MAX = 200
EMAIL_MAX = 254
PHONE_INPUT_MAX = 60
# No booking is made outside these years, and date arithmetic stays within Python's range.
FIRST_YEAR, LAST_YEAR = 2000, 2999
_LAST_DIGITS = 4
_validate_email = EmailValidator(allowlist=[])  # not even localhost
_E164 = re.compile(r"\+[1-9][0-9]{7,14}")

_SENTENCES = {
    0: _("Enter a phone number such as {example}."),
    1: _("This number has one digit too many. Enter one such as {example}."),
    -1: _("This number has one digit too few. Enter one such as {example}."),
}
_REFUSED_PHONES = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PERSONAL_NUMBER,
        PhoneNumberType.PAGER,
        PhoneNumberType.VOICEMAIL,
    }
)


class BadInput(ValueError):
    """Input that cannot be used; `message` tells the customer what to do, in the active language."""

    def __init__(self, code: str, message: str | Promise) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def read_name(text: str) -> str:
    """Return a name as typed, without control characters. Raises BadInput."""
    name = _clean(text, longest=NAME_MAX)
    if not can_be_said(name):
        raise BadInput("required", _("Enter a name."))
    return name


def read_note(text: str) -> str:
    """Return a note on one line, "" for none. Raises BadInput."""
    return _clean(text, longest=NOTE_MAX)


def read_answer(text: str) -> str:
    """Return the answer to a store's question on one line, "" for none. Raises BadInput."""
    return _clean(text, longest=ANSWER_MAX)


def read_email(text: str) -> str:
    """Return an e-mail address in lower case, so that one person's is always the same; "" for none. Raises BadInput.

    Addresses of this machine, and of a machine by its IP address, are refused: no customer has one.
    """
    email = _clean(text, longest=EMAIL_MAX).lower()
    if not email:
        return ""
    try:
        _validate_email(email)
    except ValidationError:
        raise _no_email() from None
    host = email.rpartition("@")[2]
    last = host.rpartition(".")[2]
    if host.startswith("[") or last == "localhost" or last.isdecimal():
        raise _no_email()
    return email


def _no_email() -> BadInput:
    return BadInput("invalid", _("Enter an e-mail address such as name@example.org."))


def read_phone(text: str, *, country: str) -> str:
    """Return a phone number in E.164, read as people of `country` dial it, "" for none. Raises BadInput.

    Numbers that cost the caller or the called person extra, and satellite networks, are refused.
    """
    typed = _clean(text, longest=PHONE_INPUT_MAX)
    if not typed:
        return ""
    number = parsed(typed, country=country)
    region = region_of(number) if number else ""
    if number is None or not region:
        sentence = _SENTENCES[digits_over(typed, country=country)]
        raise BadInput("invalid", format_lazy(sentence, example=example(country)))
    # Region 001 holds networks of no country: satellites, international premium and toll-free numbers.
    if region == "001" or phonenumbers.number_type(number) in _REFUSED_PHONES:
        raise BadInput("not_allowed", _("This number costs extra to reach. Enter an ordinary phone number."))
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def can_be_texted(phone: str) -> bool:
    """Tell whether a text message can be sent to a number in E.164."""
    return bool(phone) and is_mobile(phone, settings.SMS_COUNTRIES)


def phone_in_words(phone: str, *, country: str) -> str:
    """Return a number in E.164 as people of `country` write it."""
    if not _E164.fullmatch(phone):
        return _in_words(phone, country)
    # The spacing follows from how a number begins. A day of 500 visits spends a third of its time on 500 numbers.
    return _spaced(phone[:-_LAST_DIGITS], country).format(*phone[-_LAST_DIGITS:])


@lru_cache(maxsize=10_000)
def _spaced(begins: str, country: str) -> str:
    """Return the format of numbers that begin so, with blanks for the other digits: no person's number is cached."""
    written = _in_words(begins + "0" * _LAST_DIGITS, country)
    hidden = [at for at, character in enumerate(written) if character.isdigit()][-_LAST_DIGITS:]
    return "".join("{}" if at in hidden else character for at, character in enumerate(written))


def _in_words(phone: str, country: str) -> str:
    try:
        number = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException:
        return phone
    is_national = is_dialed_alike(region_of(number), country)
    form = phonenumbers.PhoneNumberFormat.NATIONAL if is_national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(number, form))


def _clean(text: str, *, longest: int) -> str:
    """Drop characters that cannot be seen or stored, keep every script, collapse white space."""
    kept = []
    for character in text[: longest * 8]:
        category = unicodedata.category(character)
        if category == "Cs":
            raise BadInput("invalid", _("This text holds characters that cannot be kept."))
        if character.isspace():
            kept.append(" ")
        elif category != "Cc" and character not in DIRECTION_OVERRIDES:
            kept.append(character)
    cleaned = " ".join("".join(kept).split())
    if len(cleaned) > longest or len(text) > longest * 8:
        raise BadInput("too_long", _("This is too long. Please shorten it."))
    return cleaned


@dataclass(frozen=True, slots=True)
class CustomerDetails:
    """The details of a customer, as `booking.customer_input` read them; phone in E.164, "" where not given."""

    name: str
    phone: str = ""
    email: str = ""
    locale: str = "en"
    is_simple: bool = False  # the customer reads short, simple sentences
    is_for_someone_else: bool = False  # the name is the visitor's, phone and e-mail are those of the person who booked


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
    """A customer's answer to one of the store's questions, both with their wording at that time."""

    question: str
    answer: str
