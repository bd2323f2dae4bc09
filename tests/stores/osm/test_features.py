"""Features as files hold them: what is kept, what is mended, what is refused and why."""

import json
from datetime import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.hours import WeeklyInterval
from stores.osm.features import (
    FeatureSkipped,
    NotGeoJson,
    StoreFields,
    country_code,
    features_in,
    phone_of,
    read_feature,
)

POINT = {"type": "Point", "coordinates": [-0.46, 46.32]}


def feature(
    tags: dict[str, object] | None = None, *, geometry: object = POINT, own_id: object = "node/1", **named: object
) -> Any:
    properties = {"name": "Corner Shop", **named, **(tags or {})}
    return {"type": "Feature", "id": own_id, "properties": properties, "geometry": geometry}


def read(tags: dict[str, object] | None = None, **named: object) -> StoreFields:
    return read_feature(feature(tags, **named), number=7)


def why_skipped(one: object) -> tuple[str, str]:
    with pytest.raises(FeatureSkipped) as skipped:
        read_feature(one, number=7)
    return skipped.value.id, str(skipped.value)


# --- What is kept -------------------------------------------------------------------------------------


def test_every_tag_has_its_field() -> None:
    fields = read(
        {
            "addr:housenumber": "7 bis",
            "addr:street": "Rue Jules Siegfried",
            "addr:postcode": "79000",
            "addr:city": "Niort",
            "addr:country": "fr",
            "phone": "+33 5 49 05 53 96",
            "website": "www.example.org/shop",
            "email": "shop@example.org",
            "wheelchair": "limited",
            "opening_hours": "Mo 09:00-12:00",
        }
    )
    assert fields == StoreFields(
        source_id="node/1",
        name="Corner Shop",
        latitude=46.32,
        longitude=-0.46,
        street="7 bis Rue Jules Siegfried",
        postal_code="79000",
        town="Niort",
        country="FR",
        phone="+33 5 49 05 53 96",
        email="shop@example.org",
        website="https://www.example.org/shop",
        wheelchair="limited",
        weekly=(WeeklyInterval(0, time(9), time(12)),),
    )


def test_a_name_and_a_place_are_enough() -> None:
    assert read() == StoreFields(
        source_id="node/1", name="Corner Shop", latitude=46.32, longitude=-0.46, hours_why_not="no opening_hours"
    )


@pytest.mark.parametrize(
    ("tags", "field", "expected"),
    [
        ({"contact:phone": "05 49 05 53 96"}, "phone", "05 49 05 53 96"),
        ({"mobile": "06 12 34 56 01"}, "phone", "06 12 34 56 01"),
        ({"phone": "", "contact:phone": "1"}, "phone", "1"),
        ({"contact:email": "a@example.org; b@example.org"}, "email", "a@example.org"),
        ({"email": "not an address"}, "email", ""),
        ({"contact:website": "HTTP://example.org"}, "website", "http://example.org"),
        ({"url": "éclair.example.fr"}, "website", "https://éclair.example.fr"),
        ({"website": "javascript:alert(1)"}, "website", ""),
        ({"website": "ftp://example.org"}, "website", ""),
        ({"website": "https://"}, "website", ""),
        ({"website": "https://[broken"}, "website", ""),
        ({"website": "https://localhost"}, "website", ""),
        ({"website": "https://me:secret@example.org"}, "website", ""),
        ({"website": 'https://example.org/"><script>'}, "website", ""),
        ({"website": "https://example.org/" + "a" * 300}, "website", ""),
        ({"wheelchair": "Designated"}, "wheelchair", "yes"),
        ({"wheelchair": "perhaps"}, "wheelchair", ""),
        ({"addr:place": "Le Bourg"}, "street", "Le Bourg"),
        ({"addr:full": "1 Place du Donjon, Niort"}, "street", "1 Place du Donjon, Niort"),
        ({"addr:housenumber": 7, "addr:street": "Rue de la Gare"}, "street", "7 Rue de la Gare"),
        ({"addr:housenumber": "7"}, "street", ""),
        ({"addr:postcode": 79000}, "postal_code", "79000"),
        ({"addr:postcode": 79000.0}, "postal_code", "79000"),
        ({"addr:postcode": ["79000"]}, "postal_code", ""),
        ({"addr:village": "Magné"}, "town", "Magné"),
        ({"addr:city": True}, "town", ""),
        ({"addr:city": float("inf")}, "town", ""),
        ({"addr:city": "N" * 5000}, "town", ""),
        ({"addr:country": "UK"}, "country", "GB"),
        ({"addr:country": "France"}, "country", ""),
        ({"opening_hours": "sunrise-sunset"}, "hours_why_not", "it depends on the sun"),
        ({"opening_hours": ["Mo 09:00-12:00"]}, "hours_why_not", "no opening_hours"),
        ({"name": " Zoë\u200d\t\nTest\x00\x07 "}, "name", "Zoë\u200d Test"),
        ({"name": "Cafe\u0301"}, "name", "Café"),
        ({"name": "\u202eevil"}, "name", "evil"),
        ({"name": "\ud83dBroken"}, "name", "Broken"),
        ({"name": "薬局"}, "name", "薬局"),
        ({"name": "N" * 255}, "name", "N" * 255),
    ],
)
def test_tags_are_read_kindly(tags: dict[str, object], field: str, expected: str) -> None:
    assert getattr(read(tags), field) == expected


@pytest.mark.parametrize(
    ("own_id", "tags", "expected"),
    [
        ("way/12", {}, "way/12"),
        (12, {}, "12"),
        (0, {}, "0"),
        ("0", {"@id": "way/12"}, "way/12"),
        (None, {"id": "way/12"}, "way/12"),
        ("a b\n", {}, "a_b"),
    ],
)
def test_id_of_feature(own_id: object, tags: dict[str, object], expected: str) -> None:
    assert read(tags, own_id=own_id).source_id == expected


@pytest.mark.parametrize(
    ("properties", "own_id", "expected"),
    [
        ({"type": "node", "id": 9001, "tags": {"name": "Hofladen"}}, None, "node/9001"),
        ({"type": "way", "id": 7, "tags": {"name": "Hofladen"}, "meta": {}}, "way/7", "way/7"),
        ({"tags": {"name": "Hofladen", "@id": "node/5"}}, None, "node/5"),
        ({"name": "Another", "tags": {"name": "Hofladen"}}, "node/6", "node/6"),
    ],
)
def test_tags_may_stand_one_deeper(properties: dict[str, object], own_id: object, expected: str) -> None:
    found = read_feature({"id": own_id, "properties": properties, "geometry": POINT}, number=1)

    assert (found.source_id, found.name) == (expected, "Hofladen")


def test_the_country_of_a_feature_decides_between_languages() -> None:
    assert len(read({"addr:country": "NL", "opening_hours": "ma-do 9:00-18:00"}).weekly) == 4
    assert read({"opening_hours": "ma-do 9:00-18:00"}).hours_why_not == "'ma' may be two days, or a month"


def test_feature_without_id_is_known_again_by_name_and_place() -> None:
    first, second = read(own_id=None), read({"phone": "1"}, own_id=None)
    elsewhere = read(own_id=None, geometry={"type": "Point", "coordinates": [-0.46, 46.33]})
    assert first.source_id == second.source_id != elsewhere.source_id
    assert first.source_id.startswith("place/")


# --- What is refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (None, ("#7", "is not a feature")),
        ([], ("#7", "is not a feature")),
        ({}, ("#7", "no name")),
        ({"id": {"a": 1}, "properties": [], "geometry": POINT}, ("#7", "no name")),
        (feature(name=None), ("node/1", "no name")),
        (feature(name="  \x00 "), ("node/1", "no name")),
        (feature(name=12), ("node/1", "its name is not text")),
        (feature(name="N" * 256), ("node/1", "its name is longer than 255 characters")),
        (feature(name="N" * 10_000_000), ("node/1", "its name is longer than 255 characters")),
        (feature(geometry=None), ("node/1", "no position")),
        (feature(geometry={"type": "Point", "coordinates": [200, 1]}), ("node/1", "no position")),
        (feature(own_id="n" * 81), ("n" * 80 + "…", "its id is longer than 80 characters")),
    ],
)
def test_skipped_feature_says_which_and_why(one: object, expected: tuple[str, str]) -> None:
    assert why_skipped(one) == expected


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(
    ["name", "@id", "addr:street", "addr:postcode", "addr:country", "phone", "email", "website", "opening_hours"]
)


@given(
    tags=anything | st.dictionaries(keys, anything),
    own_id=anything,
    geometry=st.just(POINT) | anything,
)
def test_no_feature_breaks_the_reader(tags: object, own_id: object, geometry: object) -> None:
    one = {"id": own_id, "properties": {"name": "Shop", **tags} if isinstance(tags, dict) else tags}
    try:
        fields = read_feature({**one, "geometry": geometry}, number=1)
    except FeatureSkipped:
        return
    assert fields.name
    assert "\0" not in repr(fields)


# --- Files ----------------------------------------------------------------------------------------------


def test_features_of_a_collection() -> None:
    assert features_in('{"type": "FeatureCollection", "features": [1, {}]}') == [1, {}]


def test_a_feature_alone_is_a_file_as_well() -> None:
    assert features_in(json.dumps(feature())) == [feature()]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not JSON (Expecting value: line 1 column 1 (char 0))"),
        ("{", "is not JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1))"),
        ("[]", "is not GeoJSON"),
        ("3", "is not GeoJSON"),
        ("{}", "is not GeoJSON: it has no features"),
        ('{"elements": []}', "is not GeoJSON: it has no features"),
        ('{"type": "FeatureCollection", "features": {}}', "is not GeoJSON: it has no features"),
        ('{"type": "FeatureCollection", "features": []}', "has no features in it"),
    ],
)
def test_file_without_features_says_why(text: str, reason: str) -> None:
    with pytest.raises(NotGeoJson) as refused:
        features_in(text)
    assert str(refused.value) == reason


def test_one_feature_nested_too_deep_does_not_hide_the_others() -> None:
    deep = json.dumps(feature(own_id="node/2", geometry=None)).replace("null", "[" * 100_000 + "]" * 100_000)
    quoted = json.dumps(feature(own_id="node/3", name='[["{\\"'))
    text = f'{{"type": "FeatureCollection", "features": [{json.dumps(feature())}, {deep}, {quoted}]}}'
    first, second, third = features_in(text)
    assert read_feature(first, number=1).name == "Corner Shop"
    assert why_skipped(second) == ("node/2", "no position")
    assert read_feature(third, number=3).name == '[["{\\"'


def test_brackets_without_end_are_no_json() -> None:
    with pytest.raises(NotGeoJson):
        features_in("[" * 100_000)


def test_a_number_of_many_digits_does_not_hide_the_others() -> None:
    text = '{"features": [{"geometry": {"type": "Point", "coordinates": [' + "9" * 10_000 + ', 1]}}, {"id": 2}]}'
    assert len(features_in(text)) == 2


# --- Phones and countries ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("05 49 05 53 96", "FR", "+33549055396"),
        ("+33 5 49 05 53 96; +33 6 12 34 56 01", "DE", "+33549055396"),
        ("0 49", "FR", "0 49"),
        ("call us", "FR", "call us"),
        ("05 49 05 53 96", "", "05 49 05 53 96"),
        ("1" * 41, "FR", ""),
        ("", "FR", ""),
    ],
)
def test_phone_is_read_as_the_country_dials(text: str, country: str, expected: str) -> None:
    assert phone_of(text, country) == expected


@pytest.mark.parametrize(("text", "expected"), [("fr", "FR"), (" be ", "BE"), ("uk", "GB"), ("ZZ", ""), ("", "")])
def test_country_code(text: str, expected: str) -> None:
    assert country_code(text) == expected
