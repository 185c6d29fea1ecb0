"""What is too old, kind by kind, and how it goes. Inside `Database.read` and `.write`; a piece is a short transaction.

Whoever is under legal hold loses nothing, and neither does a call of which a recording is kept for good.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from peewee import ModelSelect, fn

from fs_app.admin.model import AuditEntry
from fs_app.callbacks.model import Callback
from fs_app.calllists.model import ContactFileRow, ListRecord
from fs_app.calllists.state import DONE, TO_CALL
from fs_app.calls.model import Call, JournalEntry, Leg, Recording
from fs_app.colleagues.model import AgentMessage
from fs_app.contacts.model import Contact
from fs_app.history.model import CallPart
from fs_app.listwork.model import RecordAttempt
from fs_app.messaging.model import Message
from fs_app.privacy import holds, kinds
from fs_app.privacy.erasing import held_calls
from fs_app.privacy.erasing_journal import clean_entry
from fs_app.privacy.model import AccessLog
from fs_app.privacy.person import Person
from fs_app.privacy.registry import REGISTRY
from fs_app.recordings.due import BY_ITSELF, RETENTION
from fs_app.voicemail.model import Voicemail

AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Old:
    """How rows of one kind are found (`rows(account, before)`: a query of their keys) and how some of them go."""

    rows: Callable[[int, int], ModelSelect]
    go: Callable[[int, list[Any], int], None]


def count(account: int, kind: str, before: int) -> int:
    """How many go when everything older than `before` (UTC ms) goes."""
    return int(OLD[kind].rows(account, before).count())


def some(account: int, kind: str, before: int, now: int) -> int:
    """Up to so many of them go; 0: none was left."""
    old = OLD[kind]
    found = [i for (i,) in old.rows(account, before).limit(AT_ONCE).tuples()]
    if found:
        old.go(account, found, now)
    return len(found)


# --- calls -------------------------------------------------------------------------------------------------------
def _calls(account: int, before: int) -> ModelSelect:
    personal = (
        (Call.caller_number != "")
        | (Call.caller_name != "")
        | (Call.disposition_note != "")
        | Call.contact.is_null(False)
    )
    return Call.select(Call.id).where(
        Call.account == account,
        Call.started_at < before,
        Call.ended_at.is_null(False),
        personal,
        Call.id.not_in(held_calls()),
        holds.free_calls_of(account),
    )


def _calls_go(account: int, calls: list[Any], now: int) -> None:
    """Durations and verdicts stay; nobody is named any more."""
    nobody = Person(account)
    for row in list(JournalEntry.select().where(JournalEntry.call.in_(calls))):
        new = clean_entry(row.kind, row.data, nobody, True)
        if new != row.data:
            JournalEntry.update(data=new).where(JournalEntry.id == row.id).execute()
    Leg.update(dict(REGISTRY["leg"].blank)).where(Leg.call.in_(calls), Leg.role != "agent").execute()
    CallPart.update(dict(REGISTRY["call_part"].blank)).where(CallPart.call.in_(calls)).execute()
    attempts = REGISTRY["record_attempt"].blank
    RecordAttempt.update(dict(attempts)).where(RecordAttempt.call.in_(calls)).execute()
    Call.update(dict(REGISTRY["call"].blank)).where(Call.id.in_(calls)).execute()


def _callbacks(account: int, before: int) -> ModelSelect:
    personal = (Callback.number != "") | (Callback.name != "") | (Callback.note != "")
    return Callback.select(Callback.id).where(
        Callback.account == account,
        Callback.closed_at < before,
        Callback.state.in_(("DONE", "CANCELLED")),
        personal,
        Callback.contact.is_null() | Callback.contact.not_in(holds.contacts(account)),
        Callback.number.not_in(holds.spelled(account)),
    )


def _callbacks_go(account: int, found: list[Any], now: int) -> None:
    Callback.update(dict(REGISTRY["callback"].blank)).where(Callback.id.in_(found)).execute()


def _voicemails(account: int, before: int) -> ModelSelect:
    kept = Recording.select(Recording.id).where(
        (Recording.kept == True) | Recording.ended_at.is_null()  # noqa: E712
    )
    return Voicemail.select(Voicemail.id).where(
        Voicemail.account == account,
        Voicemail.left_at < before,
        Voicemail.recording.not_in(kept),
        Voicemail.number.not_in(holds.spelled(account)),
    )


def _voicemails_go(account: int, found: list[Any], now: int) -> None:
    """The disposal of recordings removes the files."""
    files = [r for (r,) in Voicemail.select(Voicemail.recording).where(Voicemail.id.in_(found)).tuples()]
    Recording.update(delete_asked_at=now, delete_why=RETENTION, delete_by=BY_ITSELF).where(
        Recording.id.in_(files), Recording.delete_asked_at.is_null()
    ).execute()
    Voicemail.delete().where(Voicemail.id.in_(found)).execute()


# --- messages ----------------------------------------------------------------------------------------------------
def _messages(account: int, before: int) -> ModelSelect:
    return Message.select(Message.id).where(
        Message.account == account,
        Message.created_at < before,
        Message.state.in_(("SENT", "FAILED", "UNKNOWN", "CANCELLED")),
        Message.recipient.not_in(holds.spelled(account)),
    )


def _messages_go(account: int, found: list[Any], now: int) -> None:
    Message.delete().where(Message.id.in_(found)).execute()


def _notes(account: int, before: int) -> ModelSelect:
    return AgentMessage.select(AgentMessage.id).where(
        AgentMessage.account == account, AgentMessage.at < before
    )


def _notes_go(account: int, found: list[Any], now: int) -> None:
    AgentMessage.delete().where(AgentMessage.id.in_(found)).execute()


# --- people ------------------------------------------------------------------------------------------------------
def _contacts(account: int, before: int) -> ModelSelect:
    """Nobody has changed them, talked with them, or means to call them."""
    called = Call.select(Call.contact).where(
        Call.account == account, Call.contact.is_null(False), Call.started_at >= before
    )
    promised = Callback.select(Callback.contact).where(
        Callback.account == account,
        Callback.contact.is_null(False),
        Callback.state.in_(("OPEN", "RESERVED", "REACHED")),
    )
    listed = ListRecord.select(ListRecord.contact).where(
        ListRecord.account == account,
        ListRecord.contact.is_null(False),
        ListRecord.state.in_([str(s) for s in TO_CALL]) | (ListRecord.last_at >= before),
    )
    return Contact.select(Contact.id).where(
        Contact.account == account,
        Contact.updated_at < before,
        Contact.created_at < before,
        Contact.directory == "",
        Contact.id.not_in(called),
        Contact.id.not_in(promised),
        Contact.id.not_in(listed),
        Contact.id.not_in(holds.contacts(account)),
    )


def _contacts_go(account: int, found: list[Any], now: int) -> None:
    """What hangs on them goes with them; their calls have days of their own."""
    Contact.delete().where(Contact.id.in_(found)).execute()


def _records(account: int, before: int) -> ModelSelect:
    personal = (ListRecord.number != "") | (ListRecord.memo != "") | ListRecord.contact.is_null(False)
    return ListRecord.select(ListRecord.id).where(
        ListRecord.account == account,
        ListRecord.state.in_([str(s) for s in DONE]),
        fn.COALESCE(ListRecord.last_at, ListRecord.imported_at) < before,
        personal,
        ListRecord.contact.is_null() | ListRecord.contact.not_in(holds.contacts(account)),
        ListRecord.number.not_in(holds.spelled(account)),
    )


def _records_go(account: int, found: list[Any], now: int) -> None:
    """Counters and results stay. The line of the contact file goes with the record that it belongs to."""
    rows = ListRecord.select(ListRecord.list, ListRecord.index).where(ListRecord.id.in_(found)).tuples()
    for call_list, index in list(rows):
        file = ListRecord.list.rel_model.get_by_id(call_list).file_id
        if file is not None:
            ContactFileRow.update(dict(REGISTRY["contact_file_row"].blank)).where(
                ContactFileRow.file == file, ContactFileRow.index == index
            ).execute()
    ListRecord.update(dict(REGISTRY["list_record"].blank)).where(ListRecord.id.in_(found)).execute()


# --- logs --------------------------------------------------------------------------------------------------------
def _access(account: int, before: int) -> ModelSelect:
    return AccessLog.select(AccessLog.id).where(AccessLog.account == account, AccessLog.at < before)


def _access_go(account: int, found: list[Any], now: int) -> None:
    AccessLog.delete().where(AccessLog.id.in_(found)).execute()


def _audit(account: int, before: int) -> ModelSelect:
    return AuditEntry.select(AuditEntry.id).where(AuditEntry.account == account, AuditEntry.at < before)


def _audit_go(account: int, found: list[Any], now: int) -> None:
    AuditEntry.delete().where(AuditEntry.id.in_(found)).execute()


OLD: dict[str, Old] = {
    kinds.CALLS: Old(_calls, _calls_go),
    kinds.CALLBACKS: Old(_callbacks, _callbacks_go),
    kinds.VOICEMAILS: Old(_voicemails, _voicemails_go),
    kinds.MESSAGES: Old(_messages, _messages_go),
    kinds.NOTES: Old(_notes, _notes_go),
    kinds.CONTACTS: Old(_contacts, _contacts_go),
    kinds.RECORDS: Old(_records, _records_go),
    kinds.ACCESS: Old(_access, _access_go),
    kinds.AUDIT: Old(_audit, _audit_go),
}
"""Those that lie in tables alone; files are `retention_files.py`'s."""
