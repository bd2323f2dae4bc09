"""The nginx of this machine: where it is, and how the guide's file is tried with it."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trustme

from tests.postgres import free_port

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "deploy" / "nginx.conf"
MISSING = "No nginx here. To have it: apt-get install nginx-light"
STOP_SECONDS = 120


def find_nginx() -> str | None:
    """Return the program, also where only root has its folder in the search path; None where there is none."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', os.defpath)}{os.pathsep}/usr/sbin")


class Proxy:
    """The guide's nginx before a web server, on ports and in a folder of its own."""

    def __init__(self, folder: Path, *, behind: int) -> None:
        self.folder = folder
        self.plain_port, self.secure_port = free_port(), free_port()
        self._make_certificate()
        self.settings = folder / "nginx.conf"
        self.settings.write_text(self._around(self._moved(GUIDE.read_text(), behind=behind)))

    def test(self) -> subprocess.CompletedProcess[str]:
        """Let nginx read the file, as before each start."""
        return subprocess.run([*self._command, "-t"], capture_output=True, text=True, check=False)

    @contextmanager
    def running(self) -> Iterator["Proxy"]:
        """Run it; it is stopped however the block ends."""
        server = subprocess.Popen([*self._command, "-g", "daemon off;"], stderr=subprocess.DEVNULL)
        try:
            yield self
        finally:
            server.terminate()
            server.wait(timeout=STOP_SECONDS)

    @property
    def log(self) -> str:
        return (self.folder / "carillon.log").read_text()

    @property
    def _command(self) -> list[str]:
        return [
            str(find_nginx()),
            "-e",
            str(self.folder / "start.log"),
            "-p",
            str(self.folder),
            "-c",
            str(self.settings),
        ]

    def _make_certificate(self) -> None:
        certificate = trustme.CA().issue_cert("booking.example.org", "127.0.0.1")
        certificate.private_key_pem.write_to_path(self.folder / "privkey.pem")
        for part in certificate.cert_chain_pems:
            part.write_to_path(self.folder / "fullchain.pem", append=True)

    def _moved(self, guide: str, *, behind: int) -> str:
        """Return the guide's file with its ports, certificate and logs in this folder; all else as it is."""
        moved = guide.replace("/etc/letsencrypt/live/booking.example.org/", f"{self.folder}/")
        moved = moved.replace("/var/log/nginx/", f"{self.folder}/").replace("127.0.0.1:8000", f"127.0.0.1:{behind}")
        moved = re.sub(r"listen \[::\]:\d+[^;]*;", "", moved)  # the machine may have no IPv6
        moved = re.sub(r"listen 443\b", f"listen 127.0.0.1:{self.secure_port}", moved)
        return re.sub(r"listen 80\b", f"listen 127.0.0.1:{self.plain_port}", moved)

    def _around(self, sites: str) -> str:
        temporary = "".join(
            f"{name}_temp_path {self.folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;\n" if os.geteuid() == 0 else ""  # it keeps larger bodies in this folder
        return (
            f"{user}pid {self.folder}/nginx.pid;\nworker_processes 1;\nevents {{ worker_connections 64; }}\n"
            f"http {{\n{temporary}{sites}\n}}\n"
        )
