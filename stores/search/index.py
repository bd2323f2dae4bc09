"""The search index of stores, kept in step with their `search_text`."""

from collections.abc import Collection, Iterable, Mapping

from django.db import transaction

from stores.models import SearchSpelling, SearchWord, Store, StoreWord
from stores.spelling import spellings
from stores.words import search_words

_BATCH = 500


@transaction.atomic
def index_store(*, store: Store) -> None:
    """Let a store be found by the words of its `search_text`, and by no others; existing rows are not written again."""
    index_stores(texts={store.slug: store.search_text})


@transaction.atomic
def index_stores(*, texts: Mapping[str, str]) -> None:
    """Let stores, by their slugs, be found by the words of their texts, and by no others."""
    wanted = {(slug, word) for slug, text in texts.items() for word in search_words(text)}
    kept: set[tuple[str, str]] = set()
    gone = []
    rows = StoreWord.objects.filter(store_id__in=texts).values_list("pk", "store__slug", "word__word")
    for pk, slug, word in rows:
        if (slug, word) in wanted:
            kept.add((slug, word))
        else:
            gone.append(pk)
    new = sorted(wanted - kept)
    if gone:
        StoreWord.objects.filter(pk__in=gone).delete()
    if new:
        ids = _word_ids({word for _, word in new})
        added = [StoreWord(store_id=slug, word_id=ids[word]) for slug, word in new]
        StoreWord.objects.bulk_create(added, batch_size=_BATCH, ignore_conflicts=True)


def _word_ids(words: Collection[str]) -> dict[str, int]:
    """Return the ids of words; new words are added.

    Words are added in alphabetical order, so that two writers of the same words wait for each other without a deadlock.
    """
    ids = _known(words)
    new = sorted(set(words) - set(ids))
    if new:
        SearchWord.objects.bulk_create(
            [SearchWord(word=word) for word in new], batch_size=_BATCH, ignore_conflicts=True
        )
        added = _known(new)
        rows = [
            SearchSpelling(word_id=added[word], spelling=spelling)
            for word in new
            for spelling in sorted(spellings(word))
        ]
        SearchSpelling.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)
        ids |= added
    return ids


def _known(words: Iterable[str]) -> dict[str, int]:
    listed = sorted(words)
    found: dict[str, int] = {}
    for first in range(0, len(listed), _BATCH):
        found |= SearchWord.objects.filter(word__in=listed[first : first + _BATCH]).values_list("word", "pk")
    return found
