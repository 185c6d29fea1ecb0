"""What a caller hears: greeting, prompts, hold music; and how FreeSWITCH names the file."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from fs_app.audio.library import Piece
from fs_app.audio.paths import PREFIX
from fs_app.calls.context import Context, Folders
from fs_app.calls.stages import HEARS_MUSIC, Stage
from fs_app.calls.state import Call

RINGING = "tone_stream://%(1500,3500,440);loops=-1"
"""What somebody hears while the telephone rings of whom he wants to talk to."""

NOTHING = "silence_stream://20"
"""Instead of a sound that is gone: whoever waits for its end is told of it all the same."""

MOST_PIECES = 100
"""In one command; FreeSWITCH takes 128 (mod_dptools.c, file_string)."""


def on_switch(folder: str | Folders, path: str) -> str:
    """A file of ours as FreeSWITCH names it. `path` is relative and stays inside its folder; of `Folders` the one of
    the library when it begins with `library/`."""
    clean = PurePosixPath(path)
    if clean.is_absolute() or ".." in clean.parts:
        raise ValueError(f"not inside the sounds folder: {path}")
    if isinstance(folder, str):
        return str(PurePosixPath(folder) / clean)
    if path.startswith(PREFIX):
        return str(PurePosixPath(folder.library) / clean.relative_to(PREFIX))
    return str(PurePosixPath(folder.shipped) / clean)


def language(ctx: Context, call: Call) -> str:
    """In which this caller is spoken to: the one that he chose in a menu, else the account's."""
    if call.language:
        return call.language
    account = ctx.catalog.account(call.account)
    return account.language if account is not None else "fr"


def file_of(ctx: Context, call: Call, text: str) -> str:
    """What a setting means for this caller (`audio.prompts`), as FreeSWITCH names it."""
    path = ctx.catalog.prompt(call.account, text, language(ctx, call))
    return on_switch(ctx.sounds, path) if path else NOTHING


def files_of(ctx: Context, call: Call, texts: Iterable[str]) -> list[str]:
    return [file_of(ctx, call, text) for text in texts]


def greet(ctx: Context, call: Call, greeting: str, failed: Callable[[Call, Exception], None]) -> None:
    """Play the queue's greeting; its end is an AppDone fact with the identifier kept here."""
    pending = ctx.switch.play(call.caller_leg, [file_of(ctx, call, greeting)])
    ctx.runtime(call).greeting_app = pending.id
    ctx.command(call, pending, failed)


def music(ctx: Context, call: Call) -> None:
    """Hold music for a stretch; when it ends and the caller still waits it is played again."""
    if call.stage not in HEARS_MUSIC and call.stage is not Stage.TALKING:
        return
    if call.capture:
        return  # he is spoken to, and types
    pending = ctx.switch.music(call.caller_leg, music_of(ctx, call), ctx.music_chunk_s)
    ctx.runtime(call).music_app = pending.id
    ctx.runtime(call).music_since = ctx.runtime(call).music_at[call.caller_leg] = ctx.clock.monotonic()
    ctx.command(call, pending)


def music_of(ctx: Context, call: Call) -> str | list[str]:
    """The queue's own, or the switch's default; of a list as many pieces as fill the stretch.

    Each caller begins with another piece than the one before him, and goes on with the next when he comes back to the
    music; a shuffled list has an order of its own for each caller.
    """
    if call.flow is not None and call.stage is Stage.DIVERTING:
        return RINGING
    queue = ctx.queue(call)
    chosen = queue.music if queue is not None else ""
    pieces = ctx.catalog.pieces(call.account, chosen, language(ctx, call))
    if not pieces:
        return ctx.default_music
    if len(pieces) > 1:
        pieces = _in_turn(ctx, call, chosen, pieces)
    filled = _filling(pieces, ctx.music_chunk_s)
    files = [on_switch(ctx.sounds, piece.path) for piece in filled]
    return files if len(files) > 1 else files[0]


def _in_turn(ctx: Context, call: Call, chosen: str, pieces: list[Piece]) -> list[Piece]:
    runtime = ctx.runtime(call)
    if runtime.music_turn is None:
        runtime.music_turn = ctx.music_turns.get(chosen, 0)
        ctx.music_turns[chosen] = runtime.music_turn + 1
    first = runtime.music_turn % len(pieces)
    runtime.music_turn += 1
    if ctx.catalog.now.library.shuffled(call.account, chosen):
        pieces = random.Random(call.id).sample(pieces, len(pieces))
    return pieces[first:] + pieces[:first]


def _filling(pieces: list[Piece], seconds: float) -> list[Piece]:
    """Again from the beginning until the time is filled; a file of unknown length is played once."""
    filled, left_ms = list(pieces[:MOST_PIECES]), seconds * 1000 - sum(piece.duration_ms for piece in pieces)
    while left_ms > 0 and all(piece.duration_ms for piece in pieces) and len(filled) < MOST_PIECES:
        piece = pieces[len(filled) % len(pieces)]
        filled.append(piece)
        left_ms -= piece.duration_ms
    return filled
