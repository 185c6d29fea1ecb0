"""Where typed digits go: one POST to the queue's web service, and what it says of them (BY-24).

Nothing of them is kept, logged or part of an exception: what can fail is told by one word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
import structlog

from fs_app import metrics
from fs_app.bus import Bus
from fs_app.calls.state import Call
from fs_app.catalog import Catalog
from fs_app.errors import FsAppError
from fs_app.events import DeskChanged
from fs_app.ivr.words import Request
from fs_app.outward import Network
from fs_app.tasks import Tasks

log = structlog.get_logger(__name__)

WITHIN_S = 15
"""The service may have to ask a bank. The caller does not wait for it: he is with his agent by then."""

Fetch = Callable[[Request, Sequence[Network]], dict[str, Any]]
Done = Callable[[bool, str, str], None]


class Digits:
    """`fetch` sends a request and waits (`ivr.fetch`); `reveal(account, kept)` opens an encrypted password."""

    def __init__(
        self,
        catalog: Catalog,
        bus: Bus,
        tasks: Tasks,
        fetch: Fetch,
        reveal: Callable[[int, str], str],
        allowed: Sequence[Network],
    ) -> None:
        self._catalog = catalog
        self._bus = bus
        self._tasks = tasks
        self._fetch = fetch
        self._reveal = reveal
        self._allowed = allowed

    def changed(self, call: Call) -> None:
        if call.agent is not None:
            self._bus.publish(DeskChanged(call.agent))

    def post(self, call: Call, values: Mapping[str, str], done: Done) -> None:
        """Never yields: the request goes out in a greenlet of its own, which ends with `done`."""
        queue = self._catalog.queue(call.queue)
        if queue is None or not queue.capturing.url:
            done(False, "", "nowhere")
            return
        agent = self._catalog.agent(call.agent) if call.agent is not None else None
        try:
            secret = self._reveal(call.account, queue.capturing.secret)
        except FsAppError:
            done(False, "", "secret_lost")
            return
        body = {
            "call_id": call.id,
            "queue": queue.name,
            "queue_id": queue.id,
            "agent": agent.number if agent is not None else "",
            "agent_name": agent.name if agent is not None else "",
            "caller": call.caller_number,
            "contact_id": call.contact,
            "digits": next(iter(values.values()), ""),
            "fields": dict(values),
        }
        headers = (("Authorization", secret),) if secret else ()
        text, content = orjson.dumps(body).decode(), "application/json"
        request = Request("POST", queue.capturing.url, headers, text, content, WITHIN_S)
        self._tasks.spawn("typed digits", self._send, request, done)

    def _send(self, request: Request, done: Done) -> None:
        try:
            answer = self._fetch(request, self._allowed)
        except FsAppError as error:
            done(False, "", str(getattr(error, "why", "broken")))
        except Exception as error:  # noqa: BLE001 - neither its text nor its trace may be told
            metrics.FAILURES.labels(where="typed digits").inc()
            log.error("typed digits could not be sent", error=type(error).__name__)
            done(False, "", "broken")
        else:
            done(*judged(answer))


def judged(answer: Mapping[str, Any]) -> tuple[bool, str, str]:
    """(ok, text, why) of what came back: {"ok": true, "text": "…"} with a status of success."""
    status, said = answer.get("status"), answer.get("json")
    fields = said if isinstance(said, Mapping) else {}
    text = fields.get("text")
    words = text if isinstance(text, str) else ""
    if not isinstance(status, int) or not 200 <= status < 300:
        return False, words, f"status_{status}" if isinstance(status, int) else "broken"
    if not isinstance(fields.get("ok"), bool):
        return False, words, "no_verdict"
    return bool(fields["ok"]), words, ""
