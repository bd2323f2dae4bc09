"""Stores: a search, and one store in full."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from booking.api import shapes
from booking.api.rendering import store_json, store_summary_json
from booking.api.resource import ApiView, json_response
from booking.api.serializers import StoresQuery
from booking.web.problem_json import ApiProblem, invalid
from booking.web.replica import may_lag
from stores.queries import BadCursor, store_in_full, stores_page


class StoresView(ApiView):
    @extend_schema(operation_id="findStores", parameters=[StoresQuery], responses=shapes.StoresPageShape)
    @may_lag
    def get(self, request: Request) -> HttpResponse:
        """Find stores by words, town, postal code or place: by name, or the nearest first with `near`."""
        asked = self.read_query(StoresQuery)
        try:
            page = stores_page(**asked)
        except BadCursor:
            raise invalid("cursor", "invalid", _("No page gave this cursor.")) from None
        return json_response(
            {
                "results": [store_summary_json(store) for store in page.results],
                "next": self._next_url(page.next_cursor),
            }
        )

    def _next_url(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        query = self.request.query_params.dict() | {"cursor": cursor}
        return self.request.build_absolute_uri(f"{self.request.path}?{urlencode(query)}")


class StoreView(ApiView):
    @extend_schema(operation_id="readStore", responses=shapes.StoreShape)
    @may_lag
    def get(self, request: Request, store: str) -> HttpResponse:
        """Read a store in full: address, hours, visit types and what it decided about booking."""
        found = store_in_full(store)
        if found is None:
            raise ApiProblem("not_found")
        return json_response(store_json(*found))
