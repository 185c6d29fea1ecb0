"""A caller types a card's number, and nobody hears it (BY-24): he is taken home, out of his agent's ear and with the
recording silent, is asked, types, and comes back to his agent by himself.

For the call's stage he is on hold (`HELD`) meanwhile; `Call.capture` says that it is this hold: `asking`, or `back`
when nothing is asked any more and he waits for the bridge. That, and how it ended, stands in the journal; what he
types never does (`typing_in.py`). So a start finds a caller who comes back to his agent, and no digits.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import structlog

from fs_app import facts as f
from fs_app.calls import conversation, recording, sounds
from fs_app.calls.context import CaptureAgain, CapturePosted, CaptureTimer, Context
from fs_app.calls.stages import HEARS_MUSIC, Stage
from fs_app.calls.state import Call
from fs_app.calls.typing_in import TRIES, TypingIn, harmless
from fs_app.errors import Conflict, Invalid, NoSuchChannel, Refused
from fs_app.infos import QueueInfo

log = structlog.get_logger(__name__)

SAID_S = 25.0
"""After this time a prompt is over, also when its end was not told."""

QUIET_S = 1.2
"""So long nothing may have been pressed before he is brought back: a late key must not reach his agent's ear."""

ASKED_S = 2.0
"""A bridge that was asked for is made within this time, or refused: it must not meet another."""

SECRETIVE = {"digits_dialed_filter": ".+", "playback_terminators": "none"}
"""What was pressed on this leg stands as X in FreeSWITCH's own record of it (switch_channel.c, digits_dialed). Its log
has keys at the level `info`, which is why the level is `notice` (freeswitch-conf). `sensitive_dtmf` would hide them in
both, but tells nobody of them at all [seen]. And no key ends a sound: that is done here."""

AS_EVER = {"playback_terminators": ""}


def possible(ctx: Context, call: Call) -> list[str]:
    """What its agent may do."""
    if call.capture == "asking":
        return ["end_capture"]
    queue = ctx.queue(call)
    free = call.stage is Stage.TALKING and not call.capture and queue is not None and queue.capturing.possible
    return ["capture"] if free else []


def shown(ctx: Context, call: Call) -> dict[str, Any] | None:
    """For the agent's page; None when nothing was asked in this call."""
    runtime = ctx.runtimes.get(call.id)
    typing = runtime.typing_in if runtime is not None else None
    if not call.capture and not call.captured:
        return None
    return {
        "active": call.capture == "asking",
        "back": call.capture == "back",
        **(typing.shown() if typing is not None and call.capture == "asking" else {}),
        "ended": call.captured.get("ended", ""),
        "ok": call.captured.get("ok"),
        "text": call.captured.get("text", ""),
        "why": call.captured.get("why", ""),
    }


# --- there ------------------------------------------------------------------------------------------------------
def begin(ctx: Context, call: Call, agent: int) -> None:
    """Stage TALKING. Raises Conflict, Invalid when the queue sends digits nowhere."""
    queue = ctx.queue(call)
    if queue is None or not queue.capturing.possible:
        raise Invalid("this queue takes no digits")
    runtime = ctx.runtime(call)
    moving = runtime.holding or runtime.moving_until > ctx.clock.monotonic() or call.transferring
    if call.stage is not Stage.TALKING or call.capture or moving:
        raise Conflict("digits can be taken in a conversation only")
    runtime.typing_in = TypingIn(queue.capturing.steps)
    runtime.holding, runtime.music_app = True, ""
    ctx.live.record("capture.started", account=call.account, call=call.id, agent=agent)
    # Silent first, then away from his agent: both on one line, in this order.
    ctx.command(call, ctx.switch.set_variables(call.caller_leg, SECRETIVE))
    recording.hold(ctx, call, True)
    ctx.command(call, ctx.switch.send_home(call.caller_leg), lambda call, error: _not_gone(ctx, call, error))


def _not_gone(ctx: Context, call: Call, error: Exception) -> None:
    """He could not be taken away. When the switch refused he talks on; when nobody can tell, the comparison looks."""
    if call.capture != "asking" or call.stage is not Stage.TALKING:
        return
    ctx.runtime(call).holding = False
    if isinstance(error, Refused) and not isinstance(error, NoSuchChannel):
        _end(ctx, call, "failed", left=False)
        recording.hold(ctx, call, False)
    else:
        _end(ctx, call, "failed")


def arrived(ctx: Context, call: Call) -> None:
    """He is at the door: for the first time, or again after a fault."""
    runtime = ctx.runtime(call)
    if call.stage is Stage.TALKING:
        conversation.held(ctx, call)
    if call.stage is not Stage.HELD:
        return
    typing = runtime.typing_in
    if call.capture == "asking" and typing is not None and typing.state in ("going", "asking"):
        queue = ctx.queue(call)
        begins = typing.state == "going" and queue is not None
        typing.state = "asking"
        typing.again()
        _ask(ctx, call, _opening(ctx, call, queue) if begins and queue is not None else [])
    elif call.capture == "asking" and typing is not None and typing.state == "sending":
        _settle(ctx, call)
    else:
        if call.capture == "asking":
            _end(ctx, call, "lost")
        _settle(ctx, call)


def _opening(ctx: Context, call: Call, queue: QueueInfo) -> list[str]:
    return [sounds.file_of(ctx, call, queue.capturing.prompt or "shipped:capture_begin")]


# --- asking -----------------------------------------------------------------------------------------------------
def _ask(ctx: Context, call: Call, before: list[str]) -> None:
    typing = ctx.runtime(call).typing_in
    assert typing is not None
    ctx.record(call, "capture.step", name=typing.step.name, label=typing.step.label, kind=typing.step.kind)
    _say(ctx, call, [*before, sounds.file_of(ctx, call, f"shipped:capture_{typing.step.kind}")])
    _wait(ctx, call, SAID_S + _timeout_s(ctx, call))
    ctx.capturing.changed(call)


def _say(ctx: Context, call: Call, files: list[str]) -> None:
    pending = ctx.switch.play(call.caller_leg, files)
    ctx.runtime(call).typing_app = pending.id
    ctx.command(call, pending, lambda call, error: _not_said(ctx, call, pending.id, error))


def _not_said(ctx: Context, call: Call, app: str, error: Exception) -> None:
    log.info("not said to who types", call=call.id, error=type(error).__name__)
    said(ctx, call, app)


def said(ctx: Context, call: Call, app: str) -> bool:
    """What was being said is over (or could not be said); False: that was something else."""
    runtime = ctx.runtimes.get(call.id)
    if runtime is None or not app or app != runtime.typing_app:
        return False
    runtime.typing_app = ""
    typing = runtime.typing_in
    if call.capture == "asking" and typing is not None and typing.state == "asking":
        _wait(ctx, call, _timeout_s(ctx, call))
    elif call.capture:
        _settle(ctx, call)
    return True


def key(ctx: Context, call: Call, fact: f.Digit) -> bool:
    """A key of the caller's while he is asked; True: it is nobody else's affair."""
    if not call.capture or fact.leg != call.caller_leg:
        return False
    runtime = ctx.runtime(call)
    typing = runtime.typing_in
    if typing is None:
        return True
    typing.last_key = ctx.clock.monotonic()
    if call.capture != "asking" or typing.state != "asking":
        return True
    if runtime.typing_app:
        runtime.typing_app = ""
        ctx.command(call, ctx.switch.stop_sound(call.caller_leg))
    if typing.press(fact.digit):
        _judge(ctx, call, typing)
    else:
        _wait(ctx, call, _timeout_s(ctx, call))
        ctx.capturing.changed(call)
    return True


def _timeout_s(ctx: Context, call: Call) -> float:
    queue = ctx.queue(call)
    return queue.capturing.timeout_s if queue is not None else 20.0


def _wait(ctx: Context, call: Call, seconds: float) -> None:
    typing = ctx.runtime(call).typing_in
    assert typing is not None
    typing.token += 1
    token = typing.token
    ctx.clock.call_later(seconds, lambda: ctx.tell(call.id, CaptureTimer(token)))


def time_up(ctx: Context, call: Call, token: int) -> None:
    """Nothing was pressed for so long: what is there counts; nothing at all is the end."""
    runtime = ctx.runtimes.get(call.id)
    typing = runtime.typing_in if runtime is not None else None
    if typing is None or typing.token != token or call.capture != "asking" or typing.state != "asking":
        return
    if typing.count:
        _judge(ctx, call, typing)
    else:
        _end(ctx, call, "timeout")
        _settle(ctx, call)


def _judge(ctx: Context, call: Call, typing: TypingIn) -> None:
    now = datetime.fromtimestamp(ctx.clock.now_ms() / 1000, UTC)
    if typing.judge((now.year, now.month)) != "ok":
        if typing.tries >= TRIES:
            _end(ctx, call, "wrong")
            _settle(ctx, call)
            return
        _ask(ctx, call, [sounds.file_of(ctx, call, "shipped:capture_wrong")])
    elif not typing.complete:
        _ask(ctx, call, [])
    else:
        _send(ctx, call, typing)


# --- what becomes of it -----------------------------------------------------------------------------------------
def _send(ctx: Context, call: Call, typing: TypingIn) -> None:
    """To the web service, while he is thanked and brought back: it keeps nobody waiting."""
    typing.state = "sending"
    values = typing.taken()

    def done(ok: bool, text: str, why: str) -> None:
        ctx.tell(call.id, CapturePosted(ok, harmless(text, list(values.values())), why))
        values.clear()

    ctx.record(call, "capture.sent", fields=len(values))
    ctx.capturing.post(call, values, done)
    _say(ctx, call, [sounds.file_of(ctx, call, "shipped:capture_done")])
    _again(ctx, call, SAID_S)
    ctx.capturing.changed(call)


def posted(ctx: Context, call: Call, message: CapturePosted) -> None:
    ctx.live.record(
        "capture.posted",
        account=call.account,
        call=call.id,
        agent=call.agent,
        ok=message.ok,
        text=message.text,
        why=message.why,
    )


def cancel(ctx: Context, call: Call) -> None:
    """His agent has changed his mind. Raises Conflict."""
    if call.capture != "asking":
        raise Conflict("no digits are being taken")
    runtime = ctx.runtime(call)
    if runtime.typing_in is not None and runtime.typing_in.state == "sending":
        raise Conflict("they have been typed already")
    at_home = call.stage is Stage.HELD
    _end(ctx, call, "cancelled")
    if at_home:
        runtime.typing_app = ""
        ctx.command(call, ctx.switch.stop_sound(call.caller_leg))
        _settle(ctx, call)


def _end(ctx: Context, call: Call, why: str, left: bool = True) -> None:
    """Nothing more is asked, and nothing is kept of what was typed. `left`: he has to be brought back."""
    typing = ctx.runtime(call).typing_in
    if typing is not None:
        typing.wipe()
    ctx.live.record("capture.ended", account=call.account, call=call.id, agent=call.agent, why=why, left=left)


# --- and back ---------------------------------------------------------------------------------------------------
def _settle(ctx: Context, call: Call) -> None:
    """To his agent, as soon as he leaves the keys alone."""
    runtime = ctx.runtime(call)
    typing = runtime.typing_in
    if call.capture == "asking":
        _end(ctx, call, "done")
    left_s = typing.last_key + QUIET_S - ctx.clock.monotonic() if typing is not None else 0.0
    if left_s > 0:
        _again(ctx, call, left_s)
        return
    now = ctx.clock.monotonic()
    if call.stage is not Stage.HELD or call.capture != "back" or now < runtime.back_asked + ASKED_S:
        return
    runtime.back_asked = now
    conversation.connect(ctx, call)


def _again(ctx: Context, call: Call, seconds: float) -> None:
    ctx.clock.call_later(seconds, lambda: ctx.tell(call.id, CaptureAgain()))


def settle(ctx: Context, call: Call) -> None:
    """Asked again a moment later."""
    runtime = ctx.runtimes.get(call.id)
    typing = runtime.typing_in if runtime is not None else None
    sending = typing is not None and typing.state == "sending"
    if call.stage is Stage.HELD and (call.capture == "back" or (call.capture == "asking" and sending)):
        _settle(ctx, call)


def seen_together(ctx: Context, call: Call) -> None:
    """A death, or a lost link, in the very moment: they were together all the time, or are again."""
    if call.capture == "back" and call.stage is Stage.TALKING:
        ctx.runtime(call).holding = False
        ctx.record(call, "capture.over")
        recording.hold(ctx, call, False)


def lost(ctx: Context, call: Call) -> None:
    """A start: whoever was typing comes back to his agent."""
    _end(ctx, call, "lost")


def link_back(ctx: Context, call: Call) -> None:
    """Keys, and the ends of sounds, were told to nobody while the link was down: what was typed is not whole."""
    if call.capture == "asking":
        runtime = ctx.runtime(call)
        if runtime.typing_in is not None and runtime.typing_in.state == "sending":
            settle(ctx, call)
            return
        runtime.typing_app = ""
        _end(ctx, call, "lost")
    settle(ctx, call)


def after(ctx: Context, call: Call, was: str) -> None:
    """A message of this call was handled; `was`: `Call.capture` before. Whatever ended it, nothing typed stays."""
    runtime = ctx.runtimes.get(call.id)
    if not was or call.capture or runtime is None:
        return
    if runtime.typing_in is not None:
        runtime.typing_in.wipe()
    runtime.typing_app = ""
    if call.ended_at is None and call.stage is not Stage.ENDING:
        ctx.command(call, ctx.switch.set_variables(call.caller_leg, AS_EVER))
    if call.stage in HEARS_MUSIC and call.caller_leg in ctx.sessions:  # his agent's line was lost
        ctx.command(call, ctx.switch.stop_sound(call.caller_leg))
        sounds.music(ctx, call)
