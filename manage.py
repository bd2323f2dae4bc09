#!/usr/bin/env python
"""The only entry point: every command starts here."""

import os
import sys


def main() -> None:
    """Run the command that the arguments name; say in one line what is wrong with the settings or the database."""
    os.umask(0o077)  # what is written (database and its log, key, messages, backups) is for its owner alone
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError

    try:
        execute_from_command_line(sys.argv)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read what was said has read enough: `manage.py outbox | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except ImproperlyConfigured as error:
        sys.exit(f"carillon: {error}")
    except (OperationalError, ProgrammingError) as error:
        sys.exit(f"carillon: {_trouble(error)}")


def _trouble(error: Exception) -> str:
    """Say in one line what the database said no to, and what helps."""
    from django.db import DatabaseError, connection

    reason = str(error).strip().partition("\n")[0]
    try:
        connection.ensure_connection()
    except DatabaseError:
        return f"DATABASE_URL: cannot be used ({reason})."
    if "no such table" in reason or "does not exist" in reason:
        return f"DATABASE_URL: tables are missing ({reason}); `manage.py up` makes them."
    return f"the database says: {reason}."


if __name__ == "__main__":
    main()
