"""After each (re)connection, and every few seconds: read the witnesses, compare, mend.

The order after a connection: what FreeSWITCH can recover itself (when it was restarted), the CDR spool, the
telephones, all channels, the repairs; only then routing opens again. Between connections a cheaper look: which
channels exist, and a closer one at those that wait nowhere and at a few conversations in turn; a repair that
could be a passing moment is made only when two looks in a row ask for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from math import inf
from urllib.parse import unquote

import gevent
import structlog
from gevent.lock import BoundedSemaphore

from fs_app import facts as f
from fs_app import metrics
from fs_app.calls import capture, conference, consult, conversation, leftovers, recording, sounds
from fs_app.calls.cdr import CdrLeg, CdrSpool
from fs_app.calls.context import ConferenceOver, Context, HadTalked
from fs_app.calls.reconcile import (
    Adopt,
    HangUp,
    Missed,
    Reconnect,
    ReconnectLine,
    Rejoin,
    Repair,
    SeenTogether,
    SendHome,
    compare,
    is_delicate,
    name_of,
    of_stranger,
)
from fs_app.calls.service import Calls
from fs_app.calls.stages import HEARS_MUSIC, Stage
from fs_app.errors import DatabaseBusy, FsAppError, SwitchError
from fs_app.facts import Channel
from fs_app.tasks import Tasks, Threads

log = structlog.get_logger(__name__)

CLOSER_LOOKS = 20
"""Conversations looked at closely in each round between connections."""

STRANGER_S = 0.3
"""How long the event of a leg's birth may be slower than its doorbell."""

SECOND_LOOK_S = 0.4
"""Between two looks at legs that seem to be apart; a bridge is made in 20 to 60 ms."""

MUSIC_LATE_S = 5.0
"""How long after its length the end of a stretch of music may be told."""

RECOVERED_S = 4.0
"""How long legs may take to come back after `sofia recover`."""


UNTOLD_MS = 10_000
"""So long after the end of its call the end of a recording was missed; its CDR has had its time, too."""


Supervisors = Callable[[Collection[str], Mapping[str, Channel], int], None]
"""(legs present, those looked at, when the look began in UTC ms): what `Listening.compare` takes."""


@dataclass(slots=True)
class Report:
    """What the last full comparison found."""

    seconds: float = 0.0
    channels: int = 0
    repairs: dict[str, int] = field(default_factory=dict)


class Recovery:
    def __init__(
        self,
        ctx: Context,
        calls: Calls,
        spool: CdrSpool,
        known_calls: Callable[[list[str]], set[str]],
        set_open: Callable[[bool], None],
        tasks: Tasks,
        threads: Threads,
        supervisors: Supervisors = lambda present, channels, begun_ms: None,
    ) -> None:
        """`known_calls(ids)` says which calls the database has; `set_open` opens and closes routing; `supervisors` is
        told of each comparison, for the legs that listen to others."""
        self._ctx = ctx
        self._calls = calls
        self._spool = spool
        self._known_calls = known_calls
        self._set_open = set_open
        self._tasks = tasks
        self._threads = threads
        self._supervisors = supervisors
        self._running: gevent.Greenlet | None = None
        self._suspects: set[str] = set()
        self._turn = 0
        self._down_ms = 0  # when the link was lost (UTC ms), 0 when this program never had it
        self._reading = BoundedSemaphore(1)
        self.done = False  # a full comparison has ended since the link came up
        self.report = Report()

    # --- when -----------------------------------------------------------------------------------------------
    def link_up(self, core_uuid: str) -> None:
        """Begin at once; an older run is given up. Nobody is offered to anybody before it is done."""
        self.stop()
        self._set_open(False)
        self._ctx.deaf_until = inf
        self._running = self._tasks.spawn("recovery", self._recover, core_uuid)

    def link_down(self) -> None:
        if self.done:
            self._down_ms = self._ctx.clock.now_ms()
        self.stop()
        self._set_open(False)
        self._ctx.deaf_until = inf
        self.done = False
        for runtime in self._ctx.runtimes.values():
            runtime.listened_to.clear()

    def stop(self) -> None:
        if self._running is not None:
            self._running.kill(block=False)
            self._running = None

    def stranger(self, leg: str) -> None:
        """Somebody rings of whom no event has told: ask the switch, a moment later, if it is still so.

        The outbound port has no authentication: only what the switch knows of this leg counts.
        """
        self._tasks.spawn("stranger", self._ask_about, leg)

    def _ask_about(self, leg: str) -> None:
        gevent.sleep(STRANGER_S)
        if not self.done or self._ctx.live.call_of(leg) is not None or leg not in self._ctx.sessions:
            return
        try:
            channel = self._ctx.switch.channel(leg).get()
        except SwitchError as error:
            log.warning("nothing to be learnt about a leg at the door", leg=leg, error=str(error))
            return
        if channel is not None and self._ctx.live.call_of(leg) is None:
            for repair in of_stranger(channel):
                self._mend(repair)

    def look(self) -> None:
        """The round between connections; call it every few seconds."""
        if not self.done or not self._ctx.switch.up or self._running:
            return
        try:
            self._look()
        except SwitchError as error:
            log.warning("comparison with the switch failed", error=str(error))

    # --- after a connection ---------------------------------------------------------------------------------
    def _recover(self, core_uuid: str) -> None:
        clock, live = self._ctx.clock, self._ctx.live
        begun = clock.monotonic()
        restarted = bool(live.core_uuid) and live.core_uuid != core_uuid
        if restarted:
            self._ctx.sessions.clear()
        told = False
        while True:
            try:
                if restarted:
                    self._bring_back()
                if not told:  # only now: when the link goes meanwhile a restart is still to be answered
                    live.record("switch.up", core_uuid=core_uuid, restarted=restarted)
                    told, restarted = True, False
                self._ctx.default_music = (
                    self._ctx.switch.global_variable("fsapp_music").get() or self._ctx.default_music
                )
                self.read_spool()
                self._ctx.phones.compare(self._ctx.switch.registrations().get())
                self._compare_all()
                break
            except FsAppError as error:
                log.warning("recovery interrupted; once more", error=str(error))
                if not self._ctx.switch.up:
                    return
                gevent.sleep(0.2)
        self.report.seconds = clock.monotonic() - begun
        live.record("recovery.done", ms=round(self.report.seconds * 1000), repairs=self.report.repairs)
        log.info(
            "compared with the switch",
            seconds=round(self.report.seconds, 3),
            channels=self.report.channels,
            repairs=self.report.repairs,
        )
        self.done = True
        self._ctx.deaf_until = clock.now_ms()
        self._set_open(True)

    def _bring_back(self) -> None:
        """FreeSWITCH was restarted: it recovers the legs whose other side answers a re-INVITE."""
        for call in list(self._ctx.live.calls.values()):
            recording.lost(self._ctx, call, self._down_ms or self._ctx.clock.now_ms())
        number = self._ctx.switch.sofia_recover().get()
        wanted = {leg.id for call in self._ctx.live.calls.values() for leg in call.legs.values() if leg.live}
        wanted |= {agent.line.leg for agent in self._ctx.live.agents.values() if agent.line.leg}
        log.info("sofia recover", recovered=number, wanted=len(wanted))
        end = self._ctx.clock.monotonic() + (RECOVERED_S if number else 0.0)
        while self._ctx.clock.monotonic() < end:
            present = set(self._ctx.switch.channel_ids().get())
            if wanted <= present:
                break
            gevent.sleep(0.1)

    def _compare_all(self) -> None:
        begun_ms = self._ctx.clock.now_ms()
        channels = {c.leg: c for c in self._ctx.switch.channels()}
        # A leg that is not listed has written its CDR: read them now, so that its end has its real cause.
        self.read_spool()
        self._calls.settle()
        self.report = Report(channels=len(channels))
        self._finish()
        self._supervisors(set(channels), channels, begun_ms)
        delicate = []
        for repair in self._compared(set(channels), channels, begun_ms):
            if is_delicate(repair):
                delicate.append(repair)
            else:
                self._mend(repair)
        if delicate:
            self._look_again(delicate)
        self._suspects.clear()
        self._calls.settle()
        recording.close_untold(self._ctx, set(channels), begun_ms)
        self._take_up(begun_ms)

    def _finish(self) -> None:
        for leftover in leftovers.mend(self._ctx):
            self._count(f"Finished{type(leftover).__name__}")

    def _take_up(self, begun_ms: int) -> None:
        """Ends and beginnings of sounds are told once: those that were told while the link was down are lost."""
        ctx = self._ctx
        for call in list(ctx.live.calls.values()):
            if (
                call.stage in (Stage.GREETING, Stage.FAREWELL, Stage.MENU)
                and (call.flow.since if call.flow is not None else call.stage_since) < begun_ms
                and call.caller_leg in ctx.sessions
            ):
                ctx.switch.send_home(call.caller_leg)  # greeted again: better than silence for ever
            elif call.stage is Stage.STAYING:
                consult.take_up(ctx, call)
            elif call.stage in recording.IN_CONVERSATION and call.stage_since < begun_ms:
                consult.take_up(ctx, call)
                recording.ensure(ctx, call)
                recording.renew_mask(ctx, call)
                if call.capture:
                    capture.link_back(ctx, call)

    def _look_again(self, delicate: list[Repair]) -> None:
        gevent.sleep(SECOND_LOOK_S)
        begun_ms = self._ctx.clock.now_ms()
        present = set(self._ctx.switch.channel_ids().get())
        channels: dict[str, Channel] = {}
        for repair in delicate:
            call = self._ctx.live.calls.get(getattr(repair, "call", ""))
            for leg in call.legs if call is not None else ():
                channel = self._ctx.switch.channel(leg).get() if leg in present else None
                if channel is not None:
                    channels[leg] = channel
        wanted = {(type(r), getattr(r, "call", "")) for r in delicate}
        for repair in self._compared(present, channels, begun_ms):
            if is_delicate(repair) and (type(repair), getattr(repair, "call", "")) in wanted:
                self._mend(repair)

    # --- in between -----------------------------------------------------------------------------------------
    def _look(self) -> None:
        switch = self._ctx.switch
        self._ctx.phones.compare(switch.registrations().get())
        begun_ms = self._ctx.clock.now_ms()
        present = set(switch.channel_ids().get())
        channels: dict[str, Channel] = {}
        for leg in self._worth_a_look(present):
            channel = switch.channel(leg).get()
            if channel is not None:
                channels[leg] = channel
            else:
                present.discard(leg)
        again = set()
        self._finish()
        self._supervisors(present, channels, begun_ms)
        self._renew_music()
        for repair in self._compared(present, channels, begun_ms):
            key = name_of(repair)
            if isinstance(repair, Adopt) or key in self._suspects:
                self._mend(repair)
            else:
                again.add(key)
        self._suspects = again
        recording.close_untold(self._ctx, present, begun_ms - UNTOLD_MS)

    def _renew_music(self) -> None:
        """Music that must have ended long ago, its end untold: the caller hears nothing."""
        ctx = self._ctx
        latest = ctx.clock.monotonic() - ctx.music_chunk_s - MUSIC_LATE_S
        for call in list(ctx.live.calls.values()):
            runtime = ctx.runtimes.get(call.id)
            if runtime is None or call.stage not in HEARS_MUSIC or call.caller_leg not in ctx.sessions:
                continue
            if runtime.music_app and runtime.music_since < latest:
                sounds.music(ctx, call)

    def _worth_a_look(self, present: set[str]) -> list[str]:
        """Strangers, callers who wait nowhere, and some conversations in turn."""
        calls = list(self._ctx.live.calls.values())
        known = {leg for call in calls for leg in call.legs}
        legs = [leg for leg in present if leg not in known]
        talking = []
        for call in calls:
            pair = [call.caller_leg, *(leg.id for leg in call.asked_legs)]
            pair += [line.leg for line in call.lines.values() if line.leg]
            if call.lines or call.transferring:
                legs += pair
            elif call.stage in (Stage.TALKING, Stage.CONNECTING):
                talking.append(pair)
            elif call.caller_leg not in self._ctx.sessions or call.stage is Stage.OFFERED or call.capture:
                legs += pair
        if talking:
            self._turn %= len(talking)
            for pair in (talking[self._turn :] + talking[: self._turn])[:CLOSER_LOOKS]:
                legs += pair
            self._turn += CLOSER_LOOKS
        return [leg for leg in legs if leg in present]

    # --- comparing and mending ------------------------------------------------------------------------------
    def _compared(self, present: set[str], channels: dict[str, Channel], begun_ms: int) -> list[Repair]:
        ctx = self._ctx
        now = ctx.clock.monotonic()
        holding = {c for c, r in ctx.runtimes.items() if r.holding or r.moving_until > now}
        return compare(ctx.live.calls, present, channels, ctx.sessions, begun_ms, {}, holding)

    def _mend(self, repair: Repair) -> None:
        try:
            self._mend_one(repair)
        except Exception:  # one call that can't be mended must not keep all the others from it
            metrics.FAILURES.labels(where="recovery").inc()
            log.exception("a repair failed", repair=repr(repair)[:500])

    def _count(self, kind: str) -> None:
        self.report.repairs[kind] = self.report.repairs.get(kind, 0) + 1
        metrics.REPAIRS.labels(what=kind).inc()

    def _mend_one(self, repair: Repair) -> None:
        self._count(type(repair).__name__)
        ctx = self._ctx
        match repair:
            case Missed(fact=f.LegHungUp(leg=leg)) if ctx.switch.exists(leg).get():
                log.info("not listed, but there", leg=leg)  # `show channels` is written by a queue, and lags
            case Missed(call=call, fact=fact, why=why):
                ctx.live.record(
                    "recovery.missed",
                    account=self._account(call),
                    call=call,
                    what=type(fact).__name__,
                    leg=fact.leg,
                    why=why,
                )
                self._calls.tell(call, fact)
            case SendHome(leg=leg, why=why):
                log.info("sending home", leg=leg, why=why)
                ctx.switch.send_home(leg)
            case HangUp(leg=leg, why=why):
                log.info("hanging up a stray leg", leg=leg, why=why)
                ctx.switch.hangup(leg)
            case Reconnect(call=call, why=why):
                found = ctx.live.calls.get(call)
                if found is not None:
                    ctx.live.record("recovery.reconnected", account=found.account, call=call, why=why)
                    conversation.connect(ctx, found)
            case ReconnectLine(call=call, line=line, why=why):
                found = ctx.live.calls.get(call)
                if found is not None and line in found.lines:
                    ctx.live.record("recovery.reconnected", account=found.account, call=call, why=why)
                    consult.connect(ctx, found, found.lines[line])
            case Rejoin(call=call, why=why):
                found = ctx.live.calls.get(call)
                if found is not None:
                    ctx.live.record("recovery.reconnected", account=found.account, call=call, why=why)
                    conference.rejoin(ctx, found)
            case SeenTogether(call=call, line=line):
                self._calls.tell(call, ConferenceOver(line, None, seen=True))
            case Adopt(channel=channel):
                self._adopt(channel)

    def _account(self, call: str) -> int | None:
        found = self._ctx.live.calls.get(call)
        return found.account if found is not None else None

    def _adopt(self, channel: Channel) -> None:
        """A caller who came while nobody listened: his record begins now, at the time of his leg's birth."""
        if channel.leg in self._ctx.live.finished:
            self._ctx.switch.hangup(channel.leg)
            return
        call = self._calls.begin(
            f.LegCreated(
                channel.created_at,
                channel.leg,
                inbound=True,
                # After a bridge the profile's caller is the agent: what the INVITE said stands in variables.
                caller_number=unquote(channel.get("sip_from_user")) or channel.caller_number,
                caller_name=channel.get("sip_from_display") or channel.caller_name,
                destination=channel.get("fsapp_did") or channel.destination,
                channel_name=channel.get("channel_name"),
                sip_call_id=channel.get("sip_call_id"),
                variables=channel.variables,
            )
        )
        if call is None:
            self._ctx.switch.hangup(channel.leg, "UNALLOCATED_NUMBER")
        elif channel.partner is not None:
            # He talks, and the journal that knew with whom is lost: his conversation is not cut for our sake. After
            # it he comes home by himself.
            log.warning("a conversation without a record goes on", leg=channel.leg, other=channel.partner)
        elif channel.leg not in self._ctx.sessions:
            self._ctx.switch.send_home(channel.leg)
        else:
            self._calls.tell(call.id, f.Rang(channel.created_at, channel.leg, session=0))

    # --- the spool ------------------------------------------------------------------------------------------
    def read_spool(self) -> None:
        """Use what mod_xml_cdr wrote: ends that we missed, calls that came and went. Never raises."""
        with self._reading:
            try:
                while True:
                    legs = self._threads.run(self._spool.read)
                    if not legs:
                        return
                    used = self._use(legs)
                    self._calls.settle()  # in the journal before the witness goes
                    self._threads.run(self._spool.done, used)
                    if len(used) < len(legs):
                        return  # the rest needs the database
            except (OSError, FsAppError) as error:
                log.warning("the CDR spool can't be read", error=str(error))

    def _use(self, legs: list[CdrLeg]) -> list[CdrLeg]:
        live = self._ctx.live
        unknown = [
            c.leg
            for c in legs
            if c.inbound and c.role == "caller" and c.leg not in live.calls and c.leg not in live.finished
        ]
        try:
            known = self._known_calls(unknown) if unknown else set()
        except DatabaseBusy:
            known = None
        unclosed = {one.leg: one for one in live.unclosed.values()}
        used = []
        for cdr in legs:
            call = live.call_of(cdr.leg)
            if call is not None:
                if cdr.leg == call.caller_leg and call.recording is not None:
                    # The witness knows its length; told only when the switch's own word was missed.
                    self._calls.tell(
                        call.id,
                        f.RecordingStopped(cdr.end.at, cdr.leg, call.recording.path, cdr.recorded_ms),
                    )
                if cdr.partner and cdr.bridged_at:
                    self._calls.tell(call.id, HadTalked(cdr.leg, cdr.partner, cdr.bridged_at // 1000))
                self._calls.tell(call.id, cdr.end)
            elif (left := unclosed.get(cdr.leg)) is not None:
                recording.close(self._ctx, left, cdr.recorded_ms or left.until - left.since)
            elif cdr.leg in unknown:
                if known is None:
                    continue
                refused = cdr.end.cause == "UNALLOCATED_NUMBER"  # by us: nobody's call
                if cdr.leg not in known and self._calls.begin(cdr.creation(), over=not refused) is not None:
                    live.record(
                        "recovery.missed",
                        account=self._account(cdr.leg),
                        call=cdr.leg,
                        what="call",
                        leg=cdr.leg,
                        why="CDR",
                    )
                    self._calls.tell(cdr.leg, cdr.end)
            used.append(cdr)
        return used
