"""A crash of the switch, its return, and `sofia recover`: answered legs come back when their endpoint does."""

from __future__ import annotations

import time
import uuid as uuids
from typing import TYPE_CHECKING

from fs_app.sim import bridge, life, route
from fs_app.sim.channel import Channel
from fs_app.sim.events import Stamper, now_us

if TYPE_CHECKING:
    from fs_app.sim.core import Core
    from fs_app.sim.party import Party

#: A re-INVITE and its answer, and how long the bridge of two recovered legs takes (seconds, seen: about 2).
REINVITE_S = 0.1
BRIDGE_S = 1.5
#: The core database is written behind the calls: what was answered a moment before the crash is not in it
#: (seen: lost at 0 s, kept at 0.3 s).
WRITTEN_BEHIND_US = 200_000


def crash(core: Core) -> None:
    """The process is gone: no event, no CDR, the port closed; the people outside stay."""
    core.crashed = True
    core.server.refuse()
    for session in list(core.sessions):
        if not session.control:
            session.abort()
    core.lost = [
        (ch, ch.partner.uuid if ch.partner is not None else "")
        for ch in core.channels.values()
        if ch.answered and ch.up and now_us() - ch.answered_us > WRITTEN_BEHIND_US
    ]
    for ch in list(core.channels.values()):
        core.channels.pop(ch.uuid, None)
        if ch.greenlet is not None:
            ch.greenlet.kill(block=False)
        if not ch.answered and ch.party is not None:
            ch.party.switch_hung_up(ch, "NORMAL_CLEARING")
        ch.poke()
    core.schedule.clear()
    core.rooms.clear()
    core.spying.clear()


def rise(core: Core) -> None:
    """A new process with the same core database: global variables of the file, a new Core-UUID."""
    core.channels.clear()  # also of legs that were just being made when the old one died
    core.crashed = False
    core.globals = dict(core.settings.globals)
    core.stamper = Stamper(str(uuids.uuid4()))
    core.globals["core_uuid"] = core.stamper.core_uuid
    core.started = time.monotonic()
    core.sessions_made = 0
    core.server.listen()


def recover(core: Core) -> int:
    """Bring back what can come back; how many legs were tried."""
    tried, core.lost = core.lost, []
    back: dict[str, Channel] = {}
    for old, _ in tried:
        party = old.party
        if party is None or party.ch is not old or party.dead:
            _ghost(core, old)
        elif party.habits.comes_back:
            party.ch = back[old.uuid] = _again(core, old, party)
    for old, partner_uuid in tried:
        if old.uuid not in back:
            continue
        ch = back[old.uuid]
        partner = back.get(partner_uuid)
        if partner is not None:
            life.start(ch, _wait)
            if old.originator:
                core.later(BRIDGE_S, bridge.uuid_bridge, ch, partner)
        else:
            core.later(REINVITE_S, _resume, ch)
    return len(tried)


def _again(core: Core, old: Channel, party: Party | None) -> Channel:
    """The same leg in the new process: uuid, variables, times."""
    ch = Channel(
        core, old.uuid, old.name, inbound=old.inbound, caller_number=old.caller_number,
        caller_name=old.caller_name, destination=old.destination, context=old.context,
    )  # fmt: skip
    core.add(ch)
    ch.party = party
    ch.created_us, ch.hit_dialplan = old.created_us, old.hit_dialplan
    ch.dialplan = old.dialplan
    ch.variables.update(dict(old.variables.items()))
    ch.variables.set("bridge_to", None)
    ch.variables.set("recovered", "true")
    ch.state = "CS_INIT"
    ch.fire("CHANNEL_STATE")
    ch.fire("CHANNEL_CREATE")
    life.answer(ch)
    return ch


def _ghost(core: Core, old: Channel) -> None:
    """Nobody answers the re-INVITE: the leg is there until the missing sound is noticed [seen: 20 s]."""
    ch = _again(core, old, None)
    life.start(ch, route.park_session)
    core.later(float(core.globals["fsapp_media_timeout_s"]), life.hangup, ch, "MEDIA_TIMEOUT")


def _wait(ch: Channel) -> None:
    """Until the bridge comes, or until somebody orders something else."""
    ch.set_state("CS_EXECUTE")
    life.pause(ch, BRIDGE_S * 4)
    if not route.after_bridge(ch):
        life.hangup(ch, "NORMAL_CLEARING")
    life.check(ch)


def _resume(ch: Channel) -> None:
    """Back to the extension it was in; a leg that was only parked parks again."""
    if ch.context in ch.core.dialplan.contexts and ch.dialplan.lower() == "xml":
        life.start(ch, lambda c: route.route(c, c.destination, c.context, "XML"))
    else:
        life.start(ch, route.park_session)
