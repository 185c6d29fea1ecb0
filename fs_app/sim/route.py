"""Where a leg goes: routing by the dialplan, transfer, park, and what follows the end of a bridge."""

from __future__ import annotations

import time
import uuid as uuids

from fs_app.sim import causes, life
from fs_app.sim.channel import Channel
from fs_app.sim.events import now_us


def route(ch: Channel, extension: str, context: str = "", dialplan: str = "") -> None:
    """CS_ROUTING and CS_EXECUTE: look the extension up and execute what it says."""
    ch.context = context or ch.context
    ch.dialplan = dialplan or ch.dialplan or "XML"
    ch.destination = extension
    ch.hit_dialplan = True
    ch.set_state("CS_ROUTING")
    if not ch.answered and ch.inbound and ch.call_state == "DOWN":
        ch.set_call_state("RINGING")
    if ch.dialplan.lower() == "inline":
        steps = ch.core.dialplan.inline(extension)
    else:
        found = ch.core.dialplan.hunt(ch, extension, ch.context)
        if found is None:
            life.hangup(ch, "NO_ROUTE_DESTINATION")
            raise life.HungUp
        steps = found
    ch.sort_caller_id()
    ch.callflow.append({"extension": extension, "context": ch.context, "dialplan": ch.dialplan})
    ch.set_state("CS_EXECUTE")
    for app, data in steps:
        life.execute(ch, app, data)


def transfer(ch: Channel, extension: str, dialplan: str = "", context: str = "") -> bool:
    """As switch_ivr_session_transfer: each one spends one of `max_forwards`."""
    variables = ch.variables
    left = int(variables.get("max_forwards", "71") or 0) - 1
    if left <= 0:
        life.hangup(ch, "EXCHANGE_ROUTING_ERROR")
        return False
    variables.set("max_forwards", str(left))
    variables.set("signal_bond", None)
    new_profile(ch, f"bl_xfer:{extension}/{context or ch.context}/{dialplan or 'XML'}")
    dialplan = dialplan or "XML"
    life.redirect(ch, lambda c: route(c, extension, context, dialplan))
    return True


def new_profile(ch: Channel, source: str) -> None:
    """A leg that is moved gets a new caller profile (switch_channel_step_caller_profile)."""
    ch.profile_index += 1
    ch.profile_us = now_us()
    stamp = f"{ch.profile_us // 1_000_000}:{uuids.uuid4()}:{source}"
    ch.variables.set("transfer_source", stamp)
    history = ch.variables.get("transfer_history")
    if not history:
        ch.variables.set("transfer_history", stamp)
    else:
        first = history if history.startswith("ARRAY::") else "ARRAY::" + history
        ch.variables.set("transfer_history", f"{first}|:{stamp}")


def park(ch: Channel) -> None:
    """Wait under control, carrying out what is sent (switch_ivr_park).

    `park_timeout` is read once, and reading it clears `park_after_bridge` too: a trap of the real one.
    """
    if ch.controlled:
        return  # "Cannot park channels that are under control already"
    expires = None
    cause = "NORMAL_CLEARING"
    limit = ch.variables.get("park_timeout")
    if limit:
        seconds, _, name = limit.partition(":")
        cause = causes.parse(name) if name else cause
        expires = time.monotonic() + float(seconds or 0)
        ch.variables.set("park_timeout", None)
        ch.variables.set("park_after_bridge", None)
    ch.controlled = True
    ch.fire("CHANNEL_PARK")
    try:
        while ch.controlled:
            life.run_private(ch)
            ch.digits.clear()
            left = None if expires is None else expires - time.monotonic()
            if left is not None and left <= 0:
                life.hangup(ch, cause)
            life.pause(ch, left)
    finally:
        ch.controlled = False
        ch.fire("CHANNEL_UNPARK")


def park_session(ch: Channel) -> None:
    """CS_PARK: where `park_after_bridge` puts a leg."""
    ch.set_state("CS_PARK")
    park(ch)
    while True:  # control was taken away: the real one stays there, silent
        life.pause(ch)


def after_bridge(ch: Channel) -> bool:
    """Order what the leg's variables say for the end of a bridge; False when they say nothing."""
    variables = ch.variables
    if variables.true("park_after_bridge"):
        ch.order = park_session
        return True
    where = variables.get("transfer_after_bridge")
    if where:
        variables.set("transfer_after_bridge", None)  # consumed on use
        parts = ([*where.split(":"), "", ""])[:3]
        transfer(ch, parts[0], parts[1], parts[2])
        return True
    return False
