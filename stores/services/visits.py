"""Changes of a store's desks and visit types, and of whether customers choose the desk."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models, transaction
from django.db.models import Max

from stores.hours import WeeklyInterval
from stores.models import Desk, DeskHours, Store, VisitMode, VisitType
from stores.services.changes import hours_in_text, record_change
from stores.services.hours import check_week
from stores.services.kind_rules import (
    KindRules,
    check_kind_rules,
    kind_rules_of,
    put_kind_parts,
    put_kind_rules,
    rules_for_trail,
)
from stores.services.values import BadValue, check_range, lock, raise_version, short_text
from stores.slots import SPOKEN
from stores.words import slug_from

SLUG_LONGEST = 40
CAPACITY_RANGE = (1, 1000)
VIDEO_URL_LONGEST = 500
_video_address = URLValidator(schemes=["https"])


@transaction.atomic
def save_desk(  # noqa: PLR0913 -- one for each thing a desk says
    *,
    store: Store,
    desk: Desk | None = None,
    name: str,
    capacity: int,
    kept_back: int = 0,
    weekly: Sequence[WeeklyInterval] = (),
    is_active: bool = True,
    visit_types: Collection[VisitType] | None = None,
    languages: Collection[str] | None = None,
    user: User | None,
    now: datetime,
) -> Desk:
    """Make a desk, or change one; with `weekly` empty it serves whenever the store is open. Raises BadValue, BadHours.

    `visit_types` are the kinds of visit that it serves: none of them for all, None for those that it serves already.
    `languages` are those of SPOKEN that customers may ask for here, None for those that it has already.
    A desk keeps its slug for ever. It is never deleted but closed by `is_active=False`, so past visits keep their desk.
    """
    name = short_text(name, field="name", longest=80)
    _check_desk(capacity, kept_back, weekly, languages)
    lock(store)
    if desk is None:
        desk = Desk(store=store, slug=_free_slug(name, "desk", store.desks.all()), position=_next(store.desks.all()))
    _refuse_to_close_the_last(store.desks.all(), desk, is_active=is_active)
    before = desk_in_trail(desk)
    desk.name, desk.capacity, desk.kept_back, desk.is_active = name, capacity, kept_back, is_active
    if languages is not None:
        desk.languages = ",".join(one for one in SPOKEN if one in languages)
    desk.save()
    _put_hours(desk, weekly)
    if visit_types is not None:
        desk.visit_types.set([kind for kind in visit_types if kind.store_id == store.pk])
    raise_version(store)
    after = desk_in_trail(desk)
    record_change(store=store, user=user, what="desk", subject=name, before=before, after=after, now=now)
    return desk


def _check_desk(
    capacity: int, kept_back: int, weekly: Sequence[WeeklyInterval], languages: Collection[str] | None
) -> None:
    check_range("capacity", capacity, CAPACITY_RANGE)
    check_range("kept_back", kept_back, (0, capacity))
    check_week(weekly, field="hours")
    if languages is not None and not set(SPOKEN).issuperset(languages):
        raise BadValue("languages", "invalid_choice")


def _put_hours(desk: Desk, weekly: Sequence[WeeklyInterval]) -> None:
    desk.hours.all().delete()
    DeskHours.objects.bulk_create(
        DeskHours(desk=desk, weekday=one.weekday, opens=one.opens, closes=one.closes) for one in weekly
    )


def _refuse_to_close_the_last(
    rows: models.QuerySet[Desk] | models.QuerySet[VisitType], row: Desk | VisitType, *, is_active: bool
) -> None:
    """Raise BadValue if a store would be left without a desk or kind of visit in use."""
    if not is_active and not rows.filter(is_active=True).exclude(pk=row.pk).exists():
        raise BadValue("is_active", "last_one")


@transaction.atomic
def save_visit_type(  # noqa: PLR0913 -- one for each thing a kind of visit says
    *,
    store: Store,
    visit_type: VisitType | None = None,
    name: str,
    slot_count: int,
    max_party_size: int,
    what_to_bring: str = "",
    mode: str = VisitMode.STORE,
    video_url: str = "",
    is_active: bool = True,
    own: KindRules | None = None,
    user: User | None,
    now: datetime,
) -> VisitType:
    """Create a visit type, or change one; its slug stays for ever. Raises BadValue, BadHours.

    Visits by video need a link that starts with https; other visits have none. `own` are its own rules, None for those
    that it has already.
    """
    name = short_text(name, field="name", longest=80)
    what_to_bring = short_text(what_to_bring, field="what_to_bring", longest=300, is_required=False)
    _check_visit_type(slot_count, max_party_size, own)
    video_url = _checked_video_url(mode, video_url)
    lock(store)
    others = store.visit_types.all()
    if visit_type is None:
        visit_type = VisitType(store=store, slug=_free_slug(name, "visit", others), position=_next(others))
    _refuse_to_close_the_last(others, visit_type, is_active=is_active)
    before = visit_type_in_trail(visit_type)
    visit_type.name, visit_type.slot_count, visit_type.max_party_size = name, slot_count, max_party_size
    visit_type.what_to_bring, visit_type.is_active = what_to_bring, is_active
    visit_type.mode, visit_type.video_url = mode, video_url
    _save_with_rules(visit_type, own)
    raise_version(store)
    after = visit_type_in_trail(visit_type)
    record_change(store=store, user=user, what="visit_type", subject=name, before=before, after=after, now=now)
    return visit_type


def _check_visit_type(slot_count: int, max_party_size: int, own: KindRules | None) -> None:
    check_range("slot_count", slot_count, (1, 96))
    check_range("max_party_size", max_party_size, CAPACITY_RANGE)
    if own is not None:
        check_kind_rules(own)


def _save_with_rules(visit_type: VisitType, own: KindRules | None) -> None:
    """Save a kind of visit, with its own rules where they change: their parts need its row."""
    if own is not None:
        put_kind_rules(visit_type, own)
    visit_type.save()
    if own is not None:
        put_kind_parts(visit_type, own)


@transaction.atomic
def save_desk_choice(*, store: Store, is_offered: bool, user: User | None, now: datetime) -> None:
    """Change whether customers may choose the desk that serves them. Locks the store's row."""
    before = {"offers_desk_choice": lock(store).offers_desk_choice}
    Store.objects.filter(pk=store.pk).update(offers_desk_choice=is_offered)
    raise_version(store)
    after = {"offers_desk_choice": is_offered}
    record_change(store=store, user=user, what="desk_choice", before=before, after=after, now=now)


def _checked_video_url(mode: str, video_url: str) -> str:
    """Return the link of visits by video, "" for all others. Raises BadValue."""
    if mode not in VisitMode.values:
        raise BadValue("mode", "invalid_choice")
    if mode != VisitMode.VIDEO:
        return ""
    video_url = short_text(video_url, field="video_url", longest=VIDEO_URL_LONGEST)
    try:
        _video_address(video_url)
    except ValidationError:
        raise BadValue("video_url", "invalid") from None
    return video_url


def desk_in_trail(desk: Desk) -> dict[str, Any]:
    """Return a desk for the trail; nothing for a new one."""
    known = Desk.objects.filter(pk=desk.pk).first()
    if known is None:
        return {}
    hours = [WeeklyInterval(row.weekday, row.opens, row.closes) for row in DeskHours.objects.filter(desk=known)]
    fields = {name: getattr(known, name) for name in ("name", "capacity", "kept_back", "is_active", "languages")}
    serves = sorted(known.visit_types.values_list("name", flat=True))
    return {**fields, "hours": hours_in_text(hours), "visit_types": serves}


def visit_type_in_trail(visit_type: VisitType) -> dict[str, Any]:
    """Return a visit type for the trail; nothing for a new one."""
    known = VisitType.objects.filter(pk=visit_type.pk).first()
    if known is None:
        return {}
    names = ("name", "slot_count", "max_party_size", "what_to_bring", "mode", "video_url", "is_active")
    return {**{name: getattr(known, name) for name in names}, **rules_for_trail(kind_rules_of(known))}


def _free_slug(name: str, otherwise: str, others: models.QuerySet[Desk] | models.QuerySet[VisitType]) -> str:
    """Return a slug made from a name that none of the others has."""
    wanted = slug_from(name, "", longest=SLUG_LONGEST - 4) or otherwise
    taken = set(others.values_list("slug", flat=True))
    spellings = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, len(taken) + 2))
    return next(slug for slug in spellings if slug not in taken)


def _next(others: models.QuerySet[Desk] | models.QuerySet[VisitType]) -> int:
    last: int | None = others.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1
