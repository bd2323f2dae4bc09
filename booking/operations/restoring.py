"""Steps after a restore: everything that ended since the backup is ended again."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django_q.models import OrmQ
from knox.models import AuthToken

from booking import privacy
from booking.accounts import sessions
from booking.models import PairingCode, WorkerBeat
from notifications import decisions


@dataclass(frozen=True, slots=True)
class Restored:
    """The result of the steps; `backup_at` is the last sign of activity in the backup, None without any."""

    backup_at: datetime | None
    erased: Counter[str]
    held_back: int


def after_restore(*, now: datetime) -> Restored:
    """End sign-ins and tokens, repeat erasures, and hold back messages that may have been sent before.

    Tablets, members and passwords stay as in the backup. Raises redis.RedisError if sessions in Redis cannot be ended;
    everything else is done by then.
    """
    backup_at = WorkerBeat.objects.values_list("executed_at", flat=True).first()
    held_back = decisions.after_restore(now=now)
    with transaction.atomic():
        for model in (AuthToken, PairingCode, OrmQ):
            model.objects.all().delete()
    erased = privacy.erase_again(now=now)
    erased += Counter(privacy.forget_old(now=now))
    sessions.end_all()
    return Restored(backup_at, erased, held_back)
