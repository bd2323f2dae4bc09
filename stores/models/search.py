"""The search index: the words of stores, and their spellings with letters left out."""

from django.db import models

from stores.models.store import Store
from stores.spelling import SPELLING_LONGEST, WORD_LONGEST


class SearchWord(models.Model):
    """A folded word of some store's name, town or postal code. Words stay when their last store is deleted."""

    word = models.CharField(max_length=WORD_LONGEST, unique=True)

    def __str__(self) -> str:
        return self.word


class SearchSpelling(models.Model):
    """A word without one or two of its letters (`stores.spelling.spellings`). Similar words share one."""

    word = models.ForeignKey(SearchWord, on_delete=models.CASCADE, related_name="spellings")
    spelling = models.CharField(max_length=SPELLING_LONGEST)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["spelling", "word"], name="search_spelling_once")]

    def __str__(self) -> str:
        return self.spelling


class StoreWord(models.Model):
    """A word in a store's `search_text`. Only `stores.search.index` writes these rows.

    Rows hold the store's slug, which never changes, so the stores of a word come from the index in list order.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, to_field="slug", related_name="words")
    word = models.ForeignKey(SearchWord, on_delete=models.CASCADE, related_name="stores", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "store"], name="store_word_once")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.word_id}"
