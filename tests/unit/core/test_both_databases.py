"""What is asked of the database is answered alike by SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from fs_app.accounts.model import User
from fs_app.accounts.passwords import Passwords
from fs_app.accounts.service import RECHECK_MS, AccountService, BadLogin
from fs_app.agents import today
from fs_app.agents.model import Agent
from fs_app.bus import Bus
from fs_app.calls import queries
from fs_app.catalog import Catalog
from fs_app.clock import FakeClock
from fs_app.contacts import service as contacts
from fs_app.contacts.service import Contacts
from fs_app.db import Database
from fs_app.demo import create, new_passwords
from fs_app.errors import DatabaseBusy
from fs_app.events import CatalogChanged
from fs_app.projection import project
from fs_app.queues.model import Queue
from tests.support.recorder import Recorder
from tests.unit.core.databases import T0, Ids, Story, opened, populate
from tests.unit.core.test_database import locked

HOUR_MS = 3_600_000
PASSWORD = "right horse"


# --- the catalogue ----------------------------------------------------------------------------------------------
@pytest.fixture
def catalog(db: Database, ids: Ids) -> Catalog:
    made = Catalog(db, Bus())
    made.reload()
    return made


def test_the_catalogue_shows_what_is_active(catalog: Catalog, ids: Ids) -> None:
    assert sorted(catalog.now.agents) == [ids.agent, ids.other_agent]
    assert list(catalog.now.queues) == [ids.queue]
    queue = catalog.queue(ids.queue)
    assert queue is not None and queue.agents == (ids.agent, ids.other_agent)
    agent = catalog.agent(ids.agent)
    assert agent is not None
    assert (agent.name, agent.number, agent.domain, agent.queues) == (
        "Agent 0",
        "1001",
        "demo.example",
        (ids.queue,),
    )
    assert [d.code for d in catalog.dispositions(queue)] == ["no", "sale"], "in the administrator's order"
    assert [r.code for r in catalog.reasons(ids.account)] == ["lunch"]
    assert catalog.reasons(ids.account + 1) == []


def test_numbers_are_found_with_and_without_their_plus(catalog: Catalog, ids: Ids) -> None:
    for number in ("+33185090000", "33185090000"):
        did = catalog.did(number)
        assert did is not None and did.queue == ids.queue
    assert catalog.did("") is None
    assert catalog.did("0185090000") is None
    assert catalog.phone("1001", "demo.example") == ids.agent
    assert catalog.phone("1001", "other.example") is None
    internal = catalog.queue_by_number(ids.account, "700")
    assert internal is not None and internal.id == ids.queue
    assert catalog.queue_by_number(ids.account + 1, "700") is None


def test_the_old_picture_stays_while_the_database_is_away(db: Database, ids: Ids) -> None:
    bus = Bus()
    recorder, catalog = Recorder(bus), Catalog(db, bus)
    catalog.reload()
    before = catalog.now
    monkey = db.read
    db.read = _away  # type: ignore[method-assign]
    with pytest.raises(DatabaseBusy):
        catalog.reload()
    db.read = monkey  # type: ignore[method-assign]
    assert catalog.now is before
    assert len(recorder.of(CatalogChanged)) == 1


def _away(*_: object, timeout: float = 0) -> object:
    raise DatabaseBusy("away")


def test_a_change_is_seen_after_a_reload(db: Database, ids: Ids, catalog: Catalog) -> None:
    db.write(lambda: Queue.update(ring_s=99).where(Queue.id == ids.queue).execute())
    db.write(lambda: User.update(active=False).where(User.login == "a1").execute())
    catalog.reload()
    queue = catalog.queue(ids.queue)
    assert queue is not None and (queue.ring_s, queue.agents) == (99, (ids.agent,))


@pytest.mark.usefixtures("passwords")
def test_the_demonstration_account_is_made_once_and_works(db: Database) -> None:
    shown = create(db, FakeClock())
    assert shown is not None
    assert {role for _, _, role in shown.web} == {"agent", "supervisor", "admin"}
    assert len({password for _, password, _ in shown.web}) == len(shown.web)
    assert create(db, FakeClock()) is None
    kept = db.read(lambda: [*User.select(User.password_hash).tuples(), *Agent.select(Agent.sip_ha1).tuples()])
    again = new_passwords(db)
    assert not set(again.web) & set(shown.web) and not set(again.phones) & set(shown.phones)
    now = db.read(lambda: [*User.select(User.password_hash).tuples(), *Agent.select(Agent.sip_ha1).tuples()])
    assert len(now) == len(kept) and not set(now) & set(kept)
    catalog = Catalog(db, Bus())
    catalog.reload()
    assert len(catalog.now.agents) == 2
    (queue,) = catalog.now.queues.values()
    assert len(queue.agents) == 2 and len(catalog.dispositions(queue)) == 7


# --- accounts ---------------------------------------------------------------------------------------------------
@pytest.fixture
def passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[Passwords]:
    """As cheap as a password can be: its cost is somebody else's test."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("fs_app.accounts.passwords._hasher", cheap)
    made = Passwords()
    yield made
    made.stop()


@pytest.fixture
def accounts(db: Database, ids: Ids, passwords: Passwords) -> AccountService:
    kept = passwords.hash(PASSWORD)
    db.write(lambda: User.update(password_hash=kept).execute())
    return AccountService(db, FakeClock(), passwords, 14 * HOUR_MS)


def test_a_login_is_kept_recognised_and_ended(accounts: AccountService, db: Database, ids: Ids) -> None:
    token, identity = accounts.log_in("DEMO ", "a0", PASSWORD, address="192.0.2.1", browser="x" * 1000)
    assert (identity.agent, identity.agent_number, identity.account_slug) == (ids.agent, "1001", "demo")
    found = accounts.identify(token)
    assert found == identity
    accounts._clock.advance(RECHECK_MS / 1000 + 1)  # type: ignore[attr-defined]
    assert accounts.identify(token) == identity
    accounts.log_out(identity)
    assert accounts.identify(token) is None


@pytest.mark.parametrize(
    ("slug", "login", "password"),
    [
        ("demo", "a0", "wrong"),
        ("demo", "nobody", PASSWORD),
        ("other", "a0", PASSWORD),
        ("", "", ""),
        ("demo\x00", "a0", PASSWORD),
        ("demo", "a0\x00", PASSWORD),
        ("demo", "a0\ud83d", PASSWORD),
        ("demo", "a0", "\ud83d"),
        ("%", "a%", PASSWORD),
    ],
)
def test_a_wrong_login_is_wrong_whatever_it_contains(
    accounts: AccountService, slug: str, login: str, password: str
) -> None:
    with pytest.raises(BadLogin):
        accounts.log_in(slug, login, password)


def test_capital_letters_with_accents_log_in(accounts: AccountService, db: Database) -> None:
    db.write(lambda: User.update(login="Élodie").where(User.login == "a0").execute())
    assert accounts.log_in("demo", "Élodie", PASSWORD)[1].login == "Élodie"


def test_a_locked_database_logs_nobody_out(accounts: AccountService, db: Database) -> None:
    token, identity = accounts.log_in("demo", "a0", PASSWORD)
    accounts._clock.advance(RECHECK_MS / 1000 + 1)  # type: ignore[attr-defined]
    db.read, before = _away, db.read  # type: ignore[method-assign]
    assert accounts.identify(token) == identity
    db.read = before  # type: ignore[method-assign]


def test_a_person_who_left_is_nobody(accounts: AccountService, db: Database) -> None:
    token, identity = accounts.log_in("demo", "a0", PASSWORD)
    assert accounts.revoke_all(identity.user) == 1
    assert accounts.identify(token) is None
    db.write(lambda: User.update(active=False).execute())
    with pytest.raises(BadLogin):
        accounts.log_in("demo", "a0", PASSWORD)


def test_choices_are_kept(accounts: AccountService) -> None:
    token, identity = accounts.log_in("demo", "a0", PASSWORD)
    accounts.choose_language(identity, "es")
    accounts.choose_theme(identity, "dark")
    found = accounts.identify(token)
    assert found is not None and (found.language, found.theme) == ("es", "dark")


HOUR = T0 % queries.DAY_MS
"""At which hour of the day they began, UTC."""


# --- questions about calls and contacts -------------------------------------------------------------------------
@pytest.fixture
def filled(db: Database, ids: Ids) -> Ids:
    first = Story(ids, call="call-1").whole()
    second = Story(ids, first=100, call="call-2").whole()[:6]
    db.write(lambda: project([*first, *second]))
    return ids


@pytest.mark.parametrize("sort", queries.SORTS)
@pytest.mark.parametrize("descending", [True, False])
def test_calls_are_listed_in_every_order(db: Database, filled: Ids, sort: str, descending: bool) -> None:
    wanted = queries.CallFilter(sort=sort, descending=descending)
    rows = db.read(lambda: queries.page(filled.account, wanted, 1))
    assert {r.id for r in rows} == {"call-1", "call-2"}
    assert {r.id: (r.queue, r.agent, r.disposition, r.recorded) for r in rows} == {
        "call-1": ("Commercial", "Agent 0", "Vente", True),
        "call-2": ("Commercial", "", "", False),
    }
    assert db.read(lambda: queries.count(filled.account, wanted)) == 2


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (queries.CallFilter(search="zoë"), None),
        (queries.CallFilter(search="Zoë"), 2),
        (queries.CallFilter(search="345", digits="345"), 2),
        (queries.CallFilter(search="agent 0"), 1),
        (queries.CallFilter(search="call-1"), 1),
        (queries.CallFilter(search="sip-2"), 1),
        (queries.CallFilter(search="100%_'\\"), 0),
        (queries.CallFilter(outcome="running"), 1),
        (queries.CallFilter(outcome="answered"), 1),
        (queries.CallFilter(outcome="answered,running"), 2),
        (queries.CallFilter(dispositions=(1, 99_999)), None),
        (queries.CallFilter(band=(queries.Band(0, 2 * T0, 0, 0, 86_400_000),)), 2),
        (
            queries.CallFilter(band=(queries.Band(0, 2 * T0, 0, HOUR, HOUR + 1),)),
            2,
        ),
        (
            queries.CallFilter(band=(queries.Band(0, 2 * T0, 3_600_000, HOUR, HOUR + 1),)),
            0,
        ),
        (queries.CallFilter(since=T0, until=T0 + 1), 2),
        (queries.CallFilter(since=T0 + 1), 0),
    ],
)
def test_calls_are_found(db: Database, filled: Ids, wanted: queries.CallFilter, found: int | None) -> None:
    number = db.read(lambda: queries.count(filled.account, wanted))
    assert number == found or found is None
    assert db.read(lambda: queries.count(filled.account + 1, wanted)) == 0


def test_one_call_and_a_days_figures(db: Database, filled: Ids) -> None:
    detail = db.read(lambda: queries.detail(filled.account, "call-1"))
    assert detail is not None
    assert len(detail.legs) == 2 and len(detail.entries) == 24
    assert db.read(lambda: queries.detail(filled.account + 1, "call-1")) is None
    figures = db.read(lambda: queries.figures(filled.account, T0 - 1, T0 + HOUR_MS))
    assert (figures.offered, figures.answered, figures.running) == (2, 1, 1)
    assert figures.mean_talk_ms == 100_000


def test_todays_entries_come_back_from_the_database(db: Database, filled: Ids) -> None:
    entries = db.read(lambda: today.entries_since(T0))
    assert [e.kind for e in entries] == ["agent.work"]
    assert entries[0].agent == filled.agent and entries[0].data["new"] == "OFFERED"


def test_contacts_are_created_found_and_not_written_over(db: Database, ids: Ids) -> None:
    user = db.read(lambda: Agent.get_by_id(ids.agent).user_id)
    service = Contacts(db, FakeClock())
    made = service.create(ids.account, user, {"last_name": "Dupont", "mobile": "06 12 34 56 78"})
    found = db.read(lambda: contacts.by_number(ids.account, "+33612345678", "FR"))
    assert found is not None and found["id"] == made["id"]
    assert db.read(lambda: contacts.by_number(ids.account + 1, "+33612345678", "FR")) is None
    saved = service.save(ids.account, user, made["id"], made["version"], {"last_name": "Durand"})
    assert saved["last_name"] == "Durand"
    with pytest.raises(contacts.Stale):
        service.save(ids.account, user, made["id"], made["version"], {"last_name": "Other"})


def test_on_sqlite_a_reader_goes_on_beside_a_writer(tmp_path: Path) -> None:
    db = opened(f"sqlite:///{tmp_path / 'test.db'}")
    db.write(populate)
    with locked(db):
        assert db.read(lambda: Queue.select().count(), timeout=1) == 2
    db.close()
