"""The configuration as the calls see it: agents, queues, numbers, reasons, dispositions, in memory.

Loaded from the database at start and after each change in the administration; when the database is away the
last picture stays in force. Nothing here is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import structlog

from fs_app.accounts.model import Account
from fs_app.agents.reach import softphone_agent
from fs_app.audio import library
from fs_app.audio.library import SoundInfo
from fs_app.bus import Bus
from fs_app.catalog_loading import load
from fs_app.db import Database
from fs_app.errors import Unavailable
from fs_app.events import CatalogChanged
from fs_app.hours.opening import Holidays, Opening, Week, is_open, zone_named
from fs_app.infos import (
    AccountInfo,
    AgentInfo,
    BoxInfo,
    DidInfo,
    DispositionInfo,
    FlowInfo,
    Picture,
    QueueInfo,
    ReasonInfo,
)

log = structlog.get_logger(__name__)


class Catalog:
    def __init__(
        self,
        db: Database,
        bus: Bus,
        versions_in_use: Callable[[], set[tuple[int, int]]] = lambda: set(),
    ) -> None:
        """`versions_in_use` are the (flow, version) that calls under way have."""
        self._db = db
        self._bus = bus
        self._versions_in_use = versions_in_use
        self.works_at: Callable[[str, str], int | None] = lambda user, domain: None
        """Who works today on this telephone, which is not his own."""
        self.now = Picture()
        self._versions: dict[int, int] | None = None  # None: what is in force is not what is written

    def reload(self) -> None:
        """Read everything anew. Raises DatabaseBusy; then the old picture stays."""
        self._versions = None
        # A call may begin with what is published now while the database is read: that is kept, too. Versions never
        # change, so what is known need not be read.
        known = self.now.versions
        wanted = {*known, *self._versions_in_use()}
        self.now, self._versions = self._db.read(lambda: (load(known, wanted), _versions()))
        self._bus.publish(CatalogChanged())

    def follow(self) -> None:
        """Once a second: read anew when another process (`fs-app config load`, `fs-app account create`) has changed
        something, or when the last reading failed. While the database is away the picture stays."""
        try:
            if self._versions is None or self._db.read(_versions, timeout=5.0) != self._versions:
                self.reload()
        except Unavailable:
            log.info("configuration not read: the database is busy")

    # --- look-ups -------------------------------------------------------------------------------------------
    def account(self, account: int) -> AccountInfo | None:
        return self.now.accounts.get(account)

    def agent(self, agent: int) -> AgentInfo | None:
        return self.now.agents.get(agent)

    def queue(self, queue: int | None) -> QueueInfo | None:
        """The queue of a call that is under way: also one that was deactivated meanwhile."""
        return self.now.queues.get(queue or 0) or self.now.closed_queues.get(queue or 0)

    def open_queue(self, queue: int | None) -> QueueInfo | None:
        """The queue for a new call."""
        return self.now.queues.get(queue or 0)

    def every_queue(self) -> list[int]:
        """All that may have callers."""
        return [*self.now.queues, *self.now.closed_queues]

    def disposition(self, disposition: int | None) -> DispositionInfo | None:
        """Also one that was archived after an agent chose it."""
        return self.now.dispositions.get(disposition or 0) or self.now.archived.get(disposition or 0)

    def flow(self, flow: int | None) -> FlowInfo | None:
        """The published voice menu for a new call."""
        return self.now.flows.get(flow or 0)

    def flow_version(self, flow: int, number: int) -> Mapping[str, Any] | None:
        """The graph that a call under way has, published still or not."""
        return self.now.versions.get((flow, number))

    def week(self, schedule: int | None) -> Week | None:
        return self.now.weeks.get(schedule or 0)

    def calendar(self, holidays: int | None) -> Holidays | None:
        return self.now.calendars.get(holidays or 0)

    def box(self, box: int | None) -> BoxInfo | None:
        return self.now.boxes.get(box or 0)

    def sound(self, sound: int | None) -> SoundInfo | None:
        """A sound of the library, with its files by language (`SoundInfo.file`)."""
        return self.now.library.sounds.get(sound or 0)

    def prompt(self, account: int, text: str, language: str = "") -> str:
        """The file that a setting means (`audio.prompts`), in this language, else the account's, else any: relative
        to the folder of sounds, or `library/…`. "" when there is none (any more)."""
        found = self.now.library.pieces(account, text, self._languages(account, language))
        return found[0].path if found else ""

    def pieces(self, account: int, text: str, language: str = "") -> list[library.Piece]:
        """All that a setting means: those of a list, in its order."""
        return self.now.library.pieces(account, text, self._languages(account, language))

    def _languages(self, account: int, language: str) -> tuple[str, ...]:
        own = self.now.accounts.get(account)
        return tuple(dict.fromkeys(one for one in (language, own.language if own else "") if one))

    def did(self, number: str) -> DidInfo | None:
        """The incoming number, with or without the plus that some trunks leave out."""
        dids = self.now.dids
        return dids.get(number) or dids.get(number.lstrip("+")) or dids.get("+" + number)

    def phone(self, user: str, domain: str) -> int | None:
        """The agent whose own number this is."""
        return self.now.agent_by_phone.get((user, domain))

    def has_phone(self, account: int, number: str) -> bool:
        """Some telephone of the account has this number: an agent's own, or nobody's."""
        own = any(a.account == account and a.number == number for a in self.now.agents.values())
        return own or any(p.account == account and p.number == number for p in self.now.phones.values())

    def caller(self, channel_name: str) -> int | None:
        """The agent whose own telephone made this call (`sofia/internal/1001@domain`), None for all others.

        On this profile the user is who he says; on the trunk's the name is the caller's to choose.
        """
        user, at, host = channel_name.removeprefix("sofia/internal/").partition("@")
        ours = at and channel_name.startswith("sofia/internal/")
        domain = host.partition(":")[0]
        if not ours:
            return None
        browser = self.agent(softphone_agent(user) or 0)
        if browser is not None:
            return browser.id if browser.domain == domain else None
        return self.works_at(user, domain) or self.phone(user, domain)

    def opening(self, queue: QueueInfo, now_ms: int) -> Opening:
        """Whether the queue is open, on the wall clock of its account."""
        account = self.now.accounts.get(queue.account)
        zone = zone_named(account.time_zone if account else "UTC")
        return is_open(queue.week, queue.holidays, datetime.fromtimestamp(now_ms / 1000, UTC), zone)

    def queue_by_number(self, account: int, number: str) -> QueueInfo | None:
        return next(
            (q for q in self.now.queues.values() if q.account == account and q.number == number), None
        )

    def reasons(self, account: int) -> list[ReasonInfo]:
        return [r for r in self.now.reasons.values() if r.account == account]

    def dispositions(self, queue: QueueInfo | None) -> list[DispositionInfo]:
        """Those of the queue's set, in the administrator's order."""
        if queue is None or queue.disposition_set is None:
            return []
        return [d for d in self.now.dispositions.values() if d.set == queue.disposition_set]


def _versions() -> dict[int, int]:
    """account → how often other processes have changed it (inside `Database.read`)."""
    return dict(Account.select(Account.id, Account.config_version).tuples())
