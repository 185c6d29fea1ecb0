"""Outgoing legs: `originate {variables}endpoint &app(args) | extension dialplan context`."""

from __future__ import annotations

import re
import time
import uuid as uuids
from typing import TYPE_CHECKING

from fs_app.sim import life, route, strings
from fs_app.sim.channel import Channel
from fs_app.sim.events import now_us

if TYPE_CHECKING:
    from fs_app.sim.core import Core
    from fs_app.sim.party import Party

USAGE = (
    "-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>] [<cid_name>] "
    "[<cid_num>] [<timeout_sec>]\n"
)


class Dialing:
    """What the far end does to a leg that is being made."""

    def __init__(self, ch: Channel, early_counts: bool) -> None:
        self.ch = ch
        self._early_counts = early_counts
        self.success = False

    def ringing(self) -> None:
        if self.ch.up and not self.ch.progress_us:
            life.ring(self.ch)

    def early_media(self) -> None:
        if self.ch.up:
            life.early_media(self.ch)
            if self._early_counts:
                self.success = True
                self.ch.poke()

    def answered(self) -> None:
        if self.ch.up:
            life.answer(self.ch)
            self.success = True
            self.ch.poke()


def originate(core: Core, argument: str) -> str:
    """Make a leg and wait for its fate; the text of the reply. Runs on the caller's greenlet."""
    words = strings.separate(argument, " ", 10)
    if len(words) < 2:
        return USAGE
    variables, endpoint = strings.brackets(words[0], "{", "}")
    more, endpoint = strings.brackets(endpoint, "[", "]")
    variables |= more
    where = core.people.find(endpoint)
    if isinstance(where, str):
        return f"-ERR {where}\n"
    if core.paused:
        return "-ERR SWITCH_CONGESTION\n"
    leg = variables.get("origination_uuid") or str(uuids.uuid4())
    if leg in core.channels:
        return "-ERR DESTINATION_OUT_OF_ORDER\n"
    ch = _new_leg(core, leg, endpoint, where, variables)
    early_counts = variables.get("ignore_early_media", "false") not in ("true", "ring_ready")
    dialing = Dialing(ch, early_counts)
    limit = float(variables.get("originate_timeout") or variables.get("leg_timeout") or 60)
    where.invited(ch, dialing)
    end = time.monotonic() + limit
    while not dialing.success and ch.up and not core.crashed:
        left = end - time.monotonic()
        if left <= 0:
            life.hangup(ch, "NO_ANSWER")
            break
        ch.wake.clear()
        ch.wake.wait(left)
    if not dialing.success or not ch.up:
        life.start(ch, life.check)
        ch.done.wait(5)
        return f"-ERR {ch.cause or 'NORMAL_TEMPORARY_FAILURE'}\n"
    if ch.answered:
        ch.flip_caller_id()
        ch.fire("CALL_UPDATE", {"Direction": "RECV"})
    life.start(ch, _then(words))
    return f"+OK {leg}\n"


def _new_leg(core: Core, leg: str, endpoint: str, party: Party, variables: dict[str, str]) -> Channel:
    """The channel with its first events."""
    match = re.match(r"sofia/(?:gateway/)?([^/]+)/(?:sips?:)?([^;]*)", endpoint)
    profile, target = (match[1], match[2]) if match else ("internal", endpoint)
    gateway = endpoint.startswith("sofia/gateway/")
    user = target.partition("@")[0]
    ch = Channel(
        core,
        leg,
        f"sofia/{'external' if gateway else profile}/{target}",
        inbound=False,
        caller_number=variables.get("origination_caller_id_number", "0000000000"),
        caller_name=variables.get("origination_caller_id_name", ""),
        destination=user,
        context="default",
    )
    core.add(ch)
    ch.party = party
    ch.state = "CS_NONE"
    ch.fire("CHANNEL_OUTGOING")
    ch.variables.update(
        {
            "direction": "outbound",
            "is_outbound": "true",
            "uuid": leg,
            "call_uuid": leg,
            "session_id": str(core.sessions_made),
            "sip_profile_name": "gateway" if gateway else profile,
            "channel_name": ch.name,
            "sip_destination_url": f"sip:{target}",
            "sip_req_uri": target,
            "sip_to_user": user,
            "sip_call_id": party.new_call_id(),
            "sofia_profile_name": profile,
            "recovery_profile_name": profile,
        }
    )
    if gateway:
        ch.variables.set("sip_gateway_name", profile)
    ch.variables.update(variables)
    ch.set_state("CS_INIT")
    ch.fire("CHANNEL_CREATE")
    ch.fire("CHANNEL_ORIGINATE")
    ch.set_state("CS_ROUTING")
    ch.set_state("CS_CONSUME_MEDIA")
    return ch


def _then(words: list[str]) -> life.Order:
    """What the answered leg does."""
    target = words[1]
    if target.startswith("&"):
        app, _, rest = target[1:].partition("(")
        data = rest.removesuffix(")")

        def run_app(ch: Channel) -> None:
            ch.dialplan = ch.dialplan or "inline"
            ch.profile_us = now_us()
            ch.set_state("CS_EXECUTE")
            life.execute(ch, app, data)

        return run_app
    dialplan = words[2] if len(words) > 2 else "XML"
    context = words[3] if len(words) > 3 else "default"

    def run_extension(ch: Channel) -> None:
        route.new_profile(ch, f"bl_xfer:{target}/{context}/{dialplan}")
        route.route(ch, target, context, dialplan)

    return run_extension
