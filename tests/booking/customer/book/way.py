"""The way to a booking, as a browser goes it."""

import re
from urllib.parse import quote

from django.test import Client

from booking.customer.question_fields import NamedQuestions
from stores.queries import Question
from tests.booking.reading import Page, page

BOOK = "/s/corner-shop-niort/book/"
HOLD = f"{BOOK}hold/"
KEPT = f"{BOOK}kept/"
EXTEND = f"{BOOK}extend/"
DETAILS = f"{BOOK}details/"
ANSWER = f"{BOOK}answer/"
CHECK = f"{BOOK}check/"
CONFIRM = f"{BOOK}confirm/"
TEN = "2026-11-24T10:00:00+01:00"
ELEVEN = "2026-11-24T11:00:00+01:00"
CHOSEN = {"visit_type": "visit", "party_size": "1", "starts_at": TEN}
DAY = {"visit_type": "visit", "day": "2026-11-24"}
TYPED = {"name": "Ada Test", "phone": "06 12 34 56 02", "email": "", "note": "Second floor"}


def question_name(text: str, kind: str = "") -> str:
    """Return the name of the field of a question, of all visits or of a kind."""
    named = NamedQuestions(kind)
    named.add(Question(text, (), is_required=False, visit_type_id=1 if kind else None))
    return next(iter(named))


def choose(client: Client, starts_at: str = TEN) -> str:
    """Tap a time; return the address of the page that comes."""
    location: str = client.post(HOLD, {**CHOSEN, "starts_at": starts_at})["Location"]
    return location


def details_url(starts_at: str = TEN, visit_type: str = "visit") -> str:
    return f"{DETAILS}?visit_type={visit_type}&party_size=1&starts_at={quote(starts_at)}"


def held(client: Client, starts_at: str = TEN) -> Page:
    """Choose a time, and go to the details."""
    response = client.post(HOLD, {"visit_type": "visit", "party_size": "1", "starts_at": starts_at}, follow=True)
    assert response.status_code == 200
    return page(response)


def filled(client: Client, **typed: str) -> dict[str, str]:
    """Choose a time, and fill the form that books it."""
    return {**held(client).forms[CONFIRM], **TYPED, **typed}


def checked(client: Client, **typed: str) -> Page:
    """Choose a time, and go from the details to the check page."""
    response = client.post(CHECK, filled(client, **typed), follow=True)
    assert response.status_code == 200
    assert response.redirect_chain[-1][0].startswith(CHECK)
    return page(response)


def booked(client: Client, **typed: str) -> str:
    """Book; return the reference."""
    response = client.post(CONFIRM, filled(client, **typed))
    found = re.fullmatch(r"/b/(\w+)/booked/", response["Location"])
    assert found is not None, response["Location"]
    return found[1]
