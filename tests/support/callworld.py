"""Calls to look at: a working day of the account of deskworld.py, one call with its whole life, hostile ones."""

from __future__ import annotations

import array
import atexit
import copy
import functools
import math
import random
import shutil
import tempfile
import time
import wave
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fs_app.accounts.model import User
from fs_app.apikeys.model import ApiKey
from fs_app.callbacks.model import Callback
from fs_app.calls.model import Call, JournalEntry, Leg, Recording
from fs_app.clock import RealClock
from fs_app.contacts.model import Contact, DirectoryEntry, DirectoryImport
from fs_app.db import Database
from fs_app.imports.counting import Counts
from fs_app.imports.model import ImportJob
from fs_app.outgoing.model import DncEntry
from fs_app.queues.model import Disposition, Queue
from fs_app.supervision.model import Display
from tests.support import (
    contactworld,
    deskworld,
    flowworld,
    legalworld,
    listworld,
    messageworld,
    privacyworld,
    soundworld,
    voicemailworld,
)
from tests.support.schema import MIGRATIONS, published, whole

FULL = "0a6d8c1e-7f43-4a4e-9a55-3b1a7c0f2d10"
RUNNING = "1b7e9d2f-8054-4b5f-8b66-4c2b8d1f3e21"
OTHERS = "2c8fae30-9165-4c60-9c77-5d3c9e20f432"
RECORDING = "3d90bf41-a276-4d71-8d88-6e4daf31a543"
HOSTILE_NAME = '<script>alert("x")</script>\u202eabc'
HOSTILE = {
    "html": ("+33698765432", HOSTILE_NAME),
    "formula": ("=cmd|' /C calc'!A0", '=HYPERLINK("http://evil.example","click")'),
    "long": ("9" * 300, "N" * 10_000),
    "nothing": ("", ""),
    "controls": ("0612\r\nX: y", "a\x00b\x1b[31mred\u2067isolate"),
}


@dataclass
class CallIds:
    desk: deskworld.Ids
    hostile: dict[str, str] = field(default_factory=dict)


@dataclass
class WebApp(deskworld.App):
    """With a health that a test can set."""

    report: dict[str, Any] = field(default_factory=dict)

    def health(self) -> dict[str, Any]:
        return self.report


@dataclass(frozen=True)
class Begun:
    """What each application begins with: `database` as bytes of its file, the folder of its sounds."""

    database: bytes
    library: Path
    ids: CallIds


FRESH_S = 15
"""Seconds that what was made once serves: its times are a little before now."""


@functools.lru_cache(maxsize=1)
def _begun(_while: int) -> Begun:
    folder = Path(tempfile.mkdtemp(prefix="fs-app-callworld-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    app, ids = deskworld.build(folder)
    now = app.clock.now_ms()
    calls = CallIds(ids)
    app.db.write(lambda: populate(calls, now))
    app.db.write(lambda: soundworld.populate(ids.account, ids.queue, now))
    app.db.read(lambda: soundworld.write_files(app.settings.library))
    app.db.write(lambda: legalworld.populate(ids.account, now))
    app.db.close()
    return Begun(whole(folder / "test.db"), app.settings.library, calls)


def build(folder: Path) -> tuple[WebApp, CallIds]:
    begun = _begun(int(time.monotonic() // FRESH_S))
    (folder / "static").symlink_to(published())
    (folder / "test.db").write_bytes(begun.database)
    (folder / "test.db").chmod(0o600)
    db = Database(f"sqlite:///{folder / 'test.db'}", MIGRATIONS)
    db.open()
    ids = copy.deepcopy(begun.ids)
    app = deskworld.over(db, ids.desk, folder, RealClock())
    shutil.copytree(begun.library, app.settings.library)
    app.catalog.reload()
    app.legal.reload()
    recordings = folder / "recordings" / "2026"
    recordings.mkdir(parents=True)
    write_speech(recordings / "full.wav", 95)
    whole = WebApp(
        app.settings,
        app.db,
        app.clock,
        app.bus,
        app.desk,
        app.started_at,
        app.catalog,
        report=all_right(app.clock.now_ms()),
    )
    return whole, ids


def all_right(now: int) -> dict[str, Any]:
    def check(name: str, **params: Any) -> dict[str, Any]:
        return {
            "name": name,
            "ok": True,
            "key": f"health.{name}.ok",
            "params": params,
            "since": now - 3_600_000,
        }

    return {
        "ok": True,
        "checks": [
            check("switch", channels=14),
            check("database", lag=0),
            check("journal"),
            check("directory"),
            check("disk", gb=182.4),
            check("loop", ms=1.8),
        ],
        "figures": {
            "calls": 7,
            "waiting": 3,
            "agents_logged_in": 2,
            "journal_lag": 0,
            "loop_lag_p99_ms": 1.8,
        },
    }


def trouble(now: int) -> dict[str, Any]:
    report = all_right(now)
    report["ok"] = False
    report["checks"][0] |= {
        "ok": False,
        "key": "health.switch.down",
        "params": {"why": "connection refused"},
        "since": now - 42_000,
    }
    report["checks"].append(
        {"name": "moon", "ok": False, "key": "health.moon.full", "params": {"phase": 1}, "since": now}
    )
    return report


def populate(ids: CallIds, now: int) -> None:
    desk = ids.desk
    messageworld.write(desk.account, desk.queue, FULL, now)
    DncEntry.create(account=desk.account, number="+33698000001", reason="Opposition", created_at=now)
    brought = DirectoryImport.create(
        account=desk.account, file="annuaire.csv", at=now, by_name="Ahmed Lefèvre", added=1, refused=1
    )
    DirectoryEntry.create(
        account=desk.account,
        name="Entrepôt Nord",
        company="Oscorp Logistique",
        category="Fournisseur",
        office="+33145678901",
        mail="nord@oscorp.example",
        folded="entrepot nord oscorp logistique fournisseur nord@oscorp.example",
        digits="0145678901 33145678901",
        created_at=now,
        updated_at=now,
        brought_by=brought,
    )
    Display.create(account=desk.account, name="Plateau nord", token_hash="1" * 64, queues=[], created_at=now)
    admin = User.create(
        account=desk.account,
        login="admin",
        name="Ahmed Lefèvre",
        role="admin",
        created_at=now,
        password_hash=User.get(User.login == "sonia").password_hash,
    )
    assert admin.id
    counts = {
        "new": 48_211,
        "updated": 1_204,
        "known": 310,
        "duplicates": {"file": 85},
        "refused": {"number": 97},
    }
    privacyworld.write(desk.account, FULL, RECORDING, now)
    contactworld.write(desk.account, now)
    ImportJob.create(
        account=desk.account,
        name="prospects-novembre.xlsx",
        file="prospects-novembre.xlsx",
        source="CRM",
        size=7_340_032,
        salt="0" * 32,
        by=admin,
        by_name=admin.name,
        at=now - 3_600_000,
        state="DONE",
        total=49_907,
        position=49_907,
        counts=Counts(counts).as_json(),
        started_at=now - 3_500_000,
        ended_at=now - 3_480_000,
    )
    ApiKey.create(
        account=desk.account,
        name="CRM",
        user=admin,
        prefix="0badcafe",
        hash="0" * 64,
        permissions=["imports.manage"],
        created_at=now,
    )
    flowworld.populate(desk.account, desk.queue, now)
    verdict = Disposition.select(Disposition.id).where(Disposition.account == desk.account).scalar()
    listworld.populate(desk.account, desk.queue, desk.agent, verdict, now)
    _a_day(desk, now)
    _full(desk, now - 3_600_000)
    _running(desk, now)
    Call.create(
        id=OTHERS,
        account=desk.other_account,
        stage="ENDED",
        outcome="answered",
        caller_number="+33655555555",
        caller_name="Secret Customer",
        started_at=now - 1000,
        ended_at=now,
    )
    for name, (number, who) in HOSTILE.items():
        ids.hostile[name] = call = f"hostile-{name}"
        Call.create(
            id=call,
            account=desk.account,
            stage="ENDED",
            queue=desk.queue,
            outcome="abandoned",
            caller_number=number,
            caller_name=who,
            called_number="+33185090000",
            started_at=now - 40 * deskworld.DAY_MS,
            ended_at=now - 40 * deskworld.DAY_MS + 9000,
            wait_ms=9000,
            disposition_note=who[:500],
        )
        _entry(desk, call, now, "call.started", caller_number=number, caller_name=who, called_number="1")
    _to_be_called(desk, now)
    voicemailworld.populate(desk.account, desk.queue, desk.agent, FULL, HOSTILE_NAME, now)


def _to_be_called(desk: deskworld.Ids, now: int) -> None:
    """The list of callbacks: one of each kind."""
    for n, (number, name, reason, state, more) in enumerate(
        (
            ("+33711223344", "Léa Petit", "KEPT_PLACE", "OPEN", {"due_at": now + 300_000, "tries": 1}),
            ("+33722334455", "", "ABANDONED", "OPEN", {"times": 3}),
            ("+33733445566", "Omar Haddad", "ABANDONED", "RESERVED", {"owner": desk.colleague}),
            ("+33744556677", HOSTILE_NAME, "VOICEMAIL", "OPEN", {"recording": RECORDING, "from_call": FULL}),
            ("", "", "VOICEMAIL", "OPEN", {}),
            ("+33755667788", "Nina Roux", "ABANDONED", "DONE", {"closed_at": now, "closed_why": "reached"}),
        )
    ):
        Callback.create(
            id=f"5fb2d163-c498-4f93-8eaa-8a6fc053b76{n}",
            account=desk.account,
            queue=desk.queue,
            number=number,
            name=name,
            reason=reason,
            state=state,
            created_at=now - (n + 1) * 240_000,
            changed_at=now,
            **more,
        )


def _a_day(desk: deskworld.Ids, now: int) -> None:
    dice = random.Random(7)
    dispositions = list(Disposition.select().where(Disposition.account == desk.account))
    queues = [q.id for q in Queue.select().where(Queue.account == desk.account)]
    outcomes = ["answered"] * 14 + ["abandoned"] * 4 + ["hung_up_early", "refused"]
    names = [
        "",
        "",
        "",
        "Durand Michèle",
        "Société Lumière",
        "M. Okonkwo",
        "García Núñez",
        "Pharmacie du Port",
    ]
    for i in range(130):
        at = now - 120_000 - i * 613_000 - dice.randrange(300_000)
        outcome = dice.choice(outcomes)
        talked = outcome == "answered"
        wait = dice.randrange(2_000, 140_000)
        talk = dice.randrange(20_000, 900_000) if talked else 0
        Call.create(
            id=f"day-{i:03}",
            account=desk.account,
            stage="ENDED",
            queue=dice.choice(queues),
            agent=dice.choice([desk.agent, desk.colleague]) if talked else None,
            caller_number=f"+336{dice.randrange(10**8):08}",
            caller_name=dice.choice(names),
            called_number="+33185090000",
            started_at=at,
            queued_at=at + 1000,
            answered_at=at + wait if talked else None,
            ended_at=at + wait + talk,
            outcome=outcome,
            wait_ms=wait,
            talk_ms=talk,
            disposition=dice.choice(dispositions) if talked and dice.random() < 0.9 else None,
        )


def _entry(desk: deskworld.Ids, call: str, at: int, kind: str, agent: int | None = None, **data: Any) -> None:
    last = JournalEntry.select(JournalEntry.id).order_by(JournalEntry.id.desc()).first()
    JournalEntry.create(
        id=(last.id if last else 0) + 1,
        account=desk.account,
        at=at,
        kind=kind,
        call=call,
        agent=agent,
        data=data,
    )


def _full(desk: deskworld.Ids, t0: int) -> None:
    """One call with everything: greeting, wait, a refused offer, talk, hold, hang-up, disposition."""
    leg_a, leg_b, leg_c = FULL, "4ea1c052-b387-4e82-9e99-7f5eb042b654", "5fb2d163-c498-4f93-8faa-806fc153c765"
    contact = Contact.get(Contact.account == desk.account)
    sale = Disposition.get(Disposition.code == "SALE")
    Call.create(
        id=FULL,
        account=desk.account,
        stage="ENDED",
        queue=desk.queue,
        agent=desk.agent,
        contact=contact,
        caller_number="+33612345678",
        caller_name="DUPONT JEAN",
        called_number="+33185090000",
        ticket=417,
        started_at=t0,
        queued_at=t0 + 4_200,
        answered_at=t0 + 51_900,
        ended_at=t0 + 146_900,
        ended_by="caller",
        outcome="answered",
        cause="NORMAL_CLEARING",
        wait_ms=47_700,
        talk_ms=83_000,
        hold_ms=12_000,
        disposition=sale,
        disposition_note="14 postes, devis envoyé par mail.\nRappeler en mars.",
        disposed_at=t0 + 168_000,
    )

    def tell(after: int, kind: str, agent: int | None = None, **data: Any) -> None:
        _entry(desk, FULL, t0 + after, kind, agent, **data)

    def stage(after: int, old: str, new: str, why: str) -> None:
        tell(after, "call.stage", old=old, new=new, why=why)

    tell(
        0,
        "call.started",
        direction="inbound",
        caller_number="+33612345678",
        caller_name="DUPONT JEAN",
        called_number="+33185090000",
    )
    stage(100, "NEW", "GREETING", "greeting")
    tell(120, "call.contact", contact=contact.id)
    tell(4_200, "call.queued", queue=desk.queue, queue_name="Commercial", ticket=417)
    stage(4_210, "GREETING", "WAITING", "queued")
    tell(9_000, "offer.made", agent=desk.colleague, agent_name="Bruno Roy", leg=leg_b, number="1002")
    stage(9_010, "WAITING", "OFFERED", "offered")
    tell(9_400, "leg.ringing", leg=leg_b, role="agent", agent=desk.colleague)
    tell(29_000, "leg.ended", leg=leg_b, role="agent", agent=desk.colleague, cause="NO_ANSWER")
    tell(29_010, "offer.failed", agent=desk.colleague, agent_name="Bruno Roy", why="NO_ANSWER")
    stage(29_020, "OFFERED", "WAITING", "offer_failed")
    tell(47_000, "offer.made", agent=desk.agent, agent_name="Élodie Garçon", leg=leg_c, number="1001")
    stage(47_010, "WAITING", "OFFERED", "offered")
    tell(51_500, "leg.answered", leg=leg_c, role="agent", agent=desk.agent)
    tell(51_510, "offer.accepted", agent=desk.agent)
    stage(51_520, "OFFERED", "CONNECTING", "agent_answered")
    tell(51_900, "call.bridged", desk.agent, leg=leg_c, other=leg_a)
    stage(51_910, "CONNECTING", "TALKING", "bridged")
    tell(52_000, "recording.started", recording=RECORDING, path="2026/full.wav")
    tell(90_000, "call.held", desk.agent)
    stage(90_010, "TALKING", "HELD", "held")
    tell(102_000, "call.resumed", desk.agent, leg=leg_c, other=leg_a)
    stage(102_010, "HELD", "TALKING", "bridged")
    tell(146_800, "recording.stopped", recording=RECORDING, path="2026/full.wav", duration_ms=94_800)
    stage(146_900, "TALKING", "ENDED", "NORMAL_CLEARING")
    tell(146_900, "call.ended", by="caller", outcome="answered", cause="NORMAL_CLEARING")
    tell(147_000, "agent.work", desk.agent, old="ACTIVE", new="AFTER_WORK", why="call over")
    tell(150_000, "moon.rose", brightness="full")
    tell(
        168_000,
        "call.disposed",
        desk.agent,
        disposition=sale.id,
        code="SALE",
        label="Vente",
        note="14 postes, devis envoyé par mail.",
    )
    for leg, role, agent, number, begin, answered, end, cause in (
        (leg_a, "caller", None, "+33612345678", 0, 50, 146_900, "NORMAL_CLEARING"),
        (leg_b, "agent", desk.colleague, "1002", 9_000, None, 29_000, "NO_ANSWER"),
        (leg_c, "agent", desk.agent, "1001", 47_000, 51_500, 146_950, "NORMAL_CLEARING"),
    ):
        Leg.create(
            id=leg,
            account=desk.account,
            call=FULL,
            role=role,
            agent=agent,
            number=number,
            sip_call_id=f"{leg[:8]}-sip@trunk.example",
            created_at=t0 + begin,
            answered_at=None if answered is None else t0 + answered,
            ended_at=t0 + end,
            cause=cause,
            by_far_end=leg == leg_a,
        )
    Recording.create(
        id=RECORDING,
        account=desk.account,
        call=FULL,
        agent=desk.agent,
        path="2026/full.wav",
        started_at=t0 + 52_000,
        ended_at=t0 + 146_800,
        duration_ms=94_800,
    )


def _running(desk: deskworld.Ids, now: int) -> None:
    Call.create(
        id=RUNNING,
        account=desk.account,
        stage="WAITING",
        queue=desk.queue,
        caller_number="+33781203040",
        called_number="+33185090000",
        started_at=now - 74_000,
        queued_at=now - 70_000,
    )
    _entry(
        desk,
        RUNNING,
        now - 74_000,
        "call.started",
        caller_number="+33781203040",
        called_number="+33185090000",
    )
    _entry(desk, RUNNING, now - 70_000, "call.stage", old="NEW", new="WAITING", why="queued")


def write_speech(path: Path, seconds: int, rate: int = 8000) -> None:
    """Two channels that take turns, like a conversation: a hum in bursts on the left, then on the right."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(_speech(seconds, rate))


BOTH_TURNS_S = 8


@functools.cache
def _speech(seconds: int, rate: int) -> bytes:
    frames = array.array("h")
    for i in range(min(seconds, BOTH_TURNS_S) * rate):
        t = i / rate
        turn = int(t / 4) % 2
        loud = abs(math.sin(t * 5)) * abs(math.sin(t * 1.3))
        value = int(12_000 * loud * math.sin(2 * math.pi * (180 + 60 * turn) * t))
        frames.append(value if turn == 0 else 0)
        frames.append(value if turn == 1 else 0)
    again = -(-seconds // BOTH_TURNS_S)
    return (frames.tobytes() * again)[: seconds * rate * 4]
