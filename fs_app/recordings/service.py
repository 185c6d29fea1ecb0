"""What people do with a recording: keep it, delete it. Each with its line in the audit log. Inside `Database.write`."""

from __future__ import annotations

from typing import Any

from fs_app.accounts.model import Account
from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.calls.model import Call, Recording
from fs_app.errors import Conflict, Invalid, NotFound
from fs_app.privacy.holds import Held, free_calls
from fs_app.recordings.due import PERSON

LONGEST_REASON = 500
LONGEST_DAYS = 3650


class AlreadyDeleted(Conflict):
    """Its file is gone, or about to go."""

    key = "error.recording_deleted"


class IsKept(Conflict):
    """Somebody marked it to be kept."""

    key = "error.recording_kept"


class StillRecording(Conflict):
    """The conversation goes on."""

    key = "error.recording_running"


def keep(actor: Actor, recording: str, kept: bool) -> None:
    """A recording that is kept is deleted by nobody, neither by retention nor by a person. Raises NotFound,
    AlreadyDeleted."""
    row = _find(actor.account, recording)
    if row.delete_asked_at is not None:
        raise AlreadyDeleted(f"recording {recording}")
    if row.kept != kept:
        Recording.update(kept=kept, kept_by=actor.name[:200] if kept else "").where(
            Recording.id == recording
        ).execute()
        audit.write(actor, "keep" if kept else "release", "recording", recording, row.call_id)


def ask_delete(actor: Actor, recording: str, reason: str) -> None:
    """From now on it is to be deleted; its file goes with the next run of the disposal. Raises NotFound,
    AlreadyDeleted, IsKept, StillRecording, Held (somebody under a legal hold speaks), Invalid without a reason."""
    row = _find(actor.account, recording)
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid("a deletion needs a reason", field="reason")
    if row.delete_asked_at is not None:
        raise AlreadyDeleted(f"recording {recording}")
    if row.kept:
        raise IsKept(f"recording {recording}")
    if row.ended_at is None and row.call.ended_at is None:
        raise StillRecording(f"recording {recording}")
    if not Call.select().where(Call.id == row.call_id, free_calls()).exists():
        raise Held(f"recording {recording}")
    Recording.update(
        delete_asked_at=actor.now, delete_why=PERSON, delete_by=actor.name[:200], delete_reason=reason
    ).where(Recording.id == recording).execute()
    audit.write(actor, "delete", "recording", recording, row.call_id, None, {"reason": reason})


def set_days(actor: Actor, days: int | None) -> None:
    """How long the account keeps recordings (0: until somebody deletes them). Raises Invalid."""
    if days is None or not 0 <= days <= LONGEST_DAYS:
        raise Invalid(f"days from 0 to {LONGEST_DAYS}", field="recording_days")
    row = Account.get_by_id(actor.account)
    if row.recording_days != days:
        Account.update(recording_days=days).where(Account.id == actor.account).execute()
        before, after = {"recording_days": row.recording_days}, {"recording_days": days}
        audit.write(actor, "update", "account", actor.account, row.name, before, after)


def _find(account: int, recording: str) -> Any:
    row = Recording.get_or_none((Recording.id == recording) & (Recording.account == account))
    if row is None:
        raise NotFound(f"recording {recording[:50]!r}")
    return row
