"""Entries of the journal to rows of the table (inside the projection's transaction)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fs_app.callbacks.model import Callback
from fs_app.contacts.model import still_there
from fs_app.journal import Entry


def _opened(e: Entry) -> None:
    d = e.data
    Callback.insert(
        id=d["callback"],
        account=e.account,
        queue=d["queue"],
        number=d["number"],
        name=d.get("name", "")[:200],
        contact=still_there(d.get("contact")),
        reason=d["reason"],
        state="OPEN" if d.get("owner") is None else "RESERVED",
        owner=d.get("owner"),
        personal=d.get("owner") is not None,
        note=d.get("note", ""),
        due_at=d.get("due_at"),
        from_call=e.call or "",
        recording=d.get("recording", ""),
        created_at=e.at,
        changed_at=e.at,
    ).on_conflict_ignore().execute()


def _change(**columns: Callable[[Entry], Any]) -> Callable[[Entry], None]:
    def apply(e: Entry) -> None:
        if e.data.get("callback"):
            values = {name: value(e) for name, value in columns.items()}
            Callback.update(changed_at=e.at, **values).where(Callback.id == e.data["callback"]).execute()

    return apply


def _failed(e: Entry) -> None:
    columns: dict[str, Callable[[Entry], Any]] = {
        "last_cause": lambda e: e.data["why"][:60],
        "due_at": lambda e: e.data.get("due_at"),
    }
    if e.data.get("result"):
        columns["last_result"] = lambda e: e.data["result"][:20]
        columns["last_times"] = lambda e: e.data["times"]
    if e.data.get("state"):
        columns["state"] = lambda e: e.data["state"]
        if e.data["state"] == "OPEN":
            columns |= _NOBODYS
    _change(**columns)(e)


_NOBODYS: dict[str, Callable[[Entry], Any]] = {"owner": lambda e: None, "personal": lambda e: False}


def _somebodys() -> Callable[[Entry], None]:
    return _change(
        state=lambda e: "RESERVED",
        owner=lambda e: e.data["agent"],
        personal=lambda e: e.data.get("until") is None,
    )


def tried(e: Entry) -> None:
    """For `call.dialled`."""
    _change(tries=lambda e: Callback.tries + 1)(e)


HANDLERS: dict[str, Callable[[Entry], None]] = {
    "callback.opened": _opened,
    "callback.counted": _change(
        times=lambda e: Callback.times + 1, from_call=lambda e: e.call or Callback.from_call
    ),
    "callback.reserved": _somebodys(),
    "callback.moved": _somebodys(),
    "callback.released": _change(state=lambda e: "OPEN", **_NOBODYS),
    "callback.reached": _change(state=lambda e: "REACHED"),
    "callback.noted": _change(note=lambda e: e.data["note"]),
    "callback.failed": _failed,
    "callback.postponed": _change(due_at=lambda e: e.data["due_at"]),
    "callback.closed": _change(
        state=lambda e: e.data["state"],
        closed_at=lambda e: e.at,
        closed_why=lambda e: e.data["why"][:60],
        disposition=lambda e: e.data.get("disposition"),
    ),
}
