"""What the pages of one store show of it, read by one statement."""

from datetime import UTC, datetime, time

import pytest
from pytest_django import DjangoAssertNumQueries

from stores.models import QuestionKind, StoreQuestion
from stores.queries import Question, UnknownStore, rules_around, store_detail, store_page, store_questions
from tests.stores.queries.stored import MONDAY, make_full_store, make_store

NOW = datetime.combine(MONDAY, time(8), tzinfo=UTC)


@pytest.mark.django_db
def test_page_is_what_three_questions_tell(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    store = make_full_store()
    choices = {"kind": QuestionKind.CHOICE, "choices": 'Radio\nA "friend"'}
    StoreQuestion.objects.create(store=store, text="How did you hear?", position=2, is_required=True, **choices)
    StoreQuestion.objects.create(store=store, text="Which product?", position=1)

    with django_assert_num_queries(1):
        page = store_page("corner-shop", NOW)

    assert page.rules == rules_around("corner-shop", NOW)
    assert page.detail == store_detail("corner-shop", from_date=MONDAY)
    assert page.questions == store_questions("corner-shop")
    assert page.questions == (
        Question("Which product?", (), False),
        Question("How did you hear?", ("Radio", 'A "friend"'), True),
    )


@pytest.mark.django_db
def test_page_of_a_store_with_nothing() -> None:
    make_store()

    page = store_page("corner-shop", NOW)

    assert page.rules == rules_around("corner-shop", NOW)
    assert page.detail == store_detail("corner-shop", from_date=MONDAY)
    assert page.questions == ()


@pytest.mark.parametrize("slug", ["none", "Corner Shop", "", "x\x00"])
@pytest.mark.django_db
def test_page_of_an_unknown_store(slug: str) -> None:
    make_store()

    with pytest.raises(UnknownStore):
        store_page(slug, NOW)
