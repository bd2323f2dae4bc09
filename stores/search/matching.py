"""Search for stores by typed words, in widening circles.

The first circle has the exact words, the next their beginnings. If these find nothing, words with a similar spelling
follow. Each circle contains the one before. The SQL is the same on both databases and uses plain indexes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from stores.models import SearchSpelling, Store, StoreWord
from stores.spelling import distance, spellings_typed
from stores.words import typed_words, word_meant

WORDS_MAX = 10
# A word of this many stores is common: walking through all stores finds a page sooner than collecting the matches
# first.
COMMON = 1000
_BEGINNINGS_MAX = 60
_NUMBER_LEAST = 4
_AFTER_ALL_LETTERS = "\U0010ffff"
# Conditions for "starts with": PostgreSQL's index serves LIKE, SQLite's orders by code point.
_BEGINS = {"postgresql": "{column} LIKE %s", "sqlite": "{column} >= %s AND {column} < %s"}
_COUNTED = (
    "(SELECT COUNT(*) FROM (SELECT 1 FROM stores_storeword held WHERE held.word_id = known.id LIMIT {common}) counted)"
)
_EXACT = "SELECT %s, 1, known.id, {counted} FROM stores_searchword known WHERE known.word = %s"
_BEGINNING = """SELECT * FROM (SELECT %s AS term, 0 AS is_exact, known.id, {counted} AS stores
  FROM stores_searchword known WHERE {begins} AND known.word <> %s LIMIT {limit}) beginnings"""

_STORES_OF = "SELECT known.id, {counted} FROM stores_searchword known WHERE known.id IN ({ids})"


@dataclass(frozen=True, slots=True)
class Meant:
    """The words that one typed word may stand for: given by id, or all that start with `beginning`.

    `stores` is the number of stores that have one of them; counting stops once the word is common.
    """

    ids: frozenset[int] = frozenset()
    beginning: str = ""
    stores: int = 0

    def __or__(self, other: "Meant") -> "Meant":
        return Meant(self.ids | other.ids, self.beginning or other.beginning, self.stores + other.stores)

    def holders(self) -> QuerySet[StoreWord]:
        """Return the rows of stores that have one of these words."""
        fits = Q(word_id__in=sorted(self.ids))
        if self.beginning:
            fits |= _begins_with(self.beginning)
        return StoreWord.objects.filter(fits)


Circle = tuple[Meant, ...]


@dataclass(frozen=True, slots=True)
class _Term:
    """A typed word, and the known words that equal it or start with it."""

    typed: str
    exact: Meant = Meant()
    begun: Meant = Meant()

    @property
    def plain(self) -> Meant:
        return self.exact | self.begun


class Search:
    """The circles of stores for a typed text. Costs one statement, and two more once `wide` is read."""

    def __init__(self, typed: str) -> None:
        self._terms = _read_terms(typed_words(typed)[:WORDS_MAX])
        self._wide: tuple[Circle, ...] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the typed text has no word, so that there is nothing to search for."""
        return not self._terms

    @property
    def plain(self) -> tuple[Circle, ...]:
        """The stores that have every word, and those that have words that start with each typed word."""
        exact = tuple(term.exact for term in self._terms)
        begun = tuple(term.plain for term in self._terms)
        return tuple(circle for circle in dict.fromkeys((exact, begun)) if _may_hold_any(circle))

    @property
    def exact(self) -> Circle | None:
        """The stores that have every word exactly; None if some word is in no store."""
        circle = tuple(term.exact for term in self._terms)
        return circle if _may_hold_any(circle) else None

    @property
    def wide(self) -> tuple[Circle, ...]:
        """Stores with the nearest spelling of unknown words, and stores with any similar spelling of any word."""
        if self._wide is None:
            alike = _alike([term.typed for term in self._terms])
            nearest = tuple(term.plain if term.plain.stores else _nearest(alike[term.typed]) for term in self._terms)
            any_of = tuple(term.plain | _any(alike[term.typed]) for term in self._terms)
            self._wide = tuple(circle for circle in dict.fromkeys((nearest, any_of)) if _may_hold_any(circle))
        return self._wide

    @property
    def known(self) -> list[str]:
        """The typed words that equal, or begin, a word of some store."""
        return [term.typed for term in self._terms if term.plain.stores]


def within(stores: QuerySet[Store], circle: Circle) -> QuerySet[Store]:
    """Return those of the given stores that are in a circle, in any order."""
    rarest, *others = sorted(circle, key=lambda meant: meant.stores)
    if rarest.stores < COMMON:
        stores = stores.filter(slug__in=rarest.holders().values("store_id"))
    else:
        others.append(rarest)
    return stores.filter(*(_holds(meant, "slug") for meant in others))


def slugs_within(
    circle: Circle, *, but_not: Circle | None, among: QuerySet[Store] | None, after: str, limit: int
) -> list[str]:
    """Return the first slugs after `after` in a circle: not those in `but_not`, only those in `among`."""
    rarest, *others = sorted(circle, key=lambda meant: meant.stores)
    if rarest.beginning:
        # Half of all stores may match: walking through them by slug soon finds enough.
        stores = (Store.objects.all() if among is None else among).filter(slug__gt=after)
        stores = stores.filter(*(_holds(meant, "slug") for meant in circle), *_outside(but_not, "slug"))
        return list(stores.order_by("slug").values_list("slug", flat=True)[:limit])
    rows = rarest.holders().filter(store_id__gt=after)
    rows = rows.filter(*(_holds(meant, "store_id") for meant in others), *_outside(but_not, "store_id"))
    if among is not None:
        rows = rows.filter(store_id__in=among.values("slug"))
    found = rows.order_by("store_id").values_list("store_id", flat=True).distinct()[:limit]
    return [str(slug) for slug in found]


def _holds(meant: Meant, slug: str) -> Exists:
    return Exists(meant.holders().filter(store_id=OuterRef(slug)))


def _outside(circle: Circle | None, slug: str) -> list[Q]:
    if circle is None:
        return []
    inside = Q()
    for meant in circle:
        inside &= Q(_holds(meant, slug))
    return [~inside]


def _may_hold_any(circle: Circle) -> bool:
    return bool(circle) and all(meant.stores for meant in circle)


# --- Words known ----------------------------------------------------------------------------------


def _read_terms(typed: Sequence[str]) -> list[_Term]:
    """Return the known words for each typed word, with one statement."""
    if not typed:
        return []
    begins = _BEGINS[connection.vendor].format(column="known.word")
    counted = _COUNTED.format(common=COMMON)
    arms: list[str] = []
    given: list[int | str] = []
    for number, word in enumerate(typed):
        arms += [
            _EXACT.format(counted=counted),
            _BEGINNING.format(counted=counted, begins=begins, limit=_BEGINNINGS_MAX + 1),
        ]
        given += [number, word_meant(word), number, *_bounds(word), word_meant(word)]
    terms = [_Term(word) for word in typed]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(arms), given)
        for number, is_exact, word_id, stores in cursor.fetchall():
            found, term = Meant(frozenset({word_id}), stores=stores), terms[number]
            terms[number] = replace(term, exact=found) if is_exact else replace(term, begun=term.begun | found)
    return [_shortened(term) for term in terms]


def _shortened(term: _Term) -> _Term:
    """Use the beginning itself if too many words start with it for a list."""
    if len(term.begun.ids) <= _BEGINNINGS_MAX:
        return term
    return replace(term, begun=Meant(beginning=term.typed, stores=COMMON))


def _bounds(beginning: str) -> tuple[str, ...]:
    return (f"{beginning}%",) if connection.vendor == "postgresql" else (beginning, beginning + _AFTER_ALL_LETTERS)


def _begins_with(beginning: str) -> Q:
    if connection.vendor == "postgresql":
        return Q(word__word__startswith=beginning)
    return Q(word__word__gte=beginning, word__word__lt=beginning + _AFTER_ALL_LETTERS)


# --- Words spelled nearly alike -------------------------------------------------------------------

Alike = list[tuple[int, Meant]]  # the number of mistakes, and the word


def _alike(typed: Iterable[str]) -> dict[str, Alike]:
    """Return the words within the allowed mistakes of each typed word, with two statements in all."""
    alike = {word: _numbers_alike(word) for word in typed}
    asked = sorted(set().union(*(spellings_typed(word) for word in alike)))
    if not asked:
        return alike
    rows = SearchSpelling.objects.filter(spelling__in=asked).order_by().values_list("word_id", "word__word").distinct()
    edits = {
        (word, word_id): far for word_id, known in rows for word in alike if (far := distance(word, known)) is not None
    }
    stores = _counted({word_id for _, word_id in edits})
    for (word, word_id), far in edits.items():
        alike[word].append((far, Meant(frozenset({word_id}), stores=stores[word_id])))
    return alike


def _counted(word_ids: Iterable[int]) -> dict[int, int]:
    ids = sorted(word_ids)
    if not ids:
        return {}
    sql = _STORES_OF.format(counted=_COUNTED.format(common=COMMON), ids=", ".join(["%s"] * len(ids)))
    with connection.cursor() as cursor:
        cursor.execute(sql, ids)
        return dict(cursor.fetchall())


def _numbers_alike(typed: str) -> Alike:
    """Return postal codes that start like an unknown one: of the same town, else of the same county."""
    if not typed.isdigit() or len(typed) < _NUMBER_LEAST:
        return []
    return [(edits, Meant(beginning=typed[:-edits], stores=COMMON)) for edits in (2, 3) if len(typed) - edits >= 2]


def _nearest(alike: Alike) -> Meant:
    least = min((edits for edits, _ in alike), default=0)
    return _any([found for found in alike if found[0] == least])


def _any(alike: Alike) -> Meant:
    meant = Meant()
    for _, found in alike:
        meant |= found
    return meant
