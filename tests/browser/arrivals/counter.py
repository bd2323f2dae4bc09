"""A store with a full day, and what its books say of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.browser.shop import NOON, PASSWORD, ZONES, call
from tests.servers import House, wait_until

FIRST, SECOND, CHIEF = "ann.test", "bob.test", "cy.test"
SETTLED_SECONDS = 180


@dataclass(frozen=True)
class Counter:
    """The store, and the key of its manager."""

    carillon: House
    slug: str
    zone: ZoneInfo
    token: str

    @property
    def arrivals(self) -> str:
        return f"/staff/{self.slug}/arrivals/"

    def start(self, slots: int = 1) -> datetime:
        """Return the start of the slot that begins so many slots after the present one."""
        now = datetime.now(self.zone)
        return now - timedelta(minutes=now.minute % 15 - 15 * slots, seconds=now.second, microseconds=now.microsecond)

    def set_capacity(self, places: int) -> None:
        """Let the store serve so many people at once."""
        of_store = f"(SELECT id FROM stores_store WHERE slug = '{self.slug}')"
        self.carillon.execute(f"UPDATE stores_desk SET capacity = {places} WHERE store_id = {of_store}")

    def book(self, name: str, *, slots: int = 1, **customer: str) -> str:
        """Book a visit for later today; return its reference."""
        visit = {
            "store": self.slug,
            "visit_type": "visit",
            "starts_at": self.start(slots).isoformat(),
            "customer": {"name": name, **customer},
            "source": "phone",
        }
        return str(call(self.carillon, f"staff/stores/{self.slug}/bookings", visit, token=self.token)["reference"])

    def act(self, reference: str, step: str, **body: Any) -> int:
        """Do something with a visit at the desk, past all tablets; return the status of the answer."""
        path = f"/api/v1/staff/bookings/{reference}/{step}"
        return self.carillon.post(path, body, Authorization=f"Token {self.token}").status

    def statuses(self) -> dict[str, str]:
        """Return what the books say of today's visits, by reference."""
        path = f"/api/v1/staff/stores/{self.slug}/day"
        day = self.carillon.get(path, Authorization=f"Token {self.token}").json
        return {visit["reference"]: visit["status"] for visit in day["bookings"]}

    def wait_for(self, reference: str, status: str) -> None:
        wait_until(
            lambda: self.statuses().get(reference) == status, seconds=SETTLED_SECONDS, what=f"{status} in the books"
        )

    def happened(self, reference: str) -> list[str]:
        """Return the steps in a visit's history, oldest first."""
        rows = self.carillon.rows(
            "SELECT kind FROM booking_bookingevent JOIN booking_booking ON booking_id = booking_booking.id "
            f"WHERE reference = '{reference}' AND action_id IS NOT NULL ORDER BY booking_bookingevent.id"
        )
        return [kind for (kind,) in rows]


def open_counter(carillon: House, name: str, *, capacity: int = 40) -> Counter:
    """Open a store where it is day now, with a manager and two people at the door."""
    now = datetime.now(UTC)
    zone = min((ZoneInfo(zone) for zone in ZONES), key=lambda zone: abs(now.astimezone(zone).hour - NOON))
    slug = carillon.make_store(name, capacity=capacity, zone=zone.key)
    for username, role in ((CHIEF, "manager"), (FIRST, "staff"), (SECOND, "staff")):
        _add_staff(carillon, slug, username, role)
    token = call(carillon, "staff/token", {"username": CHIEF, "password": PASSWORD})["token"]
    return Counter(carillon, slug, zone, token)


def _add_staff(carillon: House, slug: str, username: str, role: str) -> None:
    """Make somebody a member; who has worked at another counter is known, and needs no second of a command's start."""
    if not carillon.rows(f"SELECT 1 FROM auth_user WHERE username = '{username}'"):
        carillon.manage("add_staff", slug, username, "--role", role, text=f"{PASSWORD}\n")
        return
    carillon.execute(
        "INSERT INTO stores_storemembership (store_id, user_id, role) "
        f"SELECT store.id, person.id, '{role}' FROM stores_store AS store, auth_user AS person "
        f"WHERE store.slug = '{slug}' AND person.username = '{username}' "
        "ON CONFLICT DO NOTHING"  # the same test at another width, at the same store
    )
