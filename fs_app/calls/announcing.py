"""What is said to who waits: his place, how long it may take, the queue's own message, which keys there are.

It is played over the music, which goes on afterwards (sounds nest). Nothing is said when an agent's telephone rings
for him: what is being said then is broken off.
"""

from __future__ import annotations

from collections.abc import Sequence

from fs_app.calls import sounds
from fs_app.calls.context import Context
from fs_app.calls.sounds import language
from fs_app.calls.spoken import key_files, place_files, wait_files
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call
from fs_app.infos import QueueInfo


def prompt(ctx: Context, call: Call, name: str) -> str:
    """A spoken file of the catalogue, in the account's language."""
    return f"{language(ctx, call)}/{name}.wav"


def round_of(ctx: Context, call: Call, queue: QueueInfo) -> list[str]:
    """The files of one announcement, in order; empty: there is nothing to say."""
    wanted, spoken = queue.announcements, language(ctx, call)
    files = [wanted.message] if wanted.message else []
    if wanted.position:
        files += place_files(spoken, ctx.position(call))
    if wanted.wait:
        files += wait_files(spoken, ctx.estimate_s(call))
    calling = queue.calling_back
    if calling.key:
        files += [calling.prompt] if calling.prompt else key_files(spoken, calling.key, "callback")
    if queue.exit_key:
        purpose = "message" if queue.exit.then == "voicemail" else "exit"
        files += [queue.exit_prompt] if queue.exit_prompt else key_files(spoken, queue.exit_key, purpose)
    return files


def announce(ctx: Context, call: Call, queue_id: int) -> None:
    """It is time. Asked again: he may be with an agent, or elsewhere, by now."""
    queue = ctx.queue(call)
    if (
        queue is None
        or queue.id != queue_id
        or call.stage is not Stage.WAITING
        or call.caller_leg not in ctx.sessions
    ):
        return
    files = round_of(ctx, call, queue)
    if files:
        say(ctx, call, files)


def say(ctx: Context, call: Call, files: Sequence[str]) -> None:
    """Over the music, instead of what is being said."""
    hush(ctx, call)
    pending = ctx.switch.play(call.caller_leg, sounds.files_of(ctx, call, files))
    ctx.runtime(call).spoken_app = pending.id
    ctx.command(call, pending)


def hush(ctx: Context, call: Call) -> None:
    """Break off what is being said to him, if anything is."""
    runtime = ctx.runtime(call)
    if runtime.spoken_app:
        runtime.spoken_app = ""
        ctx.command(call, ctx.switch.stop_sound(call.caller_leg))


def said(ctx: Context, call: Call, app_uuid: str) -> bool:
    """It has ended by itself; False: that was something else."""
    runtime = ctx.runtime(call)
    if not app_uuid or app_uuid != runtime.spoken_app:
        return False
    runtime.spoken_app = ""
    return True
