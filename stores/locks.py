"""The lock of a store: shared by services that take places, exclusive for those that change hours, desks or slots.

Many transactions may share the lock at once; a change of hours, desks or slots holds it alone. PostgreSQL grants a
shared row lock to every transaction that shares it, no matter how long another one has waited for the exclusive lock:
under a steady rush a manager would wait for ever. It grants advisory locks in the order of the requests. So both kinds
of services take the store's advisory lock first and its row second; from the row `store_rules` learns what a change has
written in the meantime. SQLite has one writer at a time and needs no lock.
"""

from django.db import connection

from stores.models import Store

_KEYS = "7040, CAST(mod(store.id, 2147483647) AS integer)"
SHARED = f"pg_advisory_xact_lock_shared({_KEYS})"  # locks the row that a statement calls `store`
_ALONE = f"pg_advisory_xact_lock({_KEYS})"


def share_lock_store(store_id: int) -> None:
    """Keep the store's hours as they are until the transaction ends; others may share the lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {SHARED} FROM stores_store store WHERE store.id = %s FOR SHARE", [store_id])  # noqa: S608


def lock_store_alone(store_id: int) -> Store:
    """Take the store alone until the transaction ends, and return it is now.

    Other transactions may still add rows that refer to it.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {_ALONE} FROM stores_store store WHERE store.id = %s", [store_id])  # noqa: S608
    return Store.objects.select_for_update(no_key=True).get(pk=store_id)


def lock_user_names() -> None:
    """Let nobody else give a new user a name until the transaction ends: two names that look alike are one."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(7044, 0)")


def lock_imported_alone(source_id: str) -> Store | None:
    """Lock a store as `lock_store_alone` does, by the id an import gives it; None if there is no such store."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {_ALONE} FROM stores_store store WHERE store.source_id = %s", [source_id])  # noqa: S608
    return Store.objects.select_for_update(no_key=True).filter(source_id=source_id).first()
