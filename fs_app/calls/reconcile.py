"""Comparing what we believe with what the switch has, and mending the difference.

The comparison is pure: live calls and a picture of the channels in, a list of repairs out. A repair is either a
fact that we missed (it goes through the ordinary handling, which also issues what is still needed) or a command
that brings a stray leg where it belongs. It runs after each (re)connection and every few seconds.

A picture is older than what the event link tells meanwhile. So nothing is concluded about a leg that was born
after the picture was begun, or that has ended since.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from fs_app import facts as f
from fs_app.calls.line import NOT_YET, Line, LineState
from fs_app.calls.stages import HEARS_MUSIC, Role, Stage
from fs_app.calls.state import Call, Leg
from fs_app.facts import Channel


@dataclass(frozen=True, slots=True)
class Missed:
    """A fact that never reached us."""

    call: str
    fact: f.LegFact
    why: str


@dataclass(frozen=True, slots=True)
class SendHome:
    """The leg waits nowhere: bring it to the door."""

    leg: str
    why: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """The leg belongs to nothing any more."""

    leg: str
    why: str


@dataclass(frozen=True, slots=True)
class Reconnect:
    """Both are there and should talk, but do not."""

    call: str
    why: str


@dataclass(frozen=True, slots=True)
class ReconnectLine:
    """The agent and who he called beside the customer should talk, and do not."""

    call: str
    line: str
    why: str


@dataclass(frozen=True, slots=True)
class Rejoin:
    """These should be together in a conference, and one of them is not there."""

    call: str
    why: str


@dataclass(frozen=True, slots=True)
class SeenTogether:
    """All three are in the room, and nobody told."""

    call: str
    line: str


@dataclass(frozen=True, slots=True)
class Adopt:
    """A caller of whom we have no record."""

    channel: Channel
    why: str


Repair = Missed | SendHome | HangUp | Reconnect | ReconnectLine | Rejoin | SeenTogether | Adopt


def compare(
    calls: Mapping[str, Call],
    present: Collection[str],
    channels: Mapping[str, Channel],
    sessions: Collection[str],
    begun_ms: int,
    ended_legs: Mapping[str, f.LegHungUp],
    holding: Collection[str] = (),
) -> list[Repair]:
    """What has to be mended.

    `present` are all channels that the switch has; `channels` are those that were looked at closely (all after a
    (re)connection, some in between). `begun_ms` is when the picture was begun (UTC ms, our clock); `ended_legs`
    are the ends that the CDR spool knows; `holding` are the calls whose hold is under way.
    """
    repairs: list[Repair] = []
    known: set[str] = set()
    for call in calls.values():
        known.update(call.legs)
        repairs += _compare_call(call, present, channels, sessions, begun_ms, ended_legs, call.id in holding)
    for channel in channels.values():
        if channel.leg not in known:
            repairs += of_stranger(channel)
    return repairs


def _compare_call(
    call: Call,
    present: Collection[str],
    channels: Mapping[str, Channel],
    sessions: Collection[str],
    begun_ms: int,
    ended_legs: Mapping[str, f.LegHungUp],
    holding: bool,
) -> list[Repair]:
    repairs: list[Repair] = []
    gone: set[str] = set()
    # The caller first: when he is gone, nothing else is concluded from his agent's leg.
    for leg in sorted(call.legs.values(), key=lambda g: g.role is not Role.CALLER):
        if leg.live and leg.id not in present and leg.created_at < begun_ms:
            gone.add(leg.id)
            repairs.append(Missed(call.id, _end_of(leg, ended_legs, begun_ms), "leg is gone"))
    repairs += [HangUp(leg.id, why) for leg, why in _over_for_us(call, present, begun_ms)]
    if call.caller_leg in gone or call.stage is Stage.ENDED:
        if call.stage is Stage.ENDED:
            repairs += [
                HangUp(leg.id, "its call is over")
                for leg in call.legs.values()
                if leg.live and leg.id in present
            ]
        return repairs
    if call.absent and call.stage is not Stage.STAYING:
        at = begun_ms * 1000
        answered = [leg for leg in call.asked_legs if leg.id not in gone and leg.id in channels]
        if call.stage is Stage.OFFERED:
            repairs += [
                Missed(call.id, f.LegParked(at, leg.id), "seen answered")
                for leg in answered[:1]
                if channels[leg.id].answered
            ]
        return repairs
    beside = _compare_lines(call, gone, channels, sessions, begun_ms, holding)
    if call.stage is Stage.STAYING:
        return [*repairs, *beside]
    if call.hang_up_by and call.caller_leg in present:
        # Asked for and written down, but the command was lost with the link or with a dead program.
        return [*repairs, HangUp(call.caller_leg, f"its {call.hang_up_by} hung up")]
    caller = channels.get(call.caller_leg)
    if caller is None:
        return repairs
    repairs += beside
    partner = caller.partner
    if any(isinstance(repair, SeenTogether) for repair in beside):
        return repairs
    agents = [leg for leg in call.asked_legs if leg.id not in gone and leg.id in channels]
    given_away = call.transferring and call.stage in (Stage.TALKING, Stage.HELD)
    if given_away and partner is None and not holding:
        # He has left his agent, and nobody heard of it: a program died in between.
        if call.caller_leg in sessions:
            rang = f.Rang(begun_ms * 1000, call.caller_leg, session=0)
            repairs.append(Missed(call.id, rang, "seen at the door, given away"))
        else:
            repairs.append(SendHome(call.caller_leg, "given away, and not at the door"))
    elif agents:
        repairs += _compare_agents(call, agents, channels, partner, begun_ms, holding)
    elif call.stage is Stage.ENDING:
        repairs.append(HangUp(call.caller_leg, "its call is ending"))
    outside = call.outside_leg
    if outside is not None and outside.id not in gone and outside.id in channels:
        repairs += _compare_outside(call, outside, channels[outside.id], partner, begun_ms)
    if call.stage is Stage.VOICEMAIL:
        # `record` sets record_ms at its end; sent home with it he is hung up by the dialplan.
        speaks = caller.app == "record" and not caller.get("record_ms")
        if partner is None and not speaks and call.stage_since < begun_ms:
            repairs.append(SendHome(call.caller_leg, "greeted, and not or no longer recorded"))
        return repairs
    if (
        partner is None
        and caller.answered | (call.stage is not Stage.DIALING)  # one that rings is nobody's to move
        and call.stage
        in (HEARS_MUSIC | {Stage.NEW, Stage.GREETING, Stage.FAREWELL, Stage.DIALING, Stage.MENU})
        and call.caller_leg not in sessions
        and call.stage_since < begun_ms
        and not given_away
        and not any(_brings_together(r) for r in repairs)
    ):
        repairs.append(SendHome(call.caller_leg, "nobody at the door"))
    return repairs


def _over_for_us(call: Call, present: Collection[str], begun_ms: int) -> list[tuple[Leg, str]]:
    """Legs of agents that should be gone: a command to hang them up was lost with the link."""
    found = []
    for leg in call.legs.values():
        if leg.role is Role.CALLER or leg.line or leg.id not in present or call.stage is Stage.ENDED:
            continue
        if leg is call.outside_leg and call.stage in (Stage.DIVERTING, Stage.OUTSIDE):
            continue
        if leg.live and call.line_with(leg.id) is not None:
            continue
        if leg.ended_at is not None and leg.ended_at < begun_ms:
            found.append((leg, "its offer is over"))
        elif leg.live and call.stage is Stage.WAITING and max(leg.created_at, call.stage_since) < begun_ms:
            found.append((leg, "its call waits for an agent"))
        elif leg.live and leg not in call.asked_legs and max(leg.created_at, call.stage_since) < begun_ms:
            found.append((leg, "somebody else was faster"))
    return found


def name_of(repair: Repair) -> str:
    """The same for the same repair in the next look."""
    if isinstance(repair, Missed):
        return f"{repair.call} {type(repair.fact).__name__} {repair.fact.leg}"
    leg = repair.channel.leg if isinstance(repair, Adopt) else getattr(repair, "leg", "")
    return f"{type(repair).__name__} {leg}{getattr(repair, 'call', '')}"


def is_delicate(repair: Repair) -> bool:
    """It leads to a `uuid_bridge`, which must never meet a bridge that is just being made: FreeSWITCH then hangs
    both legs up (DESTINATION_OUT_OF_ORDER) [seen]. It is made only when a second look asks for it again."""
    return isinstance(repair, Reconnect | ReconnectLine | Rejoin) or (
        isinstance(repair, Missed) and isinstance(repair.fact, f.LegParked)
    )


def _brings_together(repair: Repair) -> bool:
    """The caller is about to talk: he must not be sent anywhere else."""
    return is_delicate(repair) or (isinstance(repair, Missed) and isinstance(repair.fact, f.LegsBridged))


def _compare_agents(
    call: Call,
    agents: list[Leg],
    channels: Mapping[str, Channel],
    partner: str | None,
    begun_ms: int,
    holding: bool,
) -> list[Repair]:
    """With ring all: whoever talks to the caller has him, else the first who picked up."""
    agents = [leg for leg in agents if leg.id == partner] or agents
    for leg in agents:
        repairs = _compare_pair(call, leg, channels[leg.id], partner, begun_ms, holding)
        if repairs:
            return repairs
    return []


def _compare_pair(
    call: Call, agent: Leg, channel: Channel, partner: str | None, begun_ms: int, holding: bool
) -> list[Repair]:
    at = begun_ms * 1000
    if call.stage is Stage.MENU:
        return []
    if (
        call.stage is Stage.CONFERENCE
        and partner != agent.id
        and call.line_in(LineState.CONFERENCE) is not None
    ):
        return []
    if partner == agent.id:
        if call.stage not in (Stage.TALKING, Stage.ENDING):
            return [Missed(call.id, f.LegsBridged(at, agent.id, other=call.caller_leg), "seen bridged")]
        if call.stage is Stage.ENDING:
            return [HangUp(call.caller_leg, "its call is ending")]
        if call.survey is not None:
            return [SendHome(call.caller_leg, "its agent wants to hang up")]
        if call.transferring:
            return [SendHome(call.caller_leg, "its agent gives it away")]
        if call.capture == "back":
            return [Missed(call.id, f.LegsBridged(at, agent.id, other=call.caller_leg), "never left to type")]
        return []
    if call.stage is Stage.ENDING:
        return [HangUp(call.caller_leg, "its call is ending")]
    if call.stage is Stage.OFFERED and channel.answered:
        return [Missed(call.id, f.LegParked(at, agent.id), "seen answered")]
    # In stage CONFERENCE the third has left: the two of them are still in the room, or one of them nowhere.
    together = (Stage.TALKING, Stage.CONNECTING, Stage.CONFERENCE)
    apart = call.stage in together and call.stage_since < begun_ms
    apart = apart or (call.stage is Stage.HELD and call.capture == "back")
    if call.line_with(channel.partner or "") is not None or call.transferring:
        return []  # he talks to somebody beside; what that means is said there
    if apart and channel.answered and not holding and call.survey is None:
        return [Reconnect(call.id, "seen apart")]
    return []


def _compare_lines(
    call: Call,
    gone: Collection[str],
    channels: Mapping[str, Channel],
    sessions: Collection[str],
    begun_ms: int,
    moving: bool,
) -> list[Repair]:
    """Those who were called beside the customer."""
    mine = call.agent_leg
    agent = channels.get(mine.id) if mine is not None and mine.id not in gone else None
    repairs: list[Repair] = []
    for line in call.lines.values():
        leg = call.legs.get(line.leg)
        if leg is not None and leg.live and leg.id not in gone and leg.id in channels:
            repairs += _compare_line(
                call, line, leg, channels[leg.id], agent, channels, sessions, begun_ms, moving
            )
    return repairs


def _compare_line(
    call: Call,
    line: Line,
    leg: Leg,
    channel: Channel,
    agent: Channel | None,
    channels: Mapping[str, Channel],
    sessions: Collection[str],
    begun_ms: int,
    moving: bool,
) -> list[Repair]:
    at, settled = begun_ms * 1000, line.since < begun_ms and not moving
    customer = channels.get(call.caller_leg)
    if channel.partner is not None and channel.partner == call.caller_leg:
        return [Missed(call.id, f.LegsBridged(at, leg.id, other=call.caller_leg), "seen bridged")]
    if agent is not None and channel.partner == agent.leg:
        if line.state is LineState.TALKING:
            return []
        return [Missed(call.id, f.LegsBridged(at, agent.leg, other=leg.id), "seen bridged")]
    if channel.app == "conference":
        return _in_room(call, line, agent, customer, settled)
    if line.state is LineState.CONFERENCE:
        return [Rejoin(call.id, "seen outside the conference")] if settled and channel.answered else []
    if channel.partner is not None or not channel.answered or not settled:
        return []
    if line.state in NOT_YET or line.state is LineState.ANSWERED:
        if leg.agent is not None:
            return [Missed(call.id, f.LegParked(at, leg.id), "seen answered")]
        if leg.id in sessions:
            return [Missed(call.id, f.Rang(at, leg.id, session=0), "seen at the door")]
        return [SendHome(leg.id, "called beside, and nobody at the door")]
    if line.state is LineState.TALKING and agent is not None and agent.partner is None:
        return [ReconnectLine(call.id, line.id, "seen apart")]
    if line.state is LineState.HELD and leg.agent is None and leg.id not in sessions:
        return [SendHome(leg.id, "on hold, and nobody at the door")]
    return []


def _in_room(
    call: Call, line: Line, agent: Channel | None, customer: Channel | None, settled: bool
) -> list[Repair]:
    """This party is in a conference."""
    others = [channel is not None and channel.app == "conference" for channel in (agent, customer)]
    if line.state is LineState.CONFERENCE:
        there = all(others) or call.stage is not Stage.CONFERENCE
        return [] if there or not settled else [Rejoin(call.id, "somebody is not in the conference")]
    if all(others):
        return [SeenTogether(call.id, line.id)]
    return [SendHome(line.leg, "alone in a conference")] if settled and not any(others) else []


def _compare_outside(
    call: Call, leg: Leg, channel: Channel, partner: str | None, begun_ms: int
) -> list[Repair]:
    at = begun_ms * 1000
    if call.stage is not Stage.DIVERTING:
        return []
    if partner == leg.id:
        return [Missed(call.id, f.LegsBridged(at, leg.id, other=call.caller_leg), "seen bridged")]
    if channel.answered and leg.created_at < begun_ms:
        return [Missed(call.id, f.LegParked(at, leg.id), "seen answered")]
    return []


def _end_of(leg: Leg, ended_legs: Mapping[str, f.LegHungUp], now_ms: int) -> f.LegHungUp:
    return ended_legs.get(leg.id) or f.LegHungUp(now_ms * 1000, leg.id, cause="LOST_TRACK")


def of_stranger(channel: Channel) -> list[Repair]:
    """A channel that no call of ours has."""
    role = channel.get("fsapp_role")
    if role == "supervisor":
        return []  # it listens to a call without being part of it: `supervision/listening.py` knows it
    if not channel.inbound:
        if channel.get("fsapp_call") and channel.partner is None:
            return [HangUp(channel.leg, f"{role or 'outgoing'} leg without a call")]
        return []
    if channel.get("fsapp_did") or channel.get("fsapp_dialed"):
        return [Adopt(channel, "a caller without a record")]
    return []
