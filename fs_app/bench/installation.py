"""An installation to measure: a database with as many agents as wanted, and the program as a process of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import secrets
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import psutil
from peewee import chunked

from fs_app import clock
from fs_app.accounts.model import Account, User, UserSession
from fs_app.accounts.service import hash_of
from fs_app.agents.model import Agent
from fs_app.config import ROOT, address
from fs_app.db import Database
from fs_app.directory import process as directory
from fs_app.directory.snapshot import a1_hash
from fs_app.errors import Unavailable, WaitTimeout
from fs_app.queues.model import Did, Queue, QueueMember
from fs_app.sim.ports import free_port
from fs_app.web.access import COOKIE

R = TypeVar("R")

DOMAIN = "bench.example"
PASSWORD = "of every telephone, on this machine alone"  # noqa: S105 - a benchmark's own

START_S, STOP_S = 60.0, 20.0
FIRST_NUMBER = 10_001
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Size:
    agents: int
    queues: int
    queues_of_an_agent: int
    record: bool = False


@dataclass(slots=True)
class Seeded:
    """`cookies` (NAME=VALUE) open the agents' pages: one login each, begun in the database. All in one order."""

    agents: list[int] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    dids: list[str] = field(default_factory=list)


def seed(url: str, size: Size, dice: random.Random) -> Seeded:
    """Fill an empty database. The queues have neither greeting nor wrap-up, so that each call is the same work."""
    db = Database(url, ROOT / "migrations")
    db.open()
    try:
        return db.write(lambda: _rows(size, dice))
    finally:
        db.close()


def _rows(size: Size, dice: random.Random) -> Seeded:
    now, made = clock.RealClock().now_ms(), Seeded()
    account = Account.create(slug="bench", name="Bench", sip_domain=DOMAIN, created_at=now)
    queues = []
    for i in range(min(size.queues, size.agents)):  # a queue without agents would keep its callers for ever
        queue = Queue.create(
            account=account,
            name=f"Queue {i + 1}",
            number=str(700 + i),
            wrap_up=False,
            inter_call_s=0,
            no_answer_delay_s=1,
            record_rule="all" if size.record else "none",
            created_at=now,
        )
        queues.append(queue.id)
        made.dids.append(f"+3318509{i:04d}")
        Did.create(account=account, number=made.dids[-1], queue=queue)
    members = []
    for i in range(size.agents):
        number, token = str(FIRST_NUMBER + i), secrets.token_urlsafe(32)
        user = User.create(
            account=account,
            login=f"agent{number}",
            name=f"Agent {number}",
            password_hash="",
            role="agent",
            created_at=now,
        )
        ha1 = a1_hash(number, DOMAIN, PASSWORD)
        agent = Agent.create(account=account, user=user, number=number, sip_ha1=ha1, created_at=now)
        UserSession.create(
            token_hash=hash_of(token),
            user=user,
            created_at=now,
            seen_at=now,
            expires_at=now + 12 * 3600 * 1000,
        )
        others = [q for q in queues if q != queues[i % len(queues)]]
        his = [queues[i % len(queues)], *dice.sample(others, min(size.queues_of_an_agent - 1, len(others)))]
        members += [{"account": account.id, "queue": q, "agent": agent.id} for q in his]
        made.agents.append(agent.id)
        made.numbers.append(number)
        made.cookies.append(f"{COOKIE}={token}")
    for some in chunked(members, AT_ONCE):
        QueueMember.insert_many(some).execute()
    return made


class Installation:
    """The program with a folder and ports of its own. `core`: the processors that it may use."""

    def __init__(
        self,
        folder: Path,
        switch_url: str,
        outbound: str,
        directory_listen: str,
        cdr: str,
        core: set[int],
        settings: Mapping[str, str] | None = None,
        database: str = "",
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.database = database or f"sqlite:///{folder / 'fs_app.db'}"
        self._core = core
        self._directory = directory_listen
        self._environment = {
            "FS_APP_SWITCH": switch_url,
            "FS_APP_DATA_DIR": str(folder),
            "FS_APP_DATABASE_URL": self.database,
            "FS_APP_WEB_LISTEN": f"127.0.0.1:{self.port}",
            "FS_APP_OUTBOUND_LISTEN": outbound,
            "FS_APP_DIRECTORY_LISTEN": directory_listen,
            "FS_APP_CDR_SPOOL": cdr,
            **(settings or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when the program says that everything works. Raises Unavailable when it does not come up."""
        base = {k: v for k, v in os.environ.items() if not k.startswith("FS_APP_")}
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "fs_app", "run"],
                env={**base, **self._environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        os.sched_setaffinity(self._process.pid, self._core)
        try:
            clock.wait_for(self._is_well, START_S, "the program is ready", step=0.1)
        except WaitTimeout as error:
            raise Unavailable(f"{error}; its log ends with:\n{self.log()[-2000:]}") from error

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        with contextlib.suppress(Unavailable):
            directory.stop(*address(self._directory))

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def get(self, path: str) -> bytes:
        """Raises Unavailable."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().read()
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(f"{path}: {error}") from error
        finally:
            connection.close()

    def metric(self, name: str) -> float:
        """A figure of /metrics by its whole name, labels included."""
        for line in self.get("/metrics").decode().splitlines():
            if line.startswith(name + " "):
                return float(line.rpartition(" ")[2])
        raise Unavailable(f"no metric {name}")

    def read(self, work: Callable[[], R]) -> R:
        """Ask the database, beside the program."""
        db = Database(self.database, ROOT / "migrations")
        db.open()
        try:
            return db.read(work)
        finally:
            db.close()

    def memory_kb(self) -> float:
        return float(psutil.Process(self.pid).memory_info().rss) / 1024

    def cpu_s(self) -> float:
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)

    def _is_well(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise WaitTimeout(f"the program ended with {self._process.returncode}")
        try:
            return bool(json.loads(self.get("/healthz"))["ok"])
        except (Unavailable, ValueError, KeyError):
            return False
