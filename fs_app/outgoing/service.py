"""An agent calls somebody (BA-90): may he, for which queue, with which number, and is he free for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from fs_app.callbacks.state import Reason
from fs_app.calls.state import Call
from fs_app.calls.wanted import DIRECTION, Wanted
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.errors import Conflict, FsAppError, Invalid, NotFound
from fs_app.infos import AgentInfo, QueueInfo
from fs_app.live import Live
from fs_app.outgoing import shown
from fs_app.outgoing.rules import ByLaw, Rules

TWICE_MS = 2000
"""The same number again within this time was one click."""


class NotFree(Conflict):
    """His telephone is busy or not there, or he has a call to qualify."""

    key = "error.dial_not_free"


class NoQueue(Invalid):
    """A call is made for one of the agent's queues."""

    key = "error.dial_no_queue"


class NotYours(Invalid):
    """This number may not be shown for this queue."""

    key = "error.dial_caller_id"


class Line(Protocol):
    """What calls do for it (`calls.service.Calls`)."""

    def dial(self, wanted: Wanted) -> Call: ...

    def dial_colleague(self, account: int, agent: int, colleague: int) -> Call: ...


class Law(Protocol):
    """What it asks of the law (`legal.service.Legal`)."""

    def asks(self, queue: QueueInfo | None) -> bool: ...

    def forbids(
        self, account: int, number: str, queue: QueueInfo, shown: str, withheld: bool, contact: int | None
    ) -> tuple[str, dict[str, Any]] | None: ...

    def before_dialling(
        self,
        account: int,
        number: str,
        queue: QueueInfo,
        shown: str,
        withheld: bool,
        contact: int | None,
        done: Callable[[tuple[str, dict[str, Any]] | None], None],
    ) -> None: ...


class NoLaw:
    """For parts that are tested without it."""

    def asks(self, queue: QueueInfo | None) -> bool:
        return False

    def forbids(self, *_: Any) -> tuple[str, dict[str, Any]] | None:
        return None

    def before_dialling(self, *args: Any) -> None:
        args[-1](None)


class Outgoing:
    def __init__(
        self,
        live: Live,
        clock: Clock,
        catalog: Catalog,
        rules: Rules,
        line: Line,
        is_free: Callable[[int], bool],
        contact: Callable[[int, int], str | None] = lambda account, contact: None,
        tell: Callable[[int, str, dict[str, Any]], None] = lambda agent, key, params: None,
        law: Law | None = None,
    ) -> None:
        """`is_free(agent)`: he may make a call now. `contact(account, id)`: the name of a contact of this account, None
        when there is none; it may wait for the database. `tell(agent, key, params)` says something on his page.
        `law`: asked for queues that call to sell; it waits for the database, too."""
        self._live = live
        self._clock = clock
        self._catalog = catalog
        self._rules = rules
        self._line = line
        self._is_free = is_free
        self._contact = contact
        self._tell = tell
        self._law = law or NoLaw()

    def dial(
        self,
        agent: int,
        number: str,
        queue_id: int | None = None,
        caller_id: str | None = None,
        contact: int | None = None,
    ) -> str:
        """His telephone rings, then the number is dialled; returns the call. Raises Refusal, NoQueue, NotYours,
        NotFree, NotFound."""
        info = self._catalog.agent(agent)
        if info is None:
            raise NotFound(f"agent {agent}")
        inside = self._inside(info, number)
        if inside is not None:
            return self.dial_colleague(agent, inside)
        name = self._contact(info.account, contact) if contact is not None else None
        queue = self._queue(info, queue_id)
        allowed = self._rules.check(info.account, number, queue.id)
        chosen = self._caller_id(queue, caller_id)
        under_way = self._just_asked(agent, allowed.number)
        if under_way is not None:
            return under_way.id
        withheld = chosen == shown.WITHHELD
        chosen = "" if withheld else chosen
        if self._law.asks(queue) and not allowed.short:
            why = self._law.forbids(info.account, allowed.number, queue, chosen, withheld, contact)
            if why is not None:
                raise ByLaw(f"{allowed.number} is not to be called by law", why[0], **why[1])
        if not self._is_free(agent):
            raise NotFree(f"agent {agent}")
        wanted = Wanted(
            info.account,
            agent,
            allowed.number,
            queue,
            shown=chosen,
            withheld=withheld,
            contact=contact if name is not None else None,
            contact_name=name or "",
        )
        call = self._line.dial(wanted)
        if allowed.extension:
            self._tell(agent, "dial.extension", {"extension": allowed.extension})
        return call.id

    def dial_colleague(self, agent: int, colleague: int) -> str:
        """An internal call: for no queue, without a verdict. Raises NotFree, and what forbids the colleague."""
        info, other = self._catalog.agent(agent), self._catalog.agent(colleague)
        if info is None or other is None or other.account != info.account:
            raise NotFound(f"agent {colleague}")
        under_way = self._just_asked(agent, other.number)
        if under_way is not None:
            return under_way.id
        if not self._is_free(agent):
            raise NotFree(f"agent {agent}")
        return self._line.dial_colleague(info.account, agent, colleague).id

    def _inside(self, info: AgentInfo, text: str) -> int | None:
        """The agent of the account whose own number was typed."""
        number = text.strip()
        found = (a for a in self._catalog.now.agents.values() if a.account == info.account)
        return next((a.id for a in found if a.number == number and a.id != info.id), None)

    def refused(self, call: Call) -> str:
        """Asked when the number is about to be dialled: the key of what forbids it now, "" when nothing does."""
        if call.direction != DIRECTION and not self._list_wants(call):
            return ""
        try:
            self._rules.check(call.account, call.caller_number, call.queue)
        except FsAppError as error:
            return error.key
        return ""

    def asks_law(self, call: Call) -> bool:
        """Whether the law is to be asked once more before this number is dialled."""
        wanted = call.direction == DIRECTION or self._list_wants(call)
        return wanted and self._law.asks(self._catalog.queue(call.queue)) and call.caller_number[:1] == "+"

    def may_call(self, call: Call, done: Callable[[str], None]) -> None:
        """Asked when the number is about to be dialled, for those of `asks_law`: tells the key of what forbids it now,
        "" when nothing does. Who asked for the call reads why."""
        queue = self._catalog.queue(call.queue)
        if queue is None or not self.asks_law(call):
            done("")
            return
        agent = call.agent if call.agent is not None else call.asked_by
        number = call.called_number if call.direction == DIRECTION else ""
        number = number or ("" if call.withheld else shown.of_queue(self._catalog.now, queue).first)

        def told(why: tuple[str, dict[str, Any]] | None) -> None:
            if why is not None and agent is not None:
                self._tell(agent, *why)
            done(why[0] if why is not None else "")

        self._law.before_dialling(
            call.account, call.caller_number, queue, number, call.withheld, call.contact, told
        )

    def _list_wants(self, call: Call) -> bool:
        """Somebody who is on our list of callbacks; who kept his place asked for this very call."""
        callback = self._live.callbacks.get(call.callback)
        return callback is not None and callback.reason is not Reason.KEPT_PLACE

    def choices(self, agent: int) -> list[dict[str, Any]]:
        """For whom he may call, and which numbers he may show: his queues, by name."""
        info = self._catalog.agent(agent)
        found = [q for i in (info.queues if info is not None else ()) if (q := self._catalog.open_queue(i))]
        return [
            {
                "id": queue.id,
                "name": queue.name,
                "caller_id": ids.first,
                "caller_ids": list(ids.allowed),
                "withheld": ids.withheld,
            }
            for queue in sorted(found, key=lambda q: q.name.casefold())
            for ids in (shown.of_queue(self._catalog.now, queue),)
        ]

    def _queue(self, info: AgentInfo, queue_id: int | None) -> QueueInfo:
        if queue_id is None:
            choices = self.choices(info.id)
            queue_id = choices[0]["id"] if choices else None
        queue = self._catalog.open_queue(queue_id) if queue_id in info.queues else None
        if queue is None:
            raise NoQueue(f"queue {queue_id}", field="queue")
        return queue

    def _caller_id(self, queue: QueueInfo, caller_id: str | None) -> str:
        ids = shown.of_queue(self._catalog.now, queue)
        if caller_id is None or caller_id == ids.first:
            return ids.first
        if not ids.may(caller_id):
            raise NotYours("this number is not shown for this queue", field="caller_id")
        return caller_id

    def _just_asked(self, agent: int, number: str) -> Call | None:
        """A double click is one call."""
        state = self._live.agents.get(agent)
        call = self._live.calls.get((state.call if state is not None else None) or "")
        if call is None or call.asked_by != agent or call.caller_number != number:
            return None
        return call if call.ended_at is None and self._clock.now_ms() - call.started_at < TWICE_MS else None
