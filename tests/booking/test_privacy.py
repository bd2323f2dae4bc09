from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from pytest_django import Settings

from booking.arrivals.line import join_line, serve_ticket
from booking.models import Booking, IdempotentAnswer, Status
from booking.privacy import customer_data, erase_customer, forget_old
from booking.who import Who
from notifications.models import OutboxMessage
from stores.models import Slot
from tests.factories import NOW, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db


def test_customer_data_holds_all_that_is_kept() -> None:
    booking = make_booking(make_store(), email="ada@example.org", note="Side door")

    data = customer_data(booking)

    assert data["customer"] == {
        "name": "Ada Test",
        "phone": "+33612345601",
        "email": "ada@example.org",
        "locale": "en",
    }
    assert (data["is_simple"], data["is_for_someone_else"]) == (False, False)
    assert (data["note"], data["starts_at"]) == ("Side door", "2026-11-24T10:00:00+01:00")


def test_customer_data_holds_what_was_answered_and_said() -> None:
    booking = make_booking(make_store())
    booking.answers, booking.late_minutes = [{"question": "Which bike?", "answer": "The red one"}], 10

    data = customer_data(booking)

    assert data["answers"] == [{"question": "Which bike?", "answer": "The red one"}]
    assert data["late_minutes"] == 10


def test_erase_empties_who_came_and_cancels_what_is_to_come() -> None:
    store = make_store()
    booking = make_booking(store, email="ada@example.org", note="Side door")
    told = {"late_minutes": 10, "is_simple": True, "is_for_someone_else": True}
    Booking.objects.update(answers=[{"question": "Which bike?", "answer": "The red one"}], **told)
    IdempotentAnswer.objects.create(
        route="x", key="k", fingerprint="f", status=201, body="Ada Test", subject=booking.reference, created_at=NOW
    )

    erase_customer(booking_id=booking.pk, who=Who.customer(NOW))

    booking.refresh_from_db()
    assert (booking.name, booking.phone, booking.email, booking.note) == ("", "", "", "")
    assert booking.answers == []
    assert (booking.late_minutes, booking.is_simple, booking.is_for_someone_else) == (None, False, False)
    assert (booking.status, booking.erased_at) == (Status.CANCELLED, NOW)
    assert Slot.objects.get().places_taken == 0
    assert not IdempotentAnswer.objects.exists()
    assert not OutboxMessage.objects.exclude(state="skipped").exists()


def test_erase_of_a_past_visit_keeps_its_counts() -> None:
    store = make_store()
    booking = make_booking(store)

    erase_customer(booking_id=booking.pk, who=Who.customer(at(12)))

    booking.refresh_from_db()
    assert (booking.status, booking.name) == (Status.CONFIRMED, "")
    assert Slot.objects.get().places_taken == 1


def test_forget_empties_what_was_answered_and_said() -> None:
    make_booking(make_store(keep_days=30))
    Booking.objects.update(answers=[{"question": "Which bike?", "answer": "The red one"}], late_minutes=10)

    forget_old(now=at(12) + timedelta(days=31))

    booking = Booking.objects.get()
    assert (booking.name, booking.answers, booking.late_minutes) == ("", [], None)


def test_forget_old_follows_each_stores_rule() -> None:
    short, long = make_store("short", keep_days=30), make_store("long", keep_days=90)
    make_booking(short)
    make_booking(long, phone="+33612345602")
    later = at(12) + timedelta(days=31)

    assert forget_old(now=later, dry_run=True) == {"short": 1}
    assert Booking.objects.filter(name="Ada Test").count() == 2
    assert forget_old(now=later) == {"short": 1}
    assert forget_old(now=later) == {}
    assert list(Booking.objects.filter(name="Ada Test").values_list("store__slug", flat=True)) == ["long"]


@pytest.mark.django_db(transaction=True)
def test_erase_removes_the_texts_kept_as_files(settings: Settings, tmp_path: Path) -> None:
    settings.MESSAGES_DIR = tmp_path
    booking, other = make_booking(make_store()), make_booking(make_store("other"), phone="+33612345602")
    message, kept = (
        OutboxMessage.objects.filter(subject=one.reference, kind="confirmation").get() for one in (booking, other)
    )
    for one in (message, kept):
        (tmp_path / f"20261124T090000Z-confirmation-sms-{one.uuid}.txt").write_text("To: somebody")

    erase_customer(booking_id=booking.pk, who=Who.customer(NOW))

    assert [path.stem[-36:] for path in tmp_path.iterdir()] == [str(kept.uuid)]


def test_who_was_erased_and_came_back_with_a_backup_is_erased_again(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    store = make_store()
    booking, other = make_booking(store), make_booking(store, phone="+33612345602")
    before = Booking.objects.filter(pk=booking.pk).values("name", "phone", "status", "erased_at").get()
    erase_customer(booking_id=booking.pk, who=Who.customer(NOW))
    Booking.objects.filter(pk=booking.pk).update(**before | {"status": Status.COMPLETED})
    with (tmp_path / "erased").open("a") as file:
        file.write("not a reference\n\nABCD")

    assert forget_old(now=NOW, dry_run=True) == {store.slug: 1}
    assert Booking.objects.get(pk=booking.pk).name == "Ada Test"
    assert forget_old(now=NOW) == {store.slug: 1}

    booking.refresh_from_db()
    other.refresh_from_db()
    assert (booking.name, booking.phone, other.name) == ("", "", "Ada Test")
    assert forget_old(now=NOW) == {}


def test_nobody_is_erased_where_it_cannot_be_kept(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "away"
    booking = make_booking(make_store())

    with pytest.raises(OperationalError):
        erase_customer(booking_id=booking.pk, who=Who.customer(NOW))

    booking.refresh_from_db()
    assert (booking.name, booking.status) == ("Ada Test", Status.CONFIRMED)


def test_erase_empties_the_ticket_that_the_visit_came_from() -> None:
    store = make_store()
    store.desks.update(languages="ar")
    who: dict[str, Any] = {"visit_type": "visit", "party_size": 1, "name": "Ada Test", "phone": "+33612345601"}
    who["language"] = "ar"
    now = at(10, day=23)
    ticket, other = join_line(store=store, **who, now=now), join_line(store=store, **who, now=now)
    visit = serve_ticket(
        store=store, ticket_id=ticket.pk, now=now, user=make_user("ada", store=store), may_squeeze_in=False
    )

    erase_customer(booking_id=visit.pk, who=Who.staff(None, now))

    ticket.refresh_from_db()
    other.refresh_from_db()
    assert (ticket.name, ticket.phone, ticket.language) == ("", "", "")
    assert (other.name, other.phone, other.language) == ("Ada Test", "+33612345601", "ar")
