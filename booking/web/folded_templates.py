"""Folded templates: a page is put together once, so that a request renders only what differs between requests.

A folded template gives the same page as the template it was made from. Its parents and the templates that it includes
by name stand in one piece, and what depends only on the language and the reader's prefix (texts, icons, names of static
files, addresses without arguments) is one string, made at its first use. Indentation is left out of HTML.
"""

import copy
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from django.http import HttpRequest
from django.template import Template as PlainTemplate
from django.template import TemplateDoesNotExist
from django.template.backends.django import DjangoTemplates, Template, reraise
from django.template.base import FilterExpression, Node, NodeList, TextNode, VariableNode
from django.template.context import make_context
from django.template.defaulttags import (
    AutoEscapeControlNode,
    CommentNode,
    ForNode,
    IfNode,
    LoadNode,
    WithNode,
)
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode
from django.urls import get_script_prefix
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from booking.web.template_nodes import (
    CONTAINERS,
    STATELESS,
    ConstantNode,
    ScopeNode,
    is_constant,
    is_super,
    may_set_variables,
    quick_condition,
    quick_variable,
    read_literal,
)

_INDENTED = re.compile(r"\s*\n\s*")


class FoldedTemplates(DjangoTemplates):
    """Django's template engine; the templates that it is asked for by name are folded, unless it debugs."""

    def __init__(self, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._folded: dict[str, Template] = {}

    def get_template(self, template_name: str) -> Template:
        """Return a folded template. Raises TemplateDoesNotExist."""
        if self.engine.debug:
            return super().get_template(template_name)
        found = self._folded.get(template_name)
        if found is None:
            plain = super().get_template(template_name)
            found = self._folded[template_name] = _Folded(_fold(plain.template), self)
        return found


class _Folded(Template):
    def render(self, context: Mapping[str, Any] | None = None, request: HttpRequest | None = None) -> SafeString:
        made: Any = make_context(context, request, autoescape=self.backend.engine.autoescape)  # type: ignore[arg-type]
        made.reader_key = get_language(), get_script_prefix()
        try:
            return self.template.render(made)
        except TemplateDoesNotExist as missing:
            reraise(missing, self.backend)
            raise


@dataclass(frozen=True)
class _Place:
    """Where in a page a node stands: the blocks of a page and its parents by name, the most derived one first."""

    template: PlainTemplate
    tidy: Callable[[str], str]
    blocks: Mapping[str, Sequence[BlockNode]] = field(default_factory=dict)
    block: tuple[str, int] = ("", 0)  # the block that is being folded, and the number of more derived ones
    included: tuple[str, ...] = ()


class _Unfoldable(Exception):
    """A block stands inside a tag that cannot be taken apart."""


def _fold(template: PlainTemplate) -> PlainTemplate:
    """Return a folded copy of a template; the template itself where only rendering tells how it is put together."""
    lineage = list(_lineage(template))
    if any(isinstance(node, ExtendsNode) for node in lineage[-1].nodelist):
        return template
    blocks: dict[str, list[BlockNode]] = {}
    for one in lineage:
        for node in one.nodelist.get_nodes_by_type(BlockNode):
            block = cast(BlockNode, node)
            blocks.setdefault(block.name, []).append(block)
    is_html = (template.name or "").endswith(".html")
    folded = copy.copy(template)
    try:
        folded.nodelist = _folded(lineage[-1].nodelist, _Place(template, _tidy if is_html else str, blocks))
    except _Unfoldable:
        return template
    return folded


def _lineage(template: PlainTemplate) -> Iterator[PlainTemplate]:
    """Yield a template and its parents, as far as they are named in the templates."""
    seen = {template.name}
    while True:
        yield template
        extends = next((node for node in template.nodelist if isinstance(node, ExtendsNode)), None)
        name = read_literal(cast(FilterExpression, extends.parent_name)) if extends else None
        if name is None or name in seen:
            return
        seen.add(name)
        template = template.engine.get_template(name)


def _folded(nodes: Iterable[Node], place: _Place) -> NodeList:
    return _merged(_spread(nodes, place), place.tidy)


def _merged(nodes: Iterable[Node], tidy: Callable[[str], str]) -> NodeList:
    """Return nodes of which constant neighbours have become one."""
    found = NodeList()
    constant: list[Node] = []

    def close() -> None:
        if constant:
            found.append(_joined(constant, tidy))
            constant.clear()

    for node in nodes:
        if is_constant(node):
            constant.append(node)
        else:
            close()
            found.append(node)
    close()
    return found


def _joined(nodes: Sequence[Node], tidy: Callable[[str], str]) -> Node:
    if all(isinstance(node, TextNode) for node in nodes):
        return TextNode(tidy("".join(cast(TextNode, node).s for node in nodes)))
    return ConstantNode(tuple(nodes), tidy)


def _tidy(text: str) -> str:
    return _INDENTED.sub("\n", text)


def _spread(nodes: Iterable[Node], place: _Place) -> Iterator[Node]:
    """Yield nodes, with the content of blocks and included templates in their place."""
    for node in nodes:
        if isinstance(node, (CommentNode, LoadNode)):
            continue
        if isinstance(node, BlockNode):
            yield from _spread_block(node.name, 0, place)
        elif is_super(node):
            yield from _spread_block(place.block[0], place.block[1] + 1, place)
        elif isinstance(node, IncludeNode):
            yield from _spread_included(node, place)
        elif isinstance(node, CONTAINERS):
            yield _copied(node, place)
        elif any(isinstance(one, BlockNode) or is_super(one) for one in node.get_nodes_by_type(Node)):
            raise _Unfoldable
        elif isinstance(node, VariableNode):
            yield quick_variable(node)
        else:
            yield node


def _spread_block(name: str, number: int, place: _Place) -> Iterator[Node]:
    defined = place.blocks.get(name, ())
    if number < len(defined):
        inner = _Place(place.template, place.tidy, place.blocks, (name, number), place.included)
        yield from _scoped([*_spread(defined[number].nodelist, inner)], {}, place.tidy)


def _spread_included(node: IncludeNode, place: _Place) -> Iterator[Node]:
    name = read_literal(node.template)
    if name is None or name in place.included or node.isolated_context:
        yield node
        return
    try:
        template = place.template.engine.get_template(name)
    except TemplateDoesNotExist:
        yield node
        return
    if not all(isinstance(one, STATELESS) for one in template.nodelist.get_nodes_by_type(Node)):
        yield node
        return
    inner = _Place(template, place.tidy, included=(*place.included, name))
    yield from _scoped([*_spread(template.nodelist, inner)], node.extra_context, place.tidy)


def _scoped(nodes: list[Node], values: Mapping[str, FilterExpression], tidy: Callable[[str], str]) -> Iterator[Node]:
    """Yield nodes as they are where they read and set no variables of their own, else in a scope."""
    if all(is_constant(node) for node in nodes) or not (values or any(may_set_variables(node) for node in nodes)):
        yield from nodes
    else:
        yield ScopeNode(_merged(nodes, tidy), values)


def _copied(node: Node, place: _Place) -> Node:
    made = copy.copy(node)
    if isinstance(made, IfNode):
        made.conditions_nodelists = [
            (quick_condition(condition), _folded(nodes, place)) for condition, nodes in made.conditions_nodelists
        ]
    elif isinstance(made, ForNode):
        made.nodelist_loop = _folded(cast(NodeList, made.nodelist_loop), place)
        made.nodelist_empty = _folded(cast(NodeList, made.nodelist_empty), place)
    elif isinstance(made, (WithNode, AutoEscapeControlNode)):
        made.nodelist = _folded(made.nodelist, place)
    return made
