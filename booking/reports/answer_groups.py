"""Groups of answers that are large enough to name nobody. Pure."""

from collections import Counter
from collections.abc import Mapping

LEAST_SHOWN = 5  # fewer answers would tell what single people said


def answer_groups(by_kind: Mapping[str, Mapping[str, int]]) -> list[tuple[tuple[str, ...], Counter[str]]]:
    """Return the answers by kind of visit; kinds with few answers stand together. Empty if there are too few in all.

    Nothing that is left out can be calculated from the sum: the smallest kinds are gathered until there are enough.
    """
    kinds = sorted(by_kind.items(), key=lambda one: (-sum(one[1].values()), one[0]))
    alone: list[tuple[tuple[str, ...], Counter[str]]] = [
        ((kind,), Counter(answers)) for kind, answers in kinds if sum(answers.values())
    ]
    gathered: tuple[str, ...] = ()
    together: Counter[str] = Counter()
    while alone and (alone[-1][1].total() < LEAST_SHOWN or 0 < together.total() < LEAST_SHOWN):
        names, answers = alone.pop()
        gathered, together = (*names, *gathered), together + answers
    if 0 < together.total() < LEAST_SHOWN:
        return []
    return [*alone, (gathered, together)] if gathered else alone
