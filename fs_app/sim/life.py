"""What a leg does: one greenlet that carries out orders until the leg is hung up.

An order is a function of the channel. Whoever wants a leg elsewhere calls `redirect`; the greenlet leaves
whatever it is in by an exception, so that the events of leaving (PLAYBACK_STOP, CHANNEL_UNPARK,
CHANNEL_EXECUTE_COMPLETE) come in the order of the real switch.
"""

from __future__ import annotations

import random
import time
import uuid as uuids
from collections.abc import Callable
from dataclasses import dataclass

import gevent

from fs_app.sim import causes, strings
from fs_app.sim.channel import MEDIA_VARIABLES, Channel
from fs_app.sim.events import now_us

#: One frame of audio: a session looks at its queue of commands this often (seconds).
FRAME = 0.02

CANCELLED = {"sip_invite_failure_status": "487", "sip_invite_failure_phrase": "CANCEL"}

Order = Callable[[Channel], None]


class HungUp(Exception):
    """The leg was hung up: unwind."""


class Redirected(Exception):
    """The leg has a new order: unwind to the greenlet's loop."""


@dataclass(slots=True)
class Execute:
    """A queued application (sendmsg or uuid_broadcast)."""

    app: str
    data: str
    app_uuid: str = ""
    lock: bool = False
    lead_s: float = 0.0
    loops: int = 1


@dataclass(slots=True)
class Hangup:
    cause: str


def check(ch: Channel) -> None:
    if ch.cause:
        raise HungUp
    if ch.order is not None:
        raise Redirected


def pause(ch: Channel, seconds: float | None = None) -> None:
    """Sleep until something happens to the leg, `seconds` at most."""
    check(ch)
    ch.wake.clear()
    ch.wake.wait(seconds)
    check(ch)


def start(ch: Channel, order: Order) -> None:
    ch.order = order
    ch.greenlet = gevent.spawn(run, ch)


def redirect(ch: Channel, order: Order) -> None:
    """Give the leg something else to do; what it does now ends."""
    ch.order = order
    ch.poke()


def run(ch: Channel) -> None:
    try:
        while not ch.cause:
            order, ch.order = ch.order, None
            try:
                if order is None:
                    hangup(ch, "NORMAL_CLEARING")
                    break
                order(ch)  # type: ignore[operator]
            except Redirected:
                continue
    except HungUp:
        pass
    finally:
        finish(ch)


def run_private(ch: Channel) -> None:
    """Carry out what sendmsg and uuid_broadcast left for this leg, unless a broadcast holds the lock."""
    while ch.private and not ch.event_lock:
        gevent.sleep(random.random() * FRAME)
        check(ch)
        if not ch.private:
            return
        command = ch.private.popleft()
        if isinstance(command, Hangup):
            hangup(ch, command.cause)
        elif isinstance(command, Execute):
            _run_queued(ch, command)
        check(ch)


def _run_queued(ch: Channel, command: Execute) -> None:
    if command.lock:
        ch.event_lock = True
    try:
        if command.lead_s:
            gevent.sleep(command.lead_s)
            check(ch)
        turn = 0
        while command.loops < 0 or turn < command.loops:
            began = time.monotonic()
            execute(ch, command.app, command.data, command.app_uuid)
            turn += 1
            if ch.broken or time.monotonic() - began < 0.5:
                break
    finally:
        if command.lock:
            ch.event_lock = False
    ch.fire("PRIVATE_COMMAND", {"call-command": "execute", "execute-app-name": command.app})


def execute(ch: Channel, app: str, data: str, app_uuid: str = "") -> None:
    """Run one application with its two events."""
    check(ch)
    function = ch.core.apps.get(app)
    if function is None:
        hangup(ch, "DESTINATION_OUT_OF_ORDER")
        raise HungUp
    data = ch.core.expand(data, ch)
    scope: dict[str, str] = {}
    if data.startswith("%["):
        scope, data = strings.brackets(data[1:], "[", "]")
    name = app
    app_uuid = app_uuid or str(uuids.uuid4())
    outer = (ch.application, ch.application_data)
    ch.application, ch.application_data = name, data
    variables = ch.variables
    variables.set("current_application", name)
    variables.set("current_application_data", data)
    variables.set("current_application_response", None)
    ch.app_log.append((name, data, now_us()))
    headers = {"Application": name}
    if data:
        headers["Application-Data"] = data
    ch.fire("CHANNEL_EXECUTE", {**headers, "Application-UUID": app_uuid})
    ch.broken = False
    ch.variables.scopes.append(scope)
    try:
        function(ch, data)
    finally:
        ch.variables.scopes.remove(scope)
        headers["Application-Response"] = variables.get("current_application_response", "_none_")
        ch.fire("CHANNEL_EXECUTE_COMPLETE", {**headers, "Application-UUID": app_uuid})
        if ch.private or outer[0]:
            ch.application, ch.application_data = outer if outer[0] else (name, data)


def ring(ch: Channel) -> None:
    """180 Ringing, from or to the far end."""
    ch.progress_us = now_us()
    ch.fire("CHANNEL_PROGRESS")
    if ch.call_state != "RINGING":
        ch.set_call_state("RINGING")
    if ch.inbound and ch.party is not None:
        ch.party.switch_rings(ch)


def early_media(ch: Channel) -> None:
    """183 with sound before the answer."""
    if ch.media or ch.cause:
        return
    ch.progress_media_us = now_us()
    ch.answer_state = "early"
    ch.variables.update(MEDIA_VARIABLES)
    ch.fire("CHANNEL_PROGRESS_MEDIA")
    ch.set_call_state("EARLY")


def answer(ch: Channel) -> None:
    """200 OK on a leg that came in (or the far end answered ours)."""
    if ch.answered or ch.cause:
        return
    if ch.inbound and not ch.media:
        ch.progress_media_us = now_us()
        ch.answer_state = "early"
        ch.fire("CHANNEL_PROGRESS_MEDIA")
        ch.set_call_state("EARLY")
    ch.answered_us = now_us()
    ch.answer_state = "answered"
    ch.variables.update(MEDIA_VARIABLES)
    ch.variables.set("endpoint_disposition", "ANSWER")
    ch.fire("CHANNEL_ANSWER")
    ch.set_call_state("ACTIVE")
    if ch.inbound and ch.party is not None:
        ch.party.switch_answered(ch)


def hangup(ch: Channel, cause: str, disposition: str = "") -> bool:
    """End the leg; False when it was over already. The rest happens on the leg's own greenlet."""
    if ch.cause:
        return False
    variables = ch.variables
    ch.hungup_us = now_us()
    if not disposition:
        if ch.answered:
            disposition = "send_bye"
        elif ch.inbound:
            disposition = "send_refuse"
        else:
            disposition = "send_cancel"
    ch.cause = cause
    ch.answer_state = "hangup"
    if ch.core.channels.get(ch.uuid) is not ch:
        return True  # a leg of before a crash: this switch does not know it
    ch.fire("CHANNEL_HANGUP")
    variables.set("sip_hangup_disposition", disposition)
    if disposition == "send_cancel":
        variables.update(CANCELLED)
    ch.poke()
    if ch.party is not None and not disposition.startswith("recv_"):
        ch.party.switch_hung_up(ch, cause)
    return True


def far_hangup(ch: Channel, status: int = 0) -> None:
    """The party at the other end ended it: BYE, CANCEL, or refusal with a SIP status."""
    variables = ch.variables
    if ch.core.channels.get(ch.uuid) is not ch:
        hangup(
            ch, "NORMAL_CLEARING", "recv_bye"
        )  # said to a dead switch: what it recovers knows nothing of it
    elif ch.answered:
        variables.set("sip_term_status", "200")
        variables.set("proto_specific_hangup_cause", "sip:200")
        variables.set("sip_term_cause", "16")
        hangup(ch, "NORMAL_CLEARING", "recv_bye")
    elif ch.inbound:
        variables.update(CANCELLED)
        variables.set("sip_hangup_disposition", "recv_cancel")  # known before CHANNEL_HANGUP, unlike recv_bye
        hangup(ch, "ORIGINATOR_CANCEL", "recv_cancel")
    else:
        cause = causes.from_sip(status)
        variables.set("sip_invite_failure_status", str(status))
        variables.set("sip_invite_failure_phrase", causes.PHRASES.get(status, "Error"))
        variables.set("sip_term_status", str(status))
        variables.set("proto_specific_hangup_cause", f"sip:{status}")
        variables.set("sip_term_cause", str(causes.Q850.get(cause, 0)))
        variables.set("sip_hangup_disposition", "recv_refuse")
        hangup(ch, cause, "recv_refuse")


def finish(ch: Channel) -> None:
    """The last events of a leg, its CDR, and out of the switch."""
    if not ch.cause:  # the greenlet died of an error of ours: the leg must not stay for ever
        hangup(ch, "NORMAL_TEMPORARY_FAILURE")
    if not ch.core.crashed:
        gevent.sleep(FRAME)
    for recording in list(ch.recordings.values()):
        recording.stop()
    if ch.core.crashed:
        ch.done.set()
        return
    ch.set_state("CS_HANGUP")
    ch.set_call_state("HANGUP")
    ch.set_state("CS_REPORTING")
    ch.core.cdr.close_variables(ch)
    ch.fire("CHANNEL_HANGUP_COMPLETE")
    ch.core.cdr.write(ch)
    ch.core.forget(ch)
    ch.done.set()
    ch.fire("CHANNEL_DESTROY")
    ch.set_state("CS_DESTROY")
