"""Parts of the set-up that no slot is made from: texts, contact, messages, people."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from booking import limits
from booking.accounts.permissions import has_second_factor
from booking.messages.day_sheet_schedule import change_address, needs_asking
from booking.messages.text_settings import RefusedText, change_own_text
from booking.reversals.fields import Fields, Why, Writing
from booking.store_setup.message_plans import change_message_plan
from stores.models import Role, SetupChange, Store
from stores.models.changes import EXACT
from stores.queries import DAY_SHEET_ASKED, asked_day_sheet
from stores.services import (
    BadValue,
    add_member,
    messages_in_trail,
    own_text_in_trail,
    questions_from_exact,
    questions_in_trail,
    save_address,
    save_contact,
    save_desk_choice,
    save_embed_origins,
    save_feedback_when,
    save_keypad_phone,
    save_line_shows,
    save_notice,
    save_protection,
    save_questions,
    save_second_factor,
    save_texting,
    save_waiting_room,
    texting_in_trail,
    waiting_room_in_trail,
)

ADDRESS = ("name", "street", "postal_code", "town", "latitude", "longitude")


def write_desk_choice(writing: Writing) -> None:
    """Let customers choose the desk, or not."""
    save_desk_choice(is_offered=writing.wanted["offers_desk_choice"], **writing.stamp)


def read_questions(store: Store, _change: SetupChange, _now: datetime) -> tuple[Any, Fields]:
    """Return the questions."""
    return store, questions_in_trail(store.questions.filter(visit_type=None).order_by("position"))


def write_questions(writing: Writing) -> None:
    """Ask the former questions."""
    save_questions(questions=questions_from_exact(writing.wanted[EXACT]), **writing.stamp)


def write_notice(writing: Writing) -> None:
    """Show the former notice."""
    save_notice(**writing.wanted, **writing.stamp)


def write_address(writing: Writing) -> None:
    """Give the store its former name, address and position."""
    save_address(**writing.wanted, **writing.stamp)


def write_contact(writing: Writing) -> None:
    """Give the store its former contact."""
    save_contact(**writing.wanted, **writing.stamp)


def write_sharing(writing: Writing) -> None:
    """Let the former sites show the store's times."""
    save_embed_origins(addresses=writing.wanted["embed_origins"].split(), **writing.stamp)


def write_protection(writing: Writing) -> None:
    """Ask for a proof of work during a rush, or not."""
    save_protection(**writing.wanted, **writing.stamp)


def read_waiting_room(store: Store, _change: SetupChange, _now: datetime) -> tuple[Any, Fields]:
    """Return the waiting room."""
    return store, waiting_room_in_trail(store)


def write_waiting_room(writing: Writing) -> None:
    """Switch the waiting room, and let bookings open when they did before."""
    opening, zone = writing.wanted["bookings_open_at"], ZoneInfo(writing.store.time_zone)
    save_waiting_room(
        has_waiting_room=writing.wanted["has_waiting_room"],
        bookings_open_at=datetime.fromisoformat(opening).replace(tzinfo=zone) if opening else None,
        **writing.stamp,
    )


def write_line(writing: Writing) -> None:
    """Call people as before."""
    save_line_shows(**writing.wanted, **writing.stamp)


def write_feedback(writing: Writing) -> None:
    """Ask after the visit when it was asked before."""
    save_feedback_when(**writing.wanted, **writing.stamp)


def write_calls(writing: Writing) -> None:
    """Answer calls at the former number."""
    save_keypad_phone(**writing.wanted, **writing.stamp)


def write_second_factor(writing: Writing) -> None:
    """Ask managers for more than a password, or not; whoever asks others for it must have it."""
    if writing.wanted["requires_second_factor"] and not has_second_factor(writing.user):
        raise writing.refusal(Why.OWN_SECOND_FACTOR)
    save_second_factor(**writing.wanted, **writing.stamp)


def read_member(store: Store, change: SetupChange, _now: datetime) -> tuple[Any, Fields]:
    """Return the role of a member; no fields for somebody who works there no longer. Locks the memberships.

    All of them at once, as its service does: two managers who put each other back must not wait for each other.
    """
    memberships = store.memberships.select_for_update(of=("self",)).select_related("user")
    found = next((one for one in memberships if one.user.username == change.subject), None)
    return change.subject, {"role": found.role} if found else {}


def write_member(writing: Writing) -> None:
    """Give a member the former role."""
    if writing.thing == writing.user.username and writing.wanted["role"] != Role.MANAGER:
        raise writing.refusal(Why.OWN_ROLE)
    try:
        add_member(username=writing.thing, role=Role(writing.wanted["role"]), password=None, asks=True, **writing.stamp)
    except BadValue as bad:
        raise writing.refusal(Why.LAST_MANAGER) if bad.code == "last_one" else bad from None


def read_messages(store: Store, change: SetupChange, _now: datetime) -> tuple[Any, Fields]:
    """Return the plan of messages, or the store's own text that a change was about."""
    if not change.subject:
        return store, messages_in_trail(store)
    name, _slash, language = change.subject.partition("/")
    return (name, language), own_text_in_trail(store, name, language)


def write_messages(writing: Writing) -> None:
    """Follow the former plan, or send the former text."""
    wanted = writing.wanted
    if not writing.change.subject:
        days = [int(day) for day in wanted["reminder_days"].split(",") if day]
        change_message_plan(
            reminder_days=days,
            messages_from=time.fromisoformat(wanted["messages_from"]),
            messages_until=time.fromisoformat(wanted["messages_until"]),
            **{name: wanted[name] for name in ("reminder_hours", "reminder_channel", "confirms_by_text")},
            **writing.stamp,
        )
        return
    name, language = writing.thing
    for channel in ("sms", "email"):
        if f"{channel}_text" in writing.change.before:
            text = wanted[f"{channel}_text"]
            try:
                change_own_text(channel=channel, name=name, language=language, text=text, **writing.stamp)
            except RefusedText:
                raise writing.refusal(Why.NO_LONGER_VALID) from None


def read_texting(store: Store, _change: SetupChange, _now: datetime) -> tuple[Any, Fields]:
    """Return the word for booking by text, and the saved replies."""
    return store, texting_in_trail(store.sms_word, store.saved_replies)


def write_texting(writing: Writing) -> None:
    """Give the store its former word and replies."""
    save_texting(sms_word=writing.wanted["sms_word"], saved_replies=writing.wanted[EXACT], **writing.stamp)


def read_day_sheet(store: Store, change: SetupChange, now: datetime) -> tuple[Any, Fields]:
    """Return where the sheet goes; of a line that asked an address, whether that is still being asked."""
    awaited = asked_day_sheet(store=store, now=now)
    asked = awaited.after[DAY_SHEET_ASKED] if awaited else ""
    if not change.before:
        language = awaited.after["day_sheet_language"] if awaited else ""
        return store, {DAY_SHEET_ASKED: asked, "day_sheet_language": language}
    fields = {"day_sheet_email": store.day_sheet_email, "day_sheet_language": store.day_sheet_language}
    return store, {**fields, DAY_SHEET_ASKED: asked}


def write_day_sheet(writing: Writing) -> None:
    """Mail the sheet where it went before; an address that it does not go to now is asked once more."""
    store, wanted = writing.store, writing.wanted
    email = wanted.get(DAY_SHEET_ASKED) or wanted.get("day_sheet_email", store.day_sheet_email)
    language = wanted.get("day_sheet_language", store.day_sheet_language)
    try:
        if needs_asking(store=store, email=email):
            limits.sheet_address(store.slug)
    except limits.RateLimited:
        raise writing.refusal(Why.TOO_MANY) from None
    change_address(email=email, language=language, **writing.stamp)
