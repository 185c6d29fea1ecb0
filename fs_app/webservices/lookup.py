"""Who calls? A web service of the customer's own is asked while the telephone rings, and its answer is added to the
record when it comes (BA-81). Neither the call nor the record waits for it; what it says is kept as long as the call.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog

from fs_app import metrics
from fs_app.bus import Bus
from fs_app.calls.state import Call
from fs_app.catalog import Catalog
from fs_app.contacts.fields import MANY_LINES, TEXTS, cleaned
from fs_app.errors import FsAppError
from fs_app.events import DeskChanged, Recorded
from fs_app.infos import QueueInfo
from fs_app.ivr.mapping import found, plain
from fs_app.ivr.words import Request
from fs_app.live import Live
from fs_app.outward import Network
from fs_app.queues.popping import LONGEST_S, Lookup, Mapped, filled
from fs_app.tasks import Tasks
from fs_app.webservices import pop

log = structlog.get_logger(__name__)

MOST_KEPT = 2000
"""Answers, of the latest calls."""

MOST_VALUE = 500

ASKS_AT = frozenset({"call.queued", "offer.made", "call.overflowed"})
"""Entries after which the call is in a queue whose service may know its caller."""

Fetch = Callable[[Request, Sequence[Network]], dict[str, Any]]


@dataclass(slots=True)
class Answer:
    """`state`: asking, found, nobody or failed (`why`); `values` for fields of a contact, `more` (label, value)."""

    queue: int
    name: str
    state: str = "asking"
    why: str = ""
    values: dict[str, str] = field(default_factory=dict)
    more: list[tuple[str, str]] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        more = [{"label": label, "value": value} for label, value in self.more]
        return {
            "name": self.name,
            "state": self.state,
            "why": self.why,
            "values": dict(self.values),
            "more": more,
        }


class Lookups:
    """`fetch` sends a request and waits; `reveal(account, kept)` opens an encrypted password."""

    def __init__(
        self,
        live: Live,
        catalog: Catalog,
        bus: Bus,
        tasks: Tasks,
        fetch: Fetch,
        reveal: Callable[[int, str], str],
        allowed: Sequence[Network],
    ) -> None:
        self._live = live
        self._catalog = catalog
        self._bus = bus
        self._tasks = tasks
        self._fetch = fetch
        self._reveal = reveal
        self._allowed = allowed
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        bus.subscribe(Recorded, self._follow)

    def picture(self, call: Call, agent: int) -> dict[str, Any]:
        """For an agent's page: what opens, and how far the question is (its answer comes with the record)."""
        queue, answer = self._catalog.queue(call.queue), self._answers.get(call.id)
        told = {"name": answer.name, "state": answer.state, "why": answer.why} if answer is not None else None
        return {"pop": pop.picture(call, queue, self._catalog.agent(agent)), "lookup": told}

    def answer(self, call: str) -> dict[str, Any] | None:
        """What is known by now; asked for again after a start. None: nobody is asked."""
        live = self._live.calls.get(call)
        if live is not None and call not in self._answers:
            self._ask(live)
        answer = self._answers.get(call)
        return answer.shown() if answer is not None else None

    def try_out(self, account: int, lookup: Lookup, number: str) -> dict[str, Any]:
        """Ask for an example, as the administration does before saving. Waits."""
        values = {
            "caller": number,
            "called": "",
            "queue": "",
            "call_id": "test",
            "agent": "",
            "contact_id": "",
        }
        answer = Answer(0, lookup.name)
        request = self._request(account, lookup, values)
        if request is None:
            answer.state, answer.why = "failed", "wrong_address"
        else:
            self._fill(answer, lookup, request)
        return answer.shown()

    def _follow(self, event: Recorded) -> None:
        if event.entry.kind in ASKS_AT:
            call = self._live.calls.get(event.entry.call or "")
            if call is not None:
                self._ask(call)

    def _ask(self, call: Call) -> None:
        """Once for each queue in which he comes to be; never yields."""
        queue = self._catalog.queue(call.queue)
        known = self._answers.get(call.id)
        if queue is None or not queue.lookup.url or (known is not None and known.queue == queue.id):
            return
        agent = self._catalog.agent(call.agent) if call.agent is not None else None
        request = self._request(call.account, queue.lookup, pop.values(call, queue, agent))
        answer = self._answers[call.id] = Answer(queue.id, queue.lookup.name)
        self._answers.move_to_end(call.id)
        while len(self._answers) > MOST_KEPT:
            self._answers.popitem(last=False)
        if request is None or not call.caller_number:
            answer.state, answer.why = "failed", "wrong_address" if call.caller_number else "no_number"
            return
        self._tasks.spawn("who is calling", self._answered, call.id, queue, answer, request)

    def _answered(self, call_id: str, queue: QueueInfo, answer: Answer, request: Request) -> None:
        self._fill(answer, queue.lookup, request)
        call = self._live.calls.get(call_id)
        if call is None or self._answers.get(call_id) is not answer:
            return
        for agent in {call.agent, *(offer.agent for offer in call.offers.values())} - {None}:
            self._bus.publish(DeskChanged(int(agent or 0)))

    def _fill(self, answer: Answer, lookup: Lookup, request: Request) -> None:
        try:
            said = self._fetch(request, self._allowed)
        except FsAppError as error:
            answer.state, answer.why = "failed", str(getattr(error, "why", "broken"))
        except Exception:
            metrics.FAILURES.labels(where="lookup").inc()
            log.exception("a web service could not be asked")
            answer.state, answer.why = "failed", "broken"
        else:
            read(answer, lookup.mapped, said)

    def _request(self, account: int, lookup: Lookup, values: Mapping[str, str]) -> Request | None:
        """The same values in the address, and with POST in the body, too."""
        url = filled(lookup.url, values)
        if not url:
            return None
        try:
            secret = self._reveal(account, lookup.secret)
        except FsAppError:
            return None
        headers = (("Authorization", secret),) if secret else ()
        within = max(1, min(LONGEST_S, lookup.timeout_s))
        if lookup.method != "POST":
            return Request("GET", url, headers, timeout_s=within)
        sent = {name: values.get(name, "") for name in ("caller", "called", "queue", "call_id", "agent")}
        return Request("POST", url, headers, orjson.dumps(sent).decode(), "application/json", within)


def read(answer: Answer, mapped: Sequence[Mapped], said: Mapping[str, Any]) -> None:
    """What came back, into the fields that it was mapped to. 404 and an answer with nothing in it: nobody is known."""
    status = said.get("status")
    if status == 404:
        answer.state = "nobody"
        return
    if not isinstance(status, int) or not 200 <= status < 300:
        answer.state, answer.why = "failed", f"status_{status}" if isinstance(status, int) else "broken"
        return
    if said.get("json") is None:
        answer.state, answer.why = "failed", "no_json"
        return
    for one in mapped:
        value = cleaned(plain(found(one.path, said["json"]))[:MOST_VALUE], one.field in MANY_LINES)
        if value and one.field:
            answer.values[one.field] = value[: TEXTS.get(one.field, MOST_VALUE)]
        elif value:
            answer.more.append((one.label, value))
    answer.state = "found" if answer.values or answer.more else "nobody"
