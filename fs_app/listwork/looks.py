"""Looks at the database beside the calls: the last one before somebody of a list is dialled, one for who calls himself,
and one for records that nobody has although their list says so. Calls never wait for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog

from fs_app.calls.state import Call
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.errors import DatabaseBusy, WaitTimeout
from fs_app.listwork.fetching import Fetching
from fs_app.listwork.law import Law
from fs_app.listwork.service import ListWork
from fs_app.live import Live
from fs_app.tasks import Tasks

log = structlog.get_logger(__name__)

PROOF_S = 3.0
"""So long the last look waits for the database to know that the record is taken; longer, and nobody is called."""

NO_DATABASE = "legal.no.database"


class Looks:
    def __init__(
        self,
        live: Live,
        clock: Clock,
        catalog: Catalog,
        tasks: Tasks,
        fetching: Fetching,
        law: Law,
        work: ListWork,
        wait: Callable[[int, float], None],
        position: Callable[[], int],
        number_of: Callable[[Call], str],
        mode_of: Callable[[int], str],
        tell: Callable[[int, str, dict[str, Any]], None],
    ) -> None:
        """`wait(entry, seconds)` until the database has an entry, `position()` the last one that it has;
        `mode_of(agent)`: how he works; `tell(agent, key, params)` says something on his page."""
        self._live = live
        self._clock = clock
        self._catalog = catalog
        self._tasks = tasks
        self._fetching = fetching
        self._law = law
        self._work = work
        self._wait = wait
        self._position = position
        self._number_of = number_of
        self._mode_of = mode_of
        self._tell = tell

    # --- before dialling ------------------------------------------------------------------------------------
    def may_call(self, call: Call, done: Callable[[str], None]) -> None:
        """Tells the key of what forbids calling the record of this call now, "" when nothing does."""
        entry = self._live.last_id
        self._tasks.spawn("last look before a call", lambda: self._look(call, entry, done))

    def _look(self, call: Call, entry: int, done: Callable[[str], None]) -> None:
        agent = call.agent if call.agent is not None else call.asked_by
        why: tuple[str, dict[str, Any]] | None = (NO_DATABASE, {})
        try:
            self._wait(entry, PROOF_S)
            why = self._refusal(call, agent)
        except (DatabaseBusy, WaitTimeout) as error:
            log.warning("nobody is called: the database does not say whether he may be", error=str(error))
        finally:
            if why is not None and agent is not None:
                self._tell(agent, *why)
            done(why[0] if why is not None else "")

    def _refusal(self, call: Call, agent: int | None) -> tuple[str, dict[str, Any]] | None:
        queue = self._catalog.queue(call.queue)
        if queue is None or call.record is None:
            return NO_DATABASE, {}
        mode = self._mode_of(agent) if agent is not None else ""
        return self._fetching.last_look(
            call.account,
            call.record,
            call.caller_number,
            queue.id,
            self._clock.now_ms(),
            lambda record: self._law.refusal(call.account, record, queue, mode),
        )

    # --- who calls himself ----------------------------------------------------------------------------------
    def came(self, call: Call) -> None:
        """Somebody who called talks to an agent: a record of his on a list of that queue is with this call now."""
        number = self._number_of(call)
        queues = {*call.been, call.queue or 0} - {0}
        if number and queues:
            self._tasks.spawn("who calls is on a list", lambda: self._came(call.id, number, queues))

    def _came(self, call_id: str, number: str, queues: set[int]) -> None:
        call = self._live.calls.get(call_id)
        if call is None:
            return
        try:
            found = self._fetching.open_of(call.account, number, call.contact, queues)
        except DatabaseBusy as error:
            log.info("nobody looked for who calls in the lists", call=call_id, error=str(error))
            return
        call = self._live.calls.get(call_id)
        if call is None or call.disposed:
            return
        for known in found:
            self._work.answered(call, known)
        if found and call.ended_at is not None:  # he was gone again before it was known
            self._work.ended(call, "answered")

    # --- what is left over ----------------------------------------------------------------------------------
    def settle(self) -> None:
        """Records that are in a call by their list, and in none that anybody knows: they are what they were. After a
        start, and now and then. Raises DatabaseBusy."""
        if self._position() < self._live.last_id:
            return  # the journal knows more than the database: perhaps of these
        for known in self._fetching.in_call():
            self._work.lost(known)
