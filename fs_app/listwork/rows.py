"""Entries of the journal to rows of lists, contact files and attempts (inside the projection's transaction).

Each entry is applied once (`projection`); told twice all the same, an attempt counts once by its moment, and there is
one row of it by its call. A record that somebody has taken off the list meanwhile stays as that left it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog

from fs_app.agents.model import Agent
from fs_app.calllists.model import CallList, ContactFileRow, ListRecord
from fs_app.calllists.picking import Taken, give_back, record_result, reserve
from fs_app.calllists.record import Outcome, Record
from fs_app.calls.model import Call
from fs_app.contacts.model import ContactNumber
from fs_app.errors import NotFound, UnknownTransition
from fs_app.journal import Entry
from fs_app.listwork.model import RecordAttempt
from fs_app.outgoing import entries as dnc
from fs_app.outgoing.blacklist import VERDICT
from fs_app.queues.model import Disposition

log = structlog.get_logger(__name__)

REACHED = "reached"


def started(e: Entry) -> None:
    """For `call.started`: the list says that he is in a call."""
    if isinstance(e.data.get("record"), int):
        Call.update(record_id=e.data["record"]).where(Call.id == e.call).execute()
        if not _known(e.call):
            _take(e, e.data.get("asked_by"))


def _known(call: str | None) -> bool:
    """What came of this call stands in the database already."""
    found = RecordAttempt.select().where(RecordAttempt.call == call, RecordAttempt.result != "")
    return bool(found.exists())


def dialled(e: Entry) -> None:
    """For `call.dialled`: what is tried counts, whatever comes of it."""
    record = e.data.get("record")
    if not isinstance(record, int):
        return
    found = ListRecord.get_or_none(ListRecord.id == record)
    if found is None:
        return
    RecordAttempt.insert(
        account=e.account,
        list_id=found.list_id,
        record_id=record,
        contact_id=found.contact_id,
        call=e.call,
        number=e.data["number"][:32],
        agent_id=e.data.get("agent"),
        at=e.at,
    ).on_conflict_ignore().execute()


def _take(e: Entry, agent: int | None) -> None:
    assert e.account is not None
    try:
        reserve(e.account, e.data["record"], agent)
    except (NotFound, Taken) as error:
        # It was taken off the list in this moment, or is gone: the last look before dialling says no.
        log.info("record not taken", record=e.data["record"], why=str(error))


def _answered(e: Entry) -> None:
    """He has called himself."""
    Call.update(record_id=e.data["record"]).where(Call.id == e.call, Call.record_id.is_null()).execute()
    _take(e, e.agent)


def _noted(e: Entry) -> None:
    ListRecord.update(memo=e.data["note"]).where(*_this(e)).execute()


def _this(e: Entry) -> tuple[Any, ...]:
    return ListRecord.id == e.data["record"], ListRecord.account == e.account


def _over(e: Entry) -> None:
    d = e.data
    assert e.account is not None
    if _known(e.call):
        return
    attempt = RecordAttempt.get_or_none(RecordAttempt.call == e.call) if e.call else None
    if attempt is not None and d["dialled"]:
        _attempt_over(attempt, d)
    if d["event"] == "given_back":
        give_back(e.account, d["record"])
        return
    outcome = Outcome(
        event=d["event"],
        attempted_at=attempt.at if attempt is not None and d["counted"] and d["dialled"] else None,
        due_at=d["due_at"],
        owner=d["owner"],
        result=d["result"],
        agent=e.agent,
        disposition=d.get("disposition"),
        refused=d["refused"],
    )
    try:
        found = record_result(e.account, d["record"], outcome)
    except (NotFound, UnknownTransition, Taken) as error:
        log.info("the list takes no result", record=d["record"], became=d["event"], why=str(error))
        return
    more: dict[str, Any] = {}
    if d.get("freed"):
        more["owner"] = None
    if d["refused"]:
        more["refused_at"] = e.at
    if d.get("abandoned") and attempt is not None:
        more["abandoned_at"] = attempt.at
    if more:
        ListRecord.update(more).where(*_this(e)).execute()
    if d["event"] == "wrong" and found.contact is not None:
        ContactNumber.update(wrong_at=e.at).where(
            ContactNumber.contact == found.contact,
            ContactNumber.number == d["number"],
            ContactNumber.wrong_at.is_null(),
        ).execute()
    if e.call or d.get("disposition") is not None:
        _file_row(e, found)


def _attempt_over(attempt: RecordAttempt, d: dict[str, Any]) -> None:
    RecordAttempt.update(
        result=REACHED if d.get("talked") else d["result"][:20],
        talked=bool(d.get("talked")),
        disposition_id=d.get("disposition"),
    ).where(RecordAttempt.id == attempt.id).execute()


def _file_row(e: Entry, record: Record) -> None:
    """The line of the contact file says who had him last, and with which verdict (HN-407)."""
    file = CallList.select(CallList.file).where(CallList.id == record.list).tuples().first()
    if file is None or file[0] is None:
        return
    values: dict[str, Any] = {"last_call": e.call or "", "updated_at": e.at}
    if e.agent is not None:
        values |= {"last_agent": e.agent, "last_agent_name": _name_of(e.agent)}
    if e.data.get("disposition") is not None:
        values |= _verdict(e.data["disposition"])
    ContactFileRow.insert(
        account=e.account, file=file[0], index=record.index, contact=record.contact, **values
    ).on_conflict(
        conflict_target=[ContactFileRow.file, ContactFileRow.index],
        update={getattr(ContactFileRow, name): value for name, value in values.items()},
    ).execute()


def _name_of(agent: int) -> str:
    found = Agent.get_or_none(Agent.id == agent)
    return str(found.user.name)[:200] if found is not None else ""


def _verdict(disposition: int) -> dict[str, Any]:
    """The group, the verdict, and the one below it (the detail), each with code and label."""
    found = Disposition.get_or_none(Disposition.id == disposition)
    if found is None:
        return {"disposition": disposition}
    head, detail = (found.parent, found) if found.parent_id is not None else (found, None)
    return {
        "disposition_set": found.set_id,
        "disposition": found.id,
        "code": head.code,
        "label": head.label,
        "detail_code": detail.code if detail is not None else "",
        "detail_label": detail.label if detail is not None else "",
    }


def _barred(e: Entry) -> None:
    """Never again, from nobody: onto the account's blacklist."""
    assert e.account is not None
    entry = dnc.Entry(e.data["number"], reason=e.data["reason"])
    dnc.put(e.account, [entry], VERDICT, e.data["by"], e.at)


HANDLERS: dict[str, Callable[[Entry], None]] = {
    "record.answered": _answered,
    "record.noted": _noted,
    "record.over": _over,
    "number.barred": _barred,
}
