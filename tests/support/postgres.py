"""A PostgreSQL of the tests' own: Debian's programs, a temporary folder, a port of this run, gone at the end.

PostgreSQL refuses to run as root: then its programs run as the user `postgres`, else as nobody.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg

from fs_app.sim.ports import free_port
from tests.support.until import until

DEBIAN = Path("/usr/lib/postgresql")
USER = "fsapp"


def find_postgres() -> Path | None:
    """The folder of its programs: the newest of Debian's packages, or beside `postgres` on the PATH."""
    found = sorted(
        DEBIAN.glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]) if p.parts[-3].isdigit() else 0
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


class Postgres:
    """One server, started by the constructor; each database of `create()` is new and empty. `hasty`: nothing of it
    needs to survive the machine; else it works as PostgreSQL does when nobody has set anything."""

    def __init__(self, hasty: bool = True) -> None:
        programs = find_postgres()
        assert programs, "no PostgreSQL: install the package postgresql"
        self._programs = programs
        self._account = _unprivileged()
        self.folder = Path(tempfile.mkdtemp(prefix="fsapp-pg-"))
        if self._account is not None:
            os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)
        self.port = free_port()
        self._databases = 0
        self._admin: psycopg.Connection | None = None
        data = self.folder / "data"
        self._run(
            "initdb", "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"
        )
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "max_connections": "40",
            "logging_collector": "off",
        }
        if hasty:  # no syncing, little memory
            options |= {
                "fsync": "off",
                "synchronous_commit": "off",
                "full_page_writes": "off",
                "shared_buffers": "16MB",
            }
        self._log = (self.folder / "log").open("wb")
        self._process = subprocess.Popen(
            [
                str(programs / "postgres"),
                "-D",
                str(data),
                *(x for k, v in options.items() for x in ("-c", f"{k}={v}")),
            ],
            stdout=self._log,
            stderr=self._log,
            cwd=self.folder,
            **self._as_user(),
        )
        until(self._answers, 30, f"PostgreSQL answers; its log: {self.folder / 'log'}", step=0.05)

    def create(self) -> str:
        """The address of a new, empty database."""
        self._databases += 1
        name = f"test{self._databases}"
        self.sql(f"create database {name}")
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"

    def sql(self, statement: str) -> None:
        """Run one statement as the administrator."""
        if self._admin is None:
            self._admin = psycopg.connect(self.url("postgres"), autocommit=True)
        self._admin.execute(statement)  # type: ignore[call-overload]

    def stop(self) -> None:
        if self._admin is not None:
            self._admin.close()
        self._process.send_signal(signal.SIGINT)  # "fast": end the connections, then stop
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        assert self._process.poll() is None, (self.folder / "log").read_text()
        program = str(self._programs / "pg_isready")
        done = subprocess.run(
            [program, "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False, timeout=10
        )
        return done.returncode == 0

    def _run(self, program: str, *args: str) -> str:
        done = subprocess.run(
            [str(self._programs / program), *args],
            capture_output=True,
            text=True,
            cwd=self.folder,
            timeout=60,
            check=False,
            **self._as_user(),
        )
        assert done.returncode == 0, f"{program}: {done.stderr}"
        return done.stdout.strip()

    def _as_user(self) -> dict[str, int | list[int]]:
        if self._account is None:
            return {}
        return {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}


def _unprivileged() -> pwd.struct_passwd | None:
    """Whose programs run it; None: ours, because we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise AssertionError("no user to run PostgreSQL as")
