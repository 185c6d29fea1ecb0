"""Comparing is pure: for each stage and each picture, what has to be mended."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from fs_app import facts as f
from fs_app.calls.line import AGENT as COLLEAGUE
from fs_app.calls.line import NUMBER, Line, LineState, Transfer
from fs_app.calls.reconcile import (
    Adopt,
    HangUp,
    Missed,
    Reconnect,
    ReconnectLine,
    Rejoin,
    Repair,
    SeenTogether,
    SendHome,
    compare,
    is_delicate,
    name_of,
)
from fs_app.calls.stages import Role, Stage
from fs_app.calls.state import Call, Leg, Offer

BEGUN = 1_700_000_100_000
BORN = BEGUN - 60_000
CALLER, AGENT, OUTSIDE = "caller", "agent-leg", "outside-leg"


def call(stage: Stage, agent: bool = True, **changes: Any) -> Call:
    made = Call(CALLER, 1, "inbound", BORN, "+33", "", "+331", queue=10, stage=stage, stage_since=BORN)
    made.legs[CALLER] = Leg(CALLER, Role.CALLER, created_at=BORN)
    if agent:
        made.legs[AGENT] = Leg(AGENT, Role.AGENT, 1, created_at=BORN)
        made.offers = {AGENT: Offer(1, AGENT, BEGUN + 20_000)} if stage is Stage.OFFERED else {}
        made.taken_by = "" if stage in (Stage.OFFERED, Stage.WAITING) else AGENT
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def channel(leg: str, partner: str | None = None, **changes: Any) -> f.Channel:
    values = {
        "leg": leg,
        "inbound": leg == CALLER,
        "answered": True,
        "partner": partner,
        "app": "park",
        "app_data": "",
        "caller_number": "",
        "caller_name": "",
        "destination": "",
        "created_at": BORN * 1000,
        "answered_at": BORN * 1000,
        "variables": {},
    }
    return f.Channel(**{**values, **changes})


def told(repairs: list[Repair]) -> list[str]:
    """In words, to be compared with a table."""
    words = []
    for r in repairs:
        match r:
            case Missed(fact=fact):
                words.append(f"{type(fact).__name__} {fact.leg}")
            case SendHome(leg=leg) | HangUp(leg=leg):
                words.append(f"{type(r).__name__} {leg}")
            case Reconnect() | ReconnectLine() | Rejoin() | SeenTogether():
                words.append(type(r).__name__)
            case Adopt(channel=channel):
                words.append(f"Adopt {channel.leg}")
    return sorted(words)


def compared(made: Call, *channels: f.Channel, session: bool = True, **options: Any) -> list[Repair]:
    pictured = {c.leg: c for c in channels}
    before = deepcopy(made)
    repairs = compare(
        {made.id: made},
        options.pop("present", set(pictured)),
        pictured,
        {CALLER} if session else set(),
        options.pop("begun_ms", BEGUN),
        options.pop("ended_legs", {}),
        **options,
    )
    assert made == before, "comparing changes nothing"
    return repairs


ALONE, PAIR = (channel(CALLER),), (channel(CALLER), channel(AGENT))
RINGING = (channel(CALLER), channel(AGENT, answered=False, answered_at=0))
RINGING_CUSTOMER = (channel(CALLER, answered=False, answered_at=0), channel(AGENT))
TOGETHER = (channel(CALLER, AGENT), channel(AGENT, CALLER))
IN_ROOM = (channel(CALLER, app="conference"), channel(AGENT, app="conference"))
AGENT_ONLY = (channel(AGENT),)
GONE_AGENT, GONE_CALLER = f"LegHungUp {AGENT}", f"LegHungUp {CALLER}"
HOME = f"SendHome {CALLER}"

TABLE: list[tuple[Stage, bool, tuple[f.Channel, ...], bool, list[str]]] = [
    # stage, has an agent's leg, picture, has a living session, what is mended
    (Stage.NEW, False, ALONE, True, []),
    (Stage.NEW, False, ALONE, False, [HOME]),
    (Stage.NEW, False, (), True, [GONE_CALLER]),
    (Stage.GREETING, False, ALONE, True, []),
    (Stage.GREETING, False, ALONE, False, [HOME]),
    (Stage.GREETING, False, (), False, [GONE_CALLER]),
    (Stage.FAREWELL, False, ALONE, True, []),
    (Stage.FAREWELL, False, ALONE, False, [HOME]),
    (Stage.FAREWELL, False, (), False, [GONE_CALLER]),
    (Stage.WAITING, False, ALONE, True, []),
    (Stage.WAITING, False, ALONE, False, [HOME]),
    (Stage.WAITING, False, (), False, [GONE_CALLER]),
    (Stage.WAITING, True, PAIR, True, [f"HangUp {AGENT}"]),
    (Stage.OFFERED, True, RINGING, True, []),
    (Stage.OFFERED, True, RINGING, False, [HOME]),
    (Stage.OFFERED, True, PAIR, True, [f"LegParked {AGENT}"]),
    (Stage.OFFERED, True, PAIR, False, [f"LegParked {AGENT}"]),
    (Stage.OFFERED, True, TOGETHER, False, [f"LegsBridged {AGENT}"]),
    (Stage.OFFERED, True, ALONE, True, [GONE_AGENT]),
    (Stage.OFFERED, True, AGENT_ONLY, True, [GONE_CALLER]),
    (Stage.OFFERED, True, (), True, [GONE_AGENT, GONE_CALLER]),
    (Stage.CONNECTING, True, PAIR, True, ["Reconnect"]),
    (Stage.CONNECTING, True, TOGETHER, False, [f"LegsBridged {AGENT}"]),
    (Stage.CONNECTING, True, ALONE, True, [GONE_AGENT]),
    (Stage.CONNECTING, True, AGENT_ONLY, True, [GONE_CALLER]),
    (Stage.TALKING, True, TOGETHER, False, []),
    (Stage.TALKING, True, PAIR, True, ["Reconnect"]),
    (Stage.TALKING, True, ALONE, True, [GONE_AGENT]),
    (Stage.TALKING, True, AGENT_ONLY, False, [GONE_CALLER]),
    (Stage.TALKING, True, (), False, [GONE_AGENT, GONE_CALLER]),
    (Stage.HELD, True, PAIR, True, []),
    (Stage.HELD, True, PAIR, False, [HOME]),
    (Stage.HELD, True, TOGETHER, False, [f"LegsBridged {AGENT}"]),
    (Stage.HELD, True, ALONE, True, [GONE_AGENT]),
    (Stage.VOICEMAIL, False, (channel(CALLER, app="record"),), False, []),
    (
        Stage.VOICEMAIL,
        False,
        (channel(CALLER, app="record", variables={"record_ms": "5000"}),),
        False,
        [HOME],
    ),
    (Stage.VOICEMAIL, False, ALONE, True, [HOME]),
    (Stage.VOICEMAIL, False, (), True, [GONE_CALLER]),
    (Stage.DIVERTING, False, ALONE, True, []),
    (Stage.DIVERTING, False, ALONE, False, [HOME]),
    (Stage.DIVERTING, False, (), False, [GONE_CALLER]),
    (Stage.MENU, False, ALONE, True, []),
    (Stage.MENU, False, ALONE, False, [HOME]),
    (Stage.MENU, False, (), True, [GONE_CALLER]),
    (Stage.OUTSIDE, False, (channel(CALLER, OUTSIDE),), False, []),
    (Stage.OUTSIDE, False, (), False, [GONE_CALLER]),
    (Stage.DIALING, True, RINGING_CUSTOMER, False, []),
    (Stage.DIALING, True, PAIR, False, [HOME]),
    (Stage.DIALING, True, TOGETHER, False, [f"LegsBridged {AGENT}"]),
    (Stage.DIALING, True, AGENT_ONLY, False, [GONE_CALLER]),
    (Stage.DIALING, True, ALONE, True, [GONE_AGENT]),
    (Stage.CONFERENCE, True, IN_ROOM, False, ["Reconnect"]),  # the third has left
    (Stage.CONFERENCE, True, PAIR, False, ["Reconnect"]),
    (Stage.CONFERENCE, True, TOGETHER, False, [f"LegsBridged {AGENT}"]),
    (Stage.CONFERENCE, True, ALONE, True, [GONE_AGENT]),
    (Stage.CONFERENCE, True, AGENT_ONLY, True, [GONE_CALLER]),
    (Stage.STAYING, True, PAIR, True, []),
    (Stage.STAYING, True, ALONE, True, [GONE_AGENT]),
    (Stage.ENDING, False, ALONE, True, [f"HangUp {CALLER}"]),
    (Stage.ENDING, True, TOGETHER, False, [f"HangUp {CALLER}"]),
    (Stage.ENDING, True, PAIR, False, [f"HangUp {CALLER}"]),
    (Stage.ENDING, False, (), False, [GONE_CALLER]),
]


@pytest.mark.parametrize(("stage", "agent", "picture", "session", "mended"), TABLE)
def test_what_is_mended(
    stage: Stage, agent: bool, picture: tuple[f.Channel, ...], session: bool, mended: list[str]
) -> None:
    repairs = compared(call(stage, agent), *picture, session=session)
    assert told(repairs) == mended
    assert [is_delicate(r) for r in repairs if type(r) is Reconnect or "LegParked" in told([r])[0]] == [
        True
    ] * sum("Reconnect" in m or "LegParked" in m for m in mended)


def test_every_stage_is_in_the_table() -> None:
    assert {row[0] for row in TABLE} == set(Stage) - {Stage.ENDED}


@pytest.mark.parametrize(
    ("stage", "caller", "outside", "mended"),
    [
        (Stage.DIVERTING, channel(CALLER), channel(OUTSIDE, answered=False), []),
        (Stage.DIVERTING, channel(CALLER), channel(OUTSIDE), [f"LegParked {OUTSIDE}"]),
        (Stage.DIVERTING, channel(CALLER, OUTSIDE), channel(OUTSIDE, CALLER), [f"LegsBridged {OUTSIDE}"]),
        (Stage.OUTSIDE, channel(CALLER, OUTSIDE), channel(OUTSIDE, CALLER), []),
        (Stage.WAITING, channel(CALLER), channel(OUTSIDE), [f"HangUp {OUTSIDE}"]),
    ],
)
def test_who_was_called_outside_and_who_is_on_the_line_come_together(
    stage: Stage, caller: f.Channel, outside: f.Channel, mended: list[str]
) -> None:
    made = call(stage, False)
    made.legs[OUTSIDE] = Leg(OUTSIDE, Role.OUTSIDE, created_at=BORN)
    assert told(compared(made, caller, outside)) == mended


def test_who_is_not_there_yet_is_not_missed() -> None:
    made = call(Stage.WAITING, False, callback="one")
    del made.legs[CALLER]
    assert compared(made) == []


@pytest.mark.parametrize("present", [True, False])
def test_the_agents_leg_of_an_ended_call_is_hung_up(present: bool) -> None:
    ended = call(Stage.ENDED, ended_at=BEGUN - 1)
    ended.legs[CALLER].ended_at = BEGUN - 1
    repairs = compared(ended, *(AGENT_ONLY if present else ()))
    assert told(repairs) == ([f"HangUp {AGENT}"] if present else [GONE_AGENT])


@pytest.mark.parametrize("stage", [s for s in Stage if s is not Stage.ENDED])
def test_nothing_is_concluded_about_legs_that_are_younger_than_the_picture(stage: Stage) -> None:
    made = call(stage, agent=stage not in (Stage.NEW, Stage.GREETING, Stage.FAREWELL))
    made.stage_since = BEGUN
    for leg in made.legs.values():
        leg.created_at = BEGUN
    for session in (True, False):
        assert compared(made, session=session) == []
        if stage is not Stage.ENDING:
            assert compared(made, channel(CALLER), session=session) == []


def test_a_stage_that_began_after_the_picture_is_not_contradicted_by_it() -> None:
    for stage in (Stage.TALKING, Stage.CONNECTING):
        assert compared(call(stage, stage_since=BEGUN), *PAIR) == []
    for stage in (Stage.WAITING, Stage.GREETING):
        assert compared(call(stage, agent=False, stage_since=BEGUN), *ALONE, session=False) == []
    assert compared(call(Stage.WAITING, stage_since=BEGUN), *PAIR) == [], "his offer has just failed"


def test_a_hold_that_is_under_way_is_not_undone() -> None:
    assert compared(call(Stage.TALKING), *PAIR, holding={CALLER}) == []


def test_an_agents_leg_that_should_be_gone_is_told_so_again() -> None:
    made = call(Stage.WAITING)
    made.legs[AGENT].ended_at = BEGUN - 5000
    assert told(compared(made, *PAIR)) == [f"HangUp {AGENT}"]
    made.legs[AGENT].ended_at = BEGUN + 1
    assert compared(made, *PAIR) == [], "it ended after the picture was begun"


def test_a_leg_that_was_not_looked_at_closely_is_only_known_to_exist() -> None:
    made = call(Stage.TALKING)
    assert compared(made, present={CALLER, AGENT}) == []
    assert told(compared(made, present={CALLER})) == [GONE_AGENT]


def test_the_end_of_a_leg_has_its_real_cause_when_a_witness_knows_it() -> None:
    end = f.LegHungUp(BEGUN * 1000 - 7, CALLER, cause="NORMAL_CLEARING", by_far_end=True)
    (repair,) = compared(call(Stage.WAITING, agent=False), ended_legs={CALLER: end})
    assert isinstance(repair, Missed) and repair.fact is end
    (repair,) = compared(call(Stage.WAITING, agent=False))
    assert isinstance(repair, Missed) and isinstance(repair.fact, f.LegHungUp)
    assert repair.fact.cause == "LOST_TRACK"


STRANGERS = [
    ({"inbound": True, "variables": {"fsapp_did": "+331"}}, ["Adopt x"]),
    ({"inbound": True, "variables": {"fsapp_dialed": "700"}}, ["Adopt x"]),
    ({"inbound": True}, []),
    ({"inbound": False, "variables": {"fsapp_call": "c", "fsapp_role": "agent"}}, ["HangUp x"]),
    ({"inbound": False, "partner": "y", "variables": {"fsapp_call": "c"}}, []),
    ({"inbound": False}, []),
]


@pytest.mark.parametrize(("what", "mended"), STRANGERS)
def test_strangers_are_adopted_swept_or_left_alone(what: dict[str, Any], mended: list[str]) -> None:
    stranger = channel("x", **what)
    repairs = compare({}, {"x"}, {"x": stranger}, set(), BEGUN, {})
    assert told(repairs) == mended


def test_two_repairs_have_the_same_name_only_when_they_are_the_same() -> None:
    end = f.LegHungUp(1, AGENT, cause="LOST_TRACK")
    repairs: list[Repair] = [
        Missed("a", end, ""),
        Missed("b", end, ""),
        Missed("a", f.LegHungUp(1, CALLER, cause=""), ""),
        Missed("a", f.LegParked(1, AGENT), ""),
        SendHome("a", ""),
        HangUp("a", ""),
        Reconnect("a", ""),
        Adopt(channel("a"), ""),
        Adopt(channel("b"), ""),
    ]
    assert len({name_of(r) for r in repairs}) == len(repairs)
    assert name_of(Missed("a", f.LegHungUp(2, AGENT, cause="X"), "other words")) == name_of(repairs[0])


# --- lines ------------------------------------------------------------------------------------------------------
LINE = "line-leg"
_L = LineState


def with_line(state: LineState, stage: Stage = Stage.HELD, kind: str = NUMBER) -> Call:
    made = call(stage)
    agent = 2 if kind == COLLEAGUE else None
    made.lines[LINE] = Line(LINE, kind, LINE, state, BORN, agent=agent, asked_by=1)
    made.legs[LINE] = Leg(LINE, Role.CONSULTED, agent, created_at=BORN)
    return made


def room(leg: str) -> f.Channel:
    return channel(leg, app="conference")


LINES: list[tuple[LineState, Stage, str, tuple[f.Channel, ...], list[str]]] = [
    # the line's state, the call's stage, who it is, picture (the customer at the door), what is mended
    (_L.RINGING, Stage.HELD, NUMBER, (*PAIR, channel(LINE, answered=False)), []),
    (_L.RINGING, Stage.HELD, NUMBER, (*PAIR, channel(LINE)), [f"SendHome {LINE}"]),
    (_L.RINGING, Stage.HELD, COLLEAGUE, (*PAIR, channel(LINE)), [f"LegParked {LINE}"]),
    (_L.RINGING, Stage.HELD, NUMBER, PAIR, [f"LegHungUp {LINE}"]),
    (
        _L.RINGING,
        Stage.HELD,
        NUMBER,
        (ALONE[0], channel(AGENT, LINE), channel(LINE, AGENT)),
        [f"LegsBridged {AGENT}"],
    ),
    (_L.ANSWERED, Stage.HELD, COLLEAGUE, (*PAIR, channel(LINE)), [f"LegParked {LINE}"]),
    (_L.TALKING, Stage.HELD, NUMBER, (ALONE[0], channel(AGENT, LINE), channel(LINE, AGENT)), []),
    (_L.TALKING, Stage.HELD, NUMBER, (*PAIR, channel(LINE)), ["ReconnectLine"]),
    (_L.TALKING, Stage.HELD, NUMBER, (*TOGETHER, channel(LINE)), [f"LegsBridged {AGENT}"]),
    (
        _L.TALKING,
        Stage.HELD,
        COLLEAGUE,
        (channel(CALLER, LINE), channel(AGENT), channel(LINE, CALLER)),
        [f"LegsBridged {LINE}"],
    ),
    (_L.TALKING, Stage.HELD, NUMBER, (room(CALLER), room(AGENT), room(LINE)), ["SeenTogether"]),
    (_L.TALKING, Stage.STAYING, NUMBER, (channel(AGENT, LINE), channel(LINE, AGENT)), [GONE_CALLER]),
    (_L.HELD, Stage.TALKING, NUMBER, (*TOGETHER, channel(LINE)), [f"SendHome {LINE}"]),
    (_L.HELD, Stage.TALKING, COLLEAGUE, (*TOGETHER, channel(LINE)), []),
    (
        _L.HELD,
        Stage.TALKING,
        NUMBER,
        (ALONE[0], channel(AGENT, LINE), channel(LINE, AGENT)),
        [f"LegsBridged {AGENT}"],
    ),
    (_L.CONFERENCE, Stage.CONFERENCE, NUMBER, (room(CALLER), room(AGENT), room(LINE)), []),
    (_L.CONFERENCE, Stage.CONFERENCE, NUMBER, (room(CALLER), channel(AGENT), room(LINE)), ["Rejoin"]),
    (_L.CONFERENCE, Stage.CONFERENCE, NUMBER, (room(CALLER), room(AGENT), channel(LINE)), ["Rejoin"]),
    (
        _L.CONFERENCE,
        Stage.CONFERENCE,
        NUMBER,
        (channel(CALLER, LINE), room(AGENT), channel(LINE, CALLER)),
        [f"LegsBridged {LINE}"],
    ),
]


@pytest.mark.parametrize(("state", "stage", "kind", "picture", "mended"), LINES)
def test_what_is_mended_of_a_line(
    state: LineState, stage: Stage, kind: str, picture: tuple[f.Channel, ...], mended: list[str]
) -> None:
    assert told(compared(with_line(state, stage, kind), *picture)) == mended


AT_DOOR = f"Rang {CALLER}"


@pytest.mark.parametrize(
    ("stage", "picture", "session", "holding", "mended"),
    [
        (Stage.TALKING, TOGETHER, False, False, [HOME]),
        (Stage.TALKING, TOGETHER, True, False, [HOME]),
        # He has left his agent, and the program that sent him is dead.
        (Stage.TALKING, PAIR, False, False, [HOME]),
        (Stage.TALKING, PAIR, True, False, [AT_DOOR]),
        (Stage.HELD, PAIR, False, False, [HOME]),
        (Stage.HELD, PAIR, True, False, [AT_DOOR]),
        # His agent has gone meanwhile, or he himself.
        (Stage.TALKING, ALONE, True, False, sorted([GONE_AGENT, AT_DOOR])),
        (Stage.TALKING, AGENT_ONLY, False, False, [GONE_CALLER]),
        # This program has just sent him: he is on his way.
        (Stage.TALKING, PAIR, False, True, []),
        # What ends is ended, whatever was asked before.
        (Stage.ENDING, PAIR, False, False, [f"HangUp {CALLER}"]),
    ],
)
def test_who_is_to_be_given_away_is_given_away(
    stage: Stage, picture: tuple[f.Channel, ...], session: bool, holding: bool, mended: list[str]
) -> None:
    made = call(stage)
    made.transfer = Transfer("number", 1, True, number="+33155667788")
    under_way = {made.id} if holding else set()
    assert told(compared(made, *picture, session=session, holding=under_way)) == mended
