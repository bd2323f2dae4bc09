"""A kind of visit that the store ceases to offer while a form is being answered."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from stores.models import VisitType


@contextmanager
def ceasing_to_offer(slug: str) -> Iterator[None]:
    """Put a visit type to rest as soon as a form's key is taken: after its page was read, before it is acted on."""

    def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if "INTO booking_idempotentanswer" in sql:
            VisitType.objects.filter(slug=slug).update(is_active=False)
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield
