"""Composition root: builds everything, starts it in order, stops it in reverse order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack, suppress
from importlib.metadata import version
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import structlog
from prometheus_client import REGISTRY

from fs_app import checks
from fs_app import facts as f
from fs_app.agents import today
from fs_app.agents.lines import Lines
from fs_app.agents.phonewatch import PhoneWatch
from fs_app.agents.reaches import Reaches
from fs_app.agents.service import Agents
from fs_app.agents.softphones import Softphones
from fs_app.agents.state import INTERRUPTIBLE, Presence
from fs_app.agents.testcall import TestCalls
from fs_app.agents.ticks import OUTBOUND, connected
from fs_app.audio.jobs import Jobs
from fs_app.audio.phone import GUIDE, Takes
from fs_app.bus import Bus
from fs_app.callbacks.service import Callbacks
from fs_app.callbacks.source import CallbackSource
from fs_app.calllists.service import CallLists
from fs_app.calls import destination
from fs_app.calls.cdr import CdrSpool
from fs_app.calls.context import Context, Folders
from fs_app.calls.correcting import Corrections
from fs_app.calls.model import Call as CallRow
from fs_app.calls.service import Calls
from fs_app.calls.sounds import on_switch
from fs_app.calls.state import Call
from fs_app.catalog import Catalog
from fs_app.clock import Clock, RealClock
from fs_app.colleagues.service import Messages as ColleagueMessages
from fs_app.colleagues.targets import Targets
from fs_app.config import Settings, address
from fs_app.contacts import numbers
from fs_app.contacts import service as contacts
from fs_app.contacts.matching import Matching
from fs_app.counting import count
from fs_app.db import Database
from fs_app.desk import AgentDesk
from fs_app.directory_keeper import DirectoryKeeper
from fs_app.doctor.visits import EVERY_S as EXAMINED_S
from fs_app.doctor.visits import Visits
from fs_app.errors import ConfigError, DatabaseBusy, FsAppError, NotFound, WaitTimeout
from fs_app.esl.link import Link
from fs_app.esl.outbound import OutboundServer
from fs_app.esl.recovery import Recovery
from fs_app.esl.switch import Switch
from fs_app.events import AgentNotice, CatalogChanged, ListChanged, PageOpened, SwitchState
from fs_app.history.backlog import Backlog
from fs_app.hours.watch import Openings
from fs_app.imports.service import Imports
from fs_app.ivr.fetch import fetch
from fs_app.ivr.service import Menus
from fs_app.journal import Journal
from fs_app.jump import ClockWatch
from fs_app.legal.explain import Explain
from fs_app.legal.registers import Registers
from fs_app.legal.service import Legal
from fs_app.listwork.fetching import Fetching
from fs_app.listwork.following import Following
from fs_app.listwork.law import Law
from fs_app.listwork.looks import Looks
from fs_app.listwork.service import ListWork
from fs_app.listwork.shelf import Shelf
from fs_app.listwork.source import RecordSource
from fs_app.live import Live
from fs_app.lock import FolderLock
from fs_app.messaging.service import Messages
from fs_app.messaging.vault import Vault
from fs_app.models import TABLES
from fs_app.outbound.desk import OutboundDesk
from fs_app.outbound.service import Outbound
from fs_app.outgoing import entries as dnc
from fs_app.outgoing import shown
from fs_app.outgoing.barring import Barring
from fs_app.outgoing.blacklist import Blacklist
from fs_app.outgoing.progress import Progress
from fs_app.outgoing.rules import Blacklisted, Rules
from fs_app.outgoing.service import Outgoing
from fs_app.outward import networks
from fs_app.phones import Phones
from fs_app.privacy.finding import tables_of
from fs_app.privacy.jobs import Around, Persons
from fs_app.privacy.jobs import Folders as PrivacyFolders
from fs_app.privacy.nightly import Nightly
from fs_app.projection import Projector, project
from fs_app.queues.announcer import Announcer
from fs_app.queues.pace import Pace
from fs_app.queues.patience import Patience
from fs_app.queues.service import Queues
from fs_app.recordings.disk import Disk
from fs_app.recordings.disposal import Disposal
from fs_app.recordings.files import Files
from fs_app.remembered import Remembered
from fs_app.routing.service import Routing
from fs_app.schedule import Schedule
from fs_app.supervision import today as queues_today
from fs_app.supervision.board import Board
from fs_app.supervision.listening import Listening
from fs_app.supervision.service import Supervision
from fs_app.system.figures import LOOK_S, Figures, Places
from fs_app.tasks import Tasks, Threads
from fs_app.voicemail.service import Voicemails
from fs_app.watch import LoopWatch
from fs_app.web import server as web
from fs_app.web.i18n import said_or as text_of
from fs_app.webservices.digits import Digits
from fs_app.webservices.lookup import Lookups

log = structlog.get_logger(__name__)

JOURNAL_DAYS = 7
SOFTPHONES_S = 30.0
DELETION_S = 60.0
PROOF_S = 3.0
"""So long somebody who is to be called waits for the database to know it; longer, and he is not called."""
SETTLED_S = 60.0
MESSAGES_S = 1.0
OLD_SOUNDS_S = 3600.0
RETENTION_S = 600.0
PERSONS_S = 20.0


class Application:
    """The whole program. `start()` returns when it serves; `stop()` when nothing of it runs any more."""

    def __init__(
        self, settings: Settings, clock: Clock | None = None, lock: FolderLock | None = None
    ) -> None:
        self.settings = settings
        self.clock = clock or RealClock()
        self.bus = Bus()
        self.tasks = Tasks("app")
        self.threads = Threads("files", 2)
        self.started_at = self.clock.now_ms()
        self._stops = ExitStack()
        self._lock = lock or FolderLock(settings.data_dir)
        self.db = Database(settings.database, settings.migrations_dir)
        self.journal = Journal(settings.journal_dir, self.clock)
        self.live = Live(self.journal, self.clock, self.bus)
        self.projector = Projector(self.db, self.journal, self.bus, self.tasks)
        self.catalog = Catalog(self.db, self.bus, self._versions_in_use)
        self.phones = Phones(self.bus)
        self.reaches = Reaches(
            self.live, self.bus, self.catalog, self.phones, settings.dialled, self._outside_number
        )
        self.catalog.works_at = self.reaches.worker
        self.link = Link(*settings.esl_address(), on_fact=self.on_fact)
        self.switch = Switch(self.link)
        self.softphones = Softphones(
            self.db,
            self.live,
            self.clock,
            self.catalog,
            self.phones,
            self.switch,
            lambda: self.directory.renew(),
        )
        self.outbound = OutboundServer(*address(settings.outbound_listen), on_fact=self.on_fact)
        self.agents = Agents(
            self.live,
            self.clock,
            self.catalog,
            on_ready=self._agent_ready,
            on_wrap_up_over=lambda a, c: self.calls.wrap_up_over(a, c),
            on_preview_over=lambda a, item: self.worklist.over(a, item),
        )
        self.queues = Queues(self.live, self.bus, self.clock)
        self.lines = Lines(
            self.live,
            self.bus,
            self.clock,
            self.switch,
            self.catalog,
            self.phones,
            self.agents,
            on_rest=lambda agent: self.routing.agent_ready(agent),
        )
        self.files = Files(settings.recordings, self.bus, self.tasks, self.threads)
        self.directory = DirectoryKeeper(
            address(settings.directory_listen),
            settings.directory_snapshot,
            settings.data_dir / "directory.log",
            self.catalog,
            self.bus,
            self.switch,
            self.tasks,
            self.threads,
            self.softphones.users,
        )
        self._context = Context(
            live=self.live,
            clock=self.clock,
            switch=self.switch,
            catalog=self.catalog,
            agents=self.agents,
            phones=self.phones,
            sounds=Folders(settings.sounds_on_switch(), settings.library_on_switch()),
            recordings=settings.recordings_on_switch(),
            music_chunk_s=settings.music_chunk_s,
            kick=lambda queue: self.routing.kick(queue),
            length=self.queues.length,
            tell=lambda call, message: self.calls.tell(call, message),
            trunk=settings.dialled,
            make_folder=self.files.make_folder,
            position=self.queues.position,
            estimate_s=lambda call: self.pace.estimate_s(call, self.clock.now_ms()),
            lines=self.lines,
        )
        self.calls = Calls(
            self._context,
            self.tasks,
            lambda fact: destination.of(self.catalog, fact),
            on_stranger=lambda leg: self.recovery.stranger(leg),
        )
        self.disk = Disk(
            settings.recordings,
            settings.recordings_reserve_mb * 1024**2,
            self.live,
            self.threads,
            self.calls.cut_recording,
            self.calls.disk_again,
        )
        self._context.disk = self.disk
        self.disposal = Disposal(
            self.db,
            self.live,
            self.clock,
            self.threads,
            settings.recordings,
            lambda entry: self.projector.wait(entry, 20.0),
        )
        self.schedule = Schedule()
        self.messages = Messages(
            self.db,
            self.clock,
            self.tasks,
            self.threads,
            Vault(settings.secret_key or token_urlsafe(48)),
            settings.recordings,
            networks(settings.private_targets),
        )
        self.today = today.Today(self.clock, self.bus, self._zone)
        self.routing = Routing(
            self.live,
            self.bus,
            self.clock,
            self.catalog,
            self.agents,
            self.queues,
            self._reachable,
            self.calls.make_offer,
            self.today.counted,
        )
        self.patience = Patience(
            self.live,
            self.bus,
            self.clock,
            self.catalog,
            self.queues,
            self.routing.wakes_up,
            self.routing.kick,
            self.calls.waited_too_long,
        )
        self.pace = Pace(self.live, self.bus, self.catalog, self.queues)
        self.announcer = Announcer(
            self.live, self.bus, self.clock, self.catalog, self.queues, self.calls.time_to_speak
        )
        self.callbacks = Callbacks(self.live, self.clock, self.catalog, self.calls, self._may_dial)
        self._context.callbacks = self.callbacks
        self.blacklist = Blacklist()
        self.legal = Legal(
            self.db,
            self.clock,
            self.catalog,
            self.blacklist,
            self.tasks,
            lambda queue: shown.of_queue(self.catalog.now, queue).first,
        )
        self.registers = Registers(
            self.db,
            self.clock,
            self.tasks,
            settings.data_dir / "registers",
            self._law_changed,
        )
        self.rules = Rules(self.catalog, self.clock, self.blacklist)
        self.outgoing = Outgoing(
            self.live,
            self.clock,
            self.catalog,
            self.rules,
            self.calls,
            self._may_dial,
            self._contact_name,
            lambda agent, key, params: self.bus.publish(AgentNotice(agent, "info", key, params)),
            self.legal,
        )
        self._context.refused = self._refused
        self._context.asks_law = self.outgoing.asks_law
        self._build_list_work()
        self._context.number_for = lambda account, number, queue: (
            self.rules.check(account, number, queue).number
        )
        self._context.notice = lambda agent, key, params: self.bus.publish(
            AgentNotice(agent, "warning", key, params)
        )
        self.progress = Progress(self.live, self.clock, self.bus, lambda agent: self.desk.tell(agent))
        self._context.when_durable = self._when_durable
        self.corrections = Corrections(self.live, self.db, self.clock, self.catalog, self.projector.wait)
        self.worklist = Outbound(
            self.live,
            self.clock,
            self.bus,
            self.catalog,
            self.agents,
            [
                CallbackSource(self.live, self.callbacks),
                RecordSource(self.live, self.list_work, self.shelf),
            ],
            lambda agent: self.link.up and self._reachable(agent),
            lambda agent: self.desk.has_page(agent),
            self.queues.length,
            self._calls_out,
            lambda queue: self.desk.queue_changed(queue),
        )
        self.voicemails = Voicemails(self.live, self.projector.wait, self.callbacks.add_message)
        self._context.menus = Menus(
            self.catalog, self.clock, self.tasks, self._who_is, networks(settings.private_targets)
        )
        self._context.is_ready = self.routing.is_ready
        outside = fetch, self.messages.vault.open, networks(settings.private_targets)
        self._context.capturing = Digits(self.catalog, self.bus, self.tasks, *outside)
        self.lookups = Lookups(self.live, self.catalog, self.bus, self.tasks, *outside)
        self.recovery = Recovery(
            self._context,
            self.calls,
            CdrSpool(settings.spool, keep=settings.keep_cdr),
            self._known_calls,
            self._set_routing,
            self.tasks,
            self.threads,
            self._compare_others,
        )
        self.listening = Listening(self.live, self.clock, self.bus, self.catalog, self.switch, self.phones)
        self.supervision = Supervision(
            self.live, self.bus, self.catalog, self.agents, self.calls, self.listening
        )
        self.queues_today = queues_today.QueuesToday(self.live, self.clock, self.bus, self._zone)
        self.board = Board(
            self.live,
            self.clock,
            self.bus,
            self.catalog,
            self.queues,
            self.phones,
            self.today.figures,
            self.queues_today,
            self._records_of,
        )
        self.desk = AgentDesk(
            self.live,
            self.clock,
            self.bus,
            self.catalog,
            self.agents,
            self.calls,
            self.queues,
            self.phones,
            self.today,
            self.projector,
            self.threads,
            self.listening.heard_by,
            OutboundDesk(self.live, self.catalog, self.clock, self.worklist, self._following),
            lines=self.lines,
            popped=self.lookups.picture,
            reaches=self.reaches,
            outgoing=self.outgoing,
            progress=self.progress,
            messages=ColleagueMessages(self.live, self.clock, self.bus, self.catalog),
        )
        self.targets = Targets(self.live, self.clock, self.catalog, self.queues.length)
        self.bus.subscribe(CatalogChanged, lambda _: self.calls.see_off())
        self.bus.subscribe(CatalogChanged, lambda _: self._settings_changed())
        self.bus.subscribe(PageOpened, lambda event: self.routing.agent_ready(event.agent))
        self.matching = Matching(self.live, self.db, self.bus, self.tasks)
        self.phone_watch = PhoneWatch(
            self.live,
            self.bus,
            self.clock,
            self.catalog,
            self.agents,
            self.phones,
            lambda: self.link.up and self.recovery.done,
            settings.phone_absence_s,
        )
        self.test_calls = TestCalls(
            self.live,
            self.clock,
            self.catalog,
            self.switch,
            self.phones,
            self._test_message,
            lambda agent: self.listening.uses_phone(agent),
            self.reaches.picked_up,
        )
        self.sounds = Jobs(self.db, self.clock, self.threads, settings.library, self._library_changed)
        self.imports = Imports(
            self.db,
            self.clock,
            self.bus,
            self.threads,
            settings.data_dir / "imports",
            settings.import_most_mb * 1024**2,
        )
        self.takes = Takes(
            self.live,
            self.clock,
            self.catalog,
            self.switch,
            self.phones,
            self.sounds,
            self.threads,
            settings.recordings,
            lambda path: on_switch(settings.recordings_on_switch(), path),
            self._studio_message,
            self.listening.uses_phone,
        )
        self.nightly = Nightly(
            self.db, self.clock, self.threads, settings.data_dir / "imports", settings.data_dir / "exports"
        )
        self.persons = Persons(
            self.db,
            self.live,
            self.clock,
            self.tasks,
            self.threads,
            tables_of(TABLES),
            PrivacyFolders(
                exports=settings.data_dir / "exports",
                journal=settings.journal_dir,
                imports=settings.data_dir / "imports",
                recordings=settings.recordings,
                records=settings.spool,
            ),
            Around(
                settled=self.projector.wait,
                remove_files=self.disposal.remove,
                close=lambda callback, by: self.callbacks.close(callback.account, callback.id, False, by),
                changed=self._blacklist_changed,
            ),
            text_of,
        )
        self.openings = Openings(self.live, self.clock, self.bus, self.catalog, self.calls.closing_time)
        self.clock_watch = ClockWatch(self.clock, self._clock_jumped)
        self.watch = LoopWatch(self.clock, self.tasks, self._frozen)
        self.system = Figures(self.clock, self.switch, self.threads, self._places())
        self.doctor = Visits(settings, self.tasks)
        self._remembered = Remembered(
            self.db, self.clock, self.today, self.queues_today, self.routing.last_agents
        )
        self._health = checks.health(
            self.clock,
            self.link,
            self.recovery,
            self.projector,
            self.journal,
            self.directory,
            settings.data_dir,
            self.disk,
            self.disposal,
            self.watch,
        )

    def _build_list_work(self) -> None:
        """Records of call lists for agents to call."""
        law = Law(self.legal, self.catalog, self.clock)
        self.lists = CallLists(self.db, self.clock, self.bus, self.tasks)
        self.why = Explain(
            self.db,
            self.clock,
            self.catalog,
            self.live,
            self.legal,
            self.lists.lists.working,
            lambda record: record in self.live.records,
        )
        fetching = Fetching(self.db, law.of, self.lists.lists)
        self.shelf = Shelf(
            self.live,
            self.clock,
            self.catalog,
            fetching,
            lambda: self.projector.position,
            self._other_records,
        )
        self.list_work = ListWork(
            self.live,
            self.clock,
            self.catalog,
            self.calls,
            self._may_dial,
            self.shelf,
            lambda queue: shown.of_queue(self.catalog.now, queue).first,
            lambda known, agent: law.gate(known, self._mode_of(agent)),
        )
        self.looks = Looks(
            self.live,
            self.clock,
            self.catalog,
            self.tasks,
            fetching,
            law,
            self.list_work,
            self.projector.wait,
            lambda: self.projector.position,
            self.callbacks.number_of,
            self._mode_of,
            lambda agent, key, params: self.bus.publish(AgentNotice(agent, "warning", key, params)),
        )
        self._following = Following(self.catalog, self.callbacks, self.list_work, self.looks.came)
        self._context.callbacks = self._following
        self._context.may_call = self._may_call
        self.bus.subscribe(ListChanged, lambda event: self.shelf.poke(event.account))
        self.bus.subscribe(CatalogChanged, lambda _: self.shelf.poke())
        self.barring = Barring(
            self.bus,
            self.tasks,
            self.blacklist,
            lambda account: self.db.read(lambda: dnc.of_account(account)),
            self.projector.wait,
        )

    def _may_call(self, call: Call, done: Callable[[str], None]) -> None:
        ask = self.looks.may_call if call.record is not None else self.outgoing.may_call
        ask(call, done)

    def _refused(self, call: Call) -> str:
        """A list may do without the account's blacklist, but not call those who asked for it themselves; what else
        forbids the call is looked at once more."""
        why = self.outgoing.refused(call)
        held = self.live.records.get(call.record or 0)
        if why != Blacklisted.key or held is None or held.known.use_blacklist:
            return why
        now = self.clock.now_ms()
        asked = self.blacklist.find(call.account, call.caller_number, call.queue, now, objections_only=True)
        return why if asked is not None else ""

    def _mode_of(self, agent: int | None) -> str:
        info = self.catalog.agent(agent or 0)
        return self.worklist.mode(info) if info is not None else ""

    def _other_records(self, account: int, queue: int) -> None:
        self.worklist.renewed(account)
        self.desk.queue_changed(queue)
        self.board.queue_changed(account, queue)

    def _records_of(self, queue: int) -> dict[str, int] | None:
        """What the call lists of a queue have, for supervision."""
        found = self.shelf.totals_of(queue)
        if found is None:
            return None
        return {"usable": found.usable, "due": found.due, "later": found.later}

    # --- life -----------------------------------------------------------------------------------------------
    def start(self) -> None:
        """In order: state, database, witnesses, then the doors. Raises ConfigError or Unavailable in words."""
        stops = self._stops
        self._lock.take()
        stops.callback(self._lock.release)
        self.db.open()
        stops.callback(self.db.close)
        last = self.live.replay()
        mark = self.db.write_at_start(lambda: project([]))
        checkpoint = self.journal.open(max(last, mark), self.live.checkpoint())
        stops.callback(self.journal.close)
        stops.callback(self.threads.stop)
        stops.callback(self.sounds.stop)
        stops.callback(self.imports.stop)
        stops.callback(self.takes.stop)
        self.sounds.clear()
        stops.callback(self.tasks.stop)
        self.projector.start()
        stops.callback(self.projector.drain, 5.0)
        self.live.record("program.started", replayed=self.live.replayed, checkpoint=checkpoint.id)
        self.catalog.reload()
        self.softphones.load()
        self.reaches.rearm()
        self.directory.start()
        stops.callback(self.directory.stop)
        self.queues.rebuild()
        self.routing.ready.forget()
        self.agents.rearm()
        self.lines.rearm()
        self.calls.rearm()
        self.patience.rearm()
        self.announcer.rearm()
        self.callbacks.rearm()
        self.list_work.rearm()
        self.shelf.begin()
        self.lists.start()
        self._stops.callback(self.lists.stop)
        self.worklist.rearm()
        for account, entries in self.db.read(dnc.everything).items():
            self.blacklist.load(account, entries)
        self.barring.read_after(self.live.last_id, self.catalog.now.accounts)
        self.registers.clear()
        stops.callback(self.registers.stop)
        self.legal.reload()
        self.progress.rearm()
        self.openings.start()
        self.desk.expect_pages()
        self._remembered.load()
        stops.callback(self.live.record, "program.stopped")
        Backlog(self.db, self.tasks).start(self.clock.now_ms())
        self.watch.start()
        self._start_rounds()
        self.imports.start_up()
        self.outbound.start()
        stops.callback(self.outbound.stop)
        self.link.start()
        stops.callback(self.link.stop)
        self.web = web.create(self)
        self.web.start()
        stops.callback(self.web.stop)

    def stop(self) -> None:
        """Everything off, in reverse order. Calls go on in FreeSWITCH."""
        self._stops.close()

    def _start_rounds(self) -> None:
        every = self.tasks.every
        every("lease", 1.0, self._renew_lease)
        every("journal sync", 0.1, self._sync_journal)
        every("held journal entries", 0.5, self.journal.retry_held)
        every("journal pruning", 3600.0, lambda: self.journal.prune(self.projector.position, JOURNAL_DAYS))
        every("comparison", self.settings.reconcile_s, self.recovery.look)
        every("CDR spool", 2.0, self.recovery.read_spool)
        every("directory", 10.0, self.directory.round)
        every("figures", 5.0, lambda: count(self.live))
        every("telephones", 1.0, self.phone_watch.round)
        every("lists of calls to make", 1.0, self.worklist.round)
        every("attempts that are over", 20.0, self.callbacks.sweep)
        every("calls for records that are over", 20.0, self.list_work.sweep)
        every("records of lists", 1.0, self.shelf.round)
        every("records in a call that is over", SETTLED_S, self.looks.settle)
        every("softphones", SOFTPHONES_S, self.softphones.round)
        every("configuration from elsewhere", 1.0, self.catalog.follow)
        self.disk.round()
        every("disk of recordings", 2.0, self.disk.round)
        self.schedule.every("deletion of recordings", DELETION_S, self.disposal.run)
        self.messages.start()
        self._stops.callback(self.messages.stop)
        self.schedule.every("messages", MESSAGES_S, self.messages.round)
        self.schedule.every("old sounds", OLD_SOUNDS_S, self.sounds.forget_old)
        self.schedule.every("examination", EXAMINED_S, self.doctor.round)
        self.schedule.every("retention", RETENTION_S, self.nightly.round)
        self.schedule.every("persons", PERSONS_S, self.persons.round)
        self._stops.callback(self.persons.stop)
        self.persons.soon()  # what was under way when the program died
        self.schedule.start()
        every("figures of the system", LOOK_S, self.system.look)
        self._stops.callback(self.schedule.stop)
        every("supervision", 20.0, self.board.look_again)
        every("clock", 1.0, self.clock_watch.round)

    # --- facts ----------------------------------------------------------------------------------------------
    def on_fact(self, fact: f.Fact) -> None:
        """Every fact of the switch comes by here, in order. Never yields."""
        match fact:
            case f.LegFact():
                self.calls.on_fact(fact)
                self.test_calls.on_fact(fact)
                self.takes.on_fact(fact)
                self.listening.on_fact(fact)
                self.lines.on_fact(fact)
            case f.PhoneRegistered():
                self.phones.on_registered(fact)
                for user in (fact.user, *self.phones.who_works_at(fact.user, fact.domain)):
                    agent = self.catalog.phone(user, fact.domain)
                    if agent is not None:
                        self.routing.agent_ready(agent)
            case f.PhoneUnregistered():
                self.phones.on_unregistered(fact)
            case f.LinkUp():
                self._renew_lease()
                self.bus.publish(SwitchState(True, self.clock.now_ms(), ""))
                self.recovery.link_up(fact.core_uuid)
            case f.LinkDown():
                self.recovery.link_down()
                self.live.record("switch.down", why=fact.why)
                self.bus.publish(SwitchState(False, self.clock.now_ms(), fact.why))
            case _:
                pass

    def _versions_in_use(self) -> set[tuple[int, int]]:
        """The menus that callers are in now: they keep their version, whatever is published meanwhile."""
        runs = [call.flow for call in self.live.calls.values() if call.flow is not None]
        here = {(run.flow, run.version) for run in runs}
        return here | {(caller.flow, caller.version) for run in runs for caller in run.back}

    def _who_is(self, account: int, number: str) -> dict[str, Any] | None:
        """For a voice menu. Waits for the database. Raises DatabaseBusy."""
        info = self.catalog.account(account)
        country = info.country if info is not None else ""
        found = self.db.read(lambda: contacts.by_number(account, number, country), 3.0)
        if found is None:
            return None
        name = " ".join(filter(None, (str(found["first_name"]), str(found["last_name"]))))
        return {**found, "name": name or str(found["company"])}

    def _contact_name(self, account: int, contact: int) -> str | None:
        """Of a contact that an agent calls; None when it is not the account's. Waits for the database."""
        found = self.db.read(lambda: contacts.by_id(account, contact, contacts.country_of(account)), 3.0)
        if found is None:
            return None
        name = " ".join(filter(None, (str(found["first_name"]), str(found["last_name"]))))
        return name or str(found["company"])

    def _compare_others(
        self, present: Collection[str], channels: Mapping[str, f.Channel], begun: int
    ) -> None:
        """Legs that belong to no call of ours."""
        self.listening.compare(present, channels, begun)
        self.lines.compare(present, channels, begun)

    def _reachable(self, agent: int) -> bool:
        """A telephone that can ring, or a permanent line that rests, and somebody who looks at the page."""
        has_phone = self.lines.reachable(agent)
        return has_phone and self.desk.has_page(agent) and not self.listening.uses_phone(agent)

    def _may_dial(self, agent: int) -> bool:
        """He may call somebody back now: he is here, whether calls may come to him or not, and does nothing else."""
        state = self.live.agents.get(agent)
        free = state is not None and state.presence is not Presence.LOGGED_OUT
        free = free and state is not None and state.work in INTERRUPTIBLE
        return free and self.link.up and self._reachable(agent)

    def _agent_ready(self, agent: int) -> None:
        self.routing.agent_ready(agent)
        self.worklist.soon(agent)

    def _calls_out(self, agent: int, queue: int) -> bool:
        """He is connected with this queue for calls that are made."""
        info = self.catalog.agent(agent)
        return info is not None and connected(info, self.live.agents.get(agent), queue, OUTBOUND)

    def _when_durable(self, entry: int, done: Callable[[bool], None]) -> None:
        def wait() -> None:
            try:
                self.projector.wait(entry, PROOF_S)
            except WaitTimeout:
                log.warning("nobody is called: the database does not take the attempt", entry=entry)
                done(False)
            else:
                done(True)

        self.tasks.spawn("proof of an attempt", wait)

    def _set_routing(self, is_open: bool) -> None:
        self.routing.open = is_open
        if is_open:
            self.openings.see_to_waiting()
            self.routing.kick_all()

    def _blacklist_changed(self, account: int) -> None:
        self.blacklist.load(account, self.db.read(lambda: dnc.of_account(account)))

    def _library_changed(self) -> None:
        with suppress(DatabaseBusy):  # it is written; the picture follows with the next look
            self.catalog.reload()

    def _law_changed(self) -> None:
        try:
            self.legal.reload()
        except DatabaseBusy:
            # It is written; what was in force stays until the database answers again.
            self.tasks.spawn("law", self._law_changed_later)

    def _law_changed_later(self) -> None:
        self.clock.sleep(2.0)
        self._law_changed()

    def _studio_message(self, account: int) -> str:
        """What is said before a prompt is recorded by telephone, in the account's language."""
        info = self.catalog.account(account)
        path = f"{info.language if info else 'fr'}/{GUIDE}.wav"
        return on_switch(self.settings.sounds_on_switch(), path)

    def _test_message(self, account: int) -> str:
        """What a test call says, in the account's language."""
        info = self.catalog.account(account)
        return on_switch(self.settings.sounds_on_switch(), f"{info.language if info else 'fr'}/greeting.wav")

    def _outside_number(self, account: int, text: str) -> str:
        """What was typed, as E.164; '' when it is no number outside."""
        info = self.catalog.account(account)
        return numbers.e164(text, info.country if info is not None else "") or ""

    def _settings_changed(self) -> None:
        """An agent may have come into a queue where somebody waits, a limit may be another one."""
        self.routing.kick_all()
        self.patience.rearm()
        self.announcer.rearm()

    def _clock_jumped(self, seconds: float) -> None:
        """What is timed to the wall clock is timed anew."""
        self.live.record("clock.jumped", seconds=round(seconds, 1))
        self.openings.look(anew=True)
        self.callbacks.rearm()
        self.schedule.clock_jumped()

    def _frozen(self, seconds: float) -> None:
        """The process stood still: what we believe may be old."""
        log.warning("the program stood still", seconds=round(seconds, 1))
        if self.link.up:
            self._renew_lease()
            self.recovery.link_up(self.link.core_uuid)

    # --- rounds ---------------------------------------------------------------------------------------------
    def _renew_lease(self) -> None:
        if self.switch.up:
            self.switch.renew_lease(self.clock.now_ms() // 1000 + self.settings.lease_s)

    def _sync_journal(self) -> None:
        self.threads.run(self.journal.sync)

    # --- database look-ups ------------------------------------------------------------------------------------
    def _known_calls(self, ids: list[str]) -> set[str]:
        return self.db.read(
            lambda: {row[0] for row in CallRow.select(CallRow.id).where(CallRow.id.in_(ids)).tuples()}
        )

    def _zone(self, account: int) -> str:
        info = self.catalog.account(account)
        return info.time_zone if info else "UTC"

    # --- does it work? ----------------------------------------------------------------------------------------
    def disk_report(self) -> dict[str, Any]:
        """The disk of recordings: `free` bytes, `trouble` or ''."""
        return {"free": self.disk.free, "trouble": self.disk.trouble}

    def _places(self) -> Places:
        s = self.settings
        file = Path(s.database.partition("sqlite:///")[2]) if self.db.is_sqlite else None
        disks = {"data": s.data_dir, "recordings": s.recordings, "sounds": s.sounds_dir}
        return Places(disks, file, s.journal_dir, s.spool)

    def restart(self, part: str) -> None:
        """A part begins anew because an administrator asks for it (PW-10); calls go on. Raises NotFound."""
        log.warning("a part is restarted by hand", part=part[:40])
        match part:
            case "link":
                self.link.reconnect()
            case "directory":
                self.directory.stop()
                self.directory.round()
            case _:
                raise NotFound(f"part {part[:40]}")

    def system_state(self) -> dict[str, Any]:
        """What the system's page says of the program, beside `health()` and `system.fresh()`."""
        return {
            "version": version("fs-app"),
            "started_at": self.started_at,
            "link_up": self.link.up,
            "link_trouble": self.link.trouble,
            "sessions": len(self._context.sessions),
            "database": self.db.described(),
            "position": self.projector.position,
            "lag": self.projector.lag(),
            "journal_held": self.journal.held,
            "browsers": int(REGISTRY.get_sample_value("fsapp_browsers") or 0),
        }

    def health(self) -> dict[str, Any]:
        """`ok`, one line per check, and the figures of the moment."""
        checks = self._health.report()
        return {
            "ok": all(c["ok"] for c in checks),
            "checks": checks,
            "figures": {
                "calls": len(self.live.calls),
                "waiting": sum(self.queues.length(q) for q in self.catalog.every_queue()),
                "agents_logged_in": sum(a.presence != "LOGGED_OUT" for a in self.live.agents.values()),
                "journal_lag": self.projector.lag(),
                "loop_lag_p99_ms": round(self.watch.p99_ms(), 1),
            },
        }


__all__ = ["Application", "ConfigError", "FsAppError"]
