"""Links in messages and on pages; all start with PUBLIC_URL."""

import json

from django.conf import settings

from booking.tokens import (
    REPLY_PROOF_LENGTH,
    booking_notice_token,
    day_sheet_token,
    door_secret,
    feedback_end_token,
    invitation_token,
    is_day_sheet_token,
    is_invitation_token,
    is_reply_proof,
    keyed_digest,
    manage_token,
    read_reference,
    reply_proof,
    short_token,
    visits_feed_token,
    visits_token,
    waiting_token,
)
from stores.models import LinkInvitation, SetupChange


def manage_url(reference: str, number: int = 0) -> str:
    """Return the page on which the customer changes or cancels, with their token: for the customer only.

    `number` is the number of their newest link, here and in the next functions.
    """
    return f"{manage_page_url(reference)}?token={manage_token(reference, number)}"


def manage_page_url(reference: str) -> str:
    """Return the same page without the token: the link alone opens nothing."""
    return f"{settings.PUBLIC_URL}/b/{reference}/"


def calendar_url(reference: str, number: int = 0) -> str:
    """Return the visit as a calendar file, with the customer's token: for the customer only."""
    return f"{settings.PUBLIC_URL}/api/v1/bookings/{reference}/calendar.ics?token={manage_token(reference, number)}"


def short_manage_url(reference: str, number: int = 0) -> str:
    """Return the shorter address for text messages, which redirects to the same page."""
    return f"{settings.PUBLIC_URL}/m/{short_token('booking', reference, number)}"


def feedback_url(reference: str, number: int = 0, *, prefix: str = "") -> str:
    """Return the page with the question after a visit, with the customer's token: for the customer only.

    `prefix` is the customer's language and simple version (`booking.web.reader_prefix`).
    """
    return f"{settings.PUBLIC_URL}{prefix}/b/{reference}/feedback/?token={manage_token(reference, number)}"


def short_feedback_url(reference: str, number: int = 0) -> str:
    """Return the shorter address for text messages, which redirects to the same page."""
    return f"{settings.PUBLIC_URL}/q/{short_token('booking', reference, number)}"


def feedback_end_url(store_id: int, email: str, *, prefix: str = "") -> str:
    """Return the page on which whoever has an address ends the questions after visits to a store: for them only.

    `prefix` is the customer's language and simple version (`booking.web.reader_prefix`).
    """
    return f"{settings.PUBLIC_URL}{prefix}/feedback/{feedback_end_token(store_id, email)}/"


def visits_url(reference: str, number: int = 0, *, contact: str, hour: int) -> str:
    """Return the page that lists a customer's visits, with its token: for the customer only, valid for a day."""
    return f"{settings.PUBLIC_URL}/v/{reference}/{visits_token(reference, number, contact=contact, hour=hour)}"


def visits_feed_url(reference: str, number: int, *, contact: str) -> str:
    """Return the calendar feed of a customer's visits, with its token: for the customer only."""
    token = visits_feed_token(reference, number, contact=contact)
    return f"{settings.PUBLIC_URL}/calendars/visits/{reference}/{token}.ics"


def waiting_url(reference: str, *, prefix: str = "") -> str:
    """Return the page of a waiting-list entry, with its token: for its customer only.

    `prefix` is the customer's language and simple version (`booking.web.reader_prefix`).
    """
    return f"{settings.PUBLIC_URL}{prefix}/w/{reference}/?token={waiting_token(reference)}"


def short_waiting_url(reference: str) -> str:
    """Return the shorter address for text messages, which redirects to the same page."""
    return f"{settings.PUBLIC_URL}/p/{short_token('waiting', reference)}"


def store_page_url(store: str) -> str:
    """Return a store's page, in the language that the reader's browser asks for."""
    return f"{settings.PUBLIC_URL}/s/{store}/"


def day_url(store: str) -> str:
    """Return the address of a day of the store, for its staff."""
    return f"{settings.PUBLIC_URL}/staff/{store}/day/"


def day_sheet_link(wish: SetupChange) -> str:
    """Return the page on which the owner of a new address accepts the day sheet: for them only."""
    token = day_sheet_token(wish.pk, _about(wish))
    return f"{settings.PUBLIC_URL}/{wish.after['day_sheet_language']}/staff/day-sheet/address/{token}/"


def is_day_sheet_link(wish: SetupChange, token: str) -> bool:
    """Tell whether a token was made for this request: its store, address, language, time, and author."""
    return is_day_sheet_token(wish.pk, _about(wish), token)


def invitation_link(invitation: LinkInvitation) -> str:
    """Return the page on which somebody joins a store by an invitation: for them only."""
    token = invitation_token(invitation.pk, _about_invitation(invitation))
    return f"{settings.PUBLIC_URL}/{invitation.language}/staff/join/{token}/"


def is_invitation_link(invitation: LinkInvitation, token: str) -> bool:
    """Tell whether a token was made for this link of an invitation: its store, role, address and number."""
    return is_invitation_token(invitation.pk, _about_invitation(invitation), token)


def booking_notice_link(notice_id: int, user_id: int, language: str) -> str:
    """Return the page on which a member ends the notices of new bookings: for them only."""
    return f"{settings.PUBLIC_URL}/{language}/staff/notices/{booking_notice_token(notice_id, user_id)}/"


def here_url(store: str) -> str:
    """Return the page on which expected customers check in by their reference."""
    return f"{settings.PUBLIC_URL}/s/{store}/here/"


def door_url(store: str, number: int) -> str:
    """Return the target of the code on a store's door: the same page, which accepts a phone number there as well."""
    return f"{here_url(store)}?d={door_secret(store, number)}"


def store_card_url(store: str) -> str:
    """Return the picture that is shown beside a store's link."""
    return f"{settings.PUBLIC_URL}/s/{store}/card.png"


def reply_address(reference: str) -> str:
    """Return the address for e-mails about one visit, which opens nothing; "" where no provider takes replies."""
    local, _at, domain = settings.EMAIL_REPLIES.partition("@")
    return f"{local}+{reference.lower()}-{reply_proof(reference)}@{domain}" if domain else ""


def read_reply_address(address: str) -> str | None:
    """Return the reference of the visit that an address for replies is about, None for any other address."""
    local, _at, domain = address.strip().lower().partition("@")
    own_local, _at, own_domain = settings.EMAIL_REPLIES.lower().partition("@")
    name, _plus, tag = local.partition("+")
    typed, _dash, proof = tag.rpartition("-")
    reference = read_reference(typed)
    is_ours = bool(own_domain) and (name, domain) == (own_local, own_domain) and len(proof) == REPLY_PROOF_LENGTH
    return reference if is_ours and reference and is_reply_proof(reference, proof) else None


def visit_thread(reference: str) -> str:
    """Return the name of the thread of all e-mails about one visit; it does not tell the reference."""
    return f"visit-{keyed_digest('thread', reference)[:32]}"


def _about(wish: SetupChange) -> str:
    return json.dumps([wish.store_id, wish.after, wish.user_id, int(wish.at.timestamp())], sort_keys=True)


def _about_invitation(invitation: LinkInvitation) -> str:
    return json.dumps([invitation.store_id, invitation.role, invitation.email, invitation.number])
