"""Counts of unmet demand by everything as it really runs: in the database once the web server has stopped."""

import pytest

from tests import servers
from tests.asking import booking_at, slot

pytestmark = pytest.mark.slow


def test_what_was_looked_for_in_vain_is_written_when_the_web_server_stops() -> None:
    with servers.house() as house:
        house.start()
        store, starts_at = house.make_store(capacity=1), slot()
        answers = [house.post("/api/v1/bookings", booking_at(store, starts_at, number=number)) for number in range(4)]

        status = house.stop()

        assert [answer.code for answer in answers] == ["", "slot_full", "slot_full", "slot_full"]
        assert status == 0
        assert house.rows("SELECT sum(places), count(*) FROM booking_unmetdemand") == [(3, 1)]
        assert "unmet_demand" not in house.logs
