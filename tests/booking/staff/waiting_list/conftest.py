"""Staff's list is tried with the same shop, visits and offers as the customers' pages of it."""

from tests.booking.customer.waiting_list.conftest import clock, entry, full, offered, store

__all__ = ["clock", "entry", "full", "offered", "store"]
