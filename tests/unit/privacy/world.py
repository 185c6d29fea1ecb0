"""An account in which one person stands everywhere, and another one who must not be touched."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import orjson
from gevent import monkey

from fs_app.accounts.model import Account, User
from fs_app.admin.audit import Actor
from fs_app.admin.model import AuditEntry
from fs_app.agents.model import Agent
from fs_app.bus import Bus
from fs_app.callbacks.model import Callback
from fs_app.calllists.model import (
    CallList,
    ContactFile,
    ContactFileRow,
    ListAction,
    ListChange,
    ListRecord,
)
from fs_app.calls.model import Call, JournalEntry, Leg, Recording
from fs_app.clock import FakeClock
from fs_app.colleagues.model import AgentMessage
from fs_app.contacts.model import (
    Contact,
    ContactMerge,
    ContactNumber,
    ContactSearch,
    DirectoryEntry,
    DirectoryImport,
    Segment,
)
from fs_app.db import Base, Database
from fs_app.history.model import CallPart
from fs_app.imports.model import ImportChange, ImportJob
from fs_app.journal import Journal
from fs_app.legal.model import Consent
from fs_app.listwork.model import RecordAttempt
from fs_app.live import Live
from fs_app.messaging.model import Message
from fs_app.models import TABLES
from fs_app.outgoing.blacklist import Blacklist
from fs_app.outgoing.entries import of_account
from fs_app.outgoing.model import DncEntry
from fs_app.privacy import child
from fs_app.privacy.finding import tables_of, whole
from fs_app.privacy.job import Around, Folders
from fs_app.privacy.jobs import Persons
from fs_app.privacy.model import PersonJob
from fs_app.privacy.nightly import Nightly
from fs_app.privacy.person import Person
from fs_app.privacy.workshop import Workshop
from fs_app.queues.model import DispositionSet, Queue
from fs_app.recordings.disposal import Disposal
from fs_app.surveys.model import SurveyAnswer
from fs_app.tasks import Tasks, Threads
from fs_app.voicemail.model import Voicemail
from fs_app.web.i18n import said_or
from tests.support.schema import MIGRATIONS

assert monkey.is_module_patched("socket")

NUMBER, SPOKEN = "+33612345678", "06 12 34 56 78"
MAIL = "zygomar@exemple.fr"
NAME = "Zygomar"
"""In everything that says who he is."""

HER_NUMBER, HER_NAME = "+33699999999", "Petronille"
CALL, HER_CALL = "0a6d8c1e-7f43-4a4e-9a55-3b1a7c0f2d10", "1b7e9d2f-8054-4b5f-8b66-4c2b8d1f3e21"
LOOSE = "2c8fae30-9165-4c60-9c77-5d3c9e20f432"
SOUND, MESSAGE_SOUND, HER_SOUND = "rec-his", "rec-msg", "rec-hers"


class Here(Workshop):
    """The work of the child process, without one."""

    def run(self, order: dict[str, Any], progress: Any) -> dict[str, Any]:
        return child.ORDERS[order["order"]](orjson.loads(orjson.dumps(order)))


class World:
    def __init__(self, folder: Path, url: str, workshop: Workshop | None = None) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.db = Database(url, MIGRATIONS)
        self.db.open()
        self.threads = Threads("privacy test", 2)
        self.tasks = Tasks("privacy test")
        for name in ("journal", "recordings", "imports", "cdr/done"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.bus = Bus()
        self.journal = Journal(folder / "journal", self.clock)
        self.live = Live(self.journal, self.clock, self.bus)
        last = self.live.replay()
        self.journal.open(last, self.live.checkpoint())
        self.blacklist = Blacklist()
        self.closed: list[str] = []
        self.disposal = Disposal(
            self.db, self.live, self.clock, self.threads, folder / "recordings", lambda entry: None
        )
        self.folders = Folders(
            folder / "exports", folder / "journal", folder / "imports", folder / "recordings", folder / "cdr"
        )
        around = Around(
            lambda entry, seconds: None,
            self.disposal.remove,
            lambda callback, by: self.closed.append(callback.id),
            self._blacklist_changed,
        )
        self.persons = Persons(
            self.db,
            self.live,
            self.clock,
            self.tasks,
            self.threads,
            tables_of(TABLES),
            self.folders,
            around,
            said_or,
            workshop or Here(),
        )
        self.nightly = Nightly(self.db, self.clock, self.threads, folder / "imports", folder / "exports")

    def close(self) -> None:
        self.tasks.stop()
        self.persons.stop()
        self.journal.close()
        self.threads.stop()
        self.db.close()

    def _blacklist_changed(self, account: int) -> None:
        self.blacklist.load(account, self.db.read(lambda: of_account(account)))

    # --- people ---------------------------------------------------------------------------------------------
    def seed(self) -> None:
        """He and she, in every table; their files."""
        self.db.write(self._rows)
        for name in (SOUND, MESSAGE_SOUND, HER_SOUND):
            (self.folder / "recordings" / f"{name}.wav").write_bytes(b"RIFF" + b"x" * 40)
        folder = self.folder / "imports" / str(self.job)
        folder.mkdir(parents=True)
        (folder / "source").write_text(f"Nom;Tel\n{NAME};{SPOKEN}\n{HER_NAME};{HER_NUMBER}\n", "utf-8")
        (folder / "refused.jsonl").write_bytes(orjson.dumps([[NAME, SPOKEN], "refused.x", {}]) + b"\n")
        (self.folder / "cdr" / "done" / "a.cdr.xml").write_text(f"<cdr><n>{NUMBER}</n><c>{NAME}</c></cdr>")
        record = self.live.record
        record(
            "call.started",
            account=self.account,
            call=CALL,
            direction="inbound",
            caller_number="0612345678",
            caller_name=NAME,
            called_number="100",
            sip_call_id="x",
        )
        record("call.contact", account=self.account, call=CALL, contact=self.contact, name=NAME)
        record("call.ended", account=self.account, call=CALL, by="caller", outcome="answered", cause="OK")
        record("leg.ended", account=self.account, call=CALL, leg=CALL, cause="OK")
        record("clock.jumped", account=self.account, seconds=3)

    def _rows(self) -> None:
        now = self.clock.now_ms()
        account = Account.create(slug="a", name="Centre A", sip_domain="a.example", created_at=1)
        self.account = account.id
        of = {"account": account}
        user = User.create(login="u", name="Ursule", password_hash="x", role="admin", created_at=1, **of)
        self.user = user.id
        agent = Agent.create(user=user, number="1001", sip_ha1="x", created_at=1, **of)
        chosen = DispositionSet.create(name="S", **of)
        queue = Queue.create(name="Ventes", number="1", disposition_set=chosen, created_at=1, **of)
        him = Contact.create(
            last_name=NAME,
            first_name="Jean",
            company=f"{NAME} SARL",
            mail=MAIL,
            address=f"1 rue {NAME}",
            reference="R-1",
            custom={"surnom": NAME},
            name_key="zygomar jean|",
            created_at=now,
            updated_at=now,
            **of,
        )
        twin = Contact.create(last_name=NAME, merged_into_id=him.id, created_at=now, updated_at=now, **of)
        her = Contact.create(last_name=HER_NAME, created_at=now, updated_at=now, **of)
        self.contact, self.her = him.id, her.id
        ContactMerge.create(kept_id=him.id, lost_id=twin.id, before={"last_name": NAME}, at=now, **of)
        ContactNumber.create(contact=him, number=NUMBER, **of)
        ContactNumber.create(contact=her, number=HER_NUMBER, **of)
        ContactSearch.create(contact=him.id, account=account.id, words="zygomar")
        for call, contact, number, name in (
            (CALL, him, "0612345678", NAME),
            (LOOSE, None, NUMBER, NAME),
            (HER_CALL, her, HER_NUMBER, HER_NAME),
        ):
            Call.create(
                id=call,
                stage="ENDED",
                queue=queue,
                agent=agent,
                contact=contact,
                caller_number=number,
                caller_name=name,
                called_number="+33100000000",
                started_at=now,
                ended_at=now + 60_000,
                outcome="answered",
                talk_ms=42_000,
                disposition_note=f"note de {name}",
                **of,
            )
            Leg.create(id=call, call=call, role="caller", number=number, created_at=now, **of)
        CallPart.create(
            id=1, call=CALL, agent=agent, number=NUMBER, name=NAME, began_at=now, talk_ms=42_000, **of
        )
        for name, call in ((SOUND, CALL), (MESSAGE_SOUND, LOOSE), (HER_SOUND, HER_CALL)):
            Recording.create(
                id=name, call=call, path=f"{name}.wav", started_at=now, ended_at=now, duration_ms=9000, **of
            )
        Voicemail.create(
            id=MESSAGE_SOUND,
            call=LOOSE,
            recording=MESSAGE_SOUND,
            number=NUMBER,
            name=NAME,
            left_at=now,
            changed_at=now,
            **of,
        )
        entries: list[tuple[str, str | None, dict[str, Any]]] = [
            (
                "call.started",
                CALL,
                {"caller_number": "0612345678", "caller_name": NAME, "direction": "inbound"},
            ),
            ("capture.posted", CALL, {"text": f"client {NAME}", "ok": True}),
            ("flow.set", CALL, {"name": "client", "value": NAME}),
            ("call.disposed", CALL, {"note": f"note de {NAME}", "disposition": 1, "label": "Vente"}),
            ("callback.noted", HER_CALL, {"note": f"son frère au {SPOKEN}"}),
            ("call.started", HER_CALL, {"caller_number": HER_NUMBER, "caller_name": HER_NAME}),
        ]
        for n, (what, whose, data) in enumerate(entries, 1):
            JournalEntry.create(id=n, at=now, kind=what, call=whose, data=data, **of)
        SurveyAnswer.create(id=1, call=CALL, node="n", value=5, at=now, **of)
        Callback.create(
            id="cb-1",
            number=NUMBER,
            name=NAME,
            note=NAME,
            contact=him,
            reason="AGENT",
            state="DONE",
            from_call=CALL,
            created_at=now,
            changed_at=now,
            closed_at=now,
            **of,
        )
        for origin, to, call in (("m1", NUMBER, CALL), ("m2", MAIL, "")):
            Message.create(
                origin=origin,
                channel="sms",
                recipient=to,
                text=f"Bonjour {NAME}",
                variables={"nom": NAME},
                call=call,
                state="SENT",
                created_at=now,
                due_at=now,
                expires_at=now,
                **of,
            )
        file = ContactFile.create(name="F", created_at=now, **of)
        calls = CallList.create(name="L", file=file, created_at=now, updated_at=now, **of)
        self.job = ImportJob.create(salt="s", at=now, state="DONE", ended_at=now, **of).id
        records = [
            ListRecord.create(
                list=calls, index=1, contact=him, number=NUMBER, memo=f"Memo {NAME}", imported_at=now, **of
            ),
            ListRecord.create(
                list=calls,
                index=2,
                number="",
                more=[{"n": NUMBER}],
                state="COMPLETED",
                memo=NAME,
                imported_at=now,
                **of,
            ),
            ListRecord.create(
                list=calls, index=3, contact=her, number=HER_NUMBER, memo=HER_NAME, imported_at=now, **of
            ),
        ]
        self.records = [r.id for r in records]
        ContactFileRow.create(file=file, index=1, contact=him, answers=[{"label": "q", "value": NAME}], **of)
        RecordAttempt.create(
            list_id=calls.id,
            record_id=records[0].id,
            contact_id=him.id,
            call=CALL,
            number=NUMBER,
            at=now,
            **of,
        )
        action = ListAction.create(
            list=calls, kind="memo", at=now, filter={"field": "number", "op": "is", "value": NUMBER}, **of
        )
        ListChange.create(action=action, record=records[0].id, old={"memo": NAME}, new={"memo": ""})
        Segment.create(
            name="S",
            filter={"field": "number", "op": "is", "value": SPOKEN},
            created_at=now,
            updated_at=now,
            **of,
        )
        Consent.create(contact=him, number=NUMBER, text=f"Oui, {NAME}", given_at=now, created_at=now, **of)
        Consent.create(mail=MAIL, given_at=now, created_at=now, **of)
        DncEntry.create(number=NUMBER, reason=f"{NAME} ne veut plus", created_at=now, **of)
        DirectoryEntry.create(
            name=NAME,
            mobile=NUMBER,
            folded="zygomar",
            digits="0612345678",
            created_at=now,
            updated_at=now,
            **of,
        )
        DirectoryImport.create(at=now, refused_file=f"{NAME};{SPOKEN};?\n{HER_NAME};x;?\n", **of)
        ImportChange.create(
            job=self.job, row=him.id, before={"last_name": NAME}, after={"last_name": "Z"}, **of
        )
        AgentMessage.create(entry=1, sender=user, recipient=agent, text=f"rappelle le {SPOKEN}", at=now, **of)
        AuditEntry.create(
            at=now,
            user_name="Ursule",
            action="update",
            kind="contact",
            object=str(him.id),
            label=NAME,
            before={"last_name": NAME},
            after={"last_name": "Z"},
            **of,
        )
        AuditEntry.create(at=now, user_name="Ursule", action="create", kind="blacklist", label=NUMBER, **of)

    # --- what is asked ----------------------------------------------------------------------------------------
    @property
    def actor(self) -> Actor:
        return Actor(self.account, None, "Ursule", self.clock.now_ms(), "10.0.0.1")

    def person(self) -> Person:
        return self.db.read(lambda: whole(self.account, "FR", [self.contact]))

    def erase(self, never_call: bool = False) -> int:
        """Asked for and carried out, as far as it can be."""
        job = self.persons.erase(self.actor, self.person(), "Z•••", never_call)
        self.persons.round()
        return job

    def job_now(self, job: int) -> Any:
        return self.db.read(lambda: PersonJob.get_by_id(job))

    def everything(self) -> str:
        """All that stands in the database and in the files, as one text."""
        parts = []
        for model in TABLES:
            for row in self.db.read(partial(_rows_of, model)):
                parts.append(f"{model.__name__}: {row}")
        for path in sorted(p for p in self.folder.rglob("*") if p.is_file()):
            if path.suffix not in (".db", ".db-wal", ".db-shm"):
                parts.append(f"{path.relative_to(self.folder)}: {path.read_bytes()!r}")
        return "\n".join(parts)


def _rows_of(model: type[Base]) -> list[Any]:
    return list(model.select().dicts())
