"""The lock of a store: shared by services that take places, exclusive for those that change hours, desks or slots.

Many may share it at once; whoever changes hours, desks or slots has it alone. PostgreSQL hands a row lock that is
shared to everybody else who shares it, however long somebody waits to have the row alone: under a steady rush a
manager would wait for ever. Advisory locks are handed out in the order in which they were asked for. So each of both
takes the store's advisory lock first and its row second; the row tells `store_rules` what a change has written
meanwhile. SQLite's one writer needs no lock.
"""

from django.db import connection

from stores.models import Store

_KEYS = "7040, CAST(mod(store.id, 2147483647) AS integer)"
SHARED = f"pg_advisory_xact_lock_shared({_KEYS})"  # of the row that a statement calls `store`
_ALONE = f"pg_advisory_xact_lock({_KEYS})"


def share_lock_store(store_id: int) -> None:
    """Keep the store's hours as they are until the transaction ends; others may do the same at once."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {SHARED} FROM stores_store store WHERE store.id = %s FOR SHARE", [store_id])  # noqa: S608


def lock_store_alone(store_id: int) -> Store:
    """Take the store alone until the transaction ends, and return it is now.

    Rows that only refer to it may still be added.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {_ALONE} FROM stores_store store WHERE store.id = %s", [store_id])  # noqa: S608
    return Store.objects.select_for_update(no_key=True).get(pk=store_id)


def lock_imported_alone(source_id: str) -> Store | None:
    """As `lock_store_alone`, by what an import calls a store; None where there is none."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {_ALONE} FROM stores_store store WHERE store.source_id = %s", [source_id])  # noqa: S608
    return Store.objects.select_for_update(no_key=True).filter(source_id=source_id).first()
