"""Notes on the first steps of a store: which ones somebody said are right, and whether they have ended.

They are no part of the set-up, so the trail has nothing of them.
"""

from django.db import transaction

from stores.models import Store
from stores.services.values import lock

END = "end"


@transaction.atomic
def note_step(*, store: Store, step: str, is_last: bool) -> bool:
    """Note that a step is right; the last one ends them all, which is returned."""
    done = {*lock(store).steps_done, step}
    Store.objects.filter(pk=store.pk).update(steps_done=sorted({*done, END} if is_last else done))
    return is_last


@transaction.atomic
def end_steps(*, store: Store) -> None:
    """Show the first steps no longer."""
    Store.objects.filter(pk=store.pk).update(steps_done=sorted({*lock(store).steps_done, END}))


@transaction.atomic
def show_steps_again(*, store: Store) -> None:
    """Show the first steps again, as if nobody had looked at any."""
    lock(store)
    Store.objects.filter(pk=store.pk).update(steps_done=[])
