"""Access to the pages of one waiting-list entry: a browser needs the key of that entry."""

from django.http import HttpRequest, HttpResponse

from booking.customer.page_keys import PageKey
from booking.models import WaitingListEntry
from booking.tokens import is_waiting_token
from booking.waiting_list.queries import entry_by_reference
from booking.web.rendering import customer_page


class WaitingKey(PageKey[WaitingListEntry]):
    """The access rules of the pages of waiting-list entries."""

    name, salt = "waiting", "booking.waiting"

    def find(self, reference: str) -> WaitingListEntry | None:
        """Return an entry that has not been erased."""
        return entry_by_reference(reference)

    def reference_of(self, row: WaitingListEntry) -> str:
        """Return the entry's reference."""
        return row.reference

    def signed_of(self, row: WaitingListEntry) -> str:
        """Return the reference alone: an entry has only one link."""
        return row.reference

    def is_token(self, reference: str, token: str, _row: WaitingListEntry | None) -> bool:
        """Tell whether this is the token of the entry's link."""
        return is_waiting_token(reference, token)

    def not_open(self, request: HttpRequest) -> HttpResponse:
        """Return the page that explains how to open an entry."""
        return customer_page(request, "waiting_list/not_open", status=404)


WAITING_KEY = WaitingKey()
opened_by_key = WAITING_KEY.opened_by_key
