"""The WSGI application, for any WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from booking.operations.launcher.parent import SUPERVISOR, end_with_parent
from booking.web.request_bodies import Bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking.settings")
if SUPERVISOR in os.environ:
    end_with_parent()
application = Bodies(get_wsgi_application())

from booking.operations.demand_writer import start_writer  # imports models

start_writer()
