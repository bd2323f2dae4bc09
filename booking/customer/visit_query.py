"""The wanted visit as a page's address or form names it, read without trusting it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.http import QueryDict
from django.utils.translation import gettext as _

from booking.formatting import refusal_sentence
from booking.refusals import Refusal
from booking.web.forms import FormProblem
from booking.web.query_params import read_day, read_instant
from stores.slots import StoreRules, VisitTypeRule


@dataclass(frozen=True, slots=True)
class VisitQuery:
    """A requested visit; a value that cannot be read is a problem, and its default stands here."""

    visit_type: VisitTypeRule
    party_size: int
    desk: str  # the slug of the desk that the customer prefers, "" for any
    language: str  # that the customer asks to speak, "" for any
    starts_at: datetime | None
    from_date: date | None
    day: date | None  # exactly this day is shown
    problems: tuple[FormProblem, ...]
    status: int

    @property
    def parameters(self) -> dict[str, str]:
        """Return the parameters of the choice of a time for this visit."""
        asked = {"visit_type": self.visit_type.slug, "party_size": str(self.party_size)}
        more = {"desk": self.desk, "language": self.language}
        return {**asked, **{name: value for name, value in more.items() if value}}


def read_visit_query(data: QueryDict, rules: StoreRules) -> VisitQuery:
    """Read a wish from `visit_type` to `day`, each by its name; the store must have a visit type."""
    problems: list[FormProblem] = []
    status = 200
    slug = data.get("visit_type", "")
    visit_type = rules.visit_type(slug) if slug else rules.visit_types[0]
    if visit_type is None:
        problems.append(FormProblem(_("This store does not offer this kind of visit. Please choose another one.")))
        visit_type, status = rules.visit_types[0], 404
    party_size = _read_count(data.get("party_size", "") or "1")
    if party_size is None or party_size > visit_type.max_party_size:
        too_many = party_size is not None
        text = refusal_sentence(Refusal.PARTY_TOO_LARGE) if too_many else _("Say how many people will come.")
        problems.append(FormProblem(text, "id_party_size" if visit_type.max_party_size > 1 else ""))
        party_size = visit_type.max_party_size if too_many else 1
        status = status if status != 200 else 409 if too_many else 400
    desk = data.get("desk", "") if rules.offers_desk_choice else ""
    if desk and not rules.with_desk(desk).for_kind(visit_type).desks:
        is_known = bool(rules.with_desk(desk).desks)
        text = (
            _("This person or desk does not take this kind of visit. Please choose again.")
            if is_known
            else _("This person or desk takes no visits now. Please choose again.")
        )
        problems.append(FormProblem(text))
        desk, status = "", 404
    language = data.get("language", "")
    if language and not rules.chosen(desk, language).for_kind(visit_type).desks:
        text = _("Nobody speaks this language there. Please choose again.")
        problems.append(FormProblem(text))
        language, status = "", 404
    starts_at = read_instant(data.get("starts_at", ""))
    if starts_at is None and data.get("starts_at"):
        problems.append(FormProblem(_("This time could not be read. Please choose one below.")))
        status = 400
    from_date, day = read_day(data.get("from", "")), read_day(data.get("day", ""))
    if (from_date is None and data.get("from")) or (day is None and data.get("day")):
        problems.append(FormProblem(_("This day does not exist. Please choose one below.")))
        status = 400
    return VisitQuery(visit_type, party_size, desk, language, starts_at, from_date, day, tuple(problems), status)


def _read_count(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        return None
    return int(text) or None
