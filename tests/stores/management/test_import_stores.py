"""The command: a line for each feature, a total, and nothing half stored."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DataError, IntegrityError, OperationalError

from stores.imports.geojson import import_store
from stores.management.commands import import_stores as command
from stores.models import Desk, OpeningHours, Store, VisitType
from stores.services import save_address

POINT = {"type": "Point", "coordinates": [-0.46, 46.32]}
DEMO = Path(__file__).parents[3] / "data" / "niort-pharmacies.geojson"


def feature(own_id: object, name: object = "Corner Shop", **more: Any) -> dict[str, Any]:
    tags = {"name": name, "addr:city": "Niort", **more.pop("tags", {})}
    return {"type": "Feature", "id": own_id, "properties": tags, "geometry": POINT, **more}


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function that imports these features and returns the lines said."""

    def run_it(features: list[Any], *options: str) -> list[str]:
        path = tmp_path / "stores.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        call_command("import_stores", str(path), *options)
        said = capsys.readouterr()
        assert said.err == ""
        return said.out.splitlines()

    return run_it


@pytest.mark.django_db
def test_each_feature_has_its_line(run: Any) -> None:
    features = [
        feature("node/1", tags={"opening_hours": "Mo-Fr 09:00-12:00"}),
        feature("node/2", name="\u3164\u2800"),
        feature("node/3", name="Café", tags={"opening_hours": "sunrise-sunset"}),
        feature("node/1", name="Another"),
        feature("node/4", geometry=None),
        feature("node/4"),
        feature("node/5", name="Bakery"),
        None,
        feature("node/6", geometry={"type": "Point", "coordinates": [-0.46, float("nan")]}),
    ]
    assert run(features) == [
        "created node/1 corner-shop-niort",
        "skipped node/2 no name",
        "created node/3 cafe-niort hours: it depends on the sun",
        "skipped node/1 its id was seen before in this file",
        "skipped node/4 no position",
        "skipped node/4 its id was seen before in this file",
        "created node/5 bakery-niort hours: no opening_hours",
        "skipped #8 is not a feature",
        "skipped node/6 no position",
        "total 9: 3 created, 0 updated, 0 unchanged, 6 skipped, 2 without hours",
    ]
    assert Store.objects.count() == Desk.objects.count() == VisitType.objects.count() / 2 == 3


@pytest.mark.django_db
def test_second_run_changes_nothing_and_a_third_what_changed(run: Any) -> None:
    features = [feature("node/1"), feature("node/2")]
    run(features)
    before = list(Store.objects.order_by("pk").values())
    assert run(features)[-1] == "total 2: 0 created, 0 updated, 2 unchanged, 0 skipped, 2 without hours"
    assert list(Store.objects.order_by("pk").values()) == before
    changed = [feature("node/1", tags={"opening_hours": "24/7"}), feature("node/2")]
    assert run(changed)[:2] == [
        "updated node/1 corner-shop-niort",
        "unchanged node/2 corner-shop-niort-2 hours: no opening_hours",
    ]


@pytest.mark.django_db
def test_dry_run_says_the_same_and_writes_nothing(run: Any) -> None:
    features = [feature("node/1"), feature("node/2"), feature("node/3", name=3)]
    dry = run(features, "--dry-run")
    assert not Store.objects.exists()
    assert (
        dry[-1]
        == "total 3: 2 created, 0 updated, 0 unchanged, 1 skipped, 2 without hours (dry run: nothing was written)"
    )
    assert run(features) == [*dry[:-1], dry[-1].removesuffix(" (dry run: nothing was written)")]
    before = list(Store.objects.values())
    features[0]["properties"]["name"] = "Changed"
    assert run(features, "--dry-run")[0].startswith("updated node/1")
    assert list(Store.objects.values()) == before


@pytest.mark.django_db
def test_hours_of_public_holidays_are_said_to_be_left_out(run: Any) -> None:
    hours = {"opening_hours": "Mo-Fr 09:00-12:00; PH off"}
    assert run([feature("node/1", tags=hours)])[0] == (
        "created node/1 corner-shop-niort holidays: left out, set them for the store"
    )


@pytest.mark.django_db
def test_tags_under_properties_tags_are_read(run: Any) -> None:
    tags = {"name": "Hofladen Tags", "opening_hours": "Mo-Fr 09:00-12:00"}
    shop = {"type": "Feature", "geometry": POINT, "properties": {"type": "node", "id": 9001, "tags": tags}}
    assert run([shop])[0] == "created node/9001 hofladen-tags"
    assert [(one.weekday, one.opens.hour, one.closes.hour) for one in OpeningHours.objects.order_by("weekday")] == [
        (day, 9, 12) for day in range(5)
    ]


@pytest.mark.django_db
def test_options_are_what_new_stores_start_with(run: Any) -> None:
    run(
        [feature("node/1")],
        *("--slot-minutes=20", "--capacity=3", "--capacity-counts=visits", "--time-zone=Europe/Brussels"),
        "--country=LU",
    )
    store = Store.objects.get()
    assert (store.slot_minutes, store.capacity_counts) == (20, "visits")
    assert (store.time_zone, store.country) == ("Europe/Brussels", "LU")
    assert Desk.objects.get().capacity == 3


@pytest.mark.django_db
def test_shops_of_niort_all_come_in(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_stores", str(DEMO))
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "total 33: 33 created, 0 updated, 0 unchanged, 0 skipped, 1 without hours"
    assert [line for line in lines if "hours:" in line] == [
        "created node/6288915116 vitalea-medical-niort hours: no opening_hours"
    ]
    hours = OpeningHours.objects.filter(store__slug="pharmacie-du-clou-bouchet-niort", weekday=2).order_by("opens")
    assert [f"{one.opens:%H:%M}-{one.closes:%H:%M}" for one in hours] == ["09:00-12:15", "14:15-19:15"]


# --- What cannot be done ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "cannot be read: No such file or directory."),
        (b"", "is not JSON (Expecting value: line 1 column 1 (char 0))."),
        (b"\xff\xfe", "is not text in UTF-8."),
        (b"[]", "is not GeoJSON."),
        (b'{"features": []}', "has no features in it."),
    ],
)
def test_file_that_holds_nothing_is_said_in_one_line(tmp_path: Path, content: bytes | None, expected: str) -> None:
    path = tmp_path / "stores.geojson"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError) as refused:
        call_command("import_stores", str(path))
    assert str(refused.value) == f"{path} {expected}"


@pytest.mark.django_db
def test_file_may_begin_with_a_byte_order_mark(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "stores.geojson"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(feature("node/1")).encode())
    call_command("import_stores", str(path))
    assert capsys.readouterr().out.startswith("created node/1 corner-shop-niort")


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("--slot-minutes=4", "--slot-minutes: '4' is no whole number from 5 to 480."),
        ("--slot-minutes=x", "--slot-minutes: 'x' is no whole number from 5 to 480."),
        ("--capacity=0", "--capacity: '0' is no whole number from 1 to 1000."),
        ("--capacity-counts=dogs", "--capacity-counts: 'dogs' is neither 'people' nor 'visits'."),
        ("--time-zone=Mars", "--time-zone: 'Mars' is no time zone; write it as 'Europe/Paris'."),
        ("--time-zone=UTC", "--country: 'UTC' is in no country, so say which one the stores are in."),
        ("--country=France", "--country: 'France' is no country; write its two letters, as 'FR'."),
    ],
)
def test_bad_option_is_said_in_one_line(option: str, expected: str) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("import_stores", str(DEMO), option)
    assert str(refused.value) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ([IntegrityError("taken")], "created node/1 corner-shop-niort hours: no opening_hours"),
        ([IntegrityError("taken"), IntegrityError("taken")], "skipped node/1 the database refuses it (taken)"),
        ([DataError("too long\nDETAIL")], "skipped node/1 the database refuses it (too long)"),
    ],
)
def test_store_the_database_refuses_stops_no_other(
    run: Any, monkeypatch: pytest.MonkeyPatch, errors: list[Exception], expected: str
) -> None:
    """Faults that only another import at the same moment, or a bug, can cause: put in by hand."""
    waiting = list(errors)
    real = import_store

    def fail_first(**kwargs: Any) -> Any:
        done = real(**kwargs)
        if waiting:
            raise waiting.pop(0)
        return done

    monkeypatch.setattr(command, "import_store", fail_first)
    assert run([feature("node/1"), feature("node/2", name="Bakery")])[:2] == [
        expected,
        "created node/2 bakery-niort hours: no opening_hours",
    ]


@pytest.mark.django_db
def test_database_away_stops_with_one_line(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**kwargs: Any) -> Any:
        raise OperationalError("database is locked")

    monkeypatch.setattr(command, "import_store", fail)
    with pytest.raises(CommandError) as refused:
        run([feature("node/1")])
    assert str(refused.value) == "stopped at node/1, what came before is stored: database is locked"


@pytest.mark.django_db
def test_what_people_changed_of_an_address_stays_and_the_line_says_so(run: Any) -> None:
    run([feature("node/1", tags={"addr:street": "Rue Ricard"})])
    store = Store.objects.get()
    typed = {"name": "By the Bridge", "street": store.street, "postal_code": "", "town": "Niort"}
    save_address(store=store, **typed, latitude=46.33, longitude=store.longitude, user=None, now=store.created_at)
    before = Store.objects.values().get()

    again = [feature("node/1", tags={"addr:street": "Rue Ricard"})]
    assert run(again)[0] == ("unchanged node/1 corner-shop-niort hours: no opening_hours kept: name, position")
    assert Store.objects.values().get() == before

    moved = [feature("node/1", "Other Name", tags={"addr:street": "Rue du Pont"})]
    assert run(moved)[0].startswith("updated node/1 corner-shop-niort")
    after = Store.objects.get()
    assert (after.name, after.street, after.latitude) == ("By the Bridge", "Rue du Pont", 46.33)
    assert run(moved)[0].startswith("unchanged node/1")
    assert "bridge" in after.search_text
