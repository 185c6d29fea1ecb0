"""What calls need of voice menus: the engine with the flows and prompts of an account, and answers from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog

from fs_app import metrics
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.errors import FsAppError
from fs_app.hours.opening import is_open, zone_named
from fs_app.ivr import words
from fs_app.ivr.engine import Engine, Result
from fs_app.ivr.fetch import NoAnswer, fetch
from fs_app.ivr.graph import Graph, read
from fs_app.ivr.run import Run
from fs_app.outward import Network
from fs_app.tasks import Tasks

log = structlog.get_logger(__name__)

Done = Callable[[Any, str], None]
"""(answer, "") or (None, why there is none)."""


@dataclass(frozen=True, slots=True)
class Version:
    """One published version, parsed."""

    flow: int
    number: int
    name: str
    graph: Graph


@dataclass
class _Account:
    """The flows and prompts of one account, from the catalogue."""

    account: int
    catalog: Catalog
    parsed: dict[tuple[int, int], Graph] = field(default_factory=dict)

    def published(self, flow: int) -> Version | None:
        info = self.catalog.flow(flow)
        if info is None or info.account != self.account:
            return None
        return self.version(flow, info.version)

    def version(self, flow: int, number: int) -> Version | None:
        graph = self.parsed.get((flow, number))
        if graph is None:
            data = self.catalog.flow_version(flow, number)
            if data is None:
                return None
            graph = self.parsed[flow, number] = read(data)[0]  # a version never changes
        info = self.catalog.flow(flow)
        return Version(flow, number, info.name if info is not None else "", graph)

    def file(self, prompt: str, language: str) -> str | None:
        return self.catalog.prompt(self.account, prompt, language) or None


class Menus:
    """`who_is(account, number)` finds a contact in the database and waits for it; `allowed` are the private networks
    to which a menu's requests may go."""

    def __init__(
        self,
        catalog: Catalog,
        clock: Clock,
        tasks: Tasks,
        who_is: Callable[[int, str], Mapping[str, Any] | None],
        allowed: Sequence[Network],
    ) -> None:
        self._catalog = catalog
        self._clock = clock
        self._tasks = tasks
        self._who_is = who_is
        self._allowed = allowed
        self._engines: dict[int, Engine] = {}

    def tell(self, account: int, run: Run, event: words.Event) -> Result:
        """What an event changes, and what is wanted now. Changes nothing itself."""
        engine = self._engines.get(account)
        if engine is None:
            of = _Account(account, self._catalog)
            engine = self._engines[account] = Engine(of, of)
        return engine.tell(run, event)

    def prompt(self, account: int, prompt: str, language: str) -> str:
        """The file of a prompt; "" when there is none."""
        return self._catalog.prompt(account, prompt, language)

    def opening(self, account: int, schedule: int | None, holidays: int | None) -> str:
        """open, closed or holiday, now and in the account's zone; "" when the schedule or calendar is gone."""
        info = self._catalog.account(account)
        week, calendar = self._catalog.week(schedule), self._catalog.calendar(holidays)
        if info is None or (schedule and week is None) or (holidays and calendar is None):
            return ""
        now = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC)
        found = is_open(week, calendar, now, zone_named(info.time_zone))
        if found.open:
            return "open"
        return "holiday" if found.holiday is not None else "closed"

    def fetch(self, request: words.Request, done: Done) -> None:
        """Send it in a greenlet of its own."""
        self._tasks.spawn("menu request", self._answer, done, lambda: fetch(request, self._allowed))

    def find_contact(self, account: int, number: str, done: Done) -> None:
        self._tasks.spawn("menu contact", self._answer, done, lambda: self._who_is(account, number))

    def _answer(self, done: Done, ask: Callable[[], Any]) -> None:
        try:
            answer = ask()
        except NoAnswer as error:
            done(None, error.why)
        except FsAppError as error:
            log.info("a menu got no answer", error=str(error))
            done(None, "busy")
        except Exception:  # the caller must not wait for what never comes
            metrics.FAILURES.labels(where="menu").inc()
            log.exception("a menu's question failed")
            done(None, "failed")
        else:
            done(answer, "")
