"""A store's own texts are held against its own values, and saved only if they break no rule."""

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from booking.messages.text_lint import Rule
from booking.messages.text_settings import RefusedText, change_own_text, check_text
from stores.models import Store, VisitType
from tests.factories import NOW, make_store

GOOD = "{store}: {date} {time} {link}"


@pytest.fixture
def store(db) -> Store:
    return make_store(time_zone="Europe/Paris")


def rules(store: Store, text: str, *, channel: str = "sms", language: str = "fr") -> list[tuple[Rule, str]]:
    found = check_text(store, channel, "reminder", language, text, now=NOW).problems
    return [(one.rule, one.word) for one in found]


def test_names_of_visits_are_why_somebody_comes_but_the_first_ones_are_not(store: Store) -> None:
    VisitType.objects.filter(store=store, slug="advice").update(name="Bilan auditif")
    assert rules(store, f"{GOOD} votre bilan auditif") == [(Rule.PURPOSE, "bilan auditif")]
    assert rules(store, f"{GOOD} your visit") == []


def test_letters_beyond_gsm7_are_refused_in_languages_that_have_it_alone(store: Store) -> None:
    assert [rule for rule, _signs in rules(store, f"{GOOD} до зустрічі")] == [Rule.SIGN]
    assert rules(store, f"{GOOD} до зустрічі", language="uk") == []
    assert rules(store, "до зустрічі 🐈", channel="email") == []


def test_what_is_empty_here_is_refused_or_warned_of(store: Store) -> None:
    assert rules(store, f"{GOOD} {{bring}}") == [(Rule.EMPTY, "bring")]
    VisitType.objects.filter(store=store, slug="visit").update(what_to_bring="Your card")
    (warning,) = check_text(store, "sms", "reminder", "fr", f"{GOOD} {{bring}}", now=NOW).problems
    assert not warning.is_refused
    Store.objects.update(phone="")
    store.refresh_from_db()
    assert rules(store, f"{GOOD} {{phone}}") == [(Rule.EMPTY, "phone")]


@pytest.mark.parametrize(
    ("bring", "rule", "word", "is_refused"),
    [
        ("Your vaccination card", Rule.HEALTH, "vaccination", False),
        ("The form of www.shop.fr", Rule.ADDRESS, "www.shop.fr", True),
    ],
)
def test_what_is_to_be_brought_is_read_too_where_a_text_says_it(store: Store, bring, rule, word, is_refused) -> None:
    VisitType.objects.filter(store=store).update(what_to_bring=bring)

    found = check_text(store, "sms", "reminder", "fr", f"{GOOD} {{bring}}", now=NOW).problems

    assert [(one.rule, one.word, one.is_refused) for one in found] == [(rule, word, is_refused)]
    assert rules(store, GOOD) == []
    assert rules(store, "{bring}", channel="email") == []


def test_text_is_measured_on_the_day_with_the_longest_name_and_with_the_most_to_bring(store: Store) -> None:
    VisitType.objects.filter(store=store).update(what_to_bring="x" * 60)
    checked = check_text(store, "sms", "reminder", "fr", f"{GOOD} {{bring}}", now=NOW)
    assert checked.longest is not None
    assert "x" * 60 in checked.longest.text
    assert checked.longest.segments >= 1
    VisitType.objects.filter(store=store).update(what_to_bring="x" * 200)
    long = check_text(store, "sms", "reminder", "fr", GOOD + " {bring}" * 3, now=NOW)
    assert long.is_too_long


@pytest.mark.parametrize(
    "text",
    [
        "{store}",
        f"{GOOD} www.shop.fr",
        f"{GOOD} " + "x" * 560,
        f"{GOOD} shop.\N{RIGHT-TO-LEFT OVERRIDE}fr",  # which is not stored
        f"{GOOD} pro\N{LEFT-TO-RIGHT ISOLATE}mo",
        f"{GOOD} pro\N{ZERO WIDTH SPACE}mo",  # which is not sent
    ],
)
def test_text_that_breaks_a_rule_is_not_saved_by_whatever_way(store: Store, text: str) -> None:
    with pytest.raises(RefusedText):  # in a language whose texts may hold all signs
        change_own_text(store=store, channel="sms", name="reminder", language="uk", text=text, user=None, now=NOW)
    store.refresh_from_db()
    assert store.own_texts == {}


def test_a_check_takes_one_statement(store: Store, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        check_text(store, "sms", "reminder", "fr", GOOD, now=NOW)


@pytest.mark.parametrize(("sender", "found"), [("CornerShop", [(Rule.REPLY, "Répondez")]), ("+33700000000", [])])
def test_reply_is_warned_of_by_what_the_sender_is(
    store: Store, settings: Settings, sender: str, found: list[tuple[Rule, str]]
) -> None:
    settings.SMS_GATEWAY, settings.TWILIO_FROM = "twilio", sender
    text = f"{GOOD} Répondez 1"

    assert rules(store, text) == found
    change_own_text(store=store, channel="sms", name="reminder", language="fr", text=text, user=None, now=NOW)
