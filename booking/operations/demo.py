"""The demo: the pharmacies of Niort, gathered by the town, with three weeks of visits.

Two people work at one of them. All data is written by the services, with the clock set to the time at which it would
have happened. Nothing is sent.
"""

import ipaddress
import os
import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from booking.accounts.sign_ins import end_programs_and_pin
from booking.arrivals.steps import take_step
from booking.bookings.lifecycle import book_visit, cancel_booking, confirm_attendance
from booking.bookings.rescheduling import reschedule
from booking.customer_input import CustomerDetails
from booking.models import Booking, Source
from booking.places.availability import availability
from booking.places.free_starts import FreeSlot
from booking.refusals import BookingRefused
from booking.tokens import ALPHABET
from booking.who import Who
from notifications import outbox
from stores.models import OrganizationKind, Role, Store, StoreMembership
from stores.search.index import index_store
from stores.services import end_steps
from stores.services.organizations import save_organization
from stores.words import search_text

STORE_SOURCE_ID = "node/738663571"  # Pharmacie de la Brèche
TOWN, TOWN_SLUG, TOWN_POSTAL_CODE = "Niort", "niort", "79000"
TOWN_INTRODUCTION = "Prenez rendez-vous dans les pharmacies de Niort."
MANAGER, STAFF = "demo-manager", "demo-staff"
_PUBLIC_PASSWORD = "carillon-demo-niort"  # noqa: S105 -- what earlier versions gave everybody's demo
_PASSWORD_SIGNS, _PASSWORD_GROUP = 20, 5
BOOKINGS = 64
EARLY_MINUTES = 25  # some arrive before their time
FIRST_NAMES = ("Ada", "Bea", "Cleo", "Dora", "Elsa", "Fanny", "Gaston", "Hugo", "Iris", "Jules", "Karim", "Lea")
NOTES = ("", "", "", "", "Avec une poussette", "Side entrance, please", "Je viens pour ma mère")


@dataclass(frozen=True, slots=True)
class SignIn:
    username: str
    role: Role


SIGN_INS = (SignIn(MANAGER, Role.MANAGER), SignIn(STAFF, Role.STAFF))


def demo_password() -> str:
    """Return the password of the demo's users: made at the first start, in DATA_DIR, for its owner only."""
    if kept := kept_password():
        return kept
    signs = "".join(secrets.choice(ALPHABET.lower()) for _ in range(_PASSWORD_SIGNS))
    made = "-".join(signs[at : at + _PASSWORD_GROUP] for at in range(0, _PASSWORD_SIGNS, _PASSWORD_GROUP))
    file = os.open(_password_file(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w") as written:
        written.write(f"{made}\n")
    return made


def kept_password() -> str:
    """Return the stored password; "" if none was made, or the file is gone."""
    try:
        return _password_file().read_text().strip()
    except FileNotFoundError:
        return ""


def is_for_this_machine_alone(*, address: str, public_url: str) -> bool:
    """Tell whether a server at this address is reached only from this machine, as a demo requires."""
    return _is_loopback(address) and _is_loopback(urlsplit(public_url).hostname or "")


def demo_accounts() -> QuerySet[User]:
    """Return the users of the demo who can sign in."""
    return User.objects.filter(username__in=[one.username for one in SIGN_INS], is_active=True)


def replace_public_passwords() -> int:
    """Give the demo's users of an earlier version a password of this machine; return how many."""
    if kept_password():
        return 0
    found = [user for user in demo_accounts() if user.check_password(_PUBLIC_PASSWORD)]
    for user in found:
        user.set_password(demo_password())
        user.save(update_fields=["password"])
    return len(found)


@transaction.atomic
def end_accounts() -> int:
    """Stop the demo's users from signing in; return how many could."""
    found = list(demo_accounts())
    for user in found:
        user.is_active = False
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
        end_programs_and_pin(user=user)
    return len(found)


def is_empty() -> bool:
    """Tell whether the database has no data yet."""
    return not Store.objects.exists() and not User.objects.exists()


def demo_store() -> Store | None:
    """Return the store of the demo's users; None without a demo."""
    membership = StoreMembership.objects.filter(user__username=MANAGER).select_related("store").first()
    return membership.store if membership else None


def seed(*, now: datetime) -> None:
    """Create the demo's town, users and bookings at an imported store."""
    _say_the_town()
    _gather_town(now=now)
    store = Store.objects.get(source_id=STORE_SOURCE_ID)
    users = {sign_in.role: _user(store, sign_in) for sign_in in SIGN_INS}
    # Visits of the past week and of today were booked when horizon and notice allowed it.
    chance = random.Random(738663571)  # noqa: S311 -- the same demo each time
    for number in range(BOOKINGS):
        days = 0 if number % 5 == 2 else -7 + number * 21 // BOOKINGS  # staff look at today first
        _live_through(store, number, now=now, day=now + timedelta(days=days), user=users[Role.STAFF], chance=chance)
    end_steps(store=store)
    references = Booking.objects.filter(store=store).values_list("reference", flat=True)
    for reference in references:
        outbox.skip_open(subject=reference, reason="demo", now=now)


def _say_the_town() -> None:
    """Set the town of shops without an address on the map."""
    for store in Store.objects.filter(town=""):
        store.town, store.postal_code = TOWN, TOWN_POSTAL_CODE
        store.search_text = search_text(name=store.name, town=TOWN, postal_code=TOWN_POSTAL_CODE)
        store.save(update_fields=["town", "postal_code", "search_text"])
        index_store(store=store)


def _gather_town(*, now: datetime) -> None:
    save_organization(
        slug=TOWN_SLUG,
        name=TOWN,
        kind=OrganizationKind.TOWN,
        introduction=TOWN_INTRODUCTION,
        stores=list(Store.objects.filter(town=TOWN).order_by("slug").values_list("slug", flat=True)),
        now=now,
    )


def _user(store: Store, sign_in: SignIn) -> User:
    user = User.objects.create_user(sign_in.username, password=demo_password())
    StoreMembership.objects.create(store=store, user=user, role=sign_in.role)
    return user


def _password_file() -> Path:
    return Path(settings.DATA_DIR, "demo_password")


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _live_through(
    store: Store, number: int, *, now: datetime, day: datetime, user: User, chance: random.Random
) -> None:
    """Book one visit on a day, and take the steps that it would have taken by now."""
    visit_type = "advice" if chance.random() < 0.2 else "visit"
    booked_at = min(day, now) - timedelta(days=chance.randint(2, 9))
    slot = _free_slot(store, visit_type, day=day, now=booked_at, chance=chance)
    if slot is None:
        return
    name = f"{chance.choice(FIRST_NAMES)} Test"
    source = chance.choice((Source.WEB, Source.WEB, Source.WEB, Source.API, Source.PHONE, Source.DESK))
    try:
        booking = book_visit(
            store=store.slug,
            visit_type=visit_type,
            starts_at=slot.starts_at,
            party_size=chance.choice((1, 1, 1, 2)),
            customer=CustomerDetails(
                name=name,
                phone=f"+336123456{number:02d}" if number % 5 else "",
                email=f"test{number}@example.org" if number % 5 in (0, 1) else "",
                locale=chance.choice(("fr", "fr", "en")),
            ),
            note=chance.choice(NOTES),
            source=source,
            now=booked_at,
        )
        _what_came_of_it(booking, now=now, user=user, number=number)
    except BookingRefused:
        return


def _what_came_of_it(booking: Booking, *, now: datetime, user: User, number: int) -> None:
    starts_at, ends_at = booking.starts_at, booking.ends_at
    said = booking.created_at + timedelta(hours=1)
    if number % 9 == 4:
        cancel_booking(booking_id=booking.pk, who=Who.customer(said))
        return
    if number % 11 == 5:
        reschedule(booking_id=booking.pk, starts_at=starts_at + timedelta(days=1), who=Who.customer(said))
        return
    if number % 3 == 0:
        confirm_attendance(booking_id=booking.pk, now=said)
    if starts_at > now + timedelta(minutes=EARLY_MINUTES):
        return
    if number % 8 == 7 and starts_at <= now:
        take_step(booking_id=booking.pk, step="no_show", who=Who.staff(user, min(now, ends_at)))
        return
    came_at = min(now, starts_at - timedelta(minutes=number % 6))
    take_step(booking_id=booking.pk, step="check_in", who=Who.staff(user, came_at))
    if now > starts_at + timedelta(minutes=2):
        take_step(booking_id=booking.pk, step="start", who=Who.staff(user, starts_at + timedelta(minutes=2)))
    if now > ends_at:
        take_step(booking_id=booking.pk, step="complete", who=Who.staff(user, ends_at))


def _free_slot(
    store: Store, visit_type: str, *, day: datetime, now: datetime, chance: random.Random
) -> FreeSlot | None:
    """Return one of the day's free times, or of the next day if the day is closed."""
    answer = availability(
        store=store.slug,
        visit_type=visit_type,
        from_date=day.date(),
        to_date=day.date() + timedelta(days=1),
        party_size=2,
        now=now,
    )
    free: Sequence[FreeSlot] = next((one.slots for one in answer.days if one.slots), ())
    return chance.choice(free) if free else None
