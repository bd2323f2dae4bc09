"""The command `import_stores`: reads stores from a GeoJSON file with OpenStreetMap tags."""

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DataError, IntegrityError, OperationalError, transaction
from django.utils import timezone
from tqdm import tqdm

from stores.imports.geojson import DEFAULT_ZONE, ImportDefaults, Imported, import_store
from stores.imports.kept import kept_in_words
from stores.imports.tables import HOLIDAYS_LEFT_OUT
from stores.models import CapacityCounts
from stores.osm.features import FeatureSkipped, NotGeoJson, StoreFields, country_code, features_in, read_feature
from stores.services import CAPACITY_RANGE, POLICY_RANGES
from stores.time_zones import country_of, is_zone

COUNTED = ("created", "updated", "unchanged", "skipped", "without hours")


class Command(BaseCommand):
    help = "Make stores, or bring them up to date, from a GeoJSON file with OpenStreetMap tags."
    requires_system_checks = ["settings"]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--slot-minutes", default="15", help="length of a new store's slots (15)")
        parser.add_argument("--capacity", default="2", help="places in each of a new store's slots (2)")
        parser.add_argument(
            "--capacity-counts", default="people", help="what takes a place: people (default) or visits"
        )
        parser.add_argument("--time-zone", default="", help=f"the stores' zone; new ones otherwise get {DEFAULT_ZONE}")
        parser.add_argument("--country", default="", help="two letters, where addr:country is missing; else the zone's")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        defaults = _defaults(options)
        features = _features(Path(options["file"]))
        counts: Counter[str] = Counter()
        with tqdm(features, unit="store", disable=None) as progress:
            for outcome, line, has_problem in _lines(progress, defaults, is_dry_run=options["dry_run"]):
                counts[outcome] += 1
                counts["without hours"] += has_problem
                with tqdm.external_write_mode(file=sys.stdout):
                    self.stdout.write(line)
        counted = ", ".join(f"{counts[kind]} {kind}" for kind in COUNTED)
        dry_run = " (dry run: nothing was written)" if options["dry_run"] else ""
        self.stdout.write(f"total {len(features)}: {counted}{dry_run}")


def _lines(features: Iterable[Any], defaults: ImportDefaults, *, is_dry_run: bool) -> Iterator[tuple[str, str, bool]]:
    """Import features one by one; yield the outcome, the line to print, and whether the hours have a problem."""
    seen: set[str] = set()
    slugs: set[str] = set()  # slugs that a dry run has given away
    for number, feature in enumerate(features, 1):
        try:
            fields = _unseen(read_feature(feature, number=number), seen)
            done = _imported(fields, defaults, is_dry_run=is_dry_run, slugs_taken=slugs)
        except FeatureSkipped as skipped:
            seen.add(skipped.id)
            yield "skipped", f"skipped {skipped.id} {skipped}", False
            continue
        seen.add(fields.source_id)
        if is_dry_run:
            slugs.add(done.slug)
        problem = f" hours: {done.hours_problem}" if done.hours_problem else ""
        kept = kept_in_words(done.kept)
        told = f"{problem}{kept}{HOLIDAYS_LEFT_OUT if fields.leaves_out_holidays else ''}"
        yield done.outcome, f"{done.outcome} {fields.source_id} {done.slug}{told}", bool(problem)


def _unseen(fields: StoreFields, seen: Collection[str]) -> StoreFields:
    if fields.source_id in seen:
        raise FeatureSkipped(fields.source_id, "its id was seen before in this file")
    return fields


def _imported(fields: StoreFields, defaults: ImportDefaults, *, is_dry_run: bool, slugs_taken: set[str]) -> Imported:
    """Import one store in its own transaction. Raises FeatureSkipped, CommandError."""

    def attempt() -> Imported:
        with transaction.atomic():
            done = import_store(fields=fields, defaults=defaults, now=timezone.now(), slugs_taken=slugs_taken)
            transaction.set_rollback(is_dry_run)
        return done

    try:
        try:
            return attempt()
        except IntegrityError:
            return attempt()  # another import made the same store, or took its slug, at the same moment
    except (IntegrityError, DataError) as error:
        raise FeatureSkipped(fields.source_id, f"the database refuses it ({str(error).splitlines()[0]})") from None
    except OperationalError as error:
        reason = str(error).splitlines()[0]
        if reason.startswith("no such table"):
            raise  # nothing was stored; `manage.py` says how to fix it
        raise CommandError(f"stopped at {fields.source_id}, what came before is stored: {reason}") from None


def _features(path: Path) -> list[Any]:
    try:
        return features_in(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise CommandError(f"{path} is not text in UTF-8.") from None
    except NotGeoJson as error:
        raise CommandError(f"{path} {error}.") from None


def _defaults(options: dict[str, Any]) -> ImportDefaults:
    counts, zone, country = options["capacity_counts"], options["time_zone"], options["country"]
    if counts not in CapacityCounts.values:
        raise CommandError(f"--capacity-counts: {counts!r} is neither 'people' nor 'visits'.")
    if zone and not is_zone(zone):
        raise CommandError(f"--time-zone: {zone!r} is no time zone; write it as {DEFAULT_ZONE!r}.")
    if country and not country_code(country):
        raise CommandError(f"--country: {country!r} is no country; write its two letters, as 'FR'.")
    if not country and not country_of(zone or DEFAULT_ZONE):
        raise CommandError(f"--country: {zone!r} is in no country, so say which one the stores are in.")
    return ImportDefaults(
        slot_minutes=_number(options, "slot_minutes", POLICY_RANGES["slot_minutes"]),
        capacity=_number(options, "capacity", CAPACITY_RANGE),
        capacity_counts=counts,
        time_zone=zone,
        country=country_code(country),
    )


def _number(options: dict[str, Any], name: str, allowed: tuple[int, int]) -> int:
    try:
        number = int(options[name])
    except ValueError:
        number = None
    if number is None or not allowed[0] <= number <= allowed[1]:
        option = "--" + name.replace("_", "-")
        raise CommandError(f"{option}: {options[name]!r} is no whole number from {allowed[0]} to {allowed[1]}.")
    return number
