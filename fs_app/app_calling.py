"""Composition: calls that are made. Who may be called at all, and the records of call lists for agents to call."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fs_app.calllists.service import CallLists
from fs_app.calls.state import Call
from fs_app.errors import DatabaseBusy
from fs_app.events import AgentNotice, CatalogChanged, ListChanged
from fs_app.infos import QueueInfo
from fs_app.legal.explain import Explain
from fs_app.legal.registers import Registers
from fs_app.legal.service import Legal
from fs_app.listwork.fetching import GONE, Fetching
from fs_app.listwork.following import Following
from fs_app.listwork.law import Law
from fs_app.listwork.looks import Looks
from fs_app.listwork.service import ListWork
from fs_app.listwork.shelf import Shelf
from fs_app.outgoing import entries as dnc
from fs_app.outgoing import shown
from fs_app.outgoing.barring import Barring
from fs_app.outgoing.blacklist import Blacklist
from fs_app.outgoing.rules import Blacklisted, Rules
from fs_app.outgoing.service import Outgoing

if TYPE_CHECKING:
    from fs_app.app import Application

LAW_AGAIN_S = 2.0


class MadeCalls:
    """The parts, and what stands between them. What is built later (`worklist`, `desk`, `board`) is met when calls are
    made, not before."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._build_rules()
        self._build_lists()

    def _build_rules(self) -> None:
        app = self._app
        self.blacklist = Blacklist()
        self.legal = Legal(
            app.db,
            app.clock,
            app.catalog,
            self.blacklist,
            app.tasks,
            self._shown,
        )
        self.registers = Registers(
            app.db,
            app.clock,
            app.tasks,
            app.settings.data_dir / "registers",
            self.law_changed,
        )
        self.rules = Rules(app.catalog, app.clock, self.blacklist)
        self.outgoing = Outgoing(
            app.live,
            app.clock,
            app.catalog,
            self.rules,
            app.calls,
            app.may_dial,
            app.asked.contact_name,
            lambda agent, key, params: app.bus.publish(AgentNotice(agent, "info", key, params)),
            self.legal,
        )

    def _build_lists(self) -> None:
        app = self._app
        law = Law(self.legal, app.catalog, app.clock)
        self.lists = CallLists(app.db, app.clock, app.bus, app.tasks)
        self.why = Explain(
            app.db,
            app.clock,
            app.catalog,
            app.live,
            self.legal,
            self.lists.lists.working,
            lambda record: record in app.live.records,
        )
        fetching = Fetching(app.db, law.of, self.lists.lists)
        self.shelf = Shelf(
            app.live,
            app.clock,
            app.catalog,
            fetching,
            lambda: app.projector.position,
            self._other_records,
            self._withdrawn,
        )
        self.list_work = ListWork(
            app.live,
            app.clock,
            app.catalog,
            app.calls,
            app.may_dial,
            self.shelf,
            self._shown,
            lambda known, agent: law.gate(known, self._mode_of(agent)),
        )
        self.looks = Looks(
            app.live,
            app.clock,
            app.catalog,
            app.tasks,
            fetching,
            law,
            self.list_work,
            app.projector.wait,
            lambda: app.projector.position,
            app.callbacks.number_of,
            self._mode_of,
            lambda agent, key, params: app.bus.publish(AgentNotice(agent, "warning", key, params)),
        )
        self.following = Following(app.catalog, app.callbacks, self.list_work, self.looks.came)
        app.bus.subscribe(ListChanged, lambda event: self.shelf.poke(event.account))
        app.bus.subscribe(CatalogChanged, lambda _: self.shelf.poke())
        self.barring = Barring(
            app.bus,
            app.tasks,
            self.blacklist,
            lambda account: app.db.read(lambda: dnc.of_account(account)),
            app.projector.wait,
        )

    def may_call(self, call: Call, done: Callable[[str], None]) -> None:
        ask = self.looks.may_call if call.record is not None else self.outgoing.may_call
        ask(call, done)

    def refused(self, call: Call) -> str:
        """A list may do without the account's blacklist, but not call those who asked for it themselves; what else
        forbids the call is looked at once more."""
        why = self.outgoing.refused(call)
        held = self._app.live.records.get(call.record or 0)
        if why != Blacklisted.key or held is None or held.known.use_blacklist:
            return why
        now = self._app.clock.now_ms()
        asked = self.blacklist.find(call.account, call.caller_number, call.queue, now, objections_only=True)
        return why if asked is not None else ""

    def _mode_of(self, agent: int | None) -> str:
        info = self._app.catalog.agent(agent or 0)
        return self._app.worklist.mode(info) if info is not None else ""

    def _other_records(self, account: int, queue: int) -> None:
        self._app.worklist.renewed(account)
        self._app.desk.queue_changed(queue)
        self._app.board.queue_changed(account, queue)

    def _withdrawn(self, record: int) -> None:
        """Its agent was shown the next one: he reads why."""
        agent = self.list_work.withdraw(record)
        if agent is not None:
            self._app.bus.publish(AgentNotice(agent, "info", GONE, {}))

    def records_of(self, queue: int) -> dict[str, int] | None:
        """What the call lists of a queue have, for supervision."""
        found = self.shelf.totals_of(queue)
        if found is None:
            return None
        return {"usable": found.usable, "due": found.due, "later": found.later}

    def _shown(self, queue: QueueInfo) -> str:
        """The number that its calls show when nobody chooses another."""
        return shown.of_queue(self._app.catalog.now, queue).first

    def blacklist_changed(self, account: int) -> None:
        self.blacklist.load(account, self._app.db.read(lambda: dnc.of_account(account)))

    def law_changed(self) -> None:
        try:
            self.legal.reload()
        except DatabaseBusy:
            # It is written; what was in force stays until the database answers again.
            self._app.tasks.spawn("law", self._law_changed_later)

    def _law_changed_later(self) -> None:
        self._app.clock.sleep(LAW_AGAIN_S)
        self.law_changed()
