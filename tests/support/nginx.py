"""A real nginx before the program and FreeSWITCH, with the sample configuration that is shipped (deploy/nginx.conf)."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from tests.support.until import until

SAMPLE = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf"


def find_nginx() -> str:
    """The binary, '' when there is none."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin") or ""


def has_tools() -> bool:
    return bool(find_nginx() and shutil.which("openssl"))


class Nginx:
    """Listens with TLS on `port` (and without on `port + 1`) and leads to the two ports of this machine."""

    def __init__(self, port: int, web: int, sip: int) -> None:
        self.port = port
        self.url = f"https://127.0.0.1:{port}"
        self.folder = Path(tempfile.mkdtemp(prefix="fs-app-nginx-"))
        self._certificate()
        site = SAMPLE.read_text()
        site = re.sub(r"\n\s*listen \[::\][^\n]*", "", site)
        for old, new in (
            ("server 127.0.0.1:8080;", f"server 127.0.0.1:{web};"),
            ("server 127.0.0.1:5066;", f"server 127.0.0.1:{sip};"),
            ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
            ("listen 80;", f"listen 127.0.0.1:{port + 1};"),
            ("/etc/letsencrypt/live/centre.example.com/fullchain.pem", f"{self.folder}/certificate.pem"),
            ("/etc/letsencrypt/live/centre.example.com/privkey.pem", f"{self.folder}/key.pem"),
        ):
            assert old in site, f"the sample has changed: {old}"
            site = site.replace(old, new)
        (self.folder / "site.conf").write_text(site)
        folders = "".join(
            f"{name}_temp_path {self.folder}/{name};"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (self.folder / "nginx.conf").write_text(
            f"daemon off; pid {self.folder}/pid; error_log {self.folder}/errors;\n"
            f"events {{}}\nhttp {{ {folders} access_log {self.folder}/access; include {self.folder}/site.conf; }}\n"
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        assert self._process is None
        errors = str(self.folder / "errors")
        self._process = subprocess.Popen(
            [find_nginx(), "-c", str(self.folder / "nginx.conf"), "-e", errors], stdin=subprocess.DEVNULL
        )
        until(self._listens, 10, "nginx listens")

    def cut(self) -> None:
        """From now on nobody gets through: connections are closed, new ones refused."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def stop(self) -> None:
        self.cut()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "errors").read_text()[-2000:]
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def _certificate(self) -> None:
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
                *("-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"),
                *("-keyout", str(self.folder / "key.pem"), "-out", str(self.folder / "certificate.pem")),
            ],
            check=True,
            capture_output=True,
        )
