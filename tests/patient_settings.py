"""Settings of servers that tests start: the product's, but with patience for locks."""

from booking.settings import *  # noqa: F403 -- all of them
from booking.settings import DATABASES
from tests.patience import wait_long_for_locks

wait_long_for_locks(DATABASES)
