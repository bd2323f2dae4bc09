"""Import of an organization's table: each line is one store, or one member of a store."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction

from stores.imports.geojson import ImportDefaults, import_store
from stores.imports.kept import kept_in_words
from stores.models import Organization, Role, Store, StoreMembership
from stores.osm.features import FeatureSkipped, StoreFields, read_feature
from stores.queries import folded_name, user_called
from stores.services import BadValue, MembershipResult, add_member
from stores.services.organizations import RESERVED_SLUGS, gather
from stores.time_zones import is_zone
from stores.words import folded

TAGS = {
    "name": "name",
    "street": "addr:street",
    "postal_code": "addr:postcode",
    "town": "addr:city",
    "country": "addr:country",
    **{name: name for name in ("phone", "email", "website", "wheelchair", "opening_hours")},
}
HOLIDAYS_LEFT_OUT = " holidays: left out, set them for the store"
# The required columns.
COLUMNS = {"stores": ("id", "name", "latitude", "longitude"), "staff": ("store", "username", "role")}
# The names of the columns in other languages, folded. The sample file uses the first of each.
FRENCH = {
    "nom": "name",
    "rue": "street",
    "code postal": "postal_code",
    "ville": "town",
    "pays": "country",
    "telephone": "phone",
    "e mail": "email",
    "site": "website",
    "fauteuil roulant": "wheelchair",
    "horaires": "opening_hours",
    "fuseau horaire": "time_zone",
    "magasin": "store",
    "identifiant": "username",
    "role": "role",
    "mot de passe": "password",
}
ALSO_CALLED = FRENCH | {
    "adresse": "street",
    "courriel": "email",
    "mail": "email",
    "site web": "website",
    "boutique": "store",
    "name": "name",
    "strasse": "street",
    "plz": "postal_code",
    "postleitzahl": "postal_code",
    "ort": "town",
    "stadt": "town",
    "land": "country",
    "telefon": "phone",
    "webseite": "website",
    "offnungszeiten": "opening_hours",
    "zeitzone": "time_zone",
    "geschaft": "store",
    "benutzername": "username",
    "rolle": "role",
    "passwort": "password",
    "nombre": "name",
    "calle": "street",
    "codigo postal": "postal_code",
    "ciudad": "town",
    "pais": "country",
    "telefono": "phone",
    "correo": "email",
    "horario": "opening_hours",
    "zona horaria": "time_zone",
    "tienda": "store",
    "usuario": "username",
    "rol": "role",
    "contrasena": "password",
}
_ROLES = {
    **dict.fromkeys(("responsable", "gerant", "gerante", "leitung", "encargado", "encargada"), Role.MANAGER),
    **dict.fromkeys(("equipe", "personnel", "employe", "employee", "team", "equipo", "personal"), Role.STAFF),
}
OUTCOMES = {
    MembershipResult.CREATED: "created",
    MembershipResult.ADDED: "created",
    MembershipResult.CHANGED: "updated",
    MembershipResult.INVITED: "invited",
}


@dataclass(frozen=True, slots=True)
class Told:
    """The result of one line: what was done with which store or member, or why the line was skipped.

    `problems` are sentences that say why, in the active language, where the reason comes from rules outside this
    module.
    """

    outcome: str
    words: str
    problems: tuple[str, ...] = ()


def import_store_row(
    *, organization: Organization, values: Mapping[str, str], now: datetime, is_dry_run: bool, seen: set[str]
) -> Told:
    """Create or update the store that a line describes, and add it to the organization.

    `seen` collects the ids of the lines before, and the slugs that a dry run gave away. Ids belong to the organization,
    so the ids of two organizations never clash.
    """
    own_id = values.get("id", "")
    try:
        fields = _fields(organization, values)
        if f"/{own_id}" in seen:
            raise FeatureSkipped(own_id, "its id was seen before in this file")
        seen.add(f"/{own_id}")
        defaults = ImportDefaults(time_zone=_zone(own_id, values))
        with transaction.atomic():
            done = import_store(fields=fields, defaults=defaults, now=now, slugs_taken=seen if is_dry_run else ())
            is_new_here = gather(organization, [done.slug], now=now)
            transaction.set_rollback(is_dry_run)
    except FeatureSkipped as skipped:
        return Told("skipped", f"{own_id} {skipped}".strip())
    except (IntegrityError, DataError) as error:
        return Told("skipped", f"{own_id} the database refuses it ({str(error).splitlines()[0]})")
    if is_dry_run:
        seen.add(done.slug)  # given away, although a dry run stores nothing
    outcome = "updated" if done.outcome == "unchanged" and is_new_here else str(done.outcome)
    problem = f" hours: {done.hours_problem}" if done.hours_problem else ""
    problem += kept_in_words(done.kept)
    problem += HOLIDAYS_LEFT_OUT if fields.leaves_out_holidays else ""
    return Told(outcome, f"{own_id} {done.slug}{problem}")


def import_staff_row(
    *,
    organization: Organization,
    values: Mapping[str, str],
    now: datetime,
    is_dry_run: bool,
    seen: set[str],
    user: User | None = None,
) -> Told:
    """Make a person a member of one of the organization's stores, or change their role; `user` makes the change."""
    username = User.normalize_username(values.get("username", ""))
    role = _ROLES.get(folded(values.get("role", "")), values.get("role", "").lower())
    called = f"{username}@{values.get('store', '')}"
    store = organization.stores.filter(slug=values.get("store", "")).first()
    if store is None:
        return Told("skipped", f"{called} no such store in the organization")
    if role not in Role.values:
        return Told("skipped", f"{called} the role is neither 'manager' nor 'staff'")
    if (person := f"{folded_name(username)}@{store.slug}") in seen:
        return Told("skipped", f"{called} was seen before in this file")
    seen.add(person)
    try:
        return Told(*_joined(store, username, Role(role), values.get("password", ""), now, user, is_dry_run, called))
    except ValidationError as error:
        return Told("skipped", f"{called} {' '.join(error.messages)}", tuple(error.messages))
    except BadValue as bad:
        why = "is the last manager" if bad.code == "last_one" else "is new and has no password"
        return Told("skipped", f"{called} {why}")


def _joined(
    store: Store,
    username: str,
    role: Role,
    password: str,
    now: datetime,
    user: User | None,
    is_dry_run: bool,
    called: str,
) -> tuple[str, str]:
    with transaction.atomic():
        joined = add_member(
            store=store,
            username=username,
            role=role,
            password=password or None,
            user=user,
            now=now,
            asks=user is not None and not _is_colleague(store, username),
            is_from_file=True,
        )
        transaction.set_rollback(is_dry_run)
    return OUTCOMES.get(joined, "unchanged"), f"{called} {role}"


def _is_colleague(store: Store, username: str) -> bool:
    """Tell whether somebody works at a store of the same organization already."""
    known = user_called(username)
    return StoreMembership.objects.filter(user=known, store__organizations__stores=store).exists()


def _fields(organization: Organization, values: Mapping[str, str]) -> StoreFields:
    own_id = values.get("id", "")
    if not own_id:
        raise FeatureSkipped("", "no id")
    if organization.slug in RESERVED_SLUGS:  # made before such names were refused
        raise FeatureSkipped(
            own_id, f"its id would be one of OpenStreetMap's: rename the organization {organization.slug}"
        )
    try:
        place = [float(values.get(name, "").replace(",", ".")) for name in ("longitude", "latitude")]
    except ValueError:
        raise FeatureSkipped(own_id, "no position") from None
    tags = {tag: values[name] for name, tag in TAGS.items() if values.get(name)}
    geometry = {"type": "Point", "coordinates": place}
    feature = {"id": f"{organization.slug}/{own_id}", "geometry": geometry, "properties": tags}
    return read_feature(feature, number=0)


def _zone(own_id: str, values: Mapping[str, str]) -> str:
    zone = values.get("time_zone", "")
    if zone and not is_zone(zone):
        raise FeatureSkipped(own_id, f"{zone!r} is no time zone")
    return zone
