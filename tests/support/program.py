"""The program as users run it: `fs-app run` as a process of its own, that a test kills, freezes and starts again."""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gevent
import requests
import socketio

from fs_app.accounts.model import Account, User
from fs_app.accounts.passwords import Passwords
from fs_app.agents.model import Agent, NotReadyReason
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.db import Database
from fs_app.directory.snapshot import a1_hash
from fs_app.queues.model import Did, Disposition, DispositionSet, Queue, QueueMember
from tests.support.nursery import Child, nursery
from tests.support.ports import PortBlock
from tests.support.quick import quick_passwords
from tests.support.schema import fresh, published
from tests.support.until import until
from tests.support.world import World

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = "test.fs-app.local"
DID = "+33185090000"
BOSS_NUMBER = "1009"
PASSWORD = secrets.token_urlsafe(12)
PROJECTED_S = 1.0
"""What is in the journal is in the database after 0.1 s, on a busy machine a little later."""


@dataclass
class Plan:
    """What the account of a test looks like."""

    agents: int = 2
    greeting: str = ""
    music: str = ""
    wrap_up: bool = True
    ring_s: int = 15
    no_answer_delay_s: int = 2
    inter_call_s: int = 0
    record: str = "all"
    supervisor: bool = False  # a login `boss` with the telephone 1009


@dataclass
class Seeded:
    account: int = 0
    queue: int = 0
    contact: int = 0
    agents: list[int] = field(default_factory=list)
    dispositions: list[int] = field(default_factory=list)
    reason: int = 0


def seed(url: str, plan: Plan) -> Seeded:
    """An account with one queue and its agents, numbered from 1001."""
    if url.startswith("sqlite:///"):
        fresh(Path(url.removeprefix("sqlite:///")))
    db = Database(url, ROOT / "migrations")
    db.open()
    quick_passwords()
    passwords = Passwords()
    kept = passwords.hash(PASSWORD)
    passwords.stop()
    ids = Seeded()

    def write() -> None:
        account = Account.create(slug="test", name="Centre", sip_domain=DOMAIN, created_at=1)
        sets = DispositionSet.create(account=account, name="Standard")
        for i, code in enumerate(("sale", "refusal", "callback")):
            made = Disposition.create(account=account, set=sets, code=code, label=code.title(), position=i)
            ids.dispositions.append(made.id)
        reason = NotReadyReason.create(account=account, code="lunch", label="Déjeuner")
        queue = Queue.create(
            account=account,
            name="Commercial",
            number="700",
            greeting=plan.greeting,
            music=plan.music,
            disposition_set=sets,
            wrap_up=plan.wrap_up,
            ring_s=plan.ring_s,
            no_answer_delay_s=plan.no_answer_delay_s,
            inter_call_s=plan.inter_call_s,
            record_rule=plan.record,
            created_at=1,
        )
        Did.create(account=account, number=DID, queue=queue)
        contact = Contact.create(
            account=account, last_name="Dupont", first_name="Jean", created_at=1, updated_at=1
        )
        ContactNumber.create(account=account, contact=contact, number="+33612345678")
        User.create(
            account=account, login="admin", name="Admin", password_hash=kept, role="admin", created_at=1
        )
        for i in range(plan.agents):
            number = str(1001 + i)
            user = User.create(
                account=account,
                login=f"agent{number}",
                name=f"Agent {number}",
                password_hash=kept,
                role="agent",
                created_at=1,
            )
            agent = Agent.create(
                account=account,
                user=user,
                number=number,
                sip_ha1=a1_hash(number, DOMAIN, PASSWORD),
                created_at=1,
            )
            QueueMember.create(account=account, queue=queue, agent=agent)
            ids.agents.append(agent.id)
        if plan.supervisor:
            boss = User.create(
                account=account,
                login="boss",
                name="Sonia",
                password_hash=kept,
                role="supervisor",
                created_at=1,
            )
            ha1 = a1_hash(BOSS_NUMBER, DOMAIN, PASSWORD)
            Agent.create(account=account, user=boss, number=BOSS_NUMBER, sip_ha1=ha1, created_at=1)
        ids.account, ids.queue, ids.contact, ids.reason = account.id, queue.id, contact.id, reason.id

    db.write(write)
    db.close()
    return ids


class Program:
    """One installation in a folder of the test's own, connected to the world's switch."""

    def __init__(
        self, world: World, folder: Path, plan: Plan | None = None, database_url: str = "", **settings: str
    ) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "static").exists():
            (folder / "static").symlink_to(published())  # pressed once for all programs of a run
        self.ports = PortBlock()
        self.url = f"http://127.0.0.1:{self.ports[0]}"
        directory = world.directory_url.split("/")[2]
        self.environment = {
            "FS_APP_SWITCH": world.switch_url,
            "FS_APP_DATA_DIR": str(folder),
            "FS_APP_DATABASE_URL": database_url,
            "FS_APP_WEB_LISTEN": f"127.0.0.1:{self.ports[0]}",
            "FS_APP_OUTBOUND_LISTEN": f"127.0.0.1:{world.outbound_port}",
            "FS_APP_DIRECTORY_LISTEN": directory,
            "FS_APP_CDR_SPOOL": world.cdr_folder,
            "FS_APP_PASSWORD_LOGIN_LIMIT": "10000 per minute",
            **settings,
        }
        self.database_url = database_url or f"sqlite:///{folder / 'fs_app.db'}"
        self.ids = seed(self.database_url, plan or Plan())
        self.process: Child | None = None
        self.starts = 0

    def start(self, ready: bool = True) -> None:
        """Start, or start again; returns when /healthz says that everything works (`ready`) or when it answers."""
        assert self.process is None
        self.process = nursery().start("run", environment=self.environment, log=self.folder / "log")
        self.starts += 1
        try:
            until(
                lambda: self.health().get("ok") or (not ready and self.health()),
                30,
                "the program is ready",
                step=0.1,
            )
        except AssertionError as late:
            raise AssertionError(f"{late}; {self.health()}; its log:\n{self.log()[-3000:]}") from late

    def health(self) -> dict[str, Any]:
        assert self.process is not None
        assert self.process.poll() is None, f"the program ended; see its log:\n{self.log()[-3000:]}"
        try:
            found: dict[str, Any] = requests.get(self.url + "/healthz", timeout=2).json()
        except requests.RequestException:
            return {}
        # A loop that is late says that the machine is busy, not that something does not work.
        if found.get("checks"):
            found["ok"] = all(check["ok"] or check["name"] == "loop" for check in found["checks"])
        return found

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def kill(self) -> float:
        """kill -9; returns the moment (monotonic)."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process = None
        return time.monotonic()

    def freeze(self) -> None:
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGCONT)

    def stop(self) -> int:
        """The orderly end; returns the exit status."""
        if self.process is None:
            return 0
        os.kill(self.process.pid, signal.SIGCONT)
        self.process.terminate()
        try:
            status = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.process = None
        return status

    def close(self) -> None:
        self.stop()
        if self.starts:
            from fs_app.config import address
            from fs_app.directory import process

            process.stop(*address(self.environment["FS_APP_DIRECTORY_LISTEN"]))
        self.ports.release()

    # --- looking in ---------------------------------------------------------------------------------------------
    def rows(self, sql: str, *args: Any) -> list[tuple[Any, ...]]:
        """The answer of the (SQLite) database to a question. What stands in the journal by now is waited for (for a
        moment: a program that is dead, or whose database is locked, writes nothing)."""
        import sqlite3

        connection = sqlite3.connect(self.folder / "fs_app.db", timeout=5)
        try:
            written, end = self._last_written(), time.monotonic() + PROJECTED_S
            mark = "select position from projection_mark"
            while self.process is not None and time.monotonic() < end:
                found = connection.execute(mark).fetchone()
                if found is not None and int(found[0]) >= written:
                    break
                gevent.sleep(0.02)
            return connection.execute(sql, args).fetchall()
        finally:
            connection.close()

    def _last_written(self) -> int:
        """The number of the journal's last whole line; 0 when there is none."""
        for file in sorted((self.folder / "journal").glob("journal-*.jsonl"), reverse=True):
            with file.open("rb") as opened:
                opened.seek(max(0, file.stat().st_size - 65_536))
                lines = re.findall(rb"^[0-9a-f]{8} \[(\d+),.*\]$", opened.read(), re.MULTILINE)
            if lines:
                return int(lines[-1])
        return 0

    def agent(self, number: str = "1001") -> AgentPage:
        return AgentPage(self.url, f"agent{number}")


def logged_in(url: str, login: str) -> requests.Session:
    """The cookies of a person of the test's account."""
    http = requests.Session()
    page = http.get(url + "/login", timeout=20)
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    answer = http.post(
        url + "/login",
        data={"csrf_token": token, "account": "test", "login": login, "password": PASSWORD},
        timeout=10,
        allow_redirects=False,
    )
    assert answer.status_code == 303, answer.text[:500]
    return http


class Patient(socketio.Client):  # type: ignore[misc]
    """Waits for the answer to a connection as long as browsers do, also when it connects again by itself (one second by
    default: on a busy machine none comes about, and the agent is logged out as one whose page is gone)."""

    def connect(self, *args: Any, **more: Any) -> None:
        super().connect(*args, **{"wait_timeout": 20, **more})


class AgentPage:
    """An agent's page without the browser: the same session, the same socket, the same requests."""

    def __init__(self, url: str, login: str) -> None:
        self.http = logged_in(url, login)
        self._url = url
        self._tab = secrets.token_hex(8)
        self.picture: dict[str, Any] = {}
        self.pictures: list[dict[str, Any]] = []
        self.socket = Patient(reconnection=True, reconnection_delay=0.1, reconnection_delay_max=0.5)
        self.socket.on("agent", self._take)
        self.connect()

    def connect(self) -> None:
        cookies = "; ".join(f"{c.name}={c.value}" for c in self.http.cookies)
        self.socket.connect(
            self._url,
            headers={"Cookie": cookies},
            auth={"tab": self._tab},
            transports=["websocket"],
        )
        try:
            until(lambda: self.picture, 5, "the first picture")
        except AssertionError:
            self.socket.disconnect()  # nobody holds this page: it must not stay the living one
            raise

    def _take(self, picture: dict[str, Any]) -> None:
        self.picture = picture
        self.pictures.append(picture)

    def ask(self, event: str, **data: Any) -> dict[str, Any]:
        """Send a request; the answer `{ok: true}` or `{ok: false, error}`."""
        answer: dict[str, Any] = self.socket.call(event, data, timeout=10)
        return answer

    def do(self, event: str, **data: Any) -> None:
        """Send a request that must succeed."""
        answer = self.ask(event, **data)
        assert answer.get("ok"), f"{event}: {answer}"

    @property
    def state(self) -> str:
        return str(self.picture.get("state", {}).get("name"))

    @property
    def line(self) -> dict[str, Any]:
        lines = self.picture.get("lines") or [{}]
        return dict(lines[0])

    @property
    def line_id(self) -> str:
        """Of the customer's line, as soon as the page shows one: a telephone rings before the picture says so."""
        return str(until(lambda: self.line.get("id"), 10, "the page has a line"))

    def is_in(self, state: str, timeout: float = 10.0) -> None:
        until(lambda: self.state == state, timeout, f"the agent is in {state}, was {self.state}")

    def close(self) -> None:
        self.socket.disconnect()
