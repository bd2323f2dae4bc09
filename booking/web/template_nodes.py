"""The nodes of templates: which are constant, which set variables, and the two kinds that folded templates add."""

import copy
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, cast

from django.template import Context
from django.template.base import (
    FilterExpression,
    Node,
    NodeList,
    TextNode,
    TokenType,
    Variable,
    VariableNode,
    render_value_in_context,
)
from django.template.defaulttags import (
    AutoEscapeControlNode,
    CommentNode,
    CsrfTokenNode,
    FirstOfNode,
    ForNode,
    IfNode,
    LoadNode,
    TemplateLiteral,
    URLNode,
    WithNode,
)
from django.template.library import InclusionNode, SimpleNode
from django.template.loader_tags import IncludeNode
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode
from django.utils.functional import Promise
from django.utils.safestring import SafeString

_READERS_MAX = 100  # of languages with prefixes; there are far fewer
# A node of another kind stays as it is, with all that it contains.
CONTAINERS = (IfNode, ForNode, WithNode, AutoEscapeControlNode)
# What an included template may contain to become a part of the including one: none of these keeps a state.
STATELESS = (
    *(TextNode, VariableNode, IfNode, ForNode, WithNode, IncludeNode, TranslateNode, BlockTranslateNode, URLNode),
    *(StaticNode, CommentNode, LoadNode, CsrfTokenNode, FirstOfNode, SimpleNode, InclusionNode),
)


class ConstantNode(Node):
    """Nodes whose text depends on the language and on the prefix of all addresses alone."""

    child_nodelists = ()

    def __init__(self, nodes: Sequence[Node], tidy: Callable[[str], str]) -> None:
        self._nodes, self._tidy = nodes, tidy
        self._has_address = any(isinstance(node, URLNode) for node in nodes)
        self._texts: dict[Any, str] = {}

    def render(self, context: Context) -> str:
        """Return the text; `reader_key` of the context is the language and the prefix."""
        language, prefix = context.reader_key  # type: ignore[attr-defined]
        key = (language, prefix) if self._has_address else language
        text = self._texts.get(key)
        if text is None:
            text = self._tidy("".join([node.render(context) for node in self._nodes]))
            if len(self._texts) < _READERS_MAX:
                self._texts[key] = text
        return text


class ScopeNode(Node):
    """Nodes with variables of their own, as in an included template or a block."""

    def __init__(self, nodelist: NodeList, values: Mapping[str, FilterExpression]) -> None:
        self.nodelist, self._values = nodelist, values

    def render(self, context: Context) -> SafeString:
        """Render the nodes with the values; what they set ends with them."""
        values = {name: value.resolve(context) for name, value in self._values.items()}
        with context.push(**values):
            return self.nodelist.render(context)


_SLOW: Any = object()  # a value that only Django's own lookup may decide on
_MISSING: Any = object()  # there is no variable of this name


class QuickVariableNode(VariableNode):
    """A variable without filters: a text in the context, or in an attribute or a dict there, takes the short way."""

    def __init__(self, node: VariableNode) -> None:
        super().__init__(node.filter_expression)
        self.token, self.origin = node.token, node.origin
        self._lookups = cast(Variable, node.filter_expression.var).lookups or ()

    def render(self, context: Context) -> SafeString | str:
        """Return the text of the variable, escaped as Django does."""
        value = _looked_up(context, self._lookups)
        if value is _SLOW or value is _MISSING:
            return super().render(context)
        if isinstance(value, Promise):
            value = str(value)  # a text in the reader's language
        kind = type(value)
        if kind is SafeString or (kind is str and not context.autoescape):
            return cast(str, value)
        return SafeString(escape(value)) if kind is str else render_value_in_context(value, context)


class QuickCondition:
    """A condition of one variable without filters."""

    def __init__(self, condition: Any) -> None:
        self._condition = condition
        self._lookups = condition.value.var.lookups

    def eval(self, context: Context) -> Any:
        """Return the value of the variable, None where there is none."""
        value = _looked_up(context, self._lookups)
        if value is _MISSING:
            return None
        return self._condition.eval(context) if value is _SLOW else value


def quick_condition(condition: Any) -> Any:
    """Return a condition that gives the same answer, sooner for each part that is a variable without filters."""
    if isinstance(condition, TemplateLiteral):
        return QuickCondition(condition) if _is_plain_variable(cast(Any, condition.value)) else condition
    made = copy.copy(condition)
    for side in ("first", "second"):
        if getattr(made, side, None) is not None:
            setattr(made, side, quick_condition(getattr(made, side)))
    return made


def quick_variable(node: VariableNode) -> VariableNode:
    """Return a node that renders the same text, sooner where it is a variable without filters."""
    return QuickVariableNode(node) if _is_plain_variable(node.filter_expression) else node


def _is_plain_variable(expression: FilterExpression) -> bool:
    variable = expression.var
    return (
        isinstance(variable, Variable) and bool(variable.lookups) and not variable.translate and not expression.filters
    )


def _looked_up(context: Context, lookups: Sequence[str]) -> Any:
    """Return what Django finds under these names where that is plain to see; `_MISSING` for nothing, else `_SLOW`."""
    first = lookups[0]
    for values in reversed(context.dicts):
        if first in values:
            value = values[first]
            break
    else:
        return _SLOW if hasattr(context, first) else _MISSING  # Django looks at the context itself as well
    for name in lookups[1:]:
        kind = type(value)
        if kind is dict and name in value:
            value = value[name]
        elif hasattr(kind, "__getitem__") or callable(value):
            return _SLOW
        else:
            try:
                value = getattr(value, name)
            except Exception:  # noqa: BLE001 -- Django's own lookup decides which errors a page shows as nothing
                return _SLOW
    return _SLOW if callable(value) else value


def is_constant(node: Node) -> bool:
    """Tell whether a node's text depends on the language and on the prefix of all addresses alone."""
    if isinstance(node, TranslateNode):
        return not node.asvar and _is_literal(node.filter_expression) and _is_literal(node.message_context)
    if isinstance(node, BlockTranslateNode):
        parts = (node.asvar, node.plural, node.countervar, node.extra_context)
        is_text = all(token.token_type == TokenType.TEXT for token in node.singular)
        return not any(parts) and is_text and _is_literal(node.message_context)
    if isinstance(node, StaticNode):
        return not node.varname and _is_literal(node.path)
    if isinstance(node, URLNode):
        return not (node.asvar or node.args or node.kwargs) and _is_literal(node.view_name)
    return isinstance(node, (TextNode, ConstantNode))


def may_set_variables(node: Node) -> bool:
    """Tell whether rendering a node may leave a variable behind."""
    if isinstance(node, IfNode):
        return any(may_set_variables(one) for _, nodes in node.conditions_nodelists for one in nodes)
    if isinstance(node, AutoEscapeControlNode):
        return any(may_set_variables(one) for one in node.nodelist)
    if isinstance(node, (TranslateNode, BlockTranslateNode, URLNode)):
        return bool(node.asvar)
    if isinstance(node, StaticNode):
        return bool(node.varname)
    if isinstance(node, SimpleNode):
        return bool(node.target_var)
    return not isinstance(
        node,
        (TextNode, ConstantNode, ScopeNode, VariableNode, ForNode, WithNode, IncludeNode, InclusionNode, CsrfTokenNode),
    )


def is_super(node: Node) -> bool:
    """Tell whether a node is `{{ block.super }}`."""
    if not isinstance(node, VariableNode):
        return False
    expression = node.filter_expression
    return isinstance(expression.var, Variable) and expression.var.lookups == ("block", "super")


def _is_literal(expression: FilterExpression | None) -> bool:
    return expression is None or read_literal(expression) is not None


def read_literal(expression: FilterExpression) -> str | None:
    """Return the text of an expression that is a text in quotes; None for any other one."""
    value = expression.var
    if isinstance(value, Variable):
        value = value.literal if value.lookups is None else None
    return value if isinstance(value, str) and not expression.filters else None
