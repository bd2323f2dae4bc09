"""The PgBouncer of this machine: where it is, and how it is run before a PostgreSQL server."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.postgres import as_nobody, free_port, give_away

MISSING = "No PgBouncer here. To have it: apt-get install pgbouncer"
POOL_SIZE = 6
START_SECONDS = 120
_SETTINGS = """
[databases]
* = host={host} port={server_port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {pool_size}
max_client_conn = 500
admin_users = carillon
logfile = {folder}/log
pidfile = {folder}/pid
"""


def find_pgbouncer() -> str | None:
    """Return the program, also where only root has its folder in the search path; None where there is none."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}{os.pathsep}/usr/sbin")


@contextmanager
def running_pgbouncer(server: str) -> Iterator[str]:
    """Run a PgBouncer in transaction mode before the server at an address; yield the address that leads through it.

    It takes no start-up options but those that it knows, as it comes.
    """
    address, port = urlsplit(server), free_port()
    with tempfile.TemporaryDirectory(prefix="carillon-pgbouncer-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        text = _SETTINGS.format(
            host=address.hostname, server_port=address.port, port=port, folder=folder, pool_size=POOL_SIZE
        )
        (folder / "settings").write_text(text)
        (folder / "users").write_text('"carillon" ""\n')
        give_away(folder, *folder.iterdir())
        pooler = subprocess.Popen(
            [str(find_pgbouncer()), "-q", str(folder / "settings")], stdin=subprocess.DEVNULL, cwd="/", **as_nobody()
        )
        try:
            _wait(port, pooler, folder / "log")
            yield f"postgres://carillon@127.0.0.1:{port}{address.path}"
        finally:
            pooler.kill()
            pooler.wait()


def _wait(port: int, pooler: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if pooler.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"pgbouncer did not start: {log.read_text()[-2000:] if log.exists() else ''}")
        time.sleep(0.02)
