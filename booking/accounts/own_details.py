"""Details of a user: the name by which colleagues see a user, and the address for a forgotten password."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf

from stores.models import Store
from stores.services import record_change


def shown_name(user: User) -> str:
    """Return the name by which colleagues see a user: their own, or the user name if they have given none."""
    return user.first_name or user.get_username()


def shown_name_of(path: str) -> Coalesce:
    """Return `shown_name` of the user in a column as an SQL expression; `path` leads to it: "user__"."""
    return Coalesce(NullIf(F(f"{path}first_name"), Value("")), F(f"{path}username"))


@transaction.atomic
def save_own_details(*, user: User, name: str, email: str, now: datetime) -> None:
    """Give a user another name or address, and leave a line in the trail of each of their stores."""
    before = {"name": user.first_name, "has_email": bool(user.email)}
    has_other_address = email != user.email
    user.first_name, user.email = name, email
    user.save(update_fields=["first_name", "email"])
    after = {"name": name, "has_email": bool(email)}
    if has_other_address:
        before, after = {**before, "has_new_email": False}, {**after, "has_new_email": True}
    record_at_stores(user=user, before=before, after=after, now=now)


def record_at_stores(*, user: User, before: dict[str, object], after: dict[str, object], now: datetime) -> None:
    """Leave a line about a user in the trail of each of their stores, in the caller's transaction."""
    for store in Store.objects.filter(memberships__user=user).order_by("pk"):
        record_change(store=store, user=user, what="member", subject=user.username, before=before, after=after, now=now)
