"""Links for a new password: for people who forgot theirs and gave an e-mail address.

A link opens for an hour, and not after its owner has signed in or chosen another password since. Nothing of it is
stored: it is derived from the server's key and the user's row. The second factor is asked for at the next sign-in.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.db.models import Q

from booking import limits
from booking.accounts.own_details import record_at_stores
from booking.accounts.sign_ins import change_password, end_other_sign_ins
from booking.message_kinds import Kind
from booking.subjects import Subject
from notifications import outbox
from notifications.content import NewMessage
from notifications.models import Channel
from stores.queries import user_called

USERS_MAX = 3  # with the same address
LINK_OF_USE = timedelta(hours=1)
_NOBODY = 0


@transaction.atomic
def send_password_links(*, typed: str, language: str, now: datetime) -> None:
    """Mail a link to whoever has a user name, or an address, if they can get one.

    For a name that nobody has, the same message is written to nobody, and the worker skips it: so the answer takes as
    long as for a known one. Two requests within a minute send one message. What is beyond the limit is not sent, and
    the page does not tell.
    """
    if not limits.may_send_password_link(typed):
        return
    known = user_called(typed)
    found = User.objects.filter(Q(pk=known.pk if known else None) | Q(email__iexact=typed), is_active=True)
    ids = list(found.exclude(email="").order_by("pk").values_list("pk", flat=True)[:USERS_MAX])
    messages = [
        NewMessage(
            account="",
            subject=str(Subject.user(user_id)),
            kind=Kind.PASSWORD_LINK,
            sequence=int(now.timestamp() // 60),
            offset=language,
            channel=Channel.EMAIL,
            due_at=now,
            not_after=now + LINK_OF_USE,
        )
        for user_id in ids or [_NOBODY]
    ]
    outbox.enqueue(messages, now=now)


def password_link(user: User, *, language: str) -> str:
    """Return the page on which a user chooses a new password: for them only."""
    return f"{settings.PUBLIC_URL}/{language}/staff/password/{user.pk:x}-{default_token_generator.make_token(user)}/"


def user_of_link(token: str) -> User | None:
    """Return the user whom a link was made for; None for a link that opens nothing, or no longer."""
    number, _dash, proof = token.partition("-")
    if not number.isalnum() or not number.isascii() or len(number) > 15:
        return None
    try:
        user = User.objects.filter(pk=int(number, 16), is_active=True).first()
    except ValueError:
        return None
    return user if user is not None and default_token_generator.check_token(user, proof) else None


@transaction.atomic
def choose_password_by_link(*, token: str, password: str, now: datetime) -> bool:
    """Change the password by a link: all sign-ins, programs and the PIN end. False if another request used it first."""
    user = user_of_link(token)
    locked = User.objects.select_for_update().filter(pk=user.pk, password=user.password).first() if user else None
    if locked is None:
        return False
    change_password(user=locked, password=password)
    end_other_sign_ins(user=locked, current_key="", now=now)
    record_at_stores(user=locked, before={"has_new_password": False}, after={"has_new_password": True}, now=now)
    return True
