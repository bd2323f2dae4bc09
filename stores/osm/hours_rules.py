"""Rules of opening hours: which times belong to which days, in either order. Pure.

Days usually come first ("Mo-Fr 9-12; Sa 10-12"). In a text that begins with times and continues with days, times come
first ("9-12 Mo-Fr, 10-12 Sa"). A text that makes sense in both orders is not read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from stores.osm.clock_times import Span
from stores.osm.hours_text import NotReadable

ALL_DAYS = tuple(range(7))
# The separators between two parts, the loosest last.
Apart = Literal["", "&", ",", ";"]
NOT_CLEAR = "which times belong to which days is not clear"
_WITHOUT_TIMES = "days without times"


@dataclass(slots=True)
class Atom:
    """A part of a text: some days, some times, or "closed"; `apart` is the separator before it."""

    kind: Literal["days", "times", "off"]
    apart: Apart = ""
    days: tuple[int, ...] = ()  # empty for public holidays only
    is_range: bool = False
    spans: list[Span] = field(default_factory=list)


@dataclass(slots=True)
class Rule:
    """Days and their hours. `goes_on` marks a rule without days: the days of the rule before it apply."""

    days: list[int] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    on_holidays: bool = False
    is_off: bool = False
    goes_on: bool = False

    @property
    def is_complete(self) -> bool:
        return bool(self.spans) or self.is_off

    def take_days(self, atoms: Sequence[Atom]) -> "Rule":
        """Add these days to the rule."""
        for atom in atoms:
            self.days.extend(atom.days)
            self.on_holidays |= not atom.days
        return self


def rules_of(atoms: Sequence[Atom]) -> list[Rule]:
    """Return the rules in the parts. Raises NotReadable."""
    rules = _TimesFirst(atoms).rules() if _begins_with_times(atoms) else _days_first(atoms)
    if not rules:
        raise NotReadable("no times in it")
    for rule in rules:
        if not rule.is_complete and not (rule.on_holidays and not rule.days):
            raise NotReadable(_WITHOUT_TIMES if rule.days else "no times in it")
    return rules


def _days_first(atoms: Sequence[Atom]) -> list[Rule]:
    rules = [Rule(goes_on=True)]
    at = 0
    while at < len(atoms):
        atom, rule = atoms[at], rules[-1]
        if atom.kind == "off" and (closed := _closed_days(atoms, at)):
            rules += [Rule(is_off=True).take_days(closed), Rule(goes_on=True)]
            at += 1 + len(closed)
            continue
        if rule.is_complete and (atom.kind == "days" or atom.apart == ";"):
            rule = Rule(goes_on=atom.kind != "days")
            rules.append(rule)
        if atom.kind == "days":
            rule.goes_on = False
            rule.take_days([atom])
        elif atom.kind == "times":
            if rule.is_off:
                raise NotReadable("times after 'off'")
            rule.spans += atom.spans
        else:
            if len(rule.spans) > 1:
                raise NotReadable("'off' after several times")
            rule.is_off = True
        at += 1
    said = [rule for rule in rules if rule.is_complete or not rule.goes_on]
    for before, rule in pairwise(said):
        if rule.goes_on and before.is_off and not before.spans:
            raise NotReadable(NOT_CLEAR)  # "Mo-Fr 9-12; Sa off; 14-18"
    return said


def _closed_days(atoms: Sequence[Atom], at: int) -> list[Atom]:
    """Return the days after "closed" to which it applies: "closed on Sunday", not "Sunday closed"."""
    follows_days = at > 0 and atoms[at - 1].kind == "days" and atoms[at].apart in ("", "&")
    run = _days_from(atoms, at + 1, within=("", "&"))
    after = atoms[at + 1 + len(run)] if at + 1 + len(run) < len(atoms) else None
    is_said_of_them = after is None or after.apart in (",", ";")
    return run if run and not follows_days and is_said_of_them else []


def _days_from(atoms: Sequence[Atom], at: int, *, within: Sequence[Apart] = ("", "&", ",")) -> list[Atom]:
    """Return the consecutive days from here on, with no separator looser than `within` between them."""
    run: list[Atom] = []
    while at < len(atoms) and atoms[at].kind == "days" and atoms[at].apart in within:
        run.append(atoms[at])
        at += 1
    return run


def _begins_with_times(atoms: Sequence[Atom]) -> bool:
    """Tell whether a text has its times before their days."""
    if not atoms or atoms[0].kind != "times":
        return False
    run = _days_from(atoms, 1)
    after = atoms[1 + len(run)] if 1 + len(run) < len(atoms) else None
    if not run:
        return False
    if after is None or after.apart == ";" or _alternates(atoms, 0):
        return True
    # In "10-18 Mo-Fr, Sa 10-16" the first days belong to the first times. In "8-21, Sunday 9-19" none do. "10-18 Sa, Su
    # 10-16" is ambiguous.
    commas = [atom for atom in run[1:] if atom.apart == ","]
    if run[0].apart == "," or not commas:
        return False
    if len(commas) > 1 or not run[0].is_range:
        raise NotReadable(NOT_CLEAR)
    return True


def _alternates(atoms: Sequence[Atom], at: int) -> bool:
    """Tell whether times and days alternate from here on, with days at the end."""
    run = _days_from(atoms, at + 1)
    after = at + 1 + len(run)
    if not run:
        return False
    if after == len(atoms) or atoms[after].apart == ";":
        return True
    if atoms[after].kind == "times":
        return _alternates(atoms, after)
    return atoms[after].apart == "," or any(atom.apart == "," for atom in run[1:])


class _TimesFirst:
    """The rules of a text that begins with times; later rules may have their days first."""

    def __init__(self, atoms: Sequence[Atom]) -> None:
        self._atoms = atoms
        self._at = 0

    def rules(self) -> list[Rule]:
        found = []
        while self._at < len(self._atoms):
            atom = self._atoms[self._at]
            found.append({"times": self._times, "days": self._days, "off": self._off}[atom.kind]())
        return found

    def _times(self) -> Rule:
        """Read times and the days that follow them."""
        spans, run = self._atoms[self._at].spans, _days_from(self._atoms, self._at + 1)
        after = self._next(1 + len(run))
        if after is not None and after.apart != ";" and not _alternates(self._atoms, self._at):
            # The last of these days belong to the next part: "…, 8-12 Saturday, Sunday closed".
            run = self._before_comma(run)
        elif after is not None and after.kind == "off" and after.apart in ("", "&"):
            run = self._before_comma(run)
        if not run:
            raise NotReadable(NOT_CLEAR)
        self._at += 1 + len(run)
        return Rule(spans=list(spans)).take_days(run)

    def _days(self) -> Rule:
        """Read days and the hours that follow them."""
        run = _days_from(self._atoms, self._at, within=("", "&", ",", ";"))
        said = self._next(len(run))
        if said is None:
            raise NotReadable(_WITHOUT_TIMES)
        self._at += len(run) + 1
        if said.apart == ";":
            raise NotReadable(NOT_CLEAR)
        return Rule(spans=list(said.spans), is_off=said.kind == "off").take_days(run)

    def _off(self) -> Rule:
        run = _closed_days(self._atoms, self._at)
        if not run:
            raise NotReadable(NOT_CLEAR)
        self._at += 1 + len(run)
        return Rule(is_off=True).take_days(run)

    def _next(self, steps: int) -> Atom | None:
        return self._atoms[self._at + steps] if self._at + steps < len(self._atoms) else None

    @staticmethod
    def _before_comma(run: Sequence[Atom]) -> list[Atom]:
        commas = [at for at, atom in enumerate(run) if at and atom.apart == ","]
        return list(run[: commas[0]]) if len(commas) == 1 else []
