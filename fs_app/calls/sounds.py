"""What a caller hears: greeting, hold music; where recordings go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import PurePosixPath
from uuid import uuid4

from fs_app import facts as f
from fs_app.calls.context import Context
from fs_app.calls.state import HEARS_MUSIC, Call, Stage
from fs_app.ports import Outcome


def on_switch(folder: str, path: str) -> str:
    """A file of ours as FreeSWITCH names it. `path` is relative and stays inside `folder`."""
    clean = PurePosixPath(path)
    if clean.is_absolute() or ".." in clean.parts:
        raise ValueError(f"not inside the sounds folder: {path}")
    return str(PurePosixPath(folder) / clean)


def greet(ctx: Context, call: Call, greeting: str, failed: Callable[[Call, Exception], None]) -> None:
    """Play the queue's greeting; its end is an AppDone fact with the identifier kept here."""
    pending = ctx.switch.play(call.caller_leg, [on_switch(ctx.sounds, greeting)])
    ctx.runtime(call).greeting_app = pending.id
    ctx.command(call, pending, failed)


def music(ctx: Context, call: Call) -> None:
    """Hold music for a stretch; when it ends and the caller still waits it is played again."""
    if call.stage not in HEARS_MUSIC and call.stage is not Stage.TALKING:
        return
    queue = ctx.queue(call)
    source = on_switch(ctx.sounds, queue.music) if queue is not None and queue.music else ctx.default_music
    pending = ctx.switch.music(call.caller_leg, source, ctx.music_chunk_s)
    ctx.runtime(call).music_app = pending.id
    ctx.runtime(call).music_since = ctx.clock.monotonic()
    ctx.command(call, pending)


def start_recording(ctx: Context, call: Call) -> None:
    """Record the caller's leg from now on (both voices, one per channel), if the queue wants it."""
    queue = ctx.queue(call)
    if queue is None or not queue.record or call.recording is not None:
        return
    day = datetime.fromtimestamp(ctx.clock.now_ms() / 1000, UTC).strftime("%Y/%m/%d")
    recording = str(uuid4())
    path = f"{call.account}/{day}/{recording}.wav"
    ctx.record(call, "recording.wanted", recording=recording, path=path, agent=call.agent)
    ctx.command(call, ctx.switch.record_start(call.caller_leg, on_switch(ctx.recordings, path)))


def ensure_recording(ctx: Context, call: Call) -> None:
    """After a recovery: a recording that should run and was never confirmed is asked for again.

    One that runs already is left as it is by the switch, which says OK and sends no event [seen]: so its OK is
    the confirmation.
    """
    if call.recording is None:
        start_recording(ctx, call)
    elif not call.recording.running:
        call_id, leg, path = call.id, call.caller_leg, on_switch(ctx.recordings, call.recording.path)

        def confirmed(outcome: Outcome[None]) -> None:
            if outcome.error is None:
                ctx.tell(call_id, f.RecordingStarted(ctx.clock.now_ms() * 1000, leg, path))

        pending = ctx.switch.record_start(leg, path)
        ctx.command(call, pending)
        pending.then(confirmed)


def stop_recording(ctx: Context, call: Call) -> None:
    """The conversation is over, the call goes on: the next conversation gets a file of its own."""
    if call.recording is not None:
        path = on_switch(ctx.recordings, call.recording.path)
        ctx.command(call, ctx.switch.record_stop(call.caller_leg, path))


def recording_lost(ctx: Context, call: Call, until_ms: int) -> None:
    """The switch that recorded is dead: its file ends there. Nothing may be written over it."""
    found = call.recording
    if found is not None:
        length = max(0, until_ms - found.since)
        ctx.record(
            call,
            "recording.stopped",
            recording=found.id,
            path=found.path,
            duration_ms=length,
            why="switch lost",
        )


def mask_recording(ctx: Context, call: Call, masked: bool) -> None:
    """Silence in the recording while the caller is on hold."""
    if call.recording is None or not call.recording.running:
        return
    path = on_switch(ctx.recordings, call.recording.path)
    verb = ctx.switch.record_mask if masked else ctx.switch.record_unmask
    ctx.command(call, verb(call.caller_leg, path))
    ctx.record(
        call,
        "recording.paused" if masked else "recording.resumed",
        recording=call.recording.id,
    )
