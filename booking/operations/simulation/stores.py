"""The plan of a chain, and its stores drawn by chance. Pure: the same plan gives the same stores."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from math import ceil
from random import Random
from zoneinfo import ZoneInfo

from booking.operations.simulation import demand
from stores.hours import WeeklyInterval
from stores.osm.features import StoreFields

ZONE = ZoneInfo("Europe/Paris")
COUNTRY = "FR"
SLOT_MINUTES = 15
LARGEST_PARTY = 4
PREFIX = "simulated"  # the first part of the ids of simulated stores
CAPACITY_MIN, CAPACITY_MAX = 2, 1000
_MEAN_PLACES = 1.5  # of a slot's places, in all its slots, that a visit takes
_FILLED = 0.7  # the share of a day's places that is taken on an average day
_MORNING, _AFTERNOON, _THROUGH = (time(9), time(12, 30)), (time(14), time(19)), (time(9), time(18, 30))
_HOURS = (
    {**dict.fromkeys(range(5), (_MORNING, _AFTERNOON)), 5: (_MORNING,)},
    {**dict.fromkeys(range(1, 6), (_MORNING, _AFTERNOON))},
    {**dict.fromkeys(range(6), (_THROUGH,))},
    {0: (_AFTERNOON,), **dict.fromkeys(range(1, 5), (_MORNING, _AFTERNOON)), 5: (_THROUGH,)},
)
_TOWNS = (
    ("Niort", "79000", 46.324, -0.464),
    ("Poitiers", "86000", 46.580, 0.340),
    ("La Rochelle", "17000", 46.160, -1.151),
    ("Angoulême", "16000", 45.648, 0.156),
    ("Nantes", "44000", 47.218, -1.554),
    ("Tours", "37000", 47.394, 0.685),
    ("Limoges", "87000", 45.834, 1.262),
    ("Rennes", "35000", 48.117, -1.678),
    ("Lyon", "69002", 45.758, 4.832),
    ("Lille", "59000", 50.629, 3.057),
    ("Strasbourg", "67000", 48.573, 7.752),
    ("Toulouse", "31000", 43.604, 1.444),
)


@dataclass(frozen=True, slots=True)
class SimulationPlan:
    """The size of a chain. `bookings_per_day` are wanted at a store of mean size on an open day; `now` is in UTC."""

    now: datetime
    stores: int
    seed: int = 1
    days_back: int = 28
    days_ahead: int = demand.HORIZON_DAYS
    bookings_per_day: float = 20.0
    rush: int = 0  # how many more book in the minute before `now`, at all stores together

    @property
    def today(self) -> date:
        return self.now.astimezone(ZONE).date()


@dataclass(frozen=True, slots=True)
class SimulatedStore:
    """A store of the chain: the fields that an import reads, the places of each slot, and its mean day."""

    number: int
    fields: StoreFields
    capacity: int
    bookings_per_day: float

    @property
    def largest_party(self) -> int:
        return min(LARGEST_PARTY, self.capacity)


def draw_stores(plan: SimulationPlan) -> Iterator[SimulatedStore]:
    """Yield the stores of a chain; those of a larger chain begin with those of a smaller one."""
    for number in range(1, plan.stores + 1):
        chance = Random(f"{plan.seed}/{number}")  # noqa: S311 -- the same chain each time
        town, postal_code, latitude, longitude = _TOWNS[(number - 1) % len(_TOWNS)]
        hours = chance.choice(_HOURS)
        mean = plan.bookings_per_day * max(0.4, min(2.0, chance.lognormvariate(-0.06, 0.35)))
        slots = max(_slot_count(opened) for opened in hours.values())
        capacity = ceil(mean * _MEAN_PLACES / slots / _FILLED)
        fields = StoreFields(
            source_id=f"{PREFIX}/{plan.seed}/{number}",
            name=f"Magasin d’essai {number}",
            latitude=round(latitude + chance.uniform(-0.04, 0.04), 5),
            longitude=round(longitude + chance.uniform(-0.06, 0.06), 5),
            street=f"{chance.randint(1, 120)} rue de l’Essai",
            postal_code=postal_code,
            town=town,
            country=COUNTRY,
            weekly=tuple(WeeklyInterval(day, *one) for day, opened in sorted(hours.items()) for one in opened),
        )
        yield SimulatedStore(number, fields, min(CAPACITY_MAX, max(CAPACITY_MIN, capacity)), mean)


def _slot_count(opened: tuple[tuple[time, time], ...]) -> int:
    minutes = sum((closes.hour - opens.hour) * 60 + closes.minute - opens.minute for opens, closes in opened)
    return minutes // SLOT_MINUTES
