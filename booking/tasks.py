"""What the worker does by the clock; each task loads and calls one service."""

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from booking.models import WorkerBeat
from booking.services import places, privacy


def heartbeat() -> None:
    """Note that a task was executed, which is more than that a worker is alive."""
    WorkerBeat.objects.update_or_create(pk=1, defaults={"executed_at": timezone.now()})
    settings.BEAT_FILE.touch()


def release_expired_holds() -> int:
    """Give the places of holds that have run out back; availability does not wait for this."""
    return places.release_expired_holds(now=timezone.now())


def forget_old() -> int:
    """Erase who came once their store keeps them no longer, and what else has had its time."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    return sum(privacy.forget_old(now=now).values())
