"""A replica answers what may be a second old, and never what somebody reads after they wrote."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from tests import prepared
from tests.asking import booking_at, slot
from tests.large.clusters import Server, running_pair
from tests.servers import House, house_at, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.large]

DATABASE = "shop"
PLACES = 3


class Followed:
    """A house on a primary and its replica."""

    def __init__(self, house: House, primary: Server, replica: Server) -> None:
        self.house, self.primary, self.replica = house, primary, replica
        self.store = house.make_store(capacity=PLACES)

    def places_left(self, index: int, **headers: str) -> int:
        """Return how many places the availability says are left in a slot; 0 where it is not among them."""
        starts_at = slot(index=index)
        query = f"visit_type=visit&from={starts_at[:10]}&to={starts_at[:10]}"
        answer = self.house.get(f"/api/v1/stores/{self.store}/availability?{query}", **headers)
        assert answer.status == 200
        found = {one["starts_at"]: one["places_left"] for day in answer.json["days"] for one in day["slots"]}
        return int(found.get(starts_at, 0))

    def book(self, index: int, number: int) -> None:
        assert (
            self.house.post("/api/v1/bookings", booking_at(self.store, slot(index=index), number=number)).status == 201
        )

    def freeze(self, *, is_frozen: bool) -> None:
        """Let the replica follow no further, or follow again."""
        with closing(psycopg.connect(self.replica.address(), autocommit=True)) as connection:
            connection.execute(f"SELECT pg_wal_replay_{'pause' if is_frozen else 'resume'}()")

    def told(self, event: str) -> int:
        """Return how often the log tells of an event."""
        return self.house.logs.count(f'"{event}"')

    def asked_replica(self) -> int:
        """Return how many transactions the replica has been asked for in the shop's database."""
        with closing(psycopg.connect(self.replica.address(), autocommit=True)) as connection:
            sql = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = %s"
            row = connection.execute(sql, [DATABASE]).fetchone()
        assert row
        return int(row[0])


@pytest.fixture(scope="module")
def followed() -> Iterator[Followed]:
    with running_pair() as (primary, replica):
        prepared.copy_migrated_database(primary.address(), DATABASE)
        addresses = {"DATABASE_REPLICA_URL": replica.address(DATABASE), "WEB_WORKERS": "1"}
        with house_at(primary.address(DATABASE), **addresses) as house:
            house.start()
            yield Followed(house, primary, replica)


def test_the_replica_says_what_was_booked_within_moments(followed: Followed) -> None:
    followed.book(20, number=1)

    wait_until(lambda: followed.places_left(20) == PLACES - 1, seconds=180, what="on the replica")
    before = followed.asked_replica()
    wait_until(lambda: followed.places_left(20) and followed.asked_replica() > before, seconds=180, what="asked")


def test_whoever_may_have_written_reads_the_database_itself(followed: Followed) -> None:
    """The replica stands still: by its own words all places are left for as long as it is still taken for near."""
    assert followed.places_left(30) == PLACES
    followed.freeze(is_frozen=True)
    try:
        followed.book(30, number=2)
        with_cookie = followed.places_left(30, Cookie="hold=anything")
        with_token = followed.places_left(30, Authorization="Bearer anything")
    finally:
        followed.freeze(is_frozen=False)

    assert with_cookie == with_token == PLACES - 1


def test_a_replica_that_falls_behind_is_left_and_followed_again(followed: Followed) -> None:
    before = followed.told("replica_left")
    followed.freeze(is_frozen=True)
    try:
        followed.book(40, number=3)
        wait_until(lambda: followed.places_left(40) == PLACES - 1, seconds=180, what="read from the database")
        wait_until(
            lambda: followed.places_left(40) and followed.told("replica_left") > before, seconds=180, what="logged"
        )
        assert [followed.places_left(40) for _ in range(20)] == [PLACES - 1] * 20
        assert followed.told("replica_left") == before + 1
    finally:
        followed.freeze(is_frozen=False)

    wait_until(
        lambda: followed.places_left(40) and followed.told("replica_followed") == followed.told("replica_left"),
        seconds=180,
        what="followed again",
    )


def test_a_replica_that_went_away_is_missed_by_nobody(followed: Followed) -> None:
    wait_until(lambda: followed.places_left(50) == PLACES, seconds=180, what="answered")
    followed.replica.stop()

    assert [followed.places_left(50) for _ in range(20)] == [PLACES] * 20
    assert followed.house.get("/api/v1/stores").status == 200
    assert followed.house.get("/sitemap-stores-1.xml").status == 200
    assert followed.house.get("/").status == 200
    assert followed.house.get("/readyz").json["warnings"] == ["replica: away or behind; the database answers all"]
    followed.replica.start("hot_standby_feedback=on")
    wait_until(lambda: followed.house.get("/readyz").json["warnings"] == [], seconds=180, what="followed again")
