"""Findings of the doctor: what was looked at, and how it is."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a look ends; only `WRONG` means that something has to be done now."""

    FINE = "fine"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one look."""

    name: str
    verdict: Verdict
    said: str
