"""The trail of a store's set-up, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stores.models import SetupChange, Store

PAGE = 50


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change: `before` and `after` hold the fields that differ; one is empty if something is new or removed."""

    pk: int
    at: datetime
    username: str
    name: str  # by which colleagues see whoever made it, and the user name
    what: str
    subject: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    puts_back_at: datetime | None  # the moment of the change that this one put back


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """One page of a store's changes, and the number at which the older ones begin; 0 if there are none."""

    changes: tuple[AuditEntry, ...]
    older_than: int


def setup_changes(*, store: Store, what: str = "", older_than: int = 0, limit: int = PAGE) -> ChangesPage:
    """Return a store's changes, all of them or those of one kind, with one statement."""
    rows = SetupChange.objects.filter(store=store).select_related("user")
    if what:
        rows = rows.filter(what=what)
    if older_than:
        rows = rows.filter(pk__lt=older_than)
    found = list(rows.order_by("-pk")[: limit + 1])
    shown = found[:limit]
    return ChangesPage(tuple(map(_entry, shown)), shown[-1].pk if len(found) > limit else 0)


def _entry(row: SetupChange) -> AuditEntry:
    return AuditEntry(
        pk=row.pk,
        at=row.at,
        username=row.username,
        name=_name(row),
        what=row.what,
        subject=row.subject,
        before=row.before,
        after=row.after,
        puts_back_at=row.puts_back_at,
    )


def _name(row: SetupChange) -> str:
    """Return the name of whoever made a change; the user name stays when the user is gone.

    Both, where somebody has given a name: anybody may take the name of a colleague, also afterwards.
    """
    given = row.user.first_name if row.user else ""
    return f"{given} ({row.username})" if given else row.username
