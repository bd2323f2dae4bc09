"""Model instances with deferred fields, made from values at hand without a query."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.db.models.base import ModelState

Row = TypeVar("Row", bound=Model)


def known(model: type[Row], **fields: Any) -> Row:
    """Return a stored row of which only `fields` are at hand, the others deferred as by `QuerySet.only`."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname in fields]
    return model.from_db(DEFAULT_DB_ALIAS, names, [fields[name] for name in names])


def known_rows(model: type[Row], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[Row]:
    """Yield stored rows like `known`, for long lists: a tenth of the time of `from_db`, which calls `__init__`.

    `names` are attributes of the model (`desk_id`, not `desk`), in the order of the values of each row.
    """
    for values in rows:
        row = model.__new__(model)
        state = ModelState()
        state.db, state.adding = DEFAULT_DB_ALIAS, False
        row.__dict__.update(zip(names, values, strict=True))
        row._state = state
        yield row


def set_related(row: Model, related: Mapping[str, Model]) -> None:
    """Give a row the objects behind its foreign keys, by the names of these fields."""
    row._state.fields_cache.update(related)
