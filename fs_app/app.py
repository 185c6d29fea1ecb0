"""Composition root: builds everything, starts it in order, stops it in reverse order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack, suppress
from secrets import token_urlsafe
from typing import Any

import structlog

from fs_app import app_condition, app_privacy, app_rounds, checks
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
from fs_app.app_asked import Asked, versions_in_use
from fs_app.app_calling import MadeCalls
from fs_app.audio.jobs import Jobs
from fs_app.audio.phone import Takes
from fs_app.bus import Bus
from fs_app.callbacks.service import Callbacks
from fs_app.callbacks.source import CallbackSource
from fs_app.calls import destination
from fs_app.calls.cdr import CdrSpool
from fs_app.calls.context import Context, Folders
from fs_app.calls.correcting import Corrections
from fs_app.calls.service import Calls
from fs_app.calls.sounds import on_switch
from fs_app.catalog import Catalog
from fs_app.clock import Clock, RealClock
from fs_app.colleagues.service import Messages as ColleagueMessages
from fs_app.colleagues.targets import Targets
from fs_app.config import Settings, address
from fs_app.contacts.matching import Matching
from fs_app.db import Database
from fs_app.desk import AgentDesk
from fs_app.directory_keeper import DirectoryKeeper
from fs_app.doctor.visits import Visits
from fs_app.errors import ConfigError, DatabaseBusy, FsAppError, NotFound, WaitTimeout
from fs_app.esl.link import Link
from fs_app.esl.outbound import OutboundServer
from fs_app.esl.recovery import Recovery
from fs_app.esl.switch import Switch
from fs_app.events import AgentNotice, CatalogChanged, PageOpened, SwitchState
from fs_app.history.backlog import Backlog
from fs_app.hours.watch import Openings
from fs_app.imports.service import Imports
from fs_app.ivr.fetch import fetch
from fs_app.ivr.service import Menus
from fs_app.journal import Journal
from fs_app.jump import ClockWatch
from fs_app.listwork.source import RecordSource
from fs_app.live import Live
from fs_app.lock import FolderLock
from fs_app.messaging.service import Messages
from fs_app.messaging.vault import Vault
from fs_app.outbound.desk import OutboundDesk
from fs_app.outbound.service import Outbound
from fs_app.outgoing import entries as dnc
from fs_app.outgoing.progress import Progress
from fs_app.outward import networks
from fs_app.phones import Phones
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
from fs_app.system.figures import Figures
from fs_app.tasks import Tasks, Threads
from fs_app.voicemail.service import Voicemails
from fs_app.watch import LoopWatch
from fs_app.web import server as web
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
        self.catalog = Catalog(self.db, self.bus, lambda: versions_in_use(self.live))
        self.asked = Asked(self.db, self.catalog, settings.sounds_on_switch())
        self.phones = Phones(self.bus)
        self.reaches = Reaches(
            self.live, self.bus, self.catalog, self.phones, settings.dialled, self.asked.outside_number
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
        self.today = today.Today(self.clock, self.bus, self.asked.zone)
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
        self.callbacks = Callbacks(self.live, self.clock, self.catalog, self.calls, self.may_dial)
        self._context.callbacks = self.callbacks
        made = MadeCalls(self)
        self.blacklist, self.legal, self.registers = made.blacklist, made.legal, made.registers
        self.rules, self.outgoing, self.barring = made.rules, made.outgoing, made.barring
        self.lists, self.why = made.lists, made.why
        self.shelf, self.list_work, self.looks = made.shelf, made.list_work, made.looks
        self._context.refused = made.refused
        self._context.may_call = made.may_call
        self._context.asks_law = self.outgoing.asks_law
        self._context.callbacks = made.following
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
            self.catalog, self.clock, self.tasks, self.asked.who_is, networks(settings.private_targets)
        )
        self._context.is_ready = self.routing.is_ready
        outside = fetch, self.messages.vault.open, networks(settings.private_targets)
        self._context.capturing = Digits(self.catalog, self.bus, self.tasks, *outside)
        self.lookups = Lookups(self.live, self.catalog, self.bus, self.tasks, *outside)
        self.recovery = Recovery(
            self._context,
            self.calls,
            CdrSpool(settings.spool, keep=settings.keep_cdr),
            self.asked.known_calls,
            self._set_routing,
            self.tasks,
            self.threads,
            self._compare_others,
        )
        self.listening = Listening(self.live, self.clock, self.bus, self.catalog, self.switch, self.phones)
        self.supervision = Supervision(
            self.live, self.bus, self.catalog, self.agents, self.calls, self.listening
        )
        self.queues_today = queues_today.QueuesToday(self.live, self.clock, self.bus, self.asked.zone)
        self.board = Board(
            self.live,
            self.clock,
            self.bus,
            self.catalog,
            self.queues,
            self.phones,
            self.today.figures,
            self.queues_today,
            made.records_of,
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
            OutboundDesk(self.live, self.catalog, self.clock, self.worklist, made.following),
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
            self.asked.test_message,
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
            self.asked.studio_message,
            self.listening.uses_phone,
        )
        self.nightly = app_privacy.nightly(self)
        self.persons = app_privacy.persons(self, made.blacklist_changed)
        self.openings = Openings(self.live, self.clock, self.bus, self.catalog, self.calls.closing_time)
        self.clock_watch = ClockWatch(self.clock, self._clock_jumped)
        self.watch = LoopWatch(self.clock, self.tasks, self._frozen)
        self.system = Figures(
            self.clock, self.switch, self.threads, app_condition.places(settings, self.db.is_sqlite)
        )
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
        app_rounds.begin(self, stops)
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
                self.renew_lease()
                self.bus.publish(SwitchState(True, self.clock.now_ms(), ""))
                self.recovery.link_up(fact.core_uuid)
            case f.LinkDown():
                self.recovery.link_down()
                self.live.record("switch.down", why=fact.why)
                self.bus.publish(SwitchState(False, self.clock.now_ms(), fact.why))
            case _:
                pass

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

    def may_dial(self, agent: int) -> bool:
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

    def _library_changed(self) -> None:
        with suppress(DatabaseBusy):  # it is written; the picture follows with the next look
            self.catalog.reload()

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
            self.renew_lease()
            self.recovery.link_up(self.link.core_uuid)

    # --- rounds ---------------------------------------------------------------------------------------------
    def renew_lease(self) -> None:
        if self.switch.up:
            self.switch.renew_lease(self.clock.now_ms() // 1000 + self.settings.lease_s)

    # --- does it work? ----------------------------------------------------------------------------------------
    def disk_report(self) -> dict[str, Any]:
        """The disk of recordings: `free` bytes, `trouble` or ''."""
        return {"free": self.disk.free, "trouble": self.disk.trouble}

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
        return app_condition.of_the_program(self, len(self._context.sessions))

    def health(self) -> dict[str, Any]:
        """`ok`, one line per check, and the figures of the moment."""
        checks = self._health.report()
        return {
            "ok": all(c["ok"] for c in checks),
            "checks": checks,
            "figures": app_condition.figures(self),
        }


__all__ = ["Application", "ConfigError", "FsAppError"]
