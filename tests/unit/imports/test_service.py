"""Imports as pages ask for them, with real child processes."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import peewee
import pytest

from fs_app.accounts.model import Account
from fs_app.admin.audit import Actor
from fs_app.admin.model import AuditEntry
from fs_app.bus import Bus
from fs_app.children import Broken
from fs_app.clock import RealClock
from fs_app.contacts.model import Contact
from fs_app.db import Database
from fs_app.errors import NotFound
from fs_app.events import ImportProgress
from fs_app.imports.crew import Crew
from fs_app.imports.jobs import NotNow
from fs_app.imports.making import FieldTaken, NameTaken
from fs_app.imports.plan import parse
from fs_app.imports.service import Imports, TooBig
from fs_app.imports.work import one_maker
from fs_app.tasks import Threads
from tests.support.schema import MIGRATIONS, fresh
from tests.support.until import until

LINES = 2_500


class Office:
    """The service over a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.db = Database(f"sqlite:///{fresh(folder / 'fs_app.db')}", MIGRATIONS)
        self.db.open()
        self.account: int = self.db.write(
            lambda: (
                Account.create(
                    slug="a",
                    name="A",
                    sip_domain="a.example",
                    created_at=0,
                    country="FR",
                    time_zone="Europe/Paris",
                ).id
            )
        )
        self.root = folder / "imports"
        self.bus, self.crew, self.threads = Bus(), Crew(), Threads("files", 2)
        self.told: list[dict[str, Any]] = []
        self.bus.subscribe(ImportProgress, lambda event: self.told.append(event.job))
        self.open()

    def open(self) -> None:
        """The program starts."""
        self.crew = Crew()
        self.imports = Imports(self.db, RealClock(), self.bus, self.threads, self.root, 2_000_000, self.crew)
        self.by = Actor(self.account, None, "test", 1)

    def close(self) -> None:
        self.imports.stop()
        self.threads.stop()
        self.db.close()

    def state(self, job: int) -> str:
        return str(self.imports.job(self.account, job)["state"])


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = Office(tmp_path_factory.mktemp("office"))
    yield made
    made.close()


def brought(office: Office, text: str, name: str = "people.csv") -> int:
    return int(office.imports.upload(office.by, name, io.BytesIO(text.encode()))["id"])


def test_a_file_is_brought_looked_at_tried_killed_resumed_and_undone(office: Office) -> None:
    lines = [f"Nom{n};Prénom;06{n * 7919 % 10**8:08d};n{n}@x.fr" for n in range(1, LINES)]
    job = brought(office, "\n".join(["Nom;Prénom;Téléphone;E-mail", *lines, "X;Y;12;"]))
    seen = office.imports.preview(office.account, job, source="crm")
    assert [c["target"] for c in seen["plan"]["columns"]] == ["last_name", "first_name", "number.1", "mail"]
    plan = {**seen["plan"], "source": "crm", "call_list": {"new": "Liste"}}
    assert office.imports.save(office.by, job, plan) == []
    office.imports.check(office.by, job)
    until(lambda: office.state(job) == "CHECKED", 60, "the dry run")
    checked = office.imports.checked(office.account, job)
    expected = checked["counts"]
    assert (len(checked["lines"]), checked["lines"][0]["outcome"]) == (100, "new")

    office.imports.start(office.by, job)
    until(lambda: office.imports.job(office.account, job)["done"] > 0, 60, "the first lines")
    child = office.crew.pid(job)
    if child is not None:
        os.kill(child, signal.SIGKILL)
    until(lambda: office.state(job) in ("STOPPED", "DONE"), 30, "the death is noticed")
    if office.state(job) == "STOPPED":
        assert office.imports.job(office.account, job)["error"]["key"] == "imports.error.died"
        office.imports.resume(office.by, job)
        until(lambda: office.imports.job(office.account, job)["phase"] == "working", 60, "it works again")
        office.imports.stop()  # the program ends in the middle, and begins again
        office.open()
        office.imports.start_up()
    until(lambda: office.state(job) == "DONE", 120, "the end")
    shown = office.imports.job(office.account, job)
    assert shown["counts"] == expected
    assert office.db.read(lambda: Contact.select().count()) == expected["new"]
    assert {one["state"] for one in office.told} >= {"CHECKING", "RUNNING"}

    file = office.imports.refused(office.account, job, lambda key, params: key)
    refused = file.read_text("utf-8-sig").splitlines()
    assert refused[-1].startswith("X;Y;12;;import.number.")
    with pytest.raises(NotNow):
        office.imports.delete(office.by, job)
    office.imports.undo(office.by, job)
    until(lambda: office.state(job) == "UNDONE", 120, "the undo")
    assert office.db.read(lambda: Contact.select().count()) == 0
    actions = office.db.read(lambda: [e.action for e in AuditEntry.select().order_by(AuditEntry.id)])
    assert actions == ["start", "undo"]

    again = brought(office, "E-mail;Nom;Téléphone;Autre\na@x.fr;A;0612345678;z\n", "next.csv")
    columns = office.imports.preview(office.account, again, source="crm")["plan"]["columns"]
    assert {(c["column"], c["target"]) for c in columns} >= {(0, "mail"), (1, "last_name"), (2, "number.1")}
    assert office.imports.sources(office.account) == ["crm"]
    office.imports.delete(office.by, again)
    with pytest.raises(NotFound):
        office.imports.job(office.account, again)


def test_what_is_too_big_or_unreadable_is_said(office: Office) -> None:
    with pytest.raises(TooBig):
        office.imports.upload(office.by, "big.csv", io.BytesIO(b"x" * 2_000_001))
    assert not any((office.root / ".incoming").iterdir())
    job = brought(office, "%PDF-1.7", "../../etc/list.csv")
    assert office.imports.job(office.account, job)["file"] == "list.csv"
    with pytest.raises(Broken) as error:
        office.imports.preview(office.account, job)
    assert error.value.key == "import.unreadable.pdf"
    with pytest.raises(NotFound):
        office.imports.job(office.account + 1, job)
    with pytest.raises(NotNow):
        office.imports.start(office.by, job)


def test_of_two_that_make_a_list_of_the_same_name_one_is_told_and_goes_on_with_another(
    office: Office,
) -> None:
    jobs = [brought(office, f"Nom;Téléphone\nZ{n};06990000{n:02d}") for n in range(2)]
    plans = {}
    for job in jobs:
        plans[job] = {**office.imports.preview(office.account, job)["plan"], "call_list": {"new": "Double"}}
        assert office.imports.save(office.by, job, plans[job]) == []
    for job in jobs:
        office.imports.start(office.by, job)
    until(lambda: sorted(map(office.state, jobs)) == ["DONE", "PREPARED"], 60, "one is through")
    (left,) = (job for job in jobs if office.state(job) == "PREPARED")
    shown = office.imports.job(office.account, left)
    assert shown["error"] == {"key": "imports.error.name_taken", "params": {"name": "Double"}}
    assert shown["may"]["plan"] and shown["may"]["start"]
    (problem,) = office.imports.save(office.by, left, plans[left])
    assert problem.key == "imports.plan.name_taken"
    assert office.imports.save(office.by, left, {**plans[left], "call_list": {"new": "Second"}}) == []
    office.imports.start(office.by, left)
    until(lambda: office.state(left) == "DONE", 60, "the other one, too")
    assert office.imports.job(office.account, left)["counts"]["records"] == 1


@pytest.mark.parametrize(("other", "ends"), [("TEXT", ["DONE", "DONE"]), ("DATE", ["DONE", "PREPARED"])])
def test_a_field_that_two_make_is_one_of_the_same_kind(office: Office, other: str, ends: list[str]) -> None:
    jobs = [brought(office, f"Nom;Téléphone;Vu\nZ{n};06990000{n:02d};2026-01-0{n + 1}") for n in range(2)]
    name = f"seen_{other.lower()}"
    for job, kind in zip(jobs, ("TEXT", other), strict=True):
        plan = office.imports.preview(office.account, job)["plan"]
        own = {"column": 2, "target": f"custom.{name}", "kind": ""}
        plan["columns"] = [c for c in plan["columns"] if c["column"] != 2] + [own]
        plan["new_fields"] = [{"name": name, "label": "Vu", "kind": kind}]
        assert office.imports.save(office.by, job, plan) == []
    for job in jobs:
        office.imports.start(office.by, job)
    until(lambda: sorted(map(office.state, jobs)) == ends, 60, "both have ended")
    wrong = [error for job in jobs if (error := office.imports.job(office.account, job)["error"])]
    said = {"key": "imports.error.field_taken", "params": {"name": "Vu"}}
    assert wrong == [said] * ends.count("PREPARED")


@pytest.mark.parametrize(("table", "told"), [("call_list", NameTaken), ("contact_field", FieldTaken)])
def test_of_two_that_make_the_same_in_one_moment_the_database_takes_one(table: str, told: type) -> None:
    plan, _ = parse(
        {"call_list": {"new": "Double"}, "new_fields": [{"name": "seen", "label": "Vu", "kind": "TEXT"}]}
    )
    with pytest.raises(told), one_maker(plan):
        raise peewee.IntegrityError(f"UNIQUE constraint failed: {table}.account_id, {table}.name")
    with pytest.raises(peewee.IntegrityError), one_maker(parse({})[0]):
        raise peewee.IntegrityError("NOT NULL constraint failed")
