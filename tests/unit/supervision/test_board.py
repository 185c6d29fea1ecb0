"""What a supervisor sees: rows, changes of rows, and nothing of what he is not given."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fs_app.calls.stages import Stage
from fs_app.events import CatalogChanged, SwitchState
from fs_app.hours.opening import Range, Week
from fs_app.hours.watch import Openings
from fs_app.supervision.board import TOLD_EVERY_S, Changes
from fs_app.supervision.scope import Scope
from tests.unit.core.world import ACCOUNT, OTHER_QUEUE, QUEUE
from tests.unit.supervision.conftest import ONE, TWO, Watched

EVERYTHING = Scope(ACCOUNT)


class Page:
    """What a browser makes of the messages: the rows by their identifiers."""

    def __init__(self, world: Watched, scope: Scope = EVERYTHING) -> None:
        self._world, self._scope = world, scope
        world.board.watch(ACCOUNT)
        self.rows: dict[str, dict[Any, Any]] = {}
        self.messages = 0
        self._take(world.board.snapshot(scope))
        self._read = len(world.told())

    def _take(self, message: dict[str, Any]) -> None:
        for kind in ("queues", "agents", "calls"):
            if message.get("full"):
                self.rows[kind] = {}
            for row in message.get(kind, ()):
                self.rows[kind][row["id"]] = row
            for key in message.get("gone", {}).get(kind, ()):
                del self.rows[kind][key]

    def look(self) -> Page:
        """After a moment."""
        self._world.clock.advance(1)
        for event in self._world.told()[self._read :]:
            changes = event.changes
            said = (
                changes.cut(self._scope)
                if isinstance(changes, Changes)
                else self._world.board.snapshot(self._scope)
            )
            if said is not None:
                self.messages += 1
                self._take(said)
        self._read = len(self._world.told())
        return self

    @property
    def queue(self) -> dict[str, Any]:
        found: dict[str, Any] = self.rows["queues"][QUEUE]
        return found

    def agent(self, agent: int) -> dict[str, Any]:
        found: dict[str, Any] = self.rows["agents"][agent]
        return found

    def call(self, call: str) -> dict[str, Any]:
        found: dict[str, Any] = self.rows["calls"][call]
        return found

    def is_right(self) -> None:
        """The same as somebody who comes only now."""
        fresh = Page(self._world, self._scope)
        assert self.rows == fresh.rows


def test_a_call_is_followed_from_the_queue_to_its_end(world: Watched) -> None:
    page = Page(world)
    caller = world.waits()
    assert page.look().queue["waiting"] == 1
    assert page.call(caller)["stage"] == "WAITING"
    assert page.call(caller)["place"] == [0, 1]
    assert page.queue["longest_since"] == page.call(caller)["queued_at"]
    world.ready(ONE)
    page.look()
    assert page.queue["waiting"] == 0
    assert page.agent(ONE)["state"] == "RINGING"
    leg = world.offered_leg(caller)
    world.rings(leg)
    world.picks_up(leg)
    world.bridged(leg, caller)
    page.look()
    assert page.agent(ONE) | {"since": 0} == page.agent(ONE) | {
        "since": 0, "state": "IN_CALL", "call": caller, "party": "+33612345678", "line": "TALKING", "queue": QUEUE,
    }  # fmt: skip
    assert "listen" in page.agent(ONE)["can"]
    assert page.queue["states"] == {"IN_CALL": 1, "LOGGED_OUT": 1}
    assert page.queue["answered"] == 1
    assert page.queue["service"] == 100.0
    world.hangs_up(caller)
    world.hangs_up(leg)
    assert page.look().rows["calls"] == {}
    assert page.agent(ONE)["call"] is None
    page.is_right()


def test_a_caller_who_gives_up_is_counted_and_lowers_the_service(world: Watched) -> None:
    page = Page(world)
    world.hangs_up(world.waits())
    assert (page.look().queue["abandoned"], page.queue["service"]) == (1, 0.0)
    world.ready(ONE)
    world.talking()
    assert (page.look().queue["answered"], page.queue["service"]) == (1, 50.0)
    page.is_right()


def test_who_was_answered_too_late_is_answered_but_not_in_time(world: Watched) -> None:
    page = Page(world)
    caller = world.waits()
    world.clock.advance(21)
    world.ready(ONE)
    leg = world.offered_leg(caller)
    world.picks_up(leg)
    world.bridged(leg, caller)
    assert (page.look().queue["answered"], page.queue["service"]) == (1, 0.0)


def test_a_burst_is_one_message(world: Watched) -> None:
    page = Page(world)
    for _ in range(30):
        world.waits()
    page.look()
    assert page.queue["waiting"] == 30
    assert page.messages <= 2


def test_at_most_four_messages_a_second_and_none_without_a_change(world: Watched) -> None:
    page = Page(world)
    page.look()
    before = len(world.told())
    for _ in range(100):
        world.waits()
        world.clock.advance(0.05)
    assert len(world.told()) - before <= 5 / TOLD_EVERY_S + 1
    page.look()
    before = len(world.told())
    world.clock.advance(10)
    world.board.look_again()
    world.clock.advance(10)
    assert len(world.told()) == before, "nothing has changed, nothing is told"


def test_nothing_is_made_for_an_account_that_nobody_watches(world: Watched) -> None:
    world.board.watch(ACCOUNT)
    world.board.unwatch(ACCOUNT)
    world.waits()
    world.clock.advance(5)
    assert world.told() == []


def test_a_restricted_supervisor_sees_his_queues_and_their_agents_only(world: Watched) -> None:
    page = Page(world, Scope(ACCOUNT, frozenset({OTHER_QUEUE})))
    assert set(page.rows["queues"]) == {OTHER_QUEUE}
    assert set(page.rows["agents"]) == {TWO}
    world.ready(TWO)
    world.talking()
    page.look()
    assert page.rows["calls"] == {}
    row = page.agent(TWO)
    assert row["state"] == "IN_CALL"
    assert (row["call"], row["party"], row["party_name"], row["queue"]) == (None, "", "", None)
    assert "listen" not in row["can"]
    page.is_right()


def test_a_caller_who_goes_on_to_another_queue_leaves_one_page_and_comes_to_the_other(world: Watched) -> None:
    old = Page(world, Scope(ACCOUNT, frozenset({QUEUE})))
    new = Page(world, Scope(ACCOUNT, frozenset({OTHER_QUEUE})))
    caller = world.waits()
    assert caller in old.look().rows["calls"]
    assert caller not in new.look().rows["calls"]
    world.supervision.move(world.boss, caller, OTHER_QUEUE)
    assert caller not in old.look().rows["calls"]
    assert caller in new.look().rows["calls"]
    assert (old.queue["waiting"], new.rows["queues"][OTHER_QUEUE]["waiting"]) == (0, 1)


def test_another_accounts_calls_are_nowhere(world: Watched) -> None:
    page = Page(world)
    world.live.record(
        "call.started", account=ACCOUNT + 1, call="theirs", direction="inbound", caller_number="+331",
        caller_name="", called_number="1", queue=QUEUE, sip_call_id="",
    )  # fmt: skip
    assert page.look().rows["calls"] == {}
    page.is_right()


def test_a_change_of_the_configuration_and_of_the_link_tells_everything_anew(world: Watched) -> None:
    page = Page(world)
    world.bus.publish(CatalogChanged())
    world.clock.advance(1)
    assert world.told()[-1].changes is None
    world.bus.publish(SwitchState(True, 5, ""))
    world.clock.advance(1)
    assert world.told()[-1].changes is None
    assert world.board.snapshot(EVERYTHING)["switch"] == {"up": True, "since": 5}
    page.look().is_right()


def test_five_hundred_agents_are_told_piece_by_piece(world: Watched) -> None:
    page = Page(world)
    for _ in range(250):
        world.waits()
    page.look().is_right()
    assert page.queue["waiting"] == 250


def test_the_day_begins_at_midnight_in_the_accounts_zone(world: Watched) -> None:
    page = Page(world)
    world.hangs_up(world.waits())
    assert page.look().queue["abandoned"] == 1
    world.clock.advance(86_400)
    world.board.look_again()
    assert page.look().queue["abandoned"] == 0


def test_what_the_database_has_and_what_was_heard_are_counted_once(world: Watched) -> None:
    from fs_app.supervision.today import Past

    world.ready(ONE)
    caller, _, _ = world.talking()
    now = world.clock.now_ms()
    world.queues_today.load(
        [
            Past(ACCOUNT, QUEUE, caller, now, 3000),
            Past(ACCOUNT, QUEUE, "before", now - 60_000, 90_000),
            Past(ACCOUNT, QUEUE, "gave-up", now - 60_000, None),
            Past(ACCOUNT, QUEUE, "yesterday", now - 2 * 86_400_000, 10),
        ]
    )
    figures = world.queues_today.figures(ACCOUNT, QUEUE, 20)
    assert (figures.answered, figures.abandoned, figures.within) == (2, 1, 1)
    assert world.queues_today.figures(ACCOUNT, QUEUE, 120).within == 2, "another promise, another level"


def test_a_held_line_and_a_lost_one_are_seen(world: Watched) -> None:
    page = Page(world)
    world.ready(ONE)
    caller, leg, _ = world.talking()
    world.calls.hold(ONE, leg)
    world.goes_home(caller)
    assert world.stage(caller) is Stage.HELD
    assert page.look().agent(ONE)["line"] == "HELD"
    world.hangs_up(leg, "MEDIA_TIMEOUT", by_far_end=False)
    assert page.look().agent(ONE)["state"] == "RINGING", "his caller is offered to him again"
    assert page.call(caller)["stage"] == "OFFERED"
    page.is_right()


def test_an_agent_who_leaves_a_queue_is_counted_there_no_longer(world: Watched) -> None:
    page = Page(world)
    world.ready(ONE, TWO)
    assert page.look().rows["queues"][OTHER_QUEUE]["states"] == {"IDLE": 1}
    people = dict(world.catalog.now.agents)
    people[TWO] = replace(people[TWO], queues=(QUEUE,))
    world.catalog.now = replace(world.catalog.now, agents=people)
    world.bus.publish(CatalogChanged())
    assert page.look().rows["queues"][OTHER_QUEUE]["states"] == {}
    assert page.queue["states"] == {"IDLE": 2}
    del people[TWO]
    world.catalog.now = replace(world.catalog.now, agents=people)
    world.bus.publish(CatalogChanged())
    assert page.look().queue["states"] == {"IDLE": 1}
    assert TWO not in page.rows["agents"]
    page.is_right()


def test_colleagues_see_states_and_no_customers(world: Watched) -> None:
    world.board.watch(ACCOUNT)
    team = Scope(ACCOUNT, frozenset({OTHER_QUEUE}))
    world.ready(TWO)
    world.talking()
    world.clock.advance(1)
    (row,) = world.board.snapshot(team, ("team",))["team"]
    assert (row["id"], row["state"], row["queues"]) == (TWO, "IN_CALL", [OTHER_QUEUE])
    assert set(row) == {"id", "name", "number", "state", "since", "reason", "queues"}
    said = [e.changes.cut(team, ("team",)) for e in world.told() if isinstance(e.changes, Changes)]
    assert all(set(message) <= {"seq", "at", "team"} for message in said if message)


def test_a_queue_that_opens_by_itself_is_seen_to_open(world: Watched) -> None:
    """At the moment, not with the next look at everything."""
    wall = datetime.fromtimestamp(world.clock.now_ms() / 1000, UTC).astimezone(ZoneInfo("Europe/Paris"))
    minute = wall.hour * 60 + wall.minute + 2
    week = Week(1, "soon", (Range(wall.weekday(), minute, 1440),))
    now = world.catalog.now
    world.catalog.now = replace(now, queues={QUEUE: replace(now.queues[QUEUE], week=week)})
    openings = Openings(world.live, world.clock, world.bus, world.catalog, lambda queue: None)
    openings.start()
    page = Page(world)
    assert page.queue["open"] is False
    world.clock.advance(60 - wall.second + 60)
    assert page.look().queue["open"] is True
