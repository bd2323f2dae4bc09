"""Users by name. Names that differ only in case, or in letters that look alike to a reader, are one name."""

import unicodedata

from django.contrib.auth.models import User
from django.db.models import Q


def folded_name(username: str) -> str:
    """Return what all spellings of a user name have in common."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username).strip().casefold())


def user_called(username: str) -> User | None:
    """Return the user whose name was typed, in whatever case; None for nobody. It takes as long for either.

    Of two who were given names in two cases long ago, each is found by the exact name alone. One statement.
    """
    typed = User.normalize_username(username)
    if not typed.isascii():  # SQLite folds no other letters
        return user_named_like(typed)
    return _one_of(typed, list(User.objects.filter(Q(username=typed) | Q(username__iexact=typed)).order_by("pk")[:3]))


def user_named_like(username: str) -> User | None:
    """Return the user who has a name already, or one that looks like it; None for a new name. Reads all names."""
    wanted = folded_name(username)
    names = User.objects.order_by("pk").values_list("pk", "username")
    ids = [pk for pk, name in names.iterator() if folded_name(name) == wanted]
    return _one_of(User.normalize_username(username), list(User.objects.filter(pk__in=ids).order_by("pk")), is_new=True)


def _one_of(typed: str, found: list[User], *, is_new: bool = False) -> User | None:
    """Return the user of exactly this name, else the only one; for a new name the first of several."""
    exact = next((user for user in found if user.username == typed), None)
    return exact or (found[0] if len(found) == 1 or (found and is_new) else None)
