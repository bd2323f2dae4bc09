"""Serializers of requests, built once in each thread: DRF copies every field of a serializer that is built anew."""

from threading import local
from typing import Any

from rest_framework.serializers import Serializer

from booking.api.bodies import Json

_built = local()


def validated(shape: type[Serializer[Any]], data: Json, context: dict[str, Any]) -> dict[str, Any]:
    """Return data in a shape, as a new serializer would read it. Raises ValidationError."""
    kept: dict[Any, Serializer[Any]] = _built.__dict__
    serializer = kept.pop(shape, None) or shape(data={})  # nobody else has it meanwhile
    serializer._context = context
    try:
        result: dict[str, Any] = serializer.run_validation(data)
    finally:
        serializer._context = {}
        kept[shape] = serializer
    return result
