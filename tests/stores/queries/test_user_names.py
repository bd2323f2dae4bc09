"""Users are found by their name in whatever case."""

import pytest
from django.contrib.auth.models import User

from stores.queries import user_called, user_named_like

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["ada", "Ada", "ADA", "ａｄａ"])
def test_a_name_is_found_in_any_case(typed: str) -> None:
    ada = User.objects.create_user("ada")

    assert user_called(typed) == user_named_like(typed) == ada


@pytest.mark.parametrize("typed", ["zoé", "ZOÉ"])
def test_letters_beyond_ascii_have_cases_too(typed: str) -> None:
    zoe = User.objects.create_user("Zoé")

    assert user_called(typed) == user_named_like(typed) == zoe


def test_of_two_cases_of_one_name_each_is_found_by_its_own() -> None:
    ada, twin = User.objects.create_user("ada"), User.objects.create_user("Ada")

    assert (user_called("ada"), user_called("Ada"), user_called("ADA")) == (ada, twin, None)
    assert user_named_like("ADA") == ada


def test_nobody_is_found_by_another_name() -> None:
    User.objects.create_user("ada_1")

    assert user_called("adax1") is None
    assert user_named_like("") is None
