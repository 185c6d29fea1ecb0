"""An account with people, a queue, dispositions, a known caller and earlier calls, and a web side over a fake desk."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fs_app.accounts.model import Account, User
from fs_app.accounts.passwords import Passwords
from fs_app.agents.model import Agent, NotReadyReason
from fs_app.agents.reaches import Reaches
from fs_app.agents.softphones import Softphones
from fs_app.agents.state import AgentState, evolve
from fs_app.audio.jobs import Jobs
from fs_app.audio.phone import Takes
from fs_app.bus import Bus
from fs_app.callbacks.service import Callbacks
from fs_app.calllists.service import CallLists
from fs_app.calllists.working import Lists
from fs_app.calls.correcting import Corrections
from fs_app.calls.model import Call
from fs_app.catalog import Catalog
from fs_app.clock import Clock, RealClock
from fs_app.colleagues.targets import Targets
from fs_app.config import Settings
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.contacts.numbers import e164
from fs_app.db import Database
from fs_app.errors import NotFound
from fs_app.imports.service import Imports
from fs_app.ivr.fetch import fetch
from fs_app.journal import Entry
from fs_app.legal.explain import Explain
from fs_app.legal.registers import Registers
from fs_app.legal.service import Legal
from fs_app.outgoing.blacklist import Blacklist
from fs_app.outward import networks
from fs_app.phones import Phones
from fs_app.queues.model import Did, Disposition, DispositionSet, Queue
from fs_app.schedule import Schedule
from fs_app.system.figures import Figures, Places
from fs_app.tasks import Tasks, Threads
from fs_app.voicemail.service import Voicemails
from fs_app.webservices.lookup import Lookups
from tests.support.fakedesk import FakeDesk
from tests.support.fakerecordings import NoTestCalls, Steering, disposal
from tests.support.fakeswitch import FakeSwitch
from tests.support.fakevisits import FakeVisits
from tests.support.messageworld import messages
from tests.support.privacyworld import nightly, persons
from tests.support.schema import MIGRATIONS, fresh

PASSWORD = secrets.token_urlsafe(12)
DAY_MS = 24 * 3600 * 1000


@dataclass
class NoCalls:
    """The live state of a centre at rest; a test may put calls and agents in."""

    calls: dict[str, Any] = field(default_factory=dict)
    agents: dict[int, Any] = field(default_factory=dict)
    records: dict[int, Any] = field(default_factory=dict)
    last_id: int = 0

    def agent(self, agent: int, account: int) -> Any:
        return self.agents.setdefault(agent, AgentState(agent, account))

    def begin_file(self) -> int:
        return 0

    def record(self, kind: str, *, account: int, agent: int, **data: Any) -> None:
        evolve(self.agent(agent, account), Entry(0, 0, kind, account, None, agent, data))


class NoLine:
    """Calls that never get anywhere."""

    def stand_in_line(self, callback: object) -> None:
        pass

    def call_back(self, callback: object, agent: int) -> None:
        pass

    def leave_line(self, call: str) -> bool:
        return True


@dataclass
class App:
    """What fs_app.web asks of the program."""

    settings: Settings
    db: Database
    clock: Clock
    bus: Bus
    desk: FakeDesk
    started_at: int
    catalog: Catalog
    live: NoCalls = field(default_factory=lambda: NoCalls())

    def __post_init__(self) -> None:
        self.calls = Steering()
        self.blacklist = Blacklist()
        self.legal = Legal(self.db, self.clock, self.catalog, self.blacklist, Tasks("law"))
        waiting = self.settings.data_dir / "registers"
        self.registers = Registers(self.db, self.clock, Tasks("registers"), waiting, self.legal.reload)
        self.why = Explain(
            self.db,
            self.clock,
            self.catalog,
            self.live,  # type: ignore[arg-type]
            self.legal,
            Lists().working,
        )
        self.live.callbacks = {}
        self.callbacks = Callbacks(self.live, self.clock, self.catalog, NoLine(), lambda agent: True)  # type: ignore[arg-type]
        self.corrections = Corrections(
            self.live,  # type: ignore[arg-type]
            self.db,
            self.clock,
            self.catalog,
            lambda entry, seconds: None,
        )
        self.voicemails = Voicemails(self.live, lambda entry, seconds: None, self.callbacks.add_message)  # type: ignore[arg-type]
        self.disposal = disposal(self.db, self.clock, self.settings.recordings)
        self.messages = messages(self.db, self.clock, self.settings.recordings)
        outside = fetch, self.messages.vault.open, networks("127.0.0.0/8")
        self.lookups = Lookups(self.live, self.catalog, self.bus, Tasks("lookups"), *outside)  # type: ignore[arg-type]
        self.switch = FakeSwitch()
        self.targets = Targets(self.live, self.clock, self.catalog)  # type: ignore[arg-type]
        self.phones = Phones(self.bus)
        self.reaches = Reaches(
            self.live,  # type: ignore[arg-type]
            self.bus,
            self.catalog,
            self.phones,
            lambda number: f"sofia/gateway/trunk/{number}",
            lambda account, text: e164(text, "FR") or "",
        )
        self.softphones = Softphones(
            self.db,
            self.live,  # type: ignore[arg-type]
            self.clock,
            self.catalog,
            self.phones,
            self.switch,  # type: ignore[arg-type]
            lambda: None,
        )
        self.test_calls = NoTestCalls()
        self.phone_watch = NoTestCalls()
        self.threads = Threads("files", 2)
        self.lists = CallLists(self.db, self.clock, self.bus, Tasks("lists"))
        self.imports = Imports(
            self.db, self.clock, self.bus, self.threads, self.settings.data_dir / "imports", 20 * 1024**2
        )
        self.persons = persons(self)
        self.nightly = nightly(self)
        self.sounds = Jobs(self.db, self.clock, self.threads, self.settings.library, self.catalog.reload)
        self.takes = Takes(
            self.live,  # type: ignore[arg-type]
            self.clock,
            self.catalog,
            self.switch,  # type: ignore[arg-type]
            self.phones,
            self.sounds,
            self.threads,
            self.settings.recordings,
            lambda path: f"/recordings/{path}",
            lambda account: "/sounds/fr/studio.wav",
            lambda agent: False,
        )
        self.disk: dict[str, Any] = {"free": 182 * 1024**3, "trouble": ""}

        self.schedule = Schedule()
        self.restarted: list[str] = []
        self.schedule.every("deletion of recordings", 60.0, lambda: None)
        self.doctor = FakeVisits(self.clock)
        recordings, threads = self.settings.recordings, Threads("figures", 1)
        places = Places(
            {"data": self.settings.data_dir, "recordings": recordings},
            self.settings.data_dir / "test.db",
            self.settings.journal_dir,
            self.settings.spool,
        )
        self.system = Figures(self.clock, self.switch, threads, places)

    def system_state(self) -> dict[str, Any]:
        return {
            "version": "0.1.0",
            "started_at": self.started_at,
            "link_up": True,
            "link_trouble": "",
            "sessions": 3,
            "database": "sqlite:///test.db",
            "position": 1234,
            "lag": 0,
            "journal_held": 0,
            "browsers": 12,
        }

    def restart(self, part: str) -> None:
        if part not in ("link", "directory"):
            raise NotFound(part)
        self.restarted.append(part)

    def disk_report(self) -> dict[str, Any]:
        return self.disk

    def health(self) -> dict[str, Any]:
        return {"ok": True, "problems": []}


@dataclass
class Ids:
    account: int
    other_account: int
    agent: int
    colleague: int
    stranger: int
    queue: int
    dispositions: int
    contact: int
    reason: int


def items_seen(now: int) -> list[dict[str, Any]]:
    """What an agent's picture shows of people to call."""
    one = {
        "contact": None,
        "queue": {"id": 1, "name": "Commercial"},
        "due_at": None,
        "mine": False,
        "personal": False,
        "owner": "",
        "reserved": False,
        "under_way": False,
        "attempts": 0,
        "note": "",
        "recording": None,
        "disposition_set": 1,
        "latest_days": 30,
        "step_min": 5,
    }
    return [
        {**one, "id": "a1", "number": "+33711223344", "name": "Léa Petit", "reason": "KEPT_PLACE",
         "status": "KEPT_PLACE", "times": 1, "since": now - 240_000, "under_way": True},
        {**one, "id": "a2", "number": "+33722334455", "name": "", "reason": "ABANDONED", "status": "busy", "times": 2,
         "since": now - 480_000, "attempts": 2},
        {**one, "id": "a3", "number": "+33733445566", "name": "Omar Haddad", "reason": "AGENT", "status": "AGENT",
         "times": 1, "since": now - 960_000, "due_at": now + 540_000, "mine": True, "personal": True,
         "reserved": True, "owner": "Élodie Garçon", "note": "Devis de 14 postes"},
        {**one, "id": "a4", "number": "+33744556677", "name": "Inès Moreau", "reason": "ABANDONED",
         "status": "ABANDONED", "times": 1, "since": now - 1_960_000, "reserved": True, "owner": "Bruno Roy"},
    ]  # fmt: skip


def open_database(folder: Path) -> Database:
    db = Database(f"sqlite:///{fresh(folder / 'test.db')}", MIGRATIONS)
    db.open()
    return db


def build(folder: Path, clock: Clock | None = None, inter_call_s: float = 3.0) -> tuple[App, Ids]:
    clock = clock or RealClock()
    db = open_database(folder)
    now = clock.now_ms()
    ids = db.write(lambda: populate(now))
    return over(db, ids, folder, clock, inter_call_s), ids


def over(db: Database, ids: Ids, folder: Path, clock: Clock, inter_call_s: float = 3.0) -> App:
    """An application over a database that has these people."""
    now = clock.now_ms()
    bus = Bus()
    desk = FakeDesk(
        bus,
        clock,
        agents={ids.agent: ("Élodie Garçon", "1001"), ids.colleague: ("Bruno Roy", "1002")},
        reasons=[(ids.reason, "Déjeuner"), (ids.reason + 1, "Pause café"), (ids.reason + 2, "Formation")],
        queues=[(ids.queue, "Commercial"), (ids.queue + 1, "Technique")],
        account=ids.account,
        inter_call_s=inter_call_s,
    )
    settings = Settings(
        data_dir=folder, web_listen="127.0.0.1:0", secret_key="k" * 40, password_login_limit="1000 per minute"
    )
    catalog = Catalog(db, bus)
    catalog.reload()
    return App(settings, db, clock, bus, desk, now, catalog)


def populate(now: int) -> Ids:
    account = Account.create(
        slug="demo", name="Démonstration", sip_domain="demo.example", created_at=now, accent="#066fd1"
    )
    other = Account.create(slug="other", name="Other", sip_domain="other.example", created_at=now)
    hashed = Passwords().hash(PASSWORD)

    def person(of: Account, login: str, name: str, role: str, number: str = "") -> Agent | None:
        user = User.create(
            account=of, login=login, name=name, role=role, password_hash=hashed, created_at=now
        )
        return (
            Agent.create(account=of, user=user, number=number, sip_ha1="0" * 32, created_at=now)
            if number
            else None
        )

    elodie = person(account, "elodie", "Élodie Garçon", "agent", "1001")
    bruno = person(account, "bruno", "Bruno Roy", "agent", "1002")
    person(account, "sonia", "Sonia Belkacem", "supervisor")
    stranger = person(other, "elodie", "Other Elodie", "agent", "1001")
    reasons = [
        NotReadyReason.create(account=account, code=code, label=label, position=i)
        for i, (code, label) in enumerate(
            [("LUNCH", "Déjeuner"), ("COFFEE", "Pause café"), ("TRAIN", "Formation")]
        )
    ]
    chosen = DispositionSet.create(account=account, name="Commercial")
    made = {}
    for position, (code, label, parent) in enumerate(
        [
            ("SALE", "Vente", None),
            ("QUOTE", "Devis envoyé", None),
            ("BACK", "À rappeler", None),
            ("NO", "Refus", None),
            ("NO_PRICE", "Trop cher", "NO"),
            ("NO_RIVAL", "Chez un concurrent", "NO"),
            ("NO_NEED", "Pas de besoin", "NO"),
            ("CLIENT", "Déjà client", None),
            ("WRONG", "Faux numéro", None),
        ]
    ):
        made[code] = Disposition.create(
            account=account,
            set=chosen,
            code=code,
            label=label,
            parent=made[parent] if parent else None,
            position=position,
        )
    queue = Queue.create(
        account=account, name="Commercial", number="200", disposition_set=chosen, created_at=now
    )
    Queue.create(account=account, name="Technique", number="201", created_at=now)
    Did.create(account=account, number="+33185090000", label="Accueil", queue=queue)
    contact = add_known_contact(account.id, now)
    earlier = [
        (9, "answered", "QUOTE", elodie, 252_000, "Envoyer le devis 14 postes"),
        (11, "abandoned", None, None, 0, ""),
        (25, "answered", "CLIENT", bruno, 96_000, ""),
        (80, "answered", None, elodie, 41_000, ""),
    ]
    for i, (days, outcome, code, agent, talk, note) in enumerate(earlier):
        at = now - days * DAY_MS
        Call.create(
            id=f"earlier-{i}",
            account=account,
            stage="ENDED",
            queue=queue,
            agent=agent,
            contact=contact if i == 0 else None,
            caller_number="+33612345678",
            called_number="+33185090000",
            started_at=at,
            queued_at=at + 2000,
            answered_at=at + 20_000 if agent else None,
            ended_at=at + 20_000 + talk,
            outcome=outcome,
            wait_ms=18_000 if agent else 35_000,
            talk_ms=talk,
            disposition=made[code] if code else None,
            disposition_note=note,
        )
    return Ids(
        account=account.id,
        other_account=other.id,
        agent=elodie.id if elodie else 0,
        colleague=bruno.id if bruno else 0,
        stranger=stranger.id if stranger else 0,
        queue=queue.id,
        dispositions=chosen.id,
        contact=contact.id,
        reason=reasons[0].id,
    )


def add_known_contact(account: int, now: int, identifier: int | None = None) -> Contact:
    """Jean Dupont, whom the calls of the tests come from."""
    contact = Contact.create(
        **({"id": identifier} if identifier else {}),
        account=account,
        last_name="Dupont",
        first_name="Jean",
        company="Oscorp",
        category="Client Or",
        mail="jean.dupont@oscorp.example",
        address="12 rue de la Paix\n75002 Paris",
        description="Contrat PRO-2291, échéance 03/2027",
        created_at=now,
        updated_at=now,
    )
    for kind, number in (("mobile", "+33612345678"), ("office", "+33290000000")):
        ContactNumber.create(account=account, contact=contact, number=number, kind=kind)
    return contact


def project_call(ids: Ids, call: str, number: str, now: int, waited_s: int = 48) -> None:
    """What the projection writes when a call rings at the agent: run inside `db.write`."""
    Call.create(
        id=call,
        account=ids.account,
        stage="OFFERED",
        queue=ids.queue,
        agent=ids.agent,
        caller_number=number,
        called_number="+33185090000",
        started_at=now - waited_s * 1000 - 6000,
        queued_at=now - waited_s * 1000,
    )
