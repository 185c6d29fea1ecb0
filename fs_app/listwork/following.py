"""What calls tell those who keep lists: callbacks hear what concerns them, and records of call lists what concerns
those. One object for the place where calls know one (`calls.context.CallbackList`, `outbound.desk.Booker`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from fs_app.calls.state import Call
from fs_app.catalog import Catalog
from fs_app.listwork.service import ListWork

NEVER = "never"


class Callbacks(Protocol):
    """`callbacks.service.Callbacks`."""

    def number_of(self, call: Call) -> str: ...
    def keep_place(self, call: Call) -> bool: ...
    def request(self, call: Call, queue: int, number: str) -> bool: ...
    def got_through(self, call: Call) -> None: ...
    def ended(self, call: Call, outcome: str, recording: str = "") -> int | None: ...
    def judged(self, call: Call, disposition: int | None) -> None: ...
    def book(self, call: Call, agent: int, due_at: int | None, mine: bool, note: str) -> str: ...


class Following:
    def __init__(
        self,
        catalog: Catalog,
        callbacks: Callbacks,
        work: ListWork,
        came: Callable[[Call], None] = lambda call: None,
    ) -> None:
        """`came(call)`: somebody who called us talks to an agent; he may be on a list."""
        self._catalog = catalog
        self._callbacks = callbacks
        self._work = work
        self._came = came

    def keep_place(self, call: Call) -> bool:
        return self._callbacks.keep_place(call)

    def request(self, call: Call, queue: int, number: str) -> bool:
        return self._callbacks.request(call, queue, number)

    def got_through(self, call: Call) -> None:
        self._work.got_through(call)
        self._callbacks.got_through(call)
        if call.record is None and not call.dialled:
            self._came(call)

    def ended(self, call: Call, outcome: str, recording: str = "") -> int | None:
        final = self._work.ended(call, outcome)
        other = self._callbacks.ended(call, outcome, recording)
        return final if final is not None else other

    def judged(self, call: Call, disposition: int | None) -> None:
        info = self._catalog.disposition(disposition)
        if info is not None and info.effect == NEVER:
            by = self._catalog.agent(call.agent or 0)
            self._work.never_again(
                call.account,
                self._callbacks.number_of(call),
                info.label,
                by.name if by is not None else "",
                call.id,
            )
        self._work.judged(call, disposition)
        if call.record is None:  # else a callback that the verdict asks for is the record's own
            self._callbacks.judged(call, disposition)

    def book(self, call: Call, agent: int, due_at: int | None, mine: bool, note: str) -> str:
        if self._work.book(call, agent, due_at, mine, note):
            return ""
        return self._callbacks.book(call, agent, due_at, mine, note)
