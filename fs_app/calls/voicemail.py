"""A message for later: greeting, beep, what the caller says until he is silent, hangs up or has used the time.

The file is a recording of the call. Whoever hangs up in the middle leaves what he said; who hangs up before the beep
has given up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from fs_app import facts as f
from fs_app.calls import announcing, sounds
from fs_app.calls.context import Context, MenuTold
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call
from fs_app.errors import NoSuchChannel, Refused
from fs_app.infos import Voicemail
from fs_app.ivr import words

GRACE_S = 10.0
"""The switch ends a message itself; ours comes this much later, for when its word was lost with the link."""

BEEP = "tone_stream://%(400,100,1000)"

SPEAKS = {"fsapp_speaks": "true", "record_ms": ""}
"""For the dialplan, should the program die meanwhile: he is left in peace until `record` has ended and set record_ms,
and then the call is over."""


SPEAKS_NO_MORE = {"fsapp_speaks": ""}


@dataclass(frozen=True, slots=True)
class MessageTooLong:
    """The longest time for this message is over."""

    recording: str


def begin(ctx: Context, call: Call, why: str, **taking: Any) -> None:
    """Greet him. Called in NEW, GREETING, WAITING and MENU. `taking`: the box of a menu, and what it is taken by
    (`evolving.TAKING`); without, the queue's voicemail."""
    ctx.record(call, "call.voicemail", why=why, **taking)
    ctx.stage(call, "to_voicemail", why=why)
    ctx.make_folder(_path(ctx, call, "greeting"))
    greet(ctx, call)


def greet(ctx: Context, call: Call) -> None:
    """Also at the door after a death of the switch, which cut him off in the middle: what he said is kept, and he may
    say it again. (A death of the program in the middle of a message is not noticed: `SPEAKS`.)"""
    found = call.recording
    if found is not None:
        spoken_ms = max(0, ctx.clock.now_ms() - found.since)
        ctx.record(
            call,
            "recording.stopped",
            recording=found.id,
            path=found.path,
            duration_ms=spoken_ms,
            why="interrupted",
        )
    files = [*_greeting(ctx, call), BEEP]
    pending = ctx.switch.play(call.caller_leg, files)
    ctx.runtime(call).voicemail_app = pending.id
    ctx.command(call, pending, lambda call, error: _not_played(ctx, call, error))


def _greeting(ctx: Context, call: Call) -> list[str]:
    """Of the box that a menu chose, else of the queue, else the spoken one."""
    if call.taking.get("files"):
        return [sounds.on_switch(ctx.sounds, file) for file in call.taking["files"]]
    queue = ctx.queue(call)
    greeting = queue.voicemail.greeting if queue is not None and not call.taking else ""
    return [sounds.file_of(ctx, call, greeting or announcing.prompt(ctx, call, "voicemail"))]


def app_done(ctx: Context, call: Call, fact: f.AppDone) -> bool:
    """Greeting or recording ended; False: it was neither."""
    runtime = ctx.runtime(call)
    if not fact.app_uuid or call.stage is not Stage.VOICEMAIL:
        return False
    if fact.app_uuid == runtime.voicemail_app:
        _record(ctx, call)
    elif fact.app_uuid == runtime.message_app:
        over(ctx, call)
    else:
        return False
    return True


def over(ctx: Context, call: Call) -> None:
    """He has said it. Who comes from a menu goes on there."""
    if call.stage is not Stage.VOICEMAIL:
        return
    if call.flow is None:
        ctx.stage(call, "message_left")
        ctx.command(call, ctx.switch.hangup(call.caller_leg))
        return
    ctx.stage(call, "back_in_menu", why="message_left" if call.message else "not_recorded")
    ctx.command(call, ctx.switch.set_variables(call.caller_leg, SPEAKS_NO_MORE))
    began = call.recording.since if call.recording is not None else ctx.clock.now_ms()
    ms = call.message_ms if call.message_ms is not None else max(0, ctx.clock.now_ms() - began)
    asked = call.flow.asked
    left = words.MessageLeft(asked, call.message, ms) if call.message else words.Failed(asked, "not_recorded")
    ctx.tell(call.id, MenuTold(left))


def recorded(ctx: Context, call: Call, fact: f.RecordingStopped) -> None:
    """Its end, told to a program that did not begin it: it knows no application that would end."""
    if call.message and call.message in fact.path and not ctx.runtime(call).message_app:
        over(ctx, call)


def _record(ctx: Context, call: Call) -> None:
    queue = ctx.queue(call)
    rules = queue.voicemail if queue is not None else Voicemail()
    most_s = int(call.taking.get("most_s", rules.most_s))
    silence_s = int(call.taking.get("silence_s", rules.silence_s))
    recording = str(uuid4())
    path = _path(ctx, call, recording)
    ctx.record(
        call,
        "recording.wanted",
        recording=recording,
        path=path,
        agent=None,
        rule="voicemail",
        box=call.taking.get("box"),
        queue=call.queue if not call.taking else None,
        number=call.caller_number,
        name=call.contact_name or call.caller_name,
    )
    ctx.command(call, ctx.switch.set_variables(call.caller_leg, SPEAKS))
    pending = ctx.switch.record_message(
        call.caller_leg, sounds.on_switch(ctx.recordings, path), most_s, silence_s
    )
    ctx.runtime(call).message_app = pending.id
    ctx.command(call, pending, lambda call, error: _not_played(ctx, call, error))
    call_id = call.id
    ctx.clock.call_later(most_s + GRACE_S, lambda: ctx.tell(call_id, MessageTooLong(recording)))


def too_long(ctx: Context, call: Call, recording: str) -> None:
    """Its end was told while nobody listened."""
    if call.message == recording:
        over(ctx, call)


def _path(ctx: Context, call: Call, name: str) -> str:
    """Relative to the folder of recordings, by account and day like that of a conversation."""
    day = datetime.fromtimestamp(ctx.clock.now_ms() / 1000, UTC).strftime("%Y/%m/%d")
    return f"{call.account}/{day}/{name}.wav"


def _not_played(ctx: Context, call: Call, error: Exception) -> None:
    """Refused by the switch: nobody waits for its end. (Lost with the link: recovery asks again.)"""
    if isinstance(error, Refused) and not isinstance(error, NoSuchChannel):
        over(ctx, call)
