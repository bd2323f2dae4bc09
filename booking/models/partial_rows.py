"""Model instances with deferred fields, made from values at hand without a query."""

from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model

Row = TypeVar("Row", bound=Model)


def known(model: type[Row], **fields: Any) -> Row:
    """Return a stored row of which only `fields` are at hand, the others deferred as by `QuerySet.only`."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname in fields]
    return model.from_db(DEFAULT_DB_ALIAS, names, [fields[name] for name in names])
