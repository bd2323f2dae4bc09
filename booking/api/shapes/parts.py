"""Parts of the shapes of answers."""

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

Text = serializers.CharField
Number = serializers.IntegerField
Moment = serializers.DateTimeField
YesNo = serializers.BooleanField
named = extend_schema_serializer


def one_of(words: Any) -> serializers.Field[Any, Any, Any, Any]:
    """Return a field with one of a few words."""

    @extend_schema_field({"type": "string", "enum": [str(word) for word in words]})
    class Word(serializers.CharField):
        pass

    return Word()


class Shape(serializers.Serializer[Any]):
    """A JSON object in an answer."""
