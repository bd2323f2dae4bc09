"""A folded template gives the same page as the template it was made from."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.template import TemplateDoesNotExist, engines
from django.template.backends.django import DjangoTemplates
from django.template.base import Node
from django.template.loader_tags import BlockNode, ExtendsNode
from django.urls import set_script_prefix
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from booking.web.folded_templates import FoldedTemplates
from booking.web.template_nodes import ConstantNode

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
PARTS = {
    "top.html": "{% load i18n static %}<title>{% block title %}{% block word %}top{% endblock %} – {{ name }}"
    "{% endblock %}</title>{% block head %}<b>{{ name }}</b>{% endblock %}"
    "{% block main %}{% endblock %}{% translate 'Language' %}",
    "middle.html": "{% extends 'top.html' %}{% load i18n %}{% block word %}{% translate 'Store' %}{% endblock %}"
    "{% block head %}<i>{{ block.super }}{{ block.super }}</i>{% endblock %}",
    "low.html": "{% extends 'middle.html' %}{% block head %}{{ block.super }}!{% endblock %}"
    "{% block main %}{% include 'row.html' with one=name %}{% endblock %}",
    "row.html": "{% load i18n %}<li>{{ one }}{% translate 'Close' as word %}{{ word }}</li>",
    "icon.html": "<svg>\n  <path/>\n</svg>",
    "turn.html": "{% cycle 'a' 'b' %}{{ one }}",
    "tree.html": "{{ one }}{% if one < 3 %}{% with one=one|add:1 %}{% include 'tree.html' %}{% endwith %}{% endif %}",
    "part.html": "{% block main %}part{{ name }}{% endblock %}",
}
PAGES = {
    "text": "<p>\n    one\n    <b>two</b> three\n</p>",
    "translated": "{% load i18n %}{% translate 'Language' %} {% translate 'Language' as word %}[{{ word }}]",
    "translated with a filter": "{% load i18n %}{% translate 'Language'|upper %}",
    "translated variable": "{% load i18n %}{% translate name %}",
    "translated in context": "{% load i18n %}{% translate 'Reason' context 'for a visit' %}",
    "percent": "{% load i18n %}{% translate '100 %' %}{% blocktranslate %}100 %{% endblocktranslate %}",
    "translated block": "{% load i18n %}{% blocktranslate trimmed %}\n  Language\n{% endblocktranslate %}",
    "translated block with a value": "{% load i18n %}{% blocktranslate %}All {{ name }}{% endblocktranslate %}",
    "counted": "{% load i18n %}{% blocktranslate count n=sizes|length %}{{ n }} minute{% plural %}{{ n }} minutes"
    "{% endblocktranslate %}",
    "address": "{% url 'find' %}{% url 'store' 'x' %}{% url 'find' as there %}{{ there }}",
    "static": "{% load static %}{% static 'booking/icon.svg' %}{% static name|default:'x' as path %}{{ path }}",
    "three generations": "{% extends 'low.html' %}",
    "block of a parent": "{% extends 'middle.html' %}{% block title %}{{ block.super }}?{% endblock %}",
    "nothing outside blocks": "{% extends 'top.html' %}{{ name }}{% block none %}unseen{% endblock %}",
    "parent in a variable": "{% extends parent %}{% block main %}{{ name }}{% endblock %}",
    "icon": "a{% include 'icon.html' %}b{% include 'icon.html' with one=name %}c",
    "included in a loop": "{% for one in sizes %}{% include 'row.html' %}{{ word }}{{ forloop.counter }}{% endfor %}",
    "included alone": "{% include 'row.html' with one=name only %}",
    "included that is missing": "{% if none %}{% include 'missing.html' %}{% endif %}x",
    "included by a variable": "{% include part with one=name %}",
    "state of its own": "{% for one in sizes %}{% include 'turn.html' %}{% endfor %}",
    "included in itself": "{% include 'tree.html' with one=0 %}",
    "included with a block": "{% include 'part.html' %}",
    "variables end": "{% if name %}{% include 'row.html' %}{% endif %}[{{ word }}]",
    "variables stay": "{% load i18n %}{% if name %}{% translate 'Store' as word %}{% endif %}[{{ word }}]",
    "escaped": "{{ name }}{% autoescape off %}{{ name }}{% include 'row.html' with one=name %}{% endautoescape %}",
    "block in autoescape": "{% autoescape off %}{% block main %}{{ name }}{% endblock %}{% endautoescape %}",
    "other language": "{% load i18n %}{% translate 'Language' %}{% language 'fr' %}{% translate 'Language' %}"
    "{% include 'row.html' %}{% endlanguage %}{% translate 'Language' %}",
    "block in another language": "{% load i18n %}{% language 'fr' %}{% block main %}{{ name }}{% endblock %}"
    "{% endlanguage %}",
    "comment": "a{# b #}{% comment %}{% include 'row.html' %}{% endcomment %}c",
    "else": "{% if not name %}a{% elif sizes %}{% include 'icon.html' %}{% else %}c{% endif %}",
    "empty": "{% for one in none %}{{ one }}{% empty %}{% include 'icon.html' %}{{ name }}{% endfor %}",
}


class Shelf:
    """What a template may meet: attributes, properties that fail, methods, items."""

    plain = "<b>"
    safe = mark_safe("<b>")
    number = 1234.5
    none = None
    words = {"items": "<i>", "other": "o"}
    kind = str

    def method(self) -> str:
        return "<m>"

    @property
    def failing(self) -> str:
        raise AttributeError

    @property
    def erased(self) -> str:
        """A field read late, of a row that somebody has erased since."""
        raise ObjectDoesNotExist

    def __str__(self) -> str:
        return "<shelf>"


class Titled(str):
    title_of = "<t>"


FOUND = ["plain", "safe", "number", "none", "words.items", "words.other", "words.keys", "kind", "method", "missing"]
FOUND += ["erased", "erased.name", "method.upper", "none.x", "plain.upper", "plain.0", "missing.x", "words.missing"]
PAGES |= {
    f"value {one}": f"{{{{ shelf.{one} }}}}|{{% autoescape off %}}{{{{ shelf.{one} }}}}{{% endautoescape %}}"
    f"{{% if shelf.{one} %}}yes{{% endif %}}{{% if not shelf.{one} or shelf.{one} == 'o' %}}no{{% endif %}}"
    for one in FOUND
}
PAGES |= {
    "value itself": "{{ shelf }}{{ none }}{{ sizes }}{{ missing }}{{ late }}{{ titled }}{{ titled.title_of }}",
    "value in a loop": "{% for name in sizes %}{{ name }}{% if name > 1 and name in sizes %}!{% endif %}{% endfor %}",
    "value of a row": "{% for row in rows %}{{ row.a }}{{ row.0 }}{{ row.b }}"
    "{% if row.a == row.b %}x{% endif %}{% endfor %}",
    "value of a context": "{{ forloop }}{{ keys }}{{ push }}{% if dicts %}dicts{% endif %}",
}
VALUES: dict[str, Any] = {
    "shelf": Shelf(),
    "titled": Titled("<x>"),
    "late": gettext_lazy("Language"),
    "rows": [{"a": "<", "b": 2}, {"a": 1, "b": 1}],
    "name": "<Ada>",
    "sizes": [1, 2, 3],
    "parent": "top.html",
    "part": "row.html",
    "none": [],
}


def loaded(templates: dict[str, str]) -> tuple[DjangoTemplates, FoldedTemplates]:
    options = {"loaders": [("django.template.loaders.locmem.Loader", templates)]}
    params = {"NAME": "x", "DIRS": [], "APP_DIRS": False, "OPTIONS": options}
    return DjangoTemplates({**params, "OPTIONS": {**options}}), FoldedTemplates({**params, "OPTIONS": {**options}})


def without_indentation(text: str) -> str:
    return re.sub(r"\s*\n\s*", "\n", text)


@pytest.fixture(autouse=True)
def _prefix() -> Iterator[None]:
    yield
    set_script_prefix("/")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_stays_as_it_was_in_each_language_and_at_each_prefix(name: str) -> None:
    plain, folded = loaded({**PARTS, "page.html": PAGES[name]})

    for language, prefix in (("en", "/"), ("fr", "/"), ("fr", "/simple/fr/"), ("en", "/"), ("fr", "/")):
        set_script_prefix(prefix)
        with translation.override(language):
            for values in (VALUES, {**VALUES, "name": "", "sizes": []}):
                expected = plain.get_template("page.html").render(values)
                assert folded.get_template("page.html").render(values) == without_indentation(expected)


def test_plain_text_keeps_its_lines() -> None:
    _, folded = loaded({"mail.txt": "Hello\n\n    {{ name }}\n  there\n"})

    assert folded.get_template("mail.txt").render({"name": "Ada"}) == "Hello\n\n    Ada\n  there\n"


def test_a_page_that_is_missing_is_missing() -> None:
    _, folded = loaded({"page.html": "{% include 'missing.html' %}", "child.html": "{% extends 'missing.html' %}"})

    for name in ("none.html", "child.html"):
        with pytest.raises(TemplateDoesNotExist):
            folded.get_template(name).render({})
    with pytest.raises(TemplateDoesNotExist):
        folded.get_template("page.html").render({})


def test_what_is_constant_is_rendered_once_for_each_language() -> None:
    _, folded = loaded({**PARTS, "page.html": "{% load i18n %}{% translate 'Language' %}{% include 'icon.html' %}"})
    page = folded.get_template("page.html")
    page.render({})

    (node,) = page.template.nodelist
    assert isinstance(node, ConstantNode)
    node._nodes = ()
    with translation.override("fr"):
        assert page.render({}) == ""
    assert page.render({}).startswith("Language<svg>")


def test_every_template_is_put_together() -> None:
    folded = cast(FoldedTemplates, engines["django"])
    left = {}
    for path in sorted(TEMPLATES.rglob("*.html")):
        name = path.relative_to(TEMPLATES).as_posix()
        nodes = folded.get_template(name).template.nodelist.get_nodes_by_type(Node)
        left[name] = [node for node in nodes if isinstance(node, (BlockNode, ExtendsNode))]

    # Those whose parent their reader chooses.
    assert [name for name, nodes in left.items() if nodes] == ["email/feedback.html", "email/place_offered.html"]


def test_no_template_asks_its_block_for_anything_but_the_text_above() -> None:
    other = [path for path in TEMPLATES.rglob("*.html") if re.search(r"\bblock\.(?!super \}\})", path.read_text())]

    assert other == []


def test_an_error_of_a_property_is_raised_as_by_django() -> None:
    plain, folded = loaded({"page.html": "{{ shelf.failing }}"})

    for engine in (plain, folded):
        with pytest.raises(AttributeError):
            engine.get_template("page.html").render(VALUES)


def test_a_property_is_read_once_for_each_time_it_is_shown() -> None:
    class Counted:
        reads = 0

        @property
        def count(self) -> int:
            self.reads += 1
            return self.reads

    _, folded = loaded({"page.html": "{{ one.count }}{% if one.count %}{{ one.count }}{% endif %}"})

    assert folded.get_template("page.html").render({"one": Counted()}) == "13"
