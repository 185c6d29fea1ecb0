"""What an agent's page is given and may ask: the shape that the web relies on, presence of the page, verdicts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from fs_app import facts as f
from fs_app.agents.state import Presence, Work
from fs_app.agents.today import Today
from fs_app.calls.stages import Stage
from fs_app.desk import AFTER_START_S, FORSAKEN_S, PAGE_GONE_S, TOLD_SOON_S, AgentDesk
from fs_app.errors import Conflict, NotFound, Unavailable, WaitTimeout
from fs_app.events import AgentPicture, CatalogChanged, SwitchState
from fs_app.outbound.desk import OutboundDesk
from tests.unit.core.test_journal import disk
from tests.unit.core.world import ACCOUNT, INTER_CALL_S, LUNCH, NO_ANSWER_S, QUEUE, REFUSAL, SALE, SET, World

ME, OTHER = 1, 2


class FakeProjector:
    """The database has everything, or nothing."""

    def __init__(self) -> None:
        self.works = True
        self.waited: list[int] = []

    def wait(self, entry: int, timeout: float) -> None:
        self.waited.append(entry)
        if not self.works:
            raise WaitTimeout("locked")


@pytest.fixture
def projector() -> FakeProjector:
    return FakeProjector()


@pytest.fixture
def desk(world: World, projector: FakeProjector) -> AgentDesk:
    return AgentDesk(
        world.live,
        world.clock,
        world.bus,
        world.catalog,
        world.agents,
        world.calls,
        world.queues,
        world.phones,
        Today(world.clock, world.bus, lambda _account: "Europe/Paris"),
        projector,  # type: ignore[arg-type]
        world.threads,
        outbound=OutboundDesk(world.live, world.catalog, world.clock, world.outbound, world.callbacks),
    )


@pytest.fixture
def seen(world: World, desk: AgentDesk) -> World:
    """Both agents are ready and their pages are open, and each picture is looked at when it is told."""
    world.bus.subscribe(AgentPicture, lambda event: event.picture)
    for agent in (ME, OTHER):
        desk.browser_seen(agent)
    world.ready(ME, OTHER)
    return world


def pictures(world: World, agent: int) -> list[dict[str, Any]]:
    return [e.picture for e in world.recorder.of(AgentPicture) if e.agent == agent]


# --- the shape --------------------------------------------------------------------------------------------------
INT, STR, BOOL = int, str, bool
OPTIONAL_INT = (int, type(None))
OPTIONAL_STR = (str, type(None))
SHAPE: dict[str, Any] = {
    "seq": INT,
    "at": INT,
    "agent": {"id": INT, "name": STR, "number": STR},
    "presence": {
        "name": STR,
        "reason": {"id": INT, "label": STR},
        "since": INT,
        "wanted": {"name": STR, "reason": None},
        "set_aside": OPTIONAL_STR,
    },
    "state": {"name": STR, "since": INT, "until": OPTIONAL_INT},
    "phone": {"registered": BOOL, "how": str, "number": str, "proven": BOOL},
    "switch": {"up": BOOL, "since": INT},
    "lines": [
        {
            "id": STR,
            "kind": STR,
            "party": {"kind": STR, "id": OPTIONAL_INT, "name": STR},
            "muted": BOOL,
            "consulted_by": {"id": INT, "name": STR},
            "call": STR,
            "state": STR,
            "since": INT,
            "number": STR,
            "name": STR,
            "queue": {"id": INT, "name": STR},
            "recording": BOOL,
            "record": {"state": STR, "problem": STR},
            "callback": BOOL,
            "can": [STR],
        }
    ],
    "dialling": None,
    "work": {
        "call": STR,
        "direction": STR,
        "queue": {"id": INT, "name": STR},
        "number": STR,
        "name": STR,
        "contact": OPTIONAL_INT,
        "disposition_set": OPTIONAL_INT,
        "must_qualify": BOOL,
        "ended": BOOL,
        "disposition": {"id": INT, "label": STR},
        "note": STR,
        "capture": {"active": BOOL, "back": BOOL, "ended": STR, "ok": None, "text": STR, "why": STR},
        "pop": {"mode": STR, "when": STR, "target": STR, "url": STR},
        "lookup": {"name": STR, "state": STR, "why": STR},
    },
    "supervisor": {"name": STR, "mode": STR},
    "line_open": {"state": STR, "since": INT, "why": STR},
    "today": {"taken": INT, "missed": INT, "mean_handling_ms": INT, "mean_talk_ms": INT},
    "queues": [
        {
            "id": INT,
            "name": STR,
            "waiting": INT,
            "longest_since": OPTIONAL_INT,
            "callbacks": INT,
            "inbound": BOOL,
            "outbound": BOOL,
            "alert": {"waiting": STR, "callbacks": STR},
        }
    ],
    "outbound": {
        "mode": STR,
        "modes": [STR],
        "counters": {"due": INT, "later": INT, "mine": INT, "overdue": INT},
        "list": [],
        "preview": None,
        "booking": {"step_min": INT, "latest_days": INT},
    },
    "reasons": [{"id": INT, "label": STR}],
}
MAY_BE_NONE = {
    "consulted_by",
    "capture",
    "pop",
    "lookup",
    "reason",
    "wanted",
    "work",
    "queue",
    "disposition",
    "supervisor",
    "line_open",
    "preview",
    "booking",
}
STATES = {
    "PREVIEW",
    "LOGGED_OUT",
    "UNAVAILABLE",
    "IDLE",
    "RINGING",
    "IN_CALL",
    "WRAP_UP",
    "INTER_CALL",
    "NO_ANSWER_DELAY",
}


def has_shape(value: Any, shape: Any, where: str) -> None:
    if isinstance(shape, dict):
        if value is None and where.rpartition(".")[2] in MAY_BE_NONE:
            return
        assert set(value) == set(shape), where
        for name, inner in shape.items():
            has_shape(value[name], inner, f"{where}.{name}")
    elif isinstance(shape, list):
        for item in value:
            has_shape(item, shape[0], f"{where}[]")
    elif shape is not None:
        assert isinstance(value, shape), f"{where} is {value!r}"
        if shape is INT:
            assert not isinstance(value, bool), where


def test_every_picture_of_a_call_has_the_shape_that_the_page_expects(seen: World, desk: AgentDesk) -> None:
    caller, leg, _ = seen.talking()
    desk.hold(ME, leg)
    seen.goes_home(caller)
    desk.resume(ME, leg)
    seen.bridged(leg, caller)
    desk.qualify(ME, caller, SALE, "note")
    seen.hangs_up(caller)
    seen.hangs_up(leg)
    seen.clock.advance(60)
    desk.unavailable(ME, LUNCH)
    told = pictures(seen, ME)
    assert len(told) > 15
    for picture in told:
        has_shape(picture, SHAPE, "picture")
        orjson.dumps(picture)
    assert {p["state"]["name"] for p in told} <= STATES
    assert {"IDLE", "RINGING", "IN_CALL", "INTER_CALL", "UNAVAILABLE"} <= {p["state"]["name"] for p in told}
    assert {p["lines"][0]["state"] for p in told if p["lines"]} == {"RINGING", "TALKING", "HELD"}
    for picture in told:
        for line in picture["lines"]:
            allowed = {
                "RINGING": {"hang_up"},
                "TALKING": {"hang_up", "hold", "pause_recording", "consult", "transfer", "mute", "dtmf"},
                "HELD": {"hang_up", "resume", "pause_recording", "consult", "transfer", "mute"},
            }
            assert set(line["can"]) <= allowed[line["state"]]


def test_numbers_of_pictures_only_rise(seen: World, desk: AgentDesk) -> None:
    for _ in range(3):
        desk.picture(ME)
        caller = seen.waits()
        seen.hangs_up(caller)
    numbers = [p["seq"] for p in pictures(seen, ME)]
    assert numbers == sorted(set(numbers))
    assert desk.picture(ME)["seq"] > numbers[-1]


def test_the_last_picture_is_the_picture(seen: World, desk: AgentDesk) -> None:
    """Whatever changed was told: what a page that reloads would see is what it sees."""

    def same() -> bool:
        seen.clock.advance(TOLD_SOON_S)
        now, told = desk.picture(ME), pictures(seen, ME)[-1]
        for name in ("seq", "at"):
            del now[name]
        return all(told[k] == v for k, v in now.items())

    assert same()
    caller, leg, _ = seen.talking()
    assert same()
    path = seen.switch.last("record_start").args[1]
    seen.tell(f.RecordingStarted(seen.at, caller, path=path))
    assert same() and pictures(seen, ME)[-1]["lines"][0]["recording"]
    other = seen.waits()
    seen.refuses(seen.offered_leg(other), "USER_BUSY")
    assert same() and pictures(seen, ME)[-1]["queues"][0]["waiting"] == 1
    desk.unavailable(ME, LUNCH)
    assert same() and pictures(seen, ME)[-1]["presence"]["wanted"]["reason"] == {
        "id": LUNCH,
        "label": "Lunch",
    }
    seen.phones.on_unregistered(f.PhoneUnregistered(0, "1001", "demo.example"))
    assert same() and not pictures(seen, ME)[-1]["phone"]["registered"]
    seen.bus.publish(SwitchState(True, 5, ""))
    assert same() and pictures(seen, ME)[-1]["switch"] == {"up": True, "since": 5}
    seen.hangs_up(caller)
    assert same()
    seen.hangs_up(leg)
    assert same() and pictures(seen, ME)[-1]["lines"] == []
    assert pictures(seen, ME)[-1]["work"]["ended"]
    desk.qualify(ME, caller, SALE, "")
    assert same() and pictures(seen, ME)[-1]["work"] is None
    seen.clock.advance(INTER_CALL_S)
    assert same() and pictures(seen, ME)[-1]["state"]["name"] == "UNAVAILABLE"
    seen.bus.publish(CatalogChanged())
    assert same()


def test_delays_say_when_they_end(seen: World, desk: AgentDesk) -> None:
    caller = seen.waits()
    seen.refuses(seen.offered_leg(caller), "NO_ANSWER")
    state = pictures(seen, ME)[-1]["state"]
    now = seen.clock.now_ms()
    assert state == {"name": "NO_ANSWER_DELAY", "since": now, "until": now + NO_ANSWER_S * 1000}
    desk.end_delay(ME)
    assert desk.picture(ME)["state"]["until"] is None


def test_the_work_names_what_is_to_be_qualified(seen: World, desk: AgentDesk) -> None:
    caller, _leg, _ = seen.talking()
    desk.qualify(ME, caller, REFUSAL, "hm")
    work = desk.picture(ME)["work"]
    assert (work["call"], work["must_qualify"], work["disposition_set"]) == (caller, True, SET)
    assert (work["disposition"]["id"], work["note"], work["ended"]) == (REFUSAL, "hm", False)


def test_an_agent_who_is_not_there_has_no_picture(desk: AgentDesk) -> None:
    with pytest.raises(NotFound):
        desk.picture(99)


def test_nobody_gets_pictures_without_a_page(seen: World, desk: AgentDesk) -> None:
    desk.browser_gone(OTHER)
    seen.recorder.forget()
    seen.waits()
    assert pictures(seen, ME)
    assert pictures(seen, OTHER) == []


# --- today ------------------------------------------------------------------------------------------------------
def test_todays_figures_count_calls_talk_and_wrap_up(seen: World, desk: AgentDesk) -> None:
    for _ in range(2):
        before = desk.picture(ME)["today"]["mean_talk_ms"]
        caller, leg, agent = seen.talking()
        seen.clock.advance(100)
        assert desk.picture(ME)["today"]["mean_talk_ms"] == before, "a call that runs lowers no mean"
        seen.hangs_up(caller)
        seen.hangs_up(leg)
        seen.clock.advance(20)
        desk.qualify(agent, caller, SALE, "")
        desk.unavailable(OTHER, None)
        seen.clock.advance(INTER_CALL_S)
    missed = seen.waits()
    seen.refuses(seen.offered_leg(missed), "NO_ANSWER")
    seen.hangs_up(missed)
    given_up = seen.waits()
    seen.clock.advance(NO_ANSWER_S + INTER_CALL_S)
    seen.hangs_up(given_up)  # the caller's doing: not missed
    figures = desk.picture(ME)["today"]
    assert figures == {"taken": 2, "missed": 1, "mean_talk_ms": 100_000, "mean_handling_ms": 120_000}
    seen.clock.advance(24 * 3600)
    assert desk.picture(ME)["today"] == {"taken": 0, "missed": 0, "mean_talk_ms": 0, "mean_handling_ms": 0}


# --- the page's presence ----------------------------------------------------------------------------------------
def test_an_agent_whose_page_is_gone_is_logged_out_after_some_seconds(seen: World, desk: AgentDesk) -> None:
    desk.browser_gone(ME)
    seen.clock.advance(PAGE_GONE_S - 0.1)
    assert seen.agent(ME).presence is Presence.AVAILABLE
    seen.clock.advance(0.2)
    assert seen.agent(ME).presence is Presence.LOGGED_OUT
    assert seen.recorder.entries("agent.presence")[-1].data["why"] == "page gone"


def test_an_agent_who_reloads_his_page_notices_nothing(seen: World, desk: AgentDesk) -> None:
    desk.browser_gone(ME)
    seen.clock.advance(PAGE_GONE_S - 0.5)
    desk.browser_seen(ME)
    seen.clock.advance(60)
    assert seen.agent(ME).presence is Presence.AVAILABLE
    desk.browser_seen(ME)  # a second tab
    desk.browser_gone(ME)
    seen.clock.advance(60)
    assert seen.agent(ME).presence is Presence.AVAILABLE


def test_a_page_that_goes_during_a_call_costs_nobody_the_conversation(seen: World, desk: AgentDesk) -> None:
    caller, leg, _ = seen.talking()
    desk.browser_gone(ME)
    seen.clock.advance(PAGE_GONE_S + 1)
    assert (seen.stage(caller), seen.work(ME)) == (Stage.TALKING, Work.ACTIVE)
    assert seen.hung_up(caller) == seen.hung_up(leg) == []
    seen.hangs_up(caller)
    desk.qualify(ME, caller, SALE, "")
    assert seen.agent(ME).presence is Presence.LOGGED_OUT


@pytest.mark.parametrize("asked", [True, False])
def test_wrap_up_that_nobody_comes_back_to_ends_without_a_verdict(
    seen: World, desk: AgentDesk, asked: bool
) -> None:
    caller, _leg, _ = seen.talking()
    if asked:
        desk.log_out(ME)
    desk.browser_gone(ME)
    seen.clock.advance(PAGE_GONE_S + FORSAKEN_S)
    assert seen.stage(caller) is Stage.TALKING, "a conversation is never given up"
    seen.hangs_up(caller)
    assert seen.work(ME) is Work.AFTER_WORK
    seen.clock.advance(FORSAKEN_S)
    assert (seen.work(ME), seen.agent(ME).presence) == (Work.IDLE, Presence.LOGGED_OUT)
    assert seen.recorder.entries("call.qualify_dropped")[-1].call == caller


def test_who_is_back_in_time_qualifies(seen: World, desk: AgentDesk) -> None:
    caller, _leg, _ = seen.talking()
    seen.hangs_up(caller)
    desk.browser_gone(ME)
    seen.clock.advance(PAGE_GONE_S + FORSAKEN_S - 1)
    desk.browser_seen(ME)
    seen.clock.advance(2 * FORSAKEN_S)
    assert seen.work(ME) is Work.AFTER_WORK
    desk.qualify(ME, caller, SALE, "")


def test_who_wanted_to_leave_after_the_call_waits_for_no_pause(seen: World, desk: AgentDesk) -> None:
    caller, _leg, _ = seen.talking()
    desk.log_out(ME)
    seen.hangs_up(caller)
    desk.qualify(ME, caller, SALE, "")
    assert seen.agent(ME).presence is Presence.LOGGED_OUT


def test_who_logs_out_while_it_rings_sends_the_caller_to_the_next(seen: World, desk: AgentDesk) -> None:
    caller = seen.waits()
    leg = seen.offered_leg(caller)
    seen.rings(leg)
    desk.log_out(ME)
    assert seen.hung_up(leg) == ["ORIGINATOR_CANCEL"]
    seen.refuses(leg, "ORIGINATOR_CANCEL")
    assert seen.agent(ME).presence is Presence.LOGGED_OUT, "at once: there is nothing to rest from"
    assert seen.offers()[-1] == (caller, OTHER)
    assert desk.picture(ME)["today"]["missed"] == 0


@pytest.mark.parametrize("wish", ["unavailable", "back_office", ""])
def test_who_is_back_before_the_end_of_his_call_stays_as_he_had_wished(
    seen: World, desk: AgentDesk, wish: str
) -> None:
    caller, _leg, _ = seen.talking()
    if wish == "unavailable":
        desk.unavailable(ME, LUNCH)
    elif wish:
        desk.back_office(ME)
    desk.browser_gone(ME)
    seen.clock.advance(PAGE_GONE_S + 1)
    assert desk.picture(ME)["presence"]["wanted"]["name"] == "LOGGED_OUT"
    desk.browser_seen(ME)
    wanted = desk.picture(ME)["presence"]["wanted"]
    assert (wanted["name"] if wanted else "") == wish.upper()
    seen.hangs_up(caller)
    desk.qualify(ME, caller, SALE, "")
    seen.clock.advance(INTER_CALL_S)
    state = {"unavailable": "UNAVAILABLE", "back_office": "BACK_OFFICE", "": "IDLE"}[wish]
    assert desk.picture(ME)["state"]["name"] == state
    if wish == "unavailable":
        assert seen.agent(ME).reason == LUNCH


def test_after_a_start_whoever_does_not_come_back_is_logged_out(seen: World, tmp_path: Path) -> None:
    again = World(seen.folder, clock=seen.clock, switch=seen.switch)
    desk = AgentDesk(
        again.live,
        again.clock,
        again.bus,
        again.catalog,
        again.agents,
        again.calls,
        again.queues,
        again.phones,
        Today(again.clock, again.bus, lambda _account: "UTC"),
        FakeProjector(),  # type: ignore[arg-type]
        again.threads,
    )
    desk.expect_pages()
    desk.browser_seen(ME)
    again.clock.advance(AFTER_START_S + 0.1)
    assert again.agent(ME).presence is Presence.AVAILABLE
    assert again.agent(OTHER).presence is Presence.LOGGED_OUT


@pytest.mark.parametrize("asked", [False, True])
def test_a_page_that_comes_back_during_the_call_keeps_its_agent_unless_he_asked_to_go(
    seen: World, desk: AgentDesk, asked: bool
) -> None:
    _caller, _, _ = seen.talking()
    if asked:
        desk.log_out(ME)
    desk.browser_gone(ME)
    seen.clock.advance(PAGE_GONE_S + 0.1)
    assert seen.agent(ME).wanted == "log_out"
    desk.browser_seen(ME)
    assert seen.agent(ME).wanted == ("log_out" if asked else "")


def test_an_agent_who_was_deactivated_is_logged_out_with_his_page(seen: World, desk: AgentDesk) -> None:
    seen.set_queue(None, [])
    desk.browser_gone(ME)
    seen.clock.advance(PAGE_GONE_S + 0.1)
    assert seen.live.agents[ME].presence is Presence.LOGGED_OUT


# --- verdicts ---------------------------------------------------------------------------------------------------
def _ended(world: World) -> str:
    caller, leg, _ = world.talking()
    world.hangs_up(caller)
    world.hangs_up(leg)
    return caller


def test_a_verdict_returns_when_the_database_has_it(
    seen: World, desk: AgentDesk, projector: FakeProjector
) -> None:
    caller = _ended(seen)
    desk.qualify(ME, caller, SALE, "x")
    disposed = seen.recorder.entries("call.disposed")[0].id
    assert len(projector.waited) == 1 and projector.waited[0] >= disposed


def test_a_locked_database_leaves_it_to_the_synced_journal(
    seen: World, desk: AgentDesk, projector: FakeProjector
) -> None:
    projector.works = False
    caller = _ended(seen)
    desk.qualify(ME, caller, SALE, "x")
    assert seen.journal.synced_id >= seen.recorder.entries("call.disposed")[0].id
    assert seen.work(ME) is Work.INTER_CALL


def test_when_neither_takes_it_nothing_is_promised_and_asking_again_is_right(
    seen: World, desk: AgentDesk, projector: FakeProjector, monkeypatch: pytest.MonkeyPatch
) -> None:
    projector.works = False
    caller = _ended(seen)
    with disk(monkeypatch, 0):
        for _ in range(3):
            with pytest.raises(Unavailable):
                desk.qualify(ME, caller, SALE, "x")
        with pytest.raises((NotFound, Conflict)):
            desk.qualify(ME, caller, REFUSAL, "another verdict")
    seen.journal.retry_held()
    desk.qualify(ME, caller, SALE, "x")
    assert len(seen.recorder.entries("call.disposed")) == 1
    with pytest.raises((NotFound, Conflict)):
        desk.qualify(ME, caller, SALE, "x")


def test_the_queue_row_follows_the_line(seen: World, desk: AgentDesk) -> None:
    seen.routing.open = False
    first = seen.waits()
    seen.clock.advance(5)
    seen.waits()
    seen.clock.advance(TOLD_SOON_S)
    row = pictures(seen, ME)[-1]["queues"][0]
    assert row == {
        "id": QUEUE,
        "name": "Commercial",
        "waiting": 2,
        "longest_since": seen.call(first).queued_at,
        "callbacks": 0,
        "inbound": True,
        "outbound": True,
        "alert": {"waiting": "", "callbacks": ""},
    }
    assert seen.recorder.of(AgentPicture)[0].account == ACCOUNT


def test_a_picture_that_nobody_looks_at_is_not_made(world: World, desk: AgentDesk) -> None:
    desk.browser_seen(ME)
    world.ready(ME)
    first = desk.picture(ME)["seq"]
    for _ in range(5):
        world.hangs_up(world.waits())
    told = [e for e in world.recorder.of(AgentPicture) if e.agent == ME]
    assert len(told) > 5
    assert desk.picture(ME)["seq"] == first + 1
    assert told[-1].picture is told[-1].picture


def test_who_is_served_at_once_is_no_news_for_the_others(seen: World, desk: AgentDesk) -> None:
    """Their queues look as before: nobody is told anything."""
    seen.clock.advance(TOLD_SOON_S)
    before = {agent: len(pictures(seen, agent)) for agent in (ME, OTHER)}
    caller = seen.waits()
    (mine,) = (offer.agent for offer in seen.live.calls[caller].offers.values())
    seen.clock.advance(TOLD_SOON_S)
    spared = OTHER if mine == ME else ME
    assert len(pictures(seen, mine)) > before[mine]
    assert len(pictures(seen, spared)) == before[spared]
