"""The recording of a conversation: the caller's leg, one file for each conversation, both voices in channels of
their own. It begins by the queue's rule or when somebody asks, and pauses while the caller is on hold or an agent
wants it so.

Two reasons make it silent (`mask`): the hold, and a person's wish. The file goes on meanwhile, so that its times stay
those of the conversation. The wish outlives hold and resume, a reload, a restart of the program or of the switch, and
ends with the conversation of the agent who had it.

What can go wrong with the disk is told by `ctx.disk` (`fs_app.recordings.disk`) and by the switch, which
refuses to begin (`-ERR Cannot record session!`) but says nothing at all when a disk fills up under a running
recording: it goes on trying, 50 lines a second in its log [seen].
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from fs_app import facts as f
from fs_app.calls.context import Context
from fs_app.calls.sounds import on_switch
from fs_app.calls.stages import IN_CONVERSATION, Stage
from fs_app.calls.state import Call, Recording, Unclosed
from fs_app.errors import Conflict, NoSuchChannel, NotAllowed, Refused
from fs_app.ports import Outcome, Pending
from fs_app.recordings import rules


@dataclass(frozen=True, slots=True)
class CanBeWritten:
    """The disk takes recordings again: what should be recorded and is not, begins."""


@dataclass(frozen=True, slots=True)
class CannotBeWritten:
    """The file of this call gets nothing more; `why` is one of `recordings.disk.TROUBLES`."""

    recording: str
    why: str


def rule(ctx: Context, call: Call) -> str:
    queue = ctx.queue(call)
    return queue.record_rule if queue is not None else rules.NONE


def wanted(ctx: Context, call: Call) -> bool:
    """Whether this conversation is to be recorded now."""
    found = rule(ctx, call)
    return rules.begins_by_itself(found) or (found == rules.ON_DEMAND and call.recording_asked)


def possible(ctx: Context, call: Call) -> list[str]:
    """What its agent, or a supervisor, may do with the recording now."""
    if call.stage not in IN_CONVERSATION:
        return []
    if call.recording is None:
        asked_for = rule(ctx, call) == rules.ON_DEMAND and not call.recording_asked
        return ["start_recording"] if asked_for else []
    return ["resume_recording"] if call.recording_paused else ["pause_recording"]


def shown(call: Call) -> dict[str, Any]:
    """For a page: `state` on, paused (by a person), held (silent while the caller is on hold), off, or problem (with
    why in `problem`)."""
    if call.recording_problem:
        return {"state": "problem", "problem": call.recording_problem}
    if call.recording is None or not call.recording.running:
        return {"state": "off", "problem": ""}
    if call.recording_paused:
        return {"state": "paused", "problem": ""}
    return {"state": "held" if call.recording.masked else "on", "problem": ""}


# --- beginning and ending -----------------------------------------------------------------------------------
def start(ctx: Context, call: Call) -> None:
    """Record from now on, if it is to be, and not yet. Never yields."""
    if call.recording is not None or call.capture or not wanted(ctx, call):
        return
    day = datetime.fromtimestamp(ctx.clock.now_ms() / 1000, UTC).strftime("%Y/%m/%d")
    recording = str(uuid4())
    path = f"{call.account}/{day}/{recording}.wav"
    trouble = ctx.disk.trouble
    if trouble and call.recording_problem == trouble:
        return  # said already; the disk's watch asks again
    ctx.record(
        call, "recording.wanted", recording=recording, path=path, agent=call.agent, rule=rule(ctx, call)
    )
    if trouble:
        failed(ctx, call, trouble)
        return
    _ask(ctx, call, call.recording)


def _ask(ctx: Context, call: Call, found: Recording | None) -> Pending[None]:
    """Tell the switch to record; while a person wants silence the mask follows at once, in the same queue."""
    assert found is not None
    recording = found.id

    def refused(call: Call, error: Exception) -> None:
        if isinstance(error, Refused) and not isinstance(error, NoSuchChannel) and _is(call, recording):
            failed(ctx, call, ctx.disk.trouble or "refused")

    pending = ctx.switch.record_start(call.caller_leg, on_switch(ctx.recordings, found.path))
    ctx.command(call, pending, refused)
    if call.recording_silent:
        mask(ctx, call)
    return pending


def ensure(ctx: Context, call: Call) -> None:
    """It runs if it should, also after a loss of the link or a death of the program: what was never confirmed is
    asked for again, and the switch is told once more whether it is silent. Who talks is not on hold any more: a death
    between the bridge and the word about the recording left it silent."""
    if call.stage in (Stage.TALKING, Stage.CONFERENCE) and not call.capture:
        hold(ctx, call, False)
    if call.recording is None:
        start(ctx, call)
    elif not call.recording.running:
        call_id, leg, path = call.id, call.caller_leg, on_switch(ctx.recordings, call.recording.path)

        def confirmed(outcome: Outcome[None]) -> None:
            # One that runs already is left as it is by the switch, which says OK and sends no event [seen].
            if outcome.error is None:
                ctx.tell(call_id, f.RecordingStarted(ctx.clock.now_ms() * 1000, leg, path))

        _ask(ctx, call, call.recording).then(confirmed)


def renew_mask(ctx: Context, call: Call) -> None:
    """After a loss of the link: the command that made it silent, or audible, may be lost."""
    if call.recording is not None and call.recording.running:
        mask(ctx, call)


def stop(ctx: Context, call: Call) -> None:
    """The conversation is over, the call goes on: the next conversation gets a file of its own."""
    if call.recording is not None:
        path = on_switch(ctx.recordings, call.recording.path)
        ctx.command(call, ctx.switch.record_stop(call.caller_leg, path))


def lost(ctx: Context, call: Call, until_ms: int) -> None:
    """The switch that recorded is dead: its file ends there. Nothing may be written over it."""
    found = call.recording
    if found is not None:
        length = max(0, until_ms - found.since)
        _stopped(ctx, call, found, length, why="switch lost")


def close(ctx: Context, one: Unclosed, duration_ms: int, **more: Any) -> None:
    """Its call is over, and the switch's word about its end was missed."""
    ctx.live.record(
        "recording.stopped",
        account=one.account,
        call=one.call,
        recording=one.id,
        path=one.path,
        duration_ms=max(0, duration_ms),
        **more,
    )


def close_untold(ctx: Context, present: Collection[str], before_ms: int) -> None:
    """Those of calls that ended before, whose leg the switch has no more: they ended with their call at the latest."""
    for one in list(ctx.live.unclosed.values()):
        if one.leg not in present and one.until < before_ms:
            close(ctx, one, one.until - one.since, why="not told")


def told(ctx: Context, call: Call, fact: f.RecordingStarted | f.RecordingStopped) -> None:
    """The switch says that it began, or ended."""
    found = call.recording
    if found is None or not fact.path.endswith(found.path):
        return
    if isinstance(fact, f.RecordingStarted):
        if not found.running:
            ctx.record(call, "recording.started", recording=found.id, path=found.path)
            ctx.disk.works()
    else:  # also one whose beginning was told while nobody listened
        _stopped(ctx, call, found, fact.duration_ms)


def _stopped(ctx: Context, call: Call, found: Recording, duration_ms: int, **more: Any) -> None:
    ctx.record(
        call, "recording.stopped", recording=found.id, path=found.path, duration_ms=duration_ms, **more
    )


# --- what goes wrong ----------------------------------------------------------------------------------------
def failed(ctx: Context, call: Call, why: str) -> None:
    """It could not begin. The conversation goes on."""
    found = call.recording
    if found is not None:
        ctx.record(call, "recording.failed", recording=found.id, path=found.path, why=why)
        ctx.disk.refused(why)


def broken(ctx: Context, call: Call, message: CannotBeWritten) -> None:
    """Nothing more gets into the file: the switch is told to leave it. What is there stays, marked as not whole."""
    if _is(call, message.recording) and call.recording_problem != message.why:
        assert call.recording is not None
        ctx.record(
            call, "recording.broken", recording=message.recording, path=call.recording.path, why=message.why
        )
        ctx.disk.refused(message.why)
        stop(ctx, call)


def try_again(ctx: Context, call: Call) -> None:
    """The disk takes recordings again."""
    if call.stage in IN_CONVERSATION and call.recording is None:
        start(ctx, call)


def _is(call: Call, recording: str) -> bool:
    return call.recording is not None and call.recording.id == recording


# --- hold, and what people want -----------------------------------------------------------------------------
def hold(ctx: Context, call: Call, held: bool) -> None:
    """Silence in the recording while the caller is on hold."""
    if call.recording is not None and call.recording.masked is not held:
        _change(ctx, call, held, why="hold")


def pause(ctx: Context, call: Call, by: str, agent: int | None = None) -> None:
    """Nothing of what is said gets into the recording until `resume`. Raises Conflict when nothing is recorded."""
    if call.recording is None or call.stage not in IN_CONVERSATION:
        raise Conflict("nothing is being recorded")
    if not call.recording_paused:
        _change(ctx, call, True, why="asked", by=by, agent=agent)


def resume(ctx: Context, call: Call, by: str, agent: int | None = None) -> None:
    """The pause is over; the file goes on. Raises Conflict when nothing is recorded."""
    if call.recording is None or call.stage not in IN_CONVERSATION:
        raise Conflict("nothing is being recorded")
    if call.recording_paused:
        _change(ctx, call, False, why="asked", by=by, agent=agent)


def ask_for(ctx: Context, call: Call, by: str, agent: int | None = None) -> None:
    """Somebody wants this conversation to be recorded. Raises NotAllowed when the queue's rule does not let anybody
    choose, Conflict when nobody talks."""
    if rule(ctx, call) != rules.ON_DEMAND:
        raise NotAllowed("recordings of this queue do not begin on demand")
    if call.stage not in IN_CONVERSATION:
        raise Conflict("there is no conversation to be recorded")
    if not call.recording_asked:
        ctx.live.record("recording.asked", account=call.account, call=call.id, agent=agent, by=by)
    start(ctx, call)


def _change(ctx: Context, call: Call, silent: bool, **data: Any) -> None:
    assert call.recording is not None
    before = call.recording_silent
    ctx.live.record(
        "recording.paused" if silent else "recording.resumed",
        account=call.account,
        call=call.id,
        recording=call.recording.id,
        **data,
    )
    if before != call.recording_silent:
        mask(ctx, call)


def mask(ctx: Context, call: Call) -> None:
    """Make the switch do what we believe: silent, or not."""
    if call.recording is None:
        return
    recording, path = call.recording.id, on_switch(ctx.recordings, call.recording.path)
    if not call.recording_silent:
        ctx.command(call, ctx.switch.record_unmask(call.caller_leg, path))
        return

    def heard_all_the_same(call: Call, error: Exception) -> None:
        # Better no recording than one of what nobody may record.
        if _is(call, recording) and isinstance(error, Refused) and not isinstance(error, NoSuchChannel):
            stop(ctx, call)

    ctx.command(call, ctx.switch.record_mask(call.caller_leg, path), heard_all_the_same)
