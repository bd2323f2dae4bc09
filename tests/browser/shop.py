"""A store that never closes, in a zone where it is day now, so that no test depends on when it runs."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Page

from tests.browser.driver import open_page
from tests.servers import House

ZONES = ("Europe/Paris", "Asia/Tokyo", "America/Los_Angeles")
NOON = 12
SLUG, NEXT_DOOR, TINY = "corner-shop-niort", "next-door-niort", "tiny-shop-niort"
MANAGER, STAFF = "tess.test", "tom.test"
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Shop:
    """The store, and the key of somebody who works there."""

    carillon: House
    zone: ZoneInfo
    token: str

    def path(self, *parts: str) -> str:
        """Return the address of one of its staff pages."""
        return "/".join(("/staff", SLUG, *parts, ""))

    @property
    def today(self) -> date:
        """The store's own day."""
        return datetime.now(self.zone).date()

    def slot_from_now(self, minutes: int) -> datetime:
        """Return the start of the slot in which it will be so many minutes later."""
        moment = datetime.now(self.zone) + timedelta(minutes=minutes)
        return moment - timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)

    def at_noon(self, day: date) -> datetime:
        """Return noon of one of its days."""
        return datetime(day.year, day.month, day.day, NOON, tzinfo=self.zone)

    def with_one_visit_type(self) -> str:
        """Return the slug of the store next door, which does one thing."""
        return NEXT_DOOR

    def book(self, name: str, starts_at: datetime, *, party_size: int = 1, **customer: str) -> str:
        """Book a visit for somebody who phones; return the reference.

        On a slow machine the visits of earlier tests may fill the time: they are cancelled then.
        """
        wish = {
            "store": SLUG,
            "visit_type": "visit",
            "starts_at": starts_at.isoformat(),
            "party_size": party_size,
            "customer": {"name": name, **customer},
            "source": "phone",
        }
        store, key = f"/api/v1/staff/stores/{SLUG}", f"Token {self.token}"
        answer = self.carillon.post(f"{store}/bookings", wish, Authorization=key)
        if answer.code == "slot_full":
            day = self.carillon.get(f"{store}/day?date={starts_at.date()}", Authorization=key).json
            for visit in day["bookings"]:
                if datetime.fromisoformat(visit["starts_at"]) == starts_at and visit["status"] == "confirmed":
                    call(self.carillon, f"staff/bookings/{visit['reference']}/cancel", {}, token=self.token)
            answer = self.carillon.post(f"{store}/bookings", wish, Authorization=key)
        assert answer.status < 300, answer.body
        return str(answer.json["reference"])


def open_shop(carillon: House) -> Shop:
    """Bring the store in as any other, with two people who work there."""
    now = datetime.now(UTC)
    zone = min((ZoneInfo(name) for name in ZONES), key=lambda zone: abs(now.astimezone(zone).hour - NOON))
    stores = carillon.folder / "stores.geojson"
    stores.write_text(json.dumps({"type": "FeatureCollection", "features": [FEATURE, NEIGHBOR, ONE_TIME_A_DAY]}))
    carillon.manage("import_stores", str(stores), "--capacity", "4", "--time-zone", zone.key)
    carillon.execute(
        "UPDATE stores_visittype SET is_active = FALSE WHERE slug = 'advice' "
        f"AND store_id = (SELECT id FROM stores_store WHERE slug = '{NEXT_DOOR}')"
    )
    carillon.execute(
        f"UPDATE stores_desk SET capacity = 1 WHERE store_id = (SELECT id FROM stores_store WHERE slug = '{TINY}')"
    )
    carillon.execute("""UPDATE stores_store SET steps_done = '["end"]'""")
    for username, role in ((MANAGER, "manager"), (STAFF, "staff")):
        carillon.manage("add_staff", SLUG, username, "--role", role, text=f"{PASSWORD}\n")
    token = call(carillon, "staff/token", {"username": MANAGER, "password": PASSWORD})["token"]
    return Shop(carillon, zone, token)


def call(carillon: House, path: str, body: dict[str, Any], *, token: str = "") -> dict[str, Any]:
    """Post to the API; return its answer."""
    answer = carillon.post(f"/api/v1/{path}", body, **({"Authorization": f"Token {token}"} if token else {}))
    assert answer.status < 300, answer.body
    return dict(answer.json)


def sign_in(page: Page, username: str, path: str) -> Page:
    """Open a staff page as somebody who has to sign in first."""
    open_page(page, path)
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(f"**{path}")
    return page


FEATURE: dict[str, Any] = {
    "type": "Feature",
    "id": "node/1",
    "geometry": {"type": "Point", "coordinates": [-0.46, 46.32]},
    "properties": {
        "name": "Corner Shop",
        "addr:housenumber": "1",
        "addr:street": "Rue de la Gare",
        "addr:postcode": "79000",
        "addr:city": "Niort",
        "addr:country": "FR",
        "phone": "+33 5 49 24 00 39",
        "opening_hours": "24/7",
    },
}
NEIGHBOR = {**FEATURE, "id": "node/2", "properties": {**FEATURE["properties"], "name": "Next Door"}}
ONE_TIME_A_DAY = {
    **FEATURE,
    "id": "node/3",
    "properties": {**FEATURE["properties"], "name": "Tiny Shop", "opening_hours": "Mo-Su 12:00-12:15"},
}


def lack_places(shop: Shop) -> None:
    """Let 40 people have found nothing on one morning of last week."""
    shop.carillon.execute(
        "INSERT INTO booking_unmetdemand (store_id, date, is_afternoon, visit_type_id, places, slots)"
        f" SELECT store.id, '{shop.today - timedelta(days=7)}', FALSE, min(kind.id), 40, 12"
        " FROM stores_store store JOIN stores_visittype kind ON kind.store_id = store.id"
        f" WHERE store.slug = '{SLUG}' GROUP BY store.id ON CONFLICT DO NOTHING"
    )
