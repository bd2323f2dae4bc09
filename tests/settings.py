"""Settings for tests: the real ones, on a database and a folder of their own.

CARILLON_TEST_DATABASE_URL names a PostgreSQL server; without it tests run on a SQLite file.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tests.memory import memory_folder

_FOLDER = Path(tempfile.mkdtemp(prefix="carillon-test-", dir=memory_folder()))
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
os.environ["DATA_DIR"] = str(_FOLDER)
os.environ["SECRET_KEY"] = "a key that is long enough and only for tests 0123456789"
os.environ["DATABASE_URL"] = os.environ.get("CARILLON_TEST_DATABASE_URL", "")
# A browser driven from a test leaves an event loop in its thread, which Django would take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
for _name in [name for name in os.environ if name.startswith(("TWILIO_", "SMS_", "EMAIL_"))] + [
    "ALLOWED_HOSTS",
    "DEBUG",
    "PUBLIC_URL",
    "RATE_LIMITS",
    "REDIS_URL",
    "TRUSTED_PROXIES",
    "WEB_WORKERS",
]:
    os.environ.pop(_name, None)

from booking.settings import *  # noqa: E402, F403 -- the environment comes first
from booking.settings import DATABASES, STORAGES  # noqa: E402
from tests.patience import wait_long_for_locks  # noqa: E402

wait_long_for_locks(DATABASES)

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as in life: a database in memory locks differently.
    DATABASES["default"]["TEST"] = {"NAME": str(_FOLDER / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
RATE_LIMITS = False
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}

STATIC_ROOT = _FOLDER / "static"
STATIC_ROOT.mkdir()
