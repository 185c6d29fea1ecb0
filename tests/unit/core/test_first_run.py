"""The first day of a centre: an account and its administrator from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fs_app.accounts.model import Account, User
from fs_app.accounts.passwords import Passwords
from fs_app.admin.first_run import (
    DISPOSITION_CODES,
    DISPOSITIONS,
    REASON_CODES,
    REASONS,
    NewAccount,
    create_account,
)
from fs_app.admin.model import AuditEntry
from fs_app.clock import RealClock
from fs_app.db import Database
from fs_app.errors import Conflict, Invalid
from fs_app.queues.model import Disposition
from tests.support.schema import MIGRATIONS, fresh

ACME = NewAccount("acme", "Acme SA", "chef", language="en", country="GB", time_zone="Europe/London")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{fresh(tmp_path / 'test.db')}", MIGRATIONS)
    made.open()
    yield made
    made.close()


def test_the_administrator_logs_in_with_the_password_that_was_shown(db: Database) -> None:
    password = create_account(db, RealClock(), ACME)
    user = db.read(lambda: User.get(User.login == "chef"))
    passwords = Passwords()
    assert passwords.check(user.password_hash, password)
    passwords.stop()
    assert user.role == "admin"
    account = db.read(lambda: Account.get(Account.slug == "acme"))
    assert (account.sip_domain, account.time_zone) == ("acme.fs-app.local", "Europe/London")
    assert db.read(lambda: Disposition.get(Disposition.position == 0).label) == "Sale"
    lines = db.read(lambda: list(AuditEntry.select().order_by(AuditEntry.id)))
    assert [(e.action, e.kind, e.user) for e in lines] == [
        ("create", "account", None),
        ("create", "user", None),
    ]


def test_a_second_one_of_the_same_name_or_domain_is_refused_and_changes_nothing(db: Database) -> None:
    create_account(db, RealClock(), ACME)
    for other in (ACME, replace(ACME, slug="other", domain="acme.fs-app.local")):
        with pytest.raises(Conflict):
            create_account(db, RealClock(), other)
    assert db.read(lambda: Account.select().count()) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": "A B"},
        {"name": " "},
        {"admin": ""},
        {"language": "de"},
        {"country": "france"},
        {"time_zone": "Mars/Base"},
        {"domain": "a b"},
    ],
    ids=lambda w: next(iter(w)),
)
def test_what_can_not_be_used_is_said_and_leaves_nothing_behind(db: Database, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        create_account(db, RealClock(), replace(ACME, **wrong))
    assert db.read(lambda: Account.select().count()) == 0


def test_every_language_has_a_word_for_each() -> None:
    assert {len(words) for words in REASONS.values()} == {len(REASON_CODES)}
    assert {len(words) - 1 for words in DISPOSITIONS.values()} == {len(DISPOSITION_CODES)}
    assert REASONS.keys() == DISPOSITIONS.keys()
