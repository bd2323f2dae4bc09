"""Stores that are there are found by their town's names in other languages too, and without the Arabic article."""

from django.db import migrations

from stores.spelling import spellings
from stores.words import search_words, word_meant

BATCH = 1000


def index_more(apps, schema_editor):
    """Give each store the words by which it is found now and was not before."""
    names = ("Store", "SearchWord", "SearchSpelling", "StoreWord")
    Store, SearchWord, SearchSpelling, StoreWord = (apps.get_model("stores", name) for name in names)
    for slug, text in Store.objects.order_by("pk").values_list("slug", "search_text").iterator(chunk_size=BATCH):
        words = search_words(text)
        for word in sorted({word_meant(one) for one in words if word_meant(one) != one} & words):
            known, is_new = SearchWord.objects.get_or_create(word=word)
            if is_new:
                rows = [SearchSpelling(word=known, spelling=spelling) for spelling in sorted(spellings(word))]
                SearchSpelling.objects.bulk_create(rows)
            StoreWord.objects.get_or_create(store_id=slug, word=known)


class Migration(migrations.Migration):

    dependencies = [("stores", "0012_door")]

    operations = [migrations.RunPython(index_more, migrations.RunPython.noop, elidable=True)]
