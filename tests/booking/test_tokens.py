import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from booking.tokens import (
    ALPHABET,
    feed_digest,
    hold_token,
    is_manage_token,
    manage_token,
    new_feed_secret,
    new_public_id,
    new_reference,
    read_hold_token,
    read_reference,
)


def test_references_are_eight_characters_nobody_misreads() -> None:
    references = {new_reference() for _ in range(1000)}

    assert len(references) == 1000
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{8}", reference) for reference in references)


@pytest.mark.parametrize(
    ("typed", "reference"),
    [
        ("ABCD1234", "ABCD1234"),
        ("abcd-1234", "ABCD1234"),
        (" abcd 1234 ", "ABCD1234"),
        ("OIL01234", "01101234"),
        ("ABCD123", None),
        ("ABCD12345", None),
        ("ABCDU234", None),
        ("", None),
        ("ÀBCD1234", None),
        ("\x00BCD1234", None),
    ],
)
def test_read_reference_forgives_what_people_write(typed, reference) -> None:
    assert read_reference(typed) == reference


@given(st.text(alphabet=ALPHABET, min_size=8, max_size=8))
def test_read_reference_reads_its_own(reference) -> None:
    assert read_reference(reference) == reference
    assert read_reference(f"{reference[:4]}-{reference[4:]}".lower()) == reference


@given(st.text())
def test_wrong_tokens_open_nothing_and_break_nothing(text) -> None:
    assert not is_manage_token("ABCD1234", text)
    assert read_hold_token(text) is None


def test_manage_tokens_are_long_and_share_nothing() -> None:
    tokens = [manage_token(new_reference()) for _ in range(200)]

    assert {len(token) for token in tokens} == {22}
    assert len({token[:4] for token in tokens}) > 190
    assert is_manage_token("ABCD1234", manage_token("ABCD1234"))
    assert not is_manage_token("ABCD1235", manage_token("ABCD1234"))


def test_another_key_makes_other_tokens(settings: Settings) -> None:
    token = manage_token("ABCD1234")
    settings.SECRET_KEY = "another key that is long enough for the purpose"

    assert not is_manage_token("ABCD1234", token)


def test_hold_tokens_lead_back_to_their_hold() -> None:
    public_id = new_public_id()

    assert read_hold_token(hold_token(public_id)) == public_id
    assert read_hold_token(hold_token(public_id)[:-1]) is None


def test_feed_secrets_are_long_and_kept_as_digests() -> None:
    secret = new_feed_secret()

    assert len(secret) == 32
    assert secret not in feed_digest(secret)
