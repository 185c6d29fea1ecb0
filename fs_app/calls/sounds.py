"""What a caller hears: greeting, hold music."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from fs_app.calls.context import Context
from fs_app.calls.state import HEARS_MUSIC, Call, Stage


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
