"""A centre at work: agents in conversation, callers in the queue. For tests of what must survive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.program import DID, DOMAIN, PASSWORD, AgentPage, Program
from tests.support.until import until
from tests.support.world import Caller, PartyState, Phone, World


@dataclass
class Centre:
    world: World
    program: Program
    phones: list[Phone] = field(default_factory=list)
    pages: list[AgentPage] = field(default_factory=list)
    talking: list[Caller] = field(default_factory=list)
    waiting: list[Caller] = field(default_factory=list)
    numbers: dict[int, str] = field(default_factory=dict)  # id(caller) → his number

    def number(self, caller: Caller) -> str:
        return self.numbers[id(caller)]

    def states(self) -> list[str]:
        return [page.state for page in self.pages]

    def dropped(self) -> list[str]:
        """Callers whose call ended."""
        everybody = enumerate([*self.talking, *self.waiting])
        return [f"caller {i}: {c.cause}" for i, c in everybody if c.state == PartyState.ENDED]

    def stages(self) -> list[tuple[str, int]]:
        """(stage, number) of all calls, as the database has them."""
        rows = self.program.rows("select stage, count(*) from call group by stage order by stage")
        return [(str(s), int(n)) for s, n in rows]


def number(i: int) -> str:
    return f"+3361200{i:04d}"


def set_up(
    world: World,
    program: Program,
    open_page: Callable[[Program, str], AgentPage],
    talking: int,
    waiting: int,
) -> Centre:
    """`talking` agents in conversation and `waiting` callers behind them, in the order of their numbers."""
    centre = Centre(world, program)
    for i in range(talking):
        user = str(1001 + i)
        phone = world.phone(user, PASSWORD, DOMAIN)
        phone.register()
        phone.answer_by_itself()
        page = open_page(program, user)
        centre.phones.append(phone)
        centre.pages.append(page)
        until(lambda page=page: page.picture["phone"]["registered"], 10, "the phone is registered")
        page.do("agent.log_in")
        page.do("agent.available")
    for i in range(talking):
        caller = world.call(DID, number(i))
        centre.numbers[id(caller)] = number(i)
        caller.talking()
        centre.talking.append(caller)
    until(lambda: centre.states() == ["IN_CALL"] * talking, 15, "all agents are in a call")
    for i in range(talking, talking + waiting):
        caller = world.call(DID, number(i))
        centre.numbers[id(caller)] = number(i)
        caller.talking()  # answered, with music
        centre.waiting.append(caller)
    until(lambda: waiting_on(centre.pages[0]) == waiting, 10, f"{waiting} callers wait")
    return centre


def waiting_on(page: AgentPage) -> int:
    rows: list[dict[str, Any]] = page.picture["queues"]
    return int(rows[0]["waiting"])
