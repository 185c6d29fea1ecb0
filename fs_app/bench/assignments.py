"""`fs-app bench assignments`: a million callers given to agents, each assignment checked by a second bookkeeper.

Random arrivals, hang-ups, refusals, pauses and passing time drive the program's own code (`centre.py`). The checker
keeps a record of its own from what it did and what the switch was told, and knows the declared rule: an agent has one
offer or conversation at a time, a caller one agent; whoever gets an agent is the first, by priority of the queue,
priority of the caller and order of arrival, of all whom that agent may take.
"""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass

import click

from fs_app import facts as f
from fs_app.agents.state import Work
from fs_app.bench.centre import Centre, queue
from fs_app.clock import FakeClock
from fs_app.events import Recorded
from fs_app.routing.skills import Need

ASSIGNMENTS = 1_000_000
AGENTS, QUEUES, MOST_WAITING = 30, 8, 40
STEPS = ((20, 4), (60, 0))
STRATEGIES = ("longest_idle", "fewest_calls", "least_talk", "round_robin", "random", "longest_idle")
REPORT_EVERY = 100_000


@dataclass(slots=True)
class _Caller:
    number: int  # in the order of arrival
    queue: int
    priority: int
    came: float
    agent: int | None = None
    leg: str = ""


class Check:
    """Drives and checks. `wrong` holds the first violations in words."""

    def __init__(self, seed: int) -> None:
        self.assignments = 0
        self.wrong: list[str] = []
        self._dice = dice = random.Random(seed)
        self._clock = FakeClock()
        self._member = {a: set(dice.sample(range(1, QUEUES + 1), 3)) for a in range(1, AGENTS + 1)}
        self._skill = {a: dice.randint(0, 8) for a in range(1, AGENTS + 1)}
        self._priority = {q: q % 3 for q in range(1, QUEUES + 1)}
        self._needs = {q: 6 if q % 2 else 0 for q in range(1, QUEUES + 1)}
        need = Need(1, "Skill", 6, STEPS)
        queues = [
            queue(
                q,
                tuple(a for a in self._member if q in self._member[a]),
                priority=self._priority[q],
                strategy=STRATEGIES[q % len(STRATEGIES)],
                needs=(need,) if self._needs[q] else (),
            )
            for q in range(1, QUEUES + 1)
        ]
        vip = {f"{q}*vip": 5 for q in range(1, QUEUES + 1)}
        skills = {a: {1: level} for a, level in self._skill.items()}
        self._centre = Centre(queues, self._clock, skills=skills, priorities=vip)
        self._centre.switch.answers = False
        self._callers: dict[str, _Caller] = {}
        self._busy: dict[int, str] = {}
        self._away: set[int] = set()
        self._arrived = 0
        self._centre.bus.subscribe(Recorded, self._follow)
        for agent in self._member:
            self._centre.log_in(agent)
            self._centre.agents.available(agent)

    def run(self, assignments: int) -> None:
        """Until so many were made, or something was wrong."""
        steps = (self._arrival, self._answer, self._talked, self._refused, self._gives_up, self._pause)
        chances = (10, 5, 5, 3, 2, 1)
        while self.assignments < assignments and not self.wrong:
            (step,) = self._dice.choices(steps, chances)
            step()
            self._clock.advance(self._dice.expovariate(1.0))
            self._centre.drain()

    # --- what happens ---------------------------------------------------------------------------------------
    def _arrival(self) -> None:
        if sum(c.agent is None for c in self._callers.values()) >= MOST_WAITING:
            return
        self._arrived += 1
        call, chosen = f"call-{self._arrived}", self._dice.randint(1, QUEUES)
        vip = self._dice.random() < 0.1
        self._callers[call] = _Caller(self._arrived, chosen, 5 if vip else 0, self._clock.monotonic())
        self._centre.arrives(
            call, f"{chosen}*vip" if vip else str(chosen), str(self._dice.randrange(10**6, 10**7))
        )

    def _assigned(self) -> tuple[str, _Caller] | None:
        with_agent = [pair for pair in self._callers.items() if pair[1].agent is not None]
        return self._dice.choice(with_agent) if with_agent else None

    def _answer(self) -> None:
        if (found := self._assigned()) is not None and self._rings(found[1]):
            at = self._clock.now_ms() * 1000
            self._centre.calls.on_fact(f.LegAnswered(at, found[1].leg))
            self._centre.calls.on_fact(f.LegParked(at, found[1].leg))
            self._centre.drain()

    def _talked(self) -> None:
        if (found := self._assigned()) is not None and not self._rings(found[1]):
            self._leave(*found)

    def _refused(self) -> None:
        """The agent does not take it: the caller keeps his place."""
        if (found := self._assigned()) is None or not self._rings(found[1]):
            return
        caller = found[1]
        cause = self._dice.choice(("CALL_REJECTED", "LOSE_RACE"))
        at = self._clock.now_ms() * 1000
        self._centre.calls.on_fact(f.LegHungUp(at, caller.leg, cause=cause, by_far_end=True))
        self._centre.drain()

    def _gives_up(self) -> None:
        if self._callers:
            self._leave(*self._dice.choice(list(self._callers.items())))

    def _pause(self) -> None:
        agent = self._dice.choice(list(self._member))
        if agent in self._away:
            self._away.discard(agent)
            self._centre.agents.available(agent)
        elif agent not in self._busy:
            self._away.add(agent)
            self._centre.agents.unavailable(agent, None)
        self._centre.drain()

    def _leave(self, call: str, caller: _Caller) -> None:
        if caller.agent is not None:
            self._release(caller)
        del self._callers[call]
        self._centre.hangs_up(call)

    def _release(self, caller: _Caller) -> None:
        assert caller.agent is not None
        del self._busy[caller.agent]
        caller.agent = None

    def _rings(self, caller: _Caller) -> bool:
        return self._centre.agents.state(caller.agent or 0).work is Work.OFFERED

    # --- what is checked ------------------------------------------------------------------------------------
    def _follow(self, event: Recorded) -> None:
        entry = event.entry
        if entry.kind == "offer.failed":  # refused, or not answered in time
            lost = self._callers.get(str(entry.call))
            if lost is not None and lost.agent is not None:
                self._release(lost)
        if entry.kind != "offer.made":
            return
        self.assignments += 1
        call, agent = str(entry.call), int(entry.data["agent"])
        caller = self._callers[call]
        if agent in self._busy:
            self._is_wrong(f"agent {agent} has {self._busy[agent]} and gets {call}")
        if agent in self._away:
            self._is_wrong(f"agent {agent} is away and gets {call}")
        if caller.agent is not None:
            self._is_wrong(f"{call} has agent {caller.agent} and is offered to {agent}")
        if not self._may_take(agent, caller):
            self._is_wrong(f"agent {agent} may not take {call}")
        for other, one in self._callers.items():
            if one.agent is None and self._order(one) < self._order(caller) and self._may_take(agent, one):
                self._is_wrong(f"agent {agent} gets {call}, but {other} comes before")
        caller.agent, caller.leg = agent, str(entry.data["leg"])
        self._busy[agent] = call

    def _order(self, caller: _Caller) -> tuple[int, int, int]:
        return -self._priority[caller.queue], -caller.priority, caller.number

    def _may_take(self, agent: int, caller: _Caller) -> bool:
        waited = self._clock.monotonic() - caller.came
        wanted = self._needs[caller.queue]
        for after, level in STEPS:
            if waited >= after:
                wanted = min(wanted, level)
        return caller.queue in self._member[agent] and self._skill[agent] >= wanted

    def _is_wrong(self, what: str) -> None:
        self.wrong.append(f"assignment {self.assignments}: {what}")

    def idle_while_somebody_waits(self) -> list[tuple[int, str]]:
        """(agent, call) that could have been brought together and were not."""
        return [
            (agent, call)
            for agent in self._member
            if agent not in self._busy and agent not in self._away and self._centre.agents.state(agent).ready
            for call, caller in self._callers.items()
            if caller.agent is None and self._may_take(agent, caller)
        ]


@click.command("assignments")
@click.option("--json", "json_output", is_flag=True, help="One JSON object on the last line.")
@click.option("--assignments", "wanted", default=ASSIGNMENTS, show_default=True, type=click.IntRange(min=1))
@click.option("--seed", default=1, show_default=True)
def assignments(json_output: bool, wanted: int, seed: int) -> None:
    """Nobody assigned twice and nobody overtaken, in a million assignments."""
    check, begin = Check(seed), time.monotonic()
    for goal in [*range(REPORT_EVERY, wanted, REPORT_EVERY), wanted]:
        check.run(goal)
        click.echo(f"{check.assignments:>10,} assignments, {time.monotonic() - begin:,.0f} s")
        if check.wrong:
            break
    idle = check.idle_while_somebody_waits()
    for what in [*check.wrong[:20], *(f"agent {a} is free and {c} waits" for a, c in idle[:20])]:
        click.echo(what)
    met = not check.wrong and not idle
    click.echo(
        f"seed {seed}: {len(check.wrong)} violations, {len(idle)} idle while somebody waits  "
        f"{'met' if met else 'MISSED'}"
    )
    if json_output:
        figures = {
            "assignments": check.assignments,
            "violations": len(check.wrong),
            "idle": len(idle),
            "seed": seed,
        }
        goals = {"violations": {"most": 0, "met": met}}
        click.echo(json.dumps({"bench": "assignments", "figures": figures, "goals": goals}))
    raise SystemExit(0 if met else 1)
