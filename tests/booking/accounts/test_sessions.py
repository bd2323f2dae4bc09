"""What is stored of a session opens nothing: neither its row nor its copy in a cache."""

from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.backends.cached_db import KEY_PREFIX
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils import timezone

from booking.accounts.sessions import end_all, row_key
from booking.accounts.sign_ins import end_other_sign_ins
from tests.factories import make_store, make_user

pytestmark = pytest.mark.django_db
ENGINES = ("booking.accounts.sessions.db", "booking.accounts.sessions.cached_db")


@pytest.fixture(autouse=True, params=ENGINES)
def engine(request, settings):
    settings.SESSION_ENGINE = request.param
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def client() -> Client:
    found = Client()
    found.force_login(make_user("ada", store=make_store()))
    return found


def with_cookie(value: str) -> Client:
    found = Client()
    found.cookies[settings.SESSION_COOKIE_NAME] = value
    return found


def is_in(client: Client) -> bool:
    return client.get("/staff/").status_code == 200


def test_cookie_opens_and_no_row_does(client: Client) -> None:
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    rows = list(Session.objects.values_list("session_key", flat=True))

    assert is_in(with_cookie(cookie))
    assert rows == [row_key(cookie)]
    assert [is_in(with_cookie(row)) for row in rows] == [False]
    assert cookie not in str(Session.objects.values().get())


def test_session_lives_through_a_change_of_key_and_ends_with_signing_out(client: Client) -> None:
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    store = import_module(settings.SESSION_ENGINE).SessionStore(before)
    store.cycle_key()
    store.save()

    assert (is_in(with_cookie(before)), is_in(with_cookie(store.session_key))) == (False, True)
    assert store.exists(store.session_key)
    client = with_cookie(store.session_key)
    client.post("/staff/sign-out/")
    assert not Session.objects.exists()
    assert not is_in(with_cookie(store.session_key))


def test_session_that_ends_in_a_transaction_does_not_come_back_by_the_cache(
    client: Client, django_capture_on_commit_callbacks
) -> None:
    user, row = User.objects.get(username="ada"), Session.objects.get().session_key
    copy = f"{KEY_PREFIX}{row}"
    kept = cache.get(copy)

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        assert end_other_sign_ins(user=user, current_key="", now=timezone.now()) == 1
        # What a request does meanwhile that still reads the row.
        cache.set(copy, kept)

    assert not is_in(client)


def test_all_of_them_end_at_once(client: Client) -> None:
    assert is_in(client)

    end_all()
    cache.clear()  # that of a process ends with the process; what Redis keeps is tried with a Redis

    assert not is_in(client)
