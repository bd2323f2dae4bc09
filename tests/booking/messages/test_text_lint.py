"""The check of a store's own texts, by table: what is refused, what is warned of, and what passes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.messages import lint_lexicon
from booking.messages.placeholders import EMAIL_RULES, SMS_RULES
from booking.messages.text_lint import Rule, TextFacts, find_problems, folded

GOOD = "{store}: {date} {time} {link}"
KNOWN = frozenset(name for rules in SMS_RULES.values() for name in rules.may)
FACTS = TextFacts(rules=SMS_RULES["reminder"], known=KNOWN, visit_types=["Vaccination", "Eye test", "Visite"])

REFUSED = [
    ("{store}: {datte} {date} {time} {link}", Rule.UNKNOWN, "datte"),
    ("{store}: {prenom} {date} {time} {link}", Rule.UNKNOWN, "prenom"),
    ("{store}: {date {time} {link}", Rule.BRACE, "{date"),
    ("store} {store}: {date} {time} {link}", Rule.BRACE, "store}"),
    ("{store}: {until} {date} {time} {link}", Rule.NOT_HERE, "until"),
    ("{store}: {time} {link}", Rule.MISSING, "date"),
    ("{store}: {date} {link}", Rule.MISSING, "time"),
    ("{store}: {date} {time}", Rule.MISSING, "link"),
    ("{date} {time} {link}", Rule.MISSING, "store"),
    (f"{GOOD} https://evil.example/x", Rule.ADDRESS, "https://evil.example/x"),
    (f"{GOOD} www.shop", Rule.ADDRESS, "www.shop"),
    (f"{GOOD} voir bit.ly/abc", Rule.ADDRESS, "bit.ly/abc"),
    (f"{GOOD} mon-magasin.fr", Rule.ADDRESS, "mon-magasin.fr"),
    (f"{GOOD} ecrire a ada@shop.fr", Rule.ADDRESS, "ada@shop.fr"),
    ("{store}.com {date} {time} {link}", Rule.ADDRESS, "store.com"),
    (f"{GOOD} is.gd/abc", Rule.ADDRESS, "is.gd/abc"),
    (f"{GOOD} shorturl.at/abc", Rule.ADDRESS, "shorturl.at/abc"),
    (f"{GOOD} evil\N{FULLWIDTH FULL STOP}com", Rule.ADDRESS, "evil.com"),
    (f"{GOOD} evil\N{ONE DOT LEADER}com", Rule.ADDRESS, "evil.com"),
    (f"{GOOD} evil.\N{ZERO WIDTH SPACE}com", Rule.ADDRESS, "evil.com"),
    (f"{GOOD} evil.\N{RIGHT-TO-LEFT OVERRIDE}com", Rule.ADDRESS, "evil.com"),
    (f"{GOOD} evil.c\x07om", Rule.ADDRESS, "evil.com"),
    (f"{GOOD} pro\N{SOFT HYPHEN}mo", Rule.MARKETING, "promo"),
    (f"{GOOD} Repondez ANNULER pour annuler", Rule.OPT_OUT, "ANNULER"),
    (f"{GOOD} Répondez annuler si besoin", Rule.OPT_OUT, "annuler"),
    (f"{GOOD} Reply STOP or CANCEL to cancel", Rule.OPT_OUT, "STOP"),
    (f"{GOOD} reply cancel", Rule.OPT_OUT, "cancel"),
    (f"{GOOD} STOP au 36111", Rule.OPT_OUT, "STOP"),
    (f"{GOOD} Antworten Sie mit stornieren", Rule.OPT_OUT, "stornieren"),
    (f"{GOOD} Responda CANCELAR", Rule.OPT_OUT, "CANCELAR"),
    (f"{GOOD} Надішліть СТОП", Rule.OPT_OUT, "СТОП"),
    (f"{GOOD} أرسل إلغاء", Rule.OPT_OUT, "إلغاء"),
    (f"{GOOD} Promo sur tout", Rule.MARKETING, "Promo"),
    (f"{GOOD} tout a -20 %", Rule.MARKETING, "-20 %"),
    (f"{GOOD} 20 % off", Rule.MARKETING, "20 % off"),
    (f"{GOOD} summer sale", Rule.MARKETING, "sale"),
    (f"{GOOD} Rabatt heute", Rule.MARKETING, "Rabatt"),
    (f"{GOOD} grandes rebajas", Rule.MARKETING, "rebajas"),
    (f"{GOOD} знижки", Rule.MARKETING, "знижки"),
    (f"{GOOD} تخفيض", Rule.MARKETING, "تخفيض"),
    (f"{GOOD} Votre test VIH", Rule.HEALTH, "VIH"),
    (f"{GOOD} your vaccine", Rule.HEALTH, "vaccine"),
    (f"{GOOD} dépistages", Rule.HEALTH, "dépistages"),
    (f"{GOOD} Impfung", Rule.HEALTH, "Impfung"),
    (f"{GOOD} for your eye test", Rule.PURPOSE, "eye test"),
]
WARNED = [
    (f"{GOOD} le parking est gratuit", Rule.MARKETING, "gratuit"),
    (f"{GOOD} free parking", Rule.MARKETING, "free"),
    (f"{GOOD} Apportez votre ordonnance", Rule.HEALTH, "ordonnance"),
    (f"{GOOD} carte Vitale", Rule.HEALTH, "Vitale"),
    (f"{GOOD} Bringen Sie Ihr Rezept", Rule.HEALTH, "Rezept"),
]
PASSES = [
    "",
    "   ",
    GOOD,
    "{standard}",
    "{standard} Apportez votre carte.",
    f"{GOOD} Changer ou annuler votre visite par ce lien",
    f"{GOOD} Change or cancel here",
    f"{GOOD} by the bus stop",
    f"{GOOD} jusqu'à la fin",
    f"{GOOD} Merci. A bientot. Ref. 4",
    f"{GOOD} Repondez 1 si vous venez",
    f"{GOOD} porte B, 2e etage",
    f"{GOOD} porte B/C, sam.-dim.",
    f"{GOOD} en\N{SOFT HYPHEN}trez",
    f"{GOOD} votre visite",
]


@pytest.mark.parametrize(("text", "rule", "word"), REFUSED)
def test_what_is_refused_is_named(text: str, rule: Rule, word: str) -> None:
    found = [(one.rule, one.word) for one in find_problems(text, FACTS) if one.is_refused]
    assert (rule, word) in found


@pytest.mark.parametrize(("text", "rule", "word"), WARNED)
def test_what_may_be_meant_well_is_a_warning(text: str, rule: Rule, word: str) -> None:
    assert [(one.rule, one.word, one.is_refused) for one in find_problems(text, FACTS)] == [(rule, word, False)]


@pytest.mark.parametrize("text", PASSES)
def test_what_is_right_passes(text: str) -> None:
    assert find_problems(text, FACTS) == []


@pytest.mark.parametrize(
    ("word", "nearest"), [("datte", "date"), ("lien", "link"), ("heur", "heure"), ("Magasins", "magasin"), ("xyz", "")]
)
def test_nearest_placeholder_is_offered_in_the_writers_words(word: str, nearest: str) -> None:
    spoken = {"time": "heure", "store": "magasin"}
    facts = TextFacts(rules=SMS_RULES["reminder"], known=KNOWN, spoken=spoken)
    found = find_problems(f"{GOOD} {{{word}}}", facts)
    assert [one.nearest for one in found if one.rule == Rule.UNKNOWN] == [nearest]


def test_an_email_needs_nothing_and_only_warns_of_contents() -> None:
    facts = TextFacts(rules=EMAIL_RULES["reminder"], is_sms=False, known=KNOWN, visit_types=["Eye test"])
    assert find_problems("Bring your card.", facts) == []
    assert not any(one.is_refused for one in find_problems("For your eye test, or vaccination", facts))
    assert [one.rule for one in find_problems("{link}", facts)] == [Rule.NOT_HERE]
    assert [one.rule for one in find_problems("{standard}", facts)] == [Rule.NOT_HERE]
    assert any(one.rule == Rule.ADDRESS for one in find_problems("see shop.fr", facts))


def test_signs_that_cannot_be_written_are_named_together() -> None:
    facts = TextFacts(rules=SMS_RULES["reminder"], lost_signs=lambda text: [one for one in text if ord(one) > 9000])
    assert [(one.rule, one.word) for one in find_problems(f"{GOOD} 🐈 中", facts)] == [(Rule.SIGN, "中 🐈")]


def test_what_the_store_does_not_have_is_refused_and_what_some_visits_lack_is_warned_of() -> None:
    facts = TextFacts(rules=SMS_RULES["reminder"], empty=["phone"], sometimes_empty=["bring"])
    found = find_problems(f"{GOOD} {{phone}} {{bring}}", facts)
    assert [(one.word, one.is_refused) for one in found] == [("phone", True), ("bring", False)]


@pytest.mark.parametrize(
    "name", ["OPT_OUT_WORDS", "ASK_TO_REPLY", "NO_REPLY", "MARKETING", "MAYBE_MARKETING", "HEALTH", "MAYBE_HEALTH"]
)
def test_words_of_the_lexicon_are_folded_as_texts_are(name: str) -> None:
    words = getattr(lint_lexicon, name)
    assert [word for word in words if folded(word) != word] == []
    assert len(words) == len(set(words))


@given(st.text(max_size=200))
def test_any_text_is_checked_without_an_error(text: str) -> None:
    for one in find_problems(text, FACTS):
        assert one.word or one.rule == Rule.UNKNOWN


ASK_FOR_A_REPLY = [
    ("Répondez 1 si vous venez", "Répondez"),
    ("merci de répondre OUI", "répondre"),
    ("Reply 1 if you come", "Reply"),
    ("Bitte antworten Sie mit 1", "antworten"),
    ("Responda 1 si viene", "Responda"),
    ("Відповідайте 1", "Відповідайте"),
    ("للتأكيد رد 1", "رد"),
]
ASK_FOR_NONE = [
    "Ne répondez pas à ce SMS",
    "Inutile de répondre",
    "Please do not reply",
    "Bitte nicht antworten",
    "No responda a este mensaje",
    "Не відповідайте",
    "لا ترد",
    "Nous vous envoyons un rappel",
]


@pytest.mark.parametrize(("text", "word"), ASK_FOR_A_REPLY)
def test_what_asks_for_a_reply_is_warned_of_where_none_arrives(text: str, word: str) -> None:
    (found,) = find_problems(f"{GOOD} {text}", replace(FACTS, is_one_way=True))

    assert (found.rule, found.word, found.is_refused) == (Rule.REPLY, word, False)
    assert find_problems(f"{GOOD} {text}", FACTS) == []
    assert find_problems(f"{GOOD} {text}", replace(FACTS, is_one_way=True, is_sms=False)) == []


@pytest.mark.parametrize("text", ASK_FOR_NONE)
def test_what_asks_for_no_reply_is_not_warned_of(text: str) -> None:
    assert find_problems(f"{GOOD} {text}", replace(FACTS, is_one_way=True)) == []
