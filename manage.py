#!/usr/bin/env python
"""The only entry point: every command starts here."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"carillon: {error}")
    except (OperationalError, ProgrammingError) as error:
        reason = str(error).strip().partition("\n")[0]
        sys.exit(f"carillon: DATABASE_URL: cannot be used ({reason}); `manage.py up` makes missing tables.")


if __name__ == "__main__":
    main()
