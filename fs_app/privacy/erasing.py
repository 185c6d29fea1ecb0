"""What an erasure does in the database, in pieces that each fit into one short transaction. Inside `Database.write`.

Each piece can be done again: a job that died goes on by doing all of them once more. What is found by a call or a
record goes before it, so that nothing is left that could not be found any more.
"""

from __future__ import annotations

import secrets
from typing import Any

from peewee import Cast, chunked, fn

from fs_app.admin.model import AuditEntry
from fs_app.callbacks.model import Callback
from fs_app.calllists.model import ListRecord
from fs_app.calllists.state import TO_CALL, State
from fs_app.calls.model import Call, JournalEntry, Recording
from fs_app.contacts.model import Contact, DirectoryImport
from fs_app.contacts.numbers import spellings
from fs_app.db import Base
from fs_app.imports.model import ImportChange
from fs_app.legal.model import Consent
from fs_app.outgoing.forgotten import MARK, forgotten
from fs_app.outgoing.model import DncEntry
from fs_app.privacy import finding
from fs_app.privacy.erasing_journal import Owned, clean_entry
from fs_app.privacy.finding import Tables
from fs_app.privacy.model import PrivacySecret
from fs_app.privacy.person import Person, scrubbed
from fs_app.privacy.registry import REGISTRY, Erase, Known
from fs_app.recordings.due import PERSON

NOTHING = Owned()

CALLS_AT_ONCE = 40
ROWS_AT_ONCE = 200
JOURNAL_AT_ONCE = 20_000
"""Entries of the journal that are looked through in one go: the database does it, Python sees those that match."""

BY_CALL = ("leg", "call_part", "voicemail", "callback", "message")
"""Tables whose rows are found by the call, blanked with it."""

ONE_BY_ONE = frozenset({"call", "journal_entry", "recording", "contact", "directory_import", "audit_entry"})
"""Done by functions of their own below."""

Counts = dict[str, int]


def salt_of(account: int) -> str:
    """The account's, made when it is first needed."""
    row = PrivacySecret.get_or_none(PrivacySecret.account == account)
    if row is None:
        row = PrivacySecret.create(account=account, salt=secrets.token_hex(24))
    return str(row.salt)


# --- calls -------------------------------------------------------------------------------------------------------
def held_calls() -> Any:
    """Calls of which a recording is kept for good: nobody deletes it, and what it belongs to stays with it."""
    return Recording.select(Recording.call).where(
        Recording.kept == True,  # noqa: E712
        Recording.deleted_at.is_null(),
    )


def next_calls(person: Person, most: int = CALLS_AT_ONCE) -> list[str]:
    """The next of his calls that still say who he is."""
    query = finding.calls_of(person).where(Call.id.not_in(held_calls()), Call.ended_at.is_null(False))
    return [c for (c,) in query.limit(most).tuples()]


def doom_recordings(person: Person, by: str, now: int) -> int:
    """His recordings, messages too, are to be deleted: from here on nobody can hear or keep them. Returns how many."""
    return int(
        Recording.update(delete_asked_at=now, delete_why=PERSON, delete_by=by[:200], delete_reason="")
        .where(
            Recording.call.in_(finding.calls_of(person)),
            Recording.kept == False,  # noqa: E712
            Recording.delete_asked_at.is_null(),
            Recording.ended_at.is_null(False)
            | Recording.call.in_(Call.select(Call.id).where(Call.ended_at.is_null(False))),
        )
        .execute()
    )


def recordings_left(person: Person) -> int:
    """Those whose file is still there."""
    return int(
        Recording.select()
        .where(
            Recording.call.in_(finding.calls_of(person)),
            Recording.kept == False,  # noqa: E712
            Recording.deleted_at.is_null(),
        )
        .count()
    )


def erase_calls(tables: Tables, person: Person, calls: list[str]) -> Counts:
    """These calls, with all that hangs on them: durations and verdicts stay, nobody is named any more."""
    counts: Counts = {"journal": _journal(person, JournalEntry.call.in_(calls), calls)}
    for name in BY_CALL:
        model, known = tables[name], REGISTRY[name]
        column = next(link.partition(":")[2] for link in known.links if link.startswith("call:"))
        field = model._meta.fields[column]
        changed = _of_account(model, person).where(field.in_(calls))
        if name == "callback":  # somebody else's promise may have come from this call
            changed = changed.where(Callback.number.in_(person.spelled) | (Callback.number == ""))
        counts[known.kind] = counts.get(known.kind, 0) + _blank(model, known, changed)
    known = REGISTRY["call"]
    counts[known.kind] = Call.update(_values(known)).where(Call.id.in_(calls)).execute()
    Recording.update(delete_reason="").where(Recording.call.in_(calls)).execute()
    return counts


def _of_account(model: type[Base], person: Person) -> Any:
    key = model._meta.primary_key
    return model.select(key).where(model._meta.fields["account"] == person.account)


def _blank(model: type[Base], known: Known, query: Any) -> int:
    key = model._meta.primary_key
    ids = [i for (i,) in query.tuples()]
    for some in chunked(ids, ROWS_AT_ONCE):
        model.update(_values(known)).where(key.in_(some)).execute()
    return len(ids)


def _values(known: Known) -> dict[str, Any]:
    return dict(known.blank)


# --- the journal -------------------------------------------------------------------------------------------------
def _journal(person: Person, condition: Any, calls: list[str], owned: Owned = NOTHING) -> int:
    changed = 0
    rows = JournalEntry.select(JournalEntry.id, JournalEntry.kind, JournalEntry.call, JournalEntry.data)
    his = set(calls)
    for row in list(rows.where(condition)):
        new = clean_entry(row.kind, row.data, person, row.call in his or owned.has(row.data))
        if new != row.data:
            JournalEntry.update(data=new).where(JournalEntry.id == row.id).execute()
            changed += 1
    return changed


def journal_end() -> int:
    return int(JournalEntry.select(fn.MAX(JournalEntry.id)).scalar() or 0)


def journal_hits(person: Person, after: int, owned: Owned = NOTHING) -> list[int]:
    """Of the next entries after this number those that may mention him, or what is his. Inside `Database.read`."""
    condition = finding.mentions(JournalEntry.data, person)
    for mark in owned.marks:
        is_his = Cast(JournalEntry.data, "TEXT").contains(mark)
        condition = is_his if condition is None else condition | is_his
    if condition is None:
        return []
    span = (JournalEntry.id > after) & (JournalEntry.id <= after + JOURNAL_AT_ONCE)
    mine = JournalEntry.account == person.account
    return [i for (i,) in JournalEntry.select(JournalEntry.id).where(span, mine, condition).tuples()]


def clean_journal(person: Person, entries: list[int], owned: Owned = NOTHING) -> int:
    """Those entries, whoever's call they are of: his number goes, the rest stays unless it is about what is his."""
    return _journal(person, JournalEntry.id.in_(entries), [], owned)


# --- lists -------------------------------------------------------------------------------------------------------
def erase_records(tables: Tables, person: Person) -> Counts:
    """Up to so many records of call lists; none left: {}. Who was still to be called is not called any more."""
    condition = finding.where(ListRecord, REGISTRY["list_record"], person)
    if condition is None:
        return {}
    rows = ListRecord.select(ListRecord.id, ListRecord.state).where(
        condition, ListRecord.state != State.IN_CALL
    )
    found = list(rows.limit(ROWS_AT_ONCE).tuples())
    if not found:
        return {}
    ids = [i for i, _ in found]
    tables["list_change"].delete().where(tables["list_change"]._meta.fields["record"].in_(ids)).execute()
    ListRecord.update(_values(REGISTRY["list_record"])).where(ListRecord.id.in_(ids)).execute()
    to_call = [i for i, state in found if state in TO_CALL]
    if to_call:
        ListRecord.update(state=str(State.STOPPED), before=None).where(ListRecord.id.in_(to_call)).execute()
    return {"records": len(ids)}


# --- the blacklist and proofs -------------------------------------------------------------------------------------
def hash_numbers(person: Person, never_call: bool, by: str, now: int) -> Counts:
    """Who is not to be called is not called again, and his number stands nowhere; the proof of a consent stays with
    the hash of the number that it was for."""
    salt = salt_of(person.account)
    counts = {"blacklist": 0, "consents": 0}
    for number in person.numbers:
        if not number.startswith("+"):
            continue
        gone = forgotten(salt, number)
        spelled = sorted({number, *spellings(number, person.country)})
        rows = DncEntry.update(number=gone, reason="", source="erased", prefix=False).where(
            DncEntry.account == person.account, DncEntry.number.in_(spelled)
        )
        counts["blacklist"] += rows.execute()
        known = DncEntry.select().where(
            DncEntry.account == person.account, DncEntry.number == gone, DncEntry.queue.is_null()
        )
        if never_call and not known.exists():
            DncEntry.create(
                account=person.account, number=gone, source="erased", created_at=now, created_by=by[:200]
            )
            counts["blacklist"] += 1
        proofs = Consent.update(_values(REGISTRY["consent"]) | {"number": gone}).where(
            Consent.account == person.account, Consent.number.in_(spelled)
        )
        counts["consents"] += proofs.execute()
    rest = finding.where(Consent, REGISTRY["consent"], person)
    if rest is not None:
        named = ~Consent.number.startswith(MARK)
        counts["consents"] += (
            Consent.update(_values(REGISTRY["consent"]) | {"number": ""}).where(rest, named).execute()
        )
        Consent.update(_values(REGISTRY["consent"])).where(rest).execute()
    return counts


# --- all other tables ------------------------------------------------------------------------------------------
def other_tables() -> list[str]:
    """In the order of the registry; contacts come last, for what is found by them."""
    done = {*ONE_BY_ONE, "list_record", "list_change", "consent", "dnc_entry", "leg", "call_part"}
    return [
        name
        for name, known in REGISTRY.items()
        if known.links and known.erase in (Erase.DELETE, Erase.BLANK, Erase.CLEAN) and name not in done
    ]


def erase_some(tables: Tables, name: str, person: Person) -> int:
    """Some rows of one table; 0: none is left."""
    model, known = tables[name], REGISTRY[name]
    key = model._meta.primary_key
    condition = finding.where(model, known, person)
    if condition is None:
        return 0
    if known.erase is Erase.CLEAN:
        return _clean(model, known, person)
    if name == "callback":
        condition &= Callback.state.in_(("DONE", "CANCELLED"))
    if known.erase is Erase.BLANK:
        done = [
            model._meta.fields[c]
            for c in known.blank
            if c in ("number", "recipient", "contact", "contact_id")
        ]
        full = [f.is_null(False) if f.null else f != "" for f in done]
        condition &= full[0] if len(full) == 1 else full[0] | full[1]
    ids = [i for (i,) in model.select(key).where(condition).limit(ROWS_AT_ONCE).tuples()]
    if not ids:
        return 0
    if known.erase is Erase.DELETE:
        model.delete().where(key.in_(ids)).execute()
    else:
        model.update(_values(known)).where(key.in_(ids)).execute()
    return len(ids)


def _clean(model: type[Base], known: Known, person: Person) -> int:
    key = model._meta.primary_key
    columns = [link.partition(":")[2] for link in known.links if link.startswith("text:")]
    changed = 0
    for row in finding.matching(model, known, person):
        new = {c: scrubbed(row[c], person) for c in columns}
        new = {c: v for c, v in new.items() if v != row[c]}
        if new:
            model.update(new).where(key == row[key.name]).execute()
            changed += 1
    return changed


def clean_directory_imports(person: Person) -> int:
    """Refused lines of files for the directory: those that name him go."""
    condition = finding.mentions(DirectoryImport.refused_file, person)
    if condition is None:
        return 0
    gone = 0
    for row in DirectoryImport.select().where(DirectoryImport.account == person.account, condition):
        lines = row.refused_file.splitlines(keepends=True)
        kept = [line for line in lines if not person.mentioned(line)]
        if len(kept) != len(lines):
            DirectoryImport.update(refused_file="".join(kept)).where(DirectoryImport.id == row.id).execute()
            gone += len(lines) - len(kept)
    return gone


def clean_audit(person: Person) -> int:
    """Who changed him, and when, stays; what was changed and what he was called goes."""
    gone = 0
    objects = [str(c) for c in person.contacts]
    if objects:
        gone += (
            AuditEntry.update(label="", before=None, after=None)
            .where(
                AuditEntry.account == person.account,
                AuditEntry.kind == "contact",
                AuditEntry.object.in_(objects),
            )
            .execute()
        )
    known = REGISTRY["audit_entry"]
    return gone + _clean(AuditEntry, known, person)


def erase_contacts(person: Person) -> int:
    """The last step: without them nothing is found by them any more. What hangs on a contact goes with it."""
    if person.contacts:
        ImportChange.delete().where(
            ImportChange.account == person.account,
            ImportChange.kind == "contact",
            ImportChange.row.in_(person.contacts),
        ).execute()
    gone = 0
    for contact in person.contacts:
        gone += Contact.delete().where(Contact.account == person.account, Contact.id == contact).execute()
    return gone
