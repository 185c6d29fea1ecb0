"""Two legs together: uuid_bridge, what it takes from old partners, and what happens when one side goes.

The first leg leads: it announces the bridge and its end; the second follows (switch_ivr_bridge.c,
uuid_bridge_on_soft_execute and audio_bridge_on_exchange_media).
"""

from __future__ import annotations

import gevent

from fs_app.sim import life, route
from fs_app.sim.channel import Channel
from fs_app.sim.events import now_us


class Link:
    """One bridge: leader, follower, and whether it is over."""

    __slots__ = ("a", "b", "b_there", "over")

    def __init__(self, a: Channel, b: Channel) -> None:
        self.a = a
        self.b = b
        self.b_there = False
        self.over = False

    def end(self) -> None:
        self.over = True
        for ch, other in ((self.a, self.b), (self.b, self.a)):
            if ch.partner is other:
                ch.partner = None
                ch.variables.set("bridge_to", None)
                ch.hearing_changed()
                if ch.party is not None:
                    ch.party.left(ch)
            ch.poke()


def uuid_bridge(a: Channel, b: Channel) -> bool:
    """Order both legs together, wherever they are now; False when neither has media or one is gone."""
    if a.cause or b.cause or a is b:
        return False
    if not a.media:
        if not b.media:
            return False
        a, b = b, a
    if not a.inbound and not a.hit_dialplan:
        a.flip_caller_id()
    if not b.inbound:
        b.hit_dialplan = False
    a.variables.set("uuid_bridge", b.uuid)
    for ch, other in ((a, b), (b, a)):
        variables = ch.variables
        variables.set("bridge_channel", other.name)
        variables.set("bridge_uuid", other.uuid)
        variables.set("signal_bond", other.uuid)
        variables.set("original_destination_number", ch.destination)
        variables.set("original_caller_id_name", ch.caller_name)
        variables.set("original_caller_id_number", ch.caller_number)
        route.new_profile(ch, f"uuid_br:{other.uuid}")
        ch.shown_partner = other
    b.take_caller_id_of(a)
    a.originator, b.originator = True, False
    link = Link(a, b)
    life.redirect(a, lambda ch: _lead(ch, link))
    life.redirect(b, lambda ch: _follow(ch, link))
    return True


def _settle(ch: Channel) -> None:
    """The states a leg runs through on its way into a bridge."""
    ch.application = "uuid_bridge"
    for state in ("CS_HIBERNATE", "CS_RESET", "CS_SOFT_EXECUTE"):
        ch.set_state(state)


def _lead(a: Channel, link: Link) -> None:
    b = link.b
    _settle(a)
    try:
        while not link.b_there and not link.over and not b.cause:
            life.pause(a, 1.0)
        while not b.answered and not b.cause and not link.over:
            life.pause(a, 1.0)
        a.variables.set("uuid_bridge", None)
        gevent.sleep(life.FRAME)
        life.check(a)
    except (life.HungUp, life.Redirected):
        link.end()
        raise
    if b.cause or link.over:
        link.end()
        if not route.after_bridge(a):
            life.hangup(a, "DESTINATION_OUT_OF_ORDER")
        life.check(a)
    for ch, other in ((a, b), (b, a)):
        ch.application, ch.application_data = "uuid_bridge", other.uuid
        ch.fire("CHANNEL_EXECUTE", {"Application": "uuid_bridge", "Application-Data": other.uuid})
    a.bridged_us = now_us()
    b.bridged_us = now_us()
    ends = {"Bridge-A-Unique-ID": a.uuid, "Bridge-B-Unique-ID": b.uuid}
    a.fire("CHANNEL_BRIDGE", ends)
    a.partner, b.partner = b, a
    a.hearing_changed()
    b.set_state("CS_EXCHANGE_MEDIA")
    b.variables.set("call_uuid", a.uuid)
    for ch, other in ((a, b), (b, a)):
        ch.variables.set("bridge_to", other.uuid)
        ch.variables.set("last_bridge_to", other.uuid)
        ch.fire("CALL_UPDATE", {"Direction": "SEND", "Bridged-To": other.uuid})
        if ch.party is not None:
            ch.party.connected(ch)
    b.poke()
    try:
        _talk(a, link)
    finally:
        link.end()
        a.variables.set("last_bridge_role", "originator")
        a.fire("CHANNEL_UNBRIDGE", ends)
    _left_alone(a, b)


def _follow(b: Channel, link: Link) -> None:
    _settle(b)
    link.b_there = True
    link.a.poke()
    try:
        _talk(b, link)
    finally:
        link.end()
        b.variables.set("call_uuid", b.uuid)
        b.variables.set("last_bridge_role", "originatee")
    _left_alone(b, link.a)


def _talk(ch: Channel, link: Link) -> None:
    """Until the bridge is over; commands for the leg are carried out meanwhile."""
    while not link.over:
        life.run_private(ch)
        ch.digits.clear()
        life.pause(ch, None)


def _left_alone(ch: Channel, other: Channel) -> None:
    """The other side is gone and this leg has no new order: its own variables decide."""
    gevent.sleep(life.FRAME)
    life.check(ch)
    if other.cause:
        ch.variables.set("last_bridge_hangup_cause", other.cause)
        ch.variables.set("bridge_hangup_cause", other.cause)
    if not route.after_bridge(ch):
        life.hangup(ch, other.cause or "NORMAL_CLEARING")
    life.check(ch)
