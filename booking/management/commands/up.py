"""`manage.py up`: run everything a store needs in one process tree, which one Ctrl-C ends."""

import ipaddress
import os
import signal
import sys
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections

from booking.operations.books_key import WrongKey, check_key
from booking.operations.demo import (
    SIGN_INS,
    demo_store,
    is_empty,
    is_for_this_machine_alone,
    kept_password,
    replace_public_passwords,
)
from booking.operations.direct_connection import directly
from booking.operations.launcher.parent import SUPERVISOR
from booking.operations.launcher.preparation import CannotStart, check_port, check_settings, prepare
from booking.operations.launcher.supervisor import STOPPING_SIGNALS

HIGHEST_PORT = 65535
ALONE = "Other machines reach this address, and TRUSTED_PROXIES names no proxy: put one in front (docs/deploy.md)."


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(0)  # asked to stop before everything is started: nothing runs yet


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def _check_proxy(address: str) -> None:
    """Raise CannotStart where a proxy speaks HTTPS that no setting names, and that may be on another machine."""
    if settings.IS_HTTPS and not _is_loopback(address) and not os.environ.get("TRUSTED_PROXIES"):
        raise CannotStart(
            f"TRUSTED_PROXIES: needed with an https PUBLIC_URL and --bind {address}: the address of the proxy that "
            "speaks HTTPS. Without it all visitors count as one."
        )


class Command(BaseCommand):
    help = "Brings the database up to date, then runs web server and worker until Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--bind", default="127.0.0.1", metavar="ADDR")
        parser.add_argument("--no-demo", action="store_true", help="leave a new database empty")
        parser.add_argument("--new-key", action="store_true", help="let the books have another secret key from now on")

    def handle(self, *args: Any, **options: Any) -> None:
        address, port = options["bind"], options["port"]
        for number in STOPPING_SIGNALS:
            signal.signal(number, _leave)
        try:
            if not 0 < port <= HIGHEST_PORT:
                raise CannotStart(f"--port: {port} is no port.")
            self._follow_port(address, port)
            with directly():
                check_settings("settings")
                _check_proxy(address)
                check_port(address, port)
                prepare()
            # Some of the checks query the tables, and measure the translated texts: both exist only now.
            check_settings("settings", "texts")
            check_key(may_be_new=options["new_key"])
        except (CannotStart, WrongKey) as reason:
            sys.exit(f"carillon: {reason}")
        self._make_demo(address, wanted=not options["no_demo"])
        self._say_where(address, port)
        connections.close_all()
        self._become_supervisor(address, port)

    def _follow_port(self, address: str, port: int) -> None:
        """Make links in messages lead to this port, unless PUBLIC_URL says otherwise."""
        if os.environ.get("PUBLIC_URL"):
            return
        host = "127.0.0.1" if address in ("0.0.0.0", "::") else address  # noqa: S104 -- compared, not bound
        settings.PUBLIC_URL = f"http://{f'[{host}]' if ':' in host else host}:{port}"

    def _make_demo(self, address: str, *, wanted: bool) -> None:
        """Fill a new database with the demo, where only this machine can reach the server."""
        if not is_empty():
            replace_public_passwords()
        elif wanted and is_for_this_machine_alone(address=address, public_url=settings.PUBLIC_URL):
            call_command("seed_demo", stdout=sys.stderr)
        elif wanted:
            self.stderr.write("No demo: others can reach this address. Import stores with manage.py import_stores.")

    def _say_where(self, address: str, port: int) -> None:
        lines = [f"Carillon is at {settings.PUBLIC_URL}/", f"Staff sign in at {settings.PUBLIC_URL}/staff/"]
        store = demo_store()
        if store is not None:
            lines.append(f"The demo's people work at {store.name}: {settings.PUBLIC_URL}/s/{store.slug}/")
            password = kept_password()
            lines += [f"  {sign_in.role.label}: {sign_in.username} / {password}" for sign_in in SIGN_INS if password]
        if not settings.EMAIL_URL or settings.SMS_GATEWAY == "console":
            lines.append(f"Messages are files in {os.path.relpath(settings.MESSAGES_DIR)}/")
        if not _is_loopback(address) and not settings.TRUSTED_PROXIES:
            lines.append(ALONE)
        lines.append("Ctrl-C stops everything.")
        self.stderr.write("\n".join(lines))

    def _become_supervisor(self, address: str, port: int) -> None:
        """Continue as the small process that watches web and worker, under the same process id."""
        search_path = os.pathsep.join(filter(None, [str(settings.BASE_DIR), os.environ.get("PYTHONPATH")]))
        environment = {
            **os.environ,
            "PUBLIC_URL": settings.PUBLIC_URL,
            "PYTHONPATH": search_path,
            SUPERVISOR: str(os.getpid()),
        }
        module = ["-P", "-m", "booking.operations.launcher.supervisor"]
        sys.stdout.flush()
        sys.stderr.flush()
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING_SIGNALS)  # until the supervisor handles them
        os.execve(  # noqa: S606 -- our own module
            sys.executable,
            [sys.executable, *module, address, str(port), str(settings.BEAT_FILE)],
            environment,
        )
