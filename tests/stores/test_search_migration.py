"""Stores that were there before searches had an index are found once it is made."""

from importlib import import_module

import pytest
from django.apps import apps

from stores.models import SearchSpelling, SearchWord, Store, StoreWord
from stores.queries import stores_page
from stores.words import search_text
from tests.factories import make_store


@pytest.mark.django_db
def test_stores_that_were_there_are_indexed() -> None:
    for number in range(3):
        make_store(f"shop-{number}")
    before = (SearchSpelling.objects.count(), StoreWord.objects.count())
    SearchWord.objects.all().delete()
    import_module("stores.migrations.0003_search").index_stores(apps, None)
    assert (SearchSpelling.objects.count(), StoreWord.objects.count()) == before
    assert len(stores_page(q="cornre shop niort").results) == 3


@pytest.mark.django_db
def test_stores_that_were_there_are_found_by_their_towns_other_names() -> None:
    store = make_store("bloemen")
    Store.objects.filter(pk=store.pk).update(
        search_text=search_text(name="متجر الزهور", town="Gand", postal_code="9000")
    )
    StoreWord.objects.filter(store=store).delete()
    import_module("stores.migrations.0013_names_of_towns").index_more(apps, None)
    import_module("stores.migrations.0013_names_of_towns").index_more(apps, None)
    for typed in ("Gent", "زهور"):
        assert [found.slug for found in stores_page(q=typed).results] == ["bloemen"]
