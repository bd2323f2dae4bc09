"""The WSGI application, for any WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from booking.operations.launcher.parent import SUPERVISOR, end_with_parent
from booking.web.request_bodies import Bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking.settings")
if SUPERVISOR in os.environ:
    end_with_parent()
application = Bodies(get_wsgi_application())

from django.urls import get_resolver  # likewise needs the settings

from booking.operations.demand_writer import start_writer  # imports models

# Every page is imported now, and not while the first visitor of each process waits for it.
get_resolver().url_patterns  # noqa: B018 -- reading it imports
start_writer()
