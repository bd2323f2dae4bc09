"""GeoJSON features with OpenStreetMap tags, read into the fields of a store. Pure."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any
from urllib.parse import urlsplit

import phonenumbers

from stores.hours import WeeklyInterval
from stores.osm.opening_hours import read_hours
from stores.osm.positions import position
from stores.phones import parsed
from stores.words import can_be_seen, cleaned

ID_LONGEST = 80
NAME_LONGEST = 255
STREET_LONGEST = 255
TOWN_LONGEST = 120
POSTAL_CODE_LONGEST = 20
PHONE_LONGEST = 40
EMAIL_LONGEST = 254
WEBSITE_LONGEST = 255
_TAG_LONGEST = 2000  # a longer text is not a tag and is not cleaned
_DEEPEST_JSON = 64
_LONGEST_NUMBER = 20

_EMAIL = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.IGNORECASE | re.ASCII
)
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]")
_WHEELCHAIR = {"yes": "yes", "designated": "yes", "limited": "limited", "no": "no"}
_JSON_PARTS = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]', re.DOTALL)


class NotGeoJson(ValueError):
    """A file that holds no features; its text is the reason."""


class FeatureSkipped(ValueError):
    """A feature that cannot become a store. Its text is the reason; `id` names the feature."""

    def __init__(self, feature_id: str, reason: str) -> None:
        super().__init__(reason)
        self.id = feature_id


@dataclass(frozen=True, slots=True)
class StoreFields:
    """The fields of a store in a feature. Without a country, `country` is "" and the phone stays as typed."""

    source_id: str
    name: str
    latitude: float
    longitude: float
    street: str = ""
    postal_code: str = ""
    town: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    wheelchair: str = ""
    weekly: tuple[WeeklyInterval, ...] = ()
    hours_why_not: str = ""  # why `weekly` is empty
    leaves_out_holidays: bool = False  # its hours mention public holidays, which we do not store


def features_in(text: str) -> list[Any]:
    """Return the features of a GeoJSON text, whatever they contain. Raises NotGeoJson."""
    try:
        try:
            document = _parsed(text)
        except RecursionError:
            document = _parsed(_made_shallow(text))
    except ValueError as error:
        raise NotGeoJson(f"is not JSON ({error})") from None
    if not isinstance(document, dict):
        raise NotGeoJson("is not GeoJSON")
    if document.get("type") == "Feature":
        return [document]
    features = document.get("features")
    if not isinstance(features, list):
        raise NotGeoJson("is not GeoJSON: it has no features")
    if not features:
        raise NotGeoJson("has no features in it")
    return features


def _parsed(text: str) -> Any:
    # A number with thousands of digits must not stop the reading of the file: as a float it is out of every range.
    return json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < _LONGEST_NUMBER else float(digits))


def _made_shallow(text: str) -> str:
    """Return the JSON with null in place of values that are nested too deeply to be read."""
    kept: list[str] = []
    depth = done = 0
    for part in _JSON_PARTS.finditer(text):
        if part[0] in "[{":
            depth += 1
            if depth == _DEEPEST_JSON:
                kept.append(text[done : part.start()])
                done = len(text)  # until its end, if there is one
        elif part[0] in "]}":
            if depth == _DEEPEST_JSON:
                kept.append("null")
                done = part.end()
            depth -= 1
    return "".join(kept) + text[done:]


def read_feature(feature: object, *, number: int) -> StoreFields:
    """Return the fields of a feature. `number` names a feature without an id in messages. Raises FeatureSkipped."""
    if not isinstance(feature, dict):
        raise FeatureSkipped(f"#{number}", "is not a feature")
    tags = _tags(feature)
    own_id = _feature_id(feature, tags)
    called = own_id[:ID_LONGEST] or f"#{number}"
    name = _name(tags, called)
    place = position(feature.get("geometry"))
    if place is None:
        raise FeatureSkipped(called, "no position")
    if len(own_id) > ID_LONGEST:
        raise FeatureSkipped(called + "…", f"its id is longer than {ID_LONGEST} characters")
    country = country_code(_tag(tags, "addr:country"))
    hours = read_hours(tag, country=country) if (tag := _tag(tags, "opening_hours")) else None
    return StoreFields(
        # Without an id, the next import recognizes the feature by its name and position.
        source_id=own_id or "place/" + hashlib.sha256(f"{name}|{place}".encode()).hexdigest()[:24],
        name=name,
        latitude=place[0],
        longitude=place[1],
        street=_street(tags)[:STREET_LONGEST],
        postal_code=_tag(tags, "addr:postcode")[:POSTAL_CODE_LONGEST],
        town=_tag(tags, "addr:city", "addr:town", "addr:village", "addr:hamlet", "addr:suburb")[:TOWN_LONGEST],
        country=country,
        phone=_tag(tags, "phone", "contact:phone", "mobile", "contact:mobile"),
        email=_email(_tag(tags, "email", "contact:email")),
        website=_website(_tag(tags, "website", "contact:website", "url")),
        wheelchair=_WHEELCHAIR.get(_tag(tags, "wheelchair").lower(), ""),
        weekly=hours.weekly if hours else (),
        hours_why_not=hours.why_not if hours else "no opening_hours",
        leaves_out_holidays=bool(hours and hours.leaves_out_holidays),
    )


def country_code(text: str) -> str:
    """Return the two letters of a country; "" if the text is not a country code."""
    code = text.strip().upper()
    code = "GB" if code == "UK" else code
    return code if code in phonenumbers.SUPPORTED_REGIONS else ""


def phone_of(text: str, country: str) -> str:
    """Return the first phone number of a tag in E.164, read as dialed in `country`; as typed if unreadable."""
    first = re.split("[;,]", text)[0].strip()
    number = parsed(first, country=country)
    if number is None:
        return first if len(first) <= PHONE_LONGEST else ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _tags(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the properties; `osmtogeojson` nests the tags one level deeper, so both levels are merged then."""
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        return {}
    inner = properties.get("tags")
    if not isinstance(inner, dict):
        return properties
    kind, number = _text(properties.get("type")), _text(properties.get("id"))
    own_id = {"@id": f"{kind}/{number}"} if kind and number and "/" not in number else {}
    return {**properties, **own_id, **inner}


def _feature_id(feature: Mapping[str, Any], tags: Mapping[str, Any]) -> str:
    """Return the feature's own id, "" if it has none; overpass-turbo writes `@id`."""
    for value in (tags.get("@id"), feature.get("id"), tags.get("id")):
        if text := _text(value):
            return text.replace(" ", "_")
    return ""


def _name(tags: Mapping[str, Any], called: str) -> str:
    value = tags.get("name")
    if not isinstance(value, str):
        raise FeatureSkipped(called, "no name" if value is None else "its name is not text")
    name = cleaned(value[: _TAG_LONGEST + 1])
    if len(name) > NAME_LONGEST or len(value) > _TAG_LONGEST:
        raise FeatureSkipped(called, f"its name is longer than {NAME_LONGEST} characters")
    if not can_be_seen(name):
        raise FeatureSkipped(called, "no name")
    return name


def _street(tags: Mapping[str, Any]) -> str:
    street = _tag(tags, "addr:street", "addr:place")
    parts = (_tag(tags, "addr:housenumber", "addr:housename"), street) if street else (_tag(tags, "addr:full"),)
    return " ".join(part for part in parts if part)


def _tag(tags: Mapping[str, Any], *keys: str) -> str:
    """Return the first of these tags that is not empty."""
    return next((text for key in keys if (text := _text(tags.get(key)))), "")


def _text(value: object) -> str:
    """Return a text or number as clean text; "" for other types. Converters turn postal codes into numbers."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, float) and not isfinite(value):
        return ""
    text = str(value)
    return cleaned(text) if len(text) <= _TAG_LONGEST else ""


def _email(text: str) -> str:
    first = text.split(";")[0].strip()
    return first if len(first) <= EMAIL_LONGEST and _EMAIL.fullmatch(first) else ""


def _website(text: str) -> str:
    """Return the web address with its scheme; "" if a browser should not open it."""
    address = text.split(";")[0].strip()
    if "://" not in address:
        address = "https://" + address
    scheme, _, rest = address.partition("://")
    address = scheme.lower() + "://" + rest
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return ""
    is_one = scheme.lower() in ("http", "https") and _HOST.fullmatch(host) and not re.search(r"[\s<>\"'\\]", address)
    return address if is_one and len(address) <= WEBSITE_LONGEST and "@" not in parts.netloc else ""
