"""A healthy installation in a folder: files, a database, a switch that answers well. Tests plant one thing in it."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from fs_app.accounts.model import Account, User
from fs_app.agents.model import Agent
from fs_app.config import ROOT, Settings
from fs_app.db import Database
from fs_app.digest import a1_hash
from fs_app.doctor.examine import judge
from fs_app.doctor.installation import Installation, ProgramSeen
from fs_app.doctor.looking import gather
from fs_app.doctor.report import Report
from fs_app.queues.model import Did, Queue, QueueMember
from fs_app.sim.ports import free_port
from tests.support.answers import AnsweringSocket, healthy
from tests.support.schema import MIGRATIONS, fresh

DOMAIN = "demo.example"


class Place:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.chmod(0o750)
        for name in ("journal", "recordings", "cdr"):
            (folder / name).mkdir()
        self.door, self.directory = free_port(), free_port()
        self.password = secrets.token_urlsafe(24)
        self.switch = AnsweringSocket({}, self.password)
        self.switch.answers = healthy(
            esl=self.switch.port, door=self.door, directory=self.directory, password=self.password
        )
        for command, answer in self.switch.answers.items():
            self.switch.answers[command] = answer.replace("/var/lib/fs/cdr", str(folder / "cdr"))
        self.switch.answers["file_exists"] = self.switch.answers["user_exists"] = "true"
        (folder / "secret_key").write_text(secrets.token_urlsafe(48))
        (folder / "secret_key").chmod(0o600)
        self.file = folder / "fs_app.db"
        self._seed()
        self.said: dict[str, Any] = {}
        self.environment: dict[str, str] = {}
        self.changes: list[Callable[[Installation], Installation]] = []

    def _seed(self) -> None:
        db = Database(f"sqlite:///{fresh(self.file)}", MIGRATIONS)
        db.open()

        def write() -> None:
            account = Account.create(slug="demo", name="Démo", sip_domain=DOMAIN, created_at=1)
            people = [
                User.create(
                    account=account,
                    login=login,
                    name=login.title(),
                    password_hash=hashed(secrets.token_urlsafe(12)),
                    role=role,
                    created_at=1,
                )
                for login, role in (("admin", "admin"), ("elodie", "agent"))
            ]
            secret = a1_hash("1001", DOMAIN, secrets.token_urlsafe(12))
            agent = Agent.create(account=account, user=people[1], number="1001", sip_ha1=secret, created_at=1)
            queue = Queue.create(account=account, name="Commercial", number="700", created_at=1)
            QueueMember.create(account=account, queue=queue, agent=agent)
            Did.create(account=account, number="+33185090000", queue=queue)

        db.write(write)
        self.db = db

    def change(self, model: Any, **values: Any) -> None:
        """All rows of a table."""
        self.db.write(lambda: model.update(**values).execute())

    def sql(self, text: str) -> None:
        self.db.write(lambda: self.db._database.execute_sql(text))

    def answer(self, command: str, old: str, new: str) -> None:
        """Change what the switch says; a text that is not there is a mistake of the test."""
        assert old in self.switch.answers[command], f"{command} does not say {old}"
        self.switch.answers[command] = self.switch.answers[command].replace(old, new)

    def configured(self, file: str, old: str, new: str) -> None:
        self.answer(f"xml_locate configuration configuration name {file}.conf", old, new)

    def set(self, **values: Any) -> None:
        self.said |= values

    def see(self, **parts: Any) -> None:
        """What no test can plant for real: `machine={"load": 99.0}` replaces values of that part of the picture."""

        def change(it: Installation) -> Installation:
            seen = {part: replace(getattr(it, part), **values) for part, values in parts.items()}
            return replace(it, **seen)

        self.changes.append(change)

    def file_is(self, name: str, **values: Any) -> None:
        """What root can't plant (whoever may do everything meets no permission), or nobody wants to (a full disk)."""

        def change(it: Installation) -> Installation:
            return replace(it, files={**it.files, name: replace(it.files[name], **values)})

        self.changes.append(change)

    def running(self, **health: Any) -> None:
        """As if the program ran, and said this of itself."""
        checks = {"checks": [{"name": "switch", "ok": True}], **health}
        seen = ProgramSeen(pid=1, health=checks, uid=1000, most_files=65536)
        self.answer("global_getvar", "fsapp_sip_ip=", f"fsapp_lease={int(time.time()) + 3}\nfsapp_sip_ip=")

        def change(it: Installation) -> Installation:
            listening = frozenset({("127.0.0.1", self.door)})
            return replace(it, program=seen, machine=replace(it.machine, listening=listening))

        self.changes.append(change)

    def settings(self) -> Settings:
        url = f"esl://:{self.password}@127.0.0.1:{self.switch.port}"
        said = {
            "switch": url,
            "data_dir": self.folder,
            "migrations_dir": MIGRATIONS,
            "sounds_dir": ROOT / "sounds",
            "outbound_listen": f"127.0.0.1:{self.door}",
            "directory_listen": f"127.0.0.1:{self.directory}",
            "web_listen": f"127.0.0.1:{free_port()}",
        }
        return Settings(**{**said, **self.said})

    def examined(self) -> Report:
        before = {name: os.environ.get(name) for name in self.environment}
        os.environ.update(self.environment)
        try:
            it = gather(self.settings())
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)
        # what depends on the machine of the test; plants come after
        quiet = replace(it.machine, load=0.1, memory_free=0.6, most_files=65536)
        it = replace(it, machine=quiet)
        for change in self.changes:
            it = change(it)
        return judge(it)

    def close(self) -> None:
        self.switch.stop()
        self.db.close()


def hashed(password: str) -> str:
    """As the program keeps it, made in a moment."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)
