"""How long finding stores takes among 50,000: `python bench/store_search.py [--stores 50000]`.

On a database made for the purpose: SQLite, or what DATABASE_URL names (it must be empty), so on PostgreSQL
`python -m tests.postgres -- sh -c 'DATABASE_URL=$CARILLON_TEST_DATABASE_URL python bench/store_search.py'`.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time as clock
from datetime import UTC, datetime, time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="bench-"))
os.environ["DJANGO_SETTINGS_MODULE"] = "booking.settings"
os.environ["RATE_LIMITS"] = "off"
os.environ.setdefault("ALLOWED_HOSTS", "testserver")

import django

django.setup()

import logging

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stores.models import Desk, OpeningHours, SearchSpelling, SearchWord, Store, StoreWord, VisitType
from stores.queries import stores_page
from stores.search.index import index_stores
from stores.words import search_text, slug_from

REPEATS = 40
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
KINDS = (
    *("Pharmacie", "Pharmacie", "Pharmacie", "Boulangerie", "Boulangerie", "Librairie", "Opticien", "Fleuriste"),
    *("Bijouterie", "Coiffure", "Cordonnerie", "Épicerie", "Fromagerie", "Garage", "Institut", "Mercerie", "Optique"),
    *("Papeterie", "Poissonnerie", "Quincaillerie", "Salon", "Vélos", "Le Comptoir", "La Maison", "Chez", "Au"),
)
PLACES = (
    *("du Centre", "de la Gare", "du Marché", "de la Mairie", "des Halles", "de l'Europe", "du Pont", "de la Brèche"),
    *("du Donjon", "Saint-Jean", "Sainte-Anne", "du Port", "de la Plage", "des Quatre Saisons", "du Soleil", "Moderne"),
)
BEGINNINGS = (
    *("Ba", "Be", "Bla", "Bou", "Bri", "Cha", "Che", "Cla", "Cou", "Da", "Del", "Dou", "Fa", "Fer", "Fon", "Ga", "Gi"),
    *("Gran", "Hé", "Jar", "La", "Le", "Lou", "Ma", "Mar", "Mon", "Mou", "Nan", "Neu", "Or", "Pa", "Per", "Plou", "Ro"),
)
MIDDLES = (
    "ba",
    "bi",
    "char",
    "der",
    "di",
    "fo",
    "gue",
    "la",
    "li",
    "lo",
    "man",
    "mi",
    "nar",
    "ni",
    "ra",
    "ri",
    "ti",
    "",
)
ENDINGS = (
    *("ac", "ain", "ault", "ay", "é", "eau", "el", "elle", "enne", "et", "eux", "ière", "in", "oire", "on", "ot", "y"),
    *("ange", "ard", "ert", "igny", "oux", "ville"),
)


def make_stores(count: int) -> None:
    """Fill the database with stores of towns that have a hundred each at most, and two in five a common kind."""
    chance = random.Random(79000)
    names = sorted({first + middle + last for first in BEGINNINGS for middle in MIDDLES for last in ENDINGS})
    towns = [_town(chance, names, number) for number in range(max(1, count // 12))]
    towns[0] = ("Niort", "79000", 46.32, -0.46)
    towns[1] = ("Saint-Maixent-l'École", "79400", 46.41, -0.21)
    stores = []
    for number in range(count):
        town, postal_code, latitude, longitude = towns[int(len(towns) * chance.random() ** 2)]
        of_whom = chance.choice(PLACES) if chance.random() < 0.5 else chance.choice(names)
        name = f"{chance.choice(KINDS)} {of_whom}"
        stores.append(
            Store(
                slug=f"{_slug(name, town)}-{number}", name=name, town=town, postal_code=postal_code, country="FR",
                street=f"{number % 90 + 1} Rue de la Gare", time_zone="Europe/Paris", created_at=NOW,
                latitude=latitude + chance.gauss(0, 0.02), longitude=longitude + chance.gauss(0, 0.02),
                search_text=search_text(name=name, town=town, postal_code=postal_code),
            )
        )  # fmt: skip
    Store.objects.bulk_create(stores, batch_size=1000)
    made = list(Store.objects.values_list("pk", "slug", "search_text"))
    for first in range(0, len(made), 500):
        index_stores(texts={slug: text for _, slug, text in made[first : first + 500]})
        ids = [pk for pk, _, _ in made[first : first + 500]]
        _let_them_work(ids)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "PRAGMA optimize")


def _let_them_work(ids: list[int]) -> None:
    """Give stores what it takes to be booked."""
    Desk.objects.bulk_create(Desk(store_id=pk, slug="main", name="Main desk", capacity=2) for pk in ids)
    VisitType.objects.bulk_create(VisitType(store_id=pk, slug="visit", name="Visit", max_party_size=2) for pk in ids)
    OpeningHours.objects.bulk_create(
        OpeningHours(store_id=pk, weekday=day, opens=opens, closes=closes)
        for pk in ids for day in range(6) for opens, closes in ((time(9), time(12)), (time(14), time(19)))
    )  # fmt: skip


def _town(chance: random.Random, names: list[str], number: int) -> tuple[str, str, float, float]:
    name = chance.choice(names)
    if number % 4 == 0:
        name = f"Saint-{name}"
    if number % 5 == 0:
        name = f"{name}-sur-{chance.choice(names)}"
    return (
        name,
        f"{chance.randint(1, 95):02d}{chance.randint(0, 99) * 10:03d}",
        chance.uniform(43, 50),
        chance.uniform(-1, 7),
    )


def _slug(name: str, town: str) -> str:
    return slug_from(name, town, longest=70)


def measure(name: str, call) -> float:  # type: ignore[no-untyped-def]
    """Print the median time of a call in milliseconds, its SQL statements and how many stores it gave."""
    times = []
    for _ in range(REPEATS):
        begun = clock.perf_counter()
        found = call()
        times.append((clock.perf_counter() - begun) * 1000)
    with CaptureQueriesContext(connection) as queries:
        call()
    median = statistics.median(times)
    worst = sorted(times)[int(REPEATS * 0.95)]
    print(f"{name:46} {median:7.2f} ms   p95 {worst:7.2f} ms   {len(queries):2} SQL   {found}")
    return median


def searches() -> dict[str, dict[str, object]]:
    rare = SearchWord.objects.filter(word__endswith="ville").order_by("pk").values_list("word", flat=True)[3]
    here = {"near": (46.32, -0.46)}
    return {
        "no words": {},
        "a common word": {"q": "pharmacie"},
        "a rare word": {"q": rare},
        "two words": {"q": "pharmacie niort"},
        "two common words": {"q": "pharmacie centre"},
        "two words, both mistyped": {"q": "niorr pharmcie"},
        "one common word, mistyped": {"q": "pharamcie"},
        "a town, mistyped": {"q": "sant maxent"},
        "a town": {"q": "saint-maixent l'école"},
        "a postal code": {"q": "79000"},
        "the beginning of a postal code": {"q": "7900"},
        "the beginning of a word": {"q": "phar"},
        "one letter": {"q": "p"},
        "the beginnings of two words": {"q": "pharm nio"},
        "nothing alike": {"q": "xqzwvkjh"},
        "ten words": {"q": "la pharmacie du centre de la gare saint jean niort 79"},
        "town= of the API": {"town": "niort"},
        "nearest": here,
        "nearest of a common word": {**here, "q": "pharmacie"},
        "nearest of a rare word": {**here, "q": rare},
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--stores", type=int, default=50_000)
    count = parser.parse_args().stores
    logging.disable(logging.CRITICAL)
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    begun = clock.perf_counter()
    make_stores(count)
    sizes = [model.objects.count() for model in (Store, SearchWord, SearchSpelling, StoreWord)]
    print(f"{connection.vendor}: made in {clock.perf_counter() - begun:.0f} s: stores, words, spellings, rows: {sizes}")
    medians = []
    for name, asked in searches().items():

        def find(asked: dict[str, object] = asked) -> str:
            page = stores_page(**asked)
            return f"{len(page.results)} {'alike' if page.is_alike else ''}{' …' if page.next_cursor else ''}"

        medians.append(measure(name, find))
    print(f"{'median of all':46} {statistics.median(medians):7.2f} ms   worst {max(medians):7.2f} ms")
    client = Client()
    for address in (
        "/",
        "/?q=pharmacie",
        "/?q=pharamcie+niorr",
        "/?q=79000",
        "/?near=46.32,-0.46",
        "/api/v1/stores?q=niort",
    ):
        measure(f"page {address}", lambda address=address: client.get(address).status_code)


if __name__ == "__main__":
    main()
