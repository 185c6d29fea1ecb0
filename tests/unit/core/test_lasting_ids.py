"""An id that was given is not given again after its row is gone; the migration that saw to it on SQLite."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from peewee import AutoField
from playhouse.migrations import Runner

from fs_app import models
from fs_app.calllists.model import CallList
from fs_app.contacts.model import Contact, ContactNumber, Segment
from fs_app.contacts.searching import reindex, search
from fs_app.db import Database, LastingId
from fs_app.errors import ConfigError
from fs_app.imports.bulk import Rows
from fs_app.imports.model import ImportJob
from tests.support.schema import MIGRATIONS, fresh
from tests.unit.core.databases import Ids

NAMED_NOWHERE = {
    "account": "is never deleted",
    "agent_skill": "belongs to an agent and a skill",
    "kept_disposition": "belongs to a queue",
    "message_settings": "one for each account",
    "message_text": "belongs to a template",
    "music_list_item": "belongs to a list",
    "outgoing_settings": "one for each account",
    "queue_member": "belongs to a queue and an agent",
    "queue_message": "belongs to a queue",
    "queue_skill": "belongs to a queue",
    "retention_rule": "one for each kind",
    "retry_rule": "belongs to a queue",
    "schedule_range": "belongs to a schedule",
    "skill_relaxation": "belongs to a queue's skill",
    "supervised_queue": "belongs to a user and a queue",
    "flow_version": "is known by its number",
    "audit_entry": "a log: nobody names a line of it",
    "access_log": "a log: nobody names a line of it",
    "agent_message": "is known by its entry in the journal",
    "record_attempt": "is known by its call",
    "contact_number": "a number is known by what it is",
    "contact_file_row": "is known by its index",
    "opt_out_number": "is known by its key",
    "import_change": "is read with its import alone",
    "import_mapping": "is known by its source",
}
"""Tables whose ids may come again, and why nobody is misled."""


def _table(model: Any) -> str:
    return str(model._meta.table_name)


LASTING = {_table(m) for m in models.TABLES if isinstance(m._meta.primary_key, LastingId)}  # type: ignore[attr-defined]


def test_of_each_table_it_is_known_whether_its_ids_come_again() -> None:
    counted = {_table(m) for m in models.TABLES if isinstance(m._meta.primary_key, AutoField)}  # type: ignore[attr-defined]
    assert counted - LASTING == set(NAMED_NOWHERE)


def test_the_schema_of_sqlite_says_so_too(tmp_path: Path) -> None:
    with closing(sqlite3.connect(fresh(tmp_path / "new.db"))) as raw:
        found = raw.execute("select name, sql from sqlite_master where type = 'table'").fetchall()
    assert {name for name, sql in found if "AUTOINCREMENT" in sql} == LASTING


def _made(account: int) -> dict[Any, int]:
    of: dict[str, Any] = {"account": account}
    return {
        Contact: Contact.create(created_at=1, updated_at=1, **of).id,
        Segment: Segment.create(name="s", created_at=1, updated_at=1, **of).id,
        CallList: CallList.create(name="l", created_at=1, updated_at=1, **of).id,
        ImportJob: ImportJob.create(salt="x", at=1, **of).id,
    }


def test_the_highest_id_does_not_come_again(db: Database, ids: Ids) -> None:
    first = db.write(lambda: _made(ids.account))
    for model, one in first.items():
        db.write(lambda model=model, one=one: model.delete().where(model.id == one).execute())
    again = db.write(lambda: _made(ids.account))
    assert all(again[model] > one for model, one in first.items()), (first, again)


def test_nor_when_an_import_writes_many_rows(db: Database, ids: Ids) -> None:
    def three() -> list[int]:
        return list(Rows(db._database, Contact, ("id", "account_id")).new_ids(3))

    def write(contact: int) -> None:
        Rows(db._database, Contact, ("id", "account_id", "guid", "created_at", "updated_at")).insert(
            [(contact, ids.account, str(contact), 1, 1)]
        )

    given = db.write(three)
    db.write(lambda: write(given[-1]))
    db.write(lambda: Contact.delete().where(Contact.id == given[-1]).execute())
    assert db.write(three)[0] > given[-1]
    assert db.write(lambda: _made(ids.account))[Contact] > given[-1]


# --- the migration ----------------------------------------------------------------------------------------------
def _folder(tmp_path: Path, name: str, last: str) -> Path:
    folder = tmp_path / name
    folder.mkdir()
    for file in MIGRATIONS.glob("0*.py"):
        if file.name < last:
            shutil.copy(file, folder)
    return folder


BEFORE = (
    "insert into account(slug, name, language, time_zone, country, sip_domain, accent, created_at, recording_days, "
    "config_version) values ('a', 'a', 'fr', 'Europe/Paris', 'FR', 'a.example', '', 1, 0, 0)",
    *(
        statement
        for n in range(1, 6)
        for statement in (
            "insert into contact(account_id, last_name, first_name, company, category, mail, address, description, "
            "version, created_at, updated_at, guid, title, postal_code, city, country, language, reference, custom, "
            f"directory, name_key) values (1, 'Zola{n}', '', '', '', '', '', '', 1, 1, 1, 'g{n}', '', '', '', '', '', "
            f"'', '{{}}', '', 'zola{n}|')",
            "insert into contact_number(account_id, contact_id, number, kind, position, time_zone) "
            f"values (1, {n}, '+3361234567{n}', 'mobile', 1, '')",
        )
    ),
    "delete from contact where id > 3",
    "insert into audit_entry(account_id, at, user_name, action, kind, object, label, address) "
    "values (1, 1, '', 'delete', 'contact', '9', '', ''), (1, 1, '', 'update', 'legal_rule', 'FR/hours', '', ''), "
    "(1, 1, '', 'delete', 'list_rule', '4', '', '')",
    "insert into record_attempt(account_id, list_id, record_id, call, number, at, result, talked) "
    "values (1, 6, 70, 'c', '', 1, '', 0)",
    "insert into distribution_rule(account_id, name, description, keys, seed, updated_at) "
    "values (1, 'R', '', '[]', 0, 1)",
    "insert into call_list(account_id, name, description, active, hold, need, use_blacklist, exclusive, newest_first, "
    "attempts, threshold, weight, seed, order_wanted, version, created_at, updated_at, rule_id) "
    "values (1, 'Une', '', 0, '[]', '[]', 1, 0, 0, 7, 4, 1, 0, 0, 1, 1, 1, 1)",
)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A database of before: of five contacts two were deleted, and the audit log knows one that came after them."""
    file = tmp_path / "old.db"
    db = Database(f"sqlite:///{file}", _folder(tmp_path, "before", "0031"))
    db.open()

    def fill() -> None:
        for statement in BEFORE:
            db._database.execute_sql(statement)

    db.write(fill)
    db.write(lambda: reindex(1, [1, 2, 3], "FR"))
    db.close()
    return file


def _counters(file: Path) -> dict[str, int]:
    with closing(sqlite3.connect(file)) as raw:
        return dict(raw.execute("select name, seq from sqlite_sequence").fetchall())


def _whole(file: Path) -> None:
    with closing(sqlite3.connect(file)) as raw:
        raw.create_function("plain", 1, str, deterministic=True)
        assert raw.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert raw.execute("pragma foreign_key_check").fetchall() == []


def _is_old(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as raw:
        tables = dict(raw.execute("select name, sql from sqlite_master where type = 'table'").fetchall())
        done = raw.execute("select max(name) from schema_migration").fetchone()[0]
    assert not any("AUTOINCREMENT" in sql for sql in tables.values() if sql)
    assert "sqlite_sequence" not in tables
    return str(done) < "0031"


def test_the_counters_begin_above_what_anybody_remembers(old: Path) -> None:
    db = Database(f"sqlite:///{old}", MIGRATIONS)
    db.open()
    try:
        # The connection that has migrated counts already.
        made = db.write(lambda: _made(1))
        assert made[Contact] == 10
        assert made[CallList] == 7
        assert db.read(lambda: CallList.get_by_id(1).rule.version) == 1
        again = db.write(lambda: Contact.create(account=1, last_name="Zola", created_at=1, updated_at=1).id)
        db.write(lambda: reindex(1, [again], "FR"))
        assert db.read(lambda: sorted(search(1, "zola", "FR"))) == [1, 2, 3, again]
        assert db.read(lambda: search(1, "06 12 34 56 73", "FR")) == [3]
        db.write(lambda: Contact.delete().where(Contact.id == 2).execute())
        assert db.read(lambda: sorted(search(1, "zola", "FR"))) == [1, 3, again]
        assert db.read(lambda: ContactNumber.select().where(ContactNumber.contact == 2).count()) == 0
    finally:
        db.close()
    found = _counters(old)
    assert (found["list_record"], found["distribution_rule"], found["segment"]) == (70, 4, 1)
    _whole(old)


DIES = """
import os, signal, sys
from fs_app.db import Database
import peewee
left, said = int(sys.argv[2]), peewee.SqliteDatabase.execute_sql
def execute_sql(self, sql, *given, **more):
    global left
    found = said(self, sql, *given, **more)
    if migrating():
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return found
def migrating():
    frame = sys._getframe(2)
    while frame is not None:
        if "0031" in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False
peewee.SqliteDatabase.execute_sql = execute_sql
from pathlib import Path
Database(f"sqlite:///{sys.argv[1]}", Path(sys.argv[3])).open()
"""


@pytest.mark.parametrize("after", [1, 70, 80, 100, 130, 160])
def test_a_kill_in_the_middle_leaves_what_was_there(old: Path, after: int) -> None:
    died = subprocess.run(
        [sys.executable, "-c", DIES, str(old), str(after), str(MIGRATIONS)], check=False, capture_output=True
    )
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    assert _is_old(old)
    _whole(old)
    db = Database(f"sqlite:///{old}", MIGRATIONS)
    db.open()
    assert db.write(lambda: _made(1))[Contact] == 10
    db.close()
    _whole(old)


def test_a_schema_that_somebody_has_changed_is_left_alone(old: Path) -> None:
    with closing(sqlite3.connect(old)) as raw:
        raw.execute("drop table message")
        raw.execute("create table message(id integer primary key)")
        raw.commit()
    db = Database(f"sqlite:///{old}", MIGRATIONS)
    with pytest.raises(ConfigError, match="message"):
        db.open()
    assert _is_old(old)


REBUILDS = """
def up(migrator, db):
    migrator.migrate(migrator.add_column("segment", "weight", IntegerField(default=0)))

from peewee import IntegerField
"""


def test_a_migration_that_writes_a_table_anew_keeps_its_counter(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "all", "1")
    file = fresh(tmp_path / "new.db")
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("update sqlite_sequence set seq = 40 where name = 'segment'")
        raw.commit()
    (folder / "0999_later.py").write_text(REBUILDS)
    db = Database(f"sqlite:///{file}", folder)
    db.open()
    assert db.read(lambda: "0999_later" in Runner(db._database, directory=str(folder)).applied())
    db.close()
    with closing(sqlite3.connect(file)) as raw:
        (sql,) = raw.execute("select sql from sqlite_master where name = 'segment'").fetchone()
    assert "AUTOINCREMENT" in sql
    assert '"weight"' in sql
    assert _counters(file)["segment"] == 40
