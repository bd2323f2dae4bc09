"""Queries that are built once and asked again and again with other values.

To build the statement of a row with its relations takes Django several times as long as to answer it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models.query import ModelIterable, get_related_populators

Row = TypeVar("Row")
_Converter = Callable[[Any, Any, Any], Any]


@dataclass(frozen=True, slots=True)
class _Built(Generic[Row]):
    """A statement, its parameters with the stand-ins among them, and how a row of it is read."""

    sql: str
    params: tuple[Any, ...]
    converters: tuple[tuple[int, Sequence[_Converter], Any], ...]
    read: Callable[[Sequence[Any]], Row]


class BuiltQuery(Generic[Row]):
    """A query with some of its values to come.

    `build` makes it of stand-ins: texts or instants that differ from one another and from every other value in it. It
    yields models, with what `select_related` names, or lists of values.
    """

    def __init__(self, build: Callable[..., "models.QuerySet[Any, Row]"], *stand_ins: str | datetime) -> None:
        self._build, self._stand_ins = build, stand_ins
        self._built: dict[str, _Built[Row]] = {}

    def rows(self, *values: str | datetime) -> list[Row]:
        """Return the rows for these values in place of the stand-ins. One statement."""
        vendor = connection.vendor
        built = self._built.get(vendor)
        if built is None:
            built = self._built[vendor] = self._build_once()
        actual = dict(zip(map(_adapted, self._stand_ins), map(_adapted, values), strict=True))
        with connection.cursor() as cursor:
            cursor.execute(built.sql, [actual.get(param, param) for param in built.params])
            found = cursor.fetchall()
        return [built.read(_converted(row, built.converters)) for row in found]

    def _build_once(self) -> _Built[Row]:
        queryset = self._build(*self._stand_ins)
        compiler: Any = queryset.query.get_compiler(using=queryset.db)
        sql, params = compiler.as_sql()
        is_of_models = issubclass(queryset._iterable_class, ModelIterable)
        converters = compiler.get_converters([one for one, _, _ in compiler.select])
        return _Built(
            sql,
            tuple(params),
            tuple((place, many, column) for place, (many, column) in converters.items()),
            _model_reader(compiler, queryset.db) if is_of_models else tuple,  # type: ignore[arg-type]
        )


def _adapted(value: str | datetime) -> Any:
    """Return a value as a parameter of this database."""
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def _converted(row: Sequence[Any], converters: Sequence[tuple[int, Sequence[_Converter], Any]]) -> Sequence[Any]:
    if not converters:
        return row
    values = list(row)
    for place, many, column in converters:
        for convert in many:
            values[place] = convert(values[place], column, connection)
    return values


def _model_reader(compiler: Any, alias: str) -> Callable[[Sequence[Any]], models.Model]:
    """Return the function that makes a model and its relations of a row, as Django does for a query set."""
    info, select = compiler.klass_info, compiler.select
    own = itemgetter(slice(info["select_fields"][0], info["select_fields"][-1] + 1))
    names = [column.target.attname for column, _, _ in own(select)]
    related: Any = get_related_populators  # in Django 5.2 without the fetch mode that its stubs name
    populators = related(info, select, alias)

    def read(row: Sequence[Any]) -> models.Model:
        made: models.Model = info["model"].from_db(alias, names, own(row))
        for populator in populators:
            populator.populate(row, made)
        return made

    return read
