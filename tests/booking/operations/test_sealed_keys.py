"""Sealed keys: one passphrase opens them, nothing else does, and no damage goes unseen."""

from pathlib import Path

import pytest

from booking.operations.sealed_keys import BadPassphrase, open_key, read_passphrase, seal_key

KEY = "a key of the books, as long as one has to be 0123456789"
PASSPHRASE = "six words that stand in no book"


def test_key_opens_with_its_passphrase_and_is_sealed_anew_each_time() -> None:
    first, second = seal_key(KEY, PASSPHRASE), seal_key(KEY, PASSPHRASE)

    assert open_key(first, PASSPHRASE) == open_key(f"  {second}\n", PASSPHRASE) == KEY
    assert first != second
    assert KEY not in first


@pytest.mark.parametrize("typed", ["Six words that stand in no book", "six words that stand in no book ", ""])
def test_another_passphrase_opens_nothing(typed: str) -> None:
    with pytest.raises(BadPassphrase, match="another passphrase"):
        open_key(seal_key(KEY, PASSPHRASE), typed)


@pytest.mark.parametrize(
    "line", ["", KEY, "carillon-sealed-key-1", "carillon-sealed-key-1:99:AAAA", "carillon-sealed-key-1:x:AAAA",
             "carillon-sealed-key-1:4:AAAA", "carillon-sealed-key-1:4:not base64", "carillon-sealed-key-2:4:AAAA"]
)  # fmt: skip
def test_other_lines_are_refused(line: str) -> None:
    with pytest.raises(BadPassphrase):
        open_key(line, PASSPHRASE)


def test_each_changed_letter_is_seen() -> None:
    sealed = seal_key(KEY, PASSPHRASE).strip()
    for place in (len(sealed) // 2, len(sealed) - 4):
        changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
        with pytest.raises(BadPassphrase):
            open_key(changed, PASSPHRASE)


@pytest.mark.parametrize("text", ["", "short", "fifteen letters"])
def test_short_passphrase_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "passphrase"
    path.write_text(f"{text}\n")

    with pytest.raises(BadPassphrase, match="16 characters"):
        read_passphrase(path)


def test_passphrase_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPassphrase, match="cannot be read"):
        read_passphrase(tmp_path / "none")
