"""The tables are what the docstrings draw; what they don't have is refused, counted and changes nothing."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

import pytest

from fs_app import metrics
from fs_app.agents import state as agents
from fs_app.callbacks import state as callbacks
from fs_app.calls import line
from fs_app.calls import stages as calls
from fs_app.errors import UnknownTransition
from fs_app.imports import state as imports
from fs_app.listwork import state as records
from fs_app.machine import Machine

DRAWN = re.compile(r"^    ([A-Z_]+ -\[\w+\]> [A-Z_]+)$", re.MULTILINE)
ALL = [
    (calls.__doc__, [calls.MACHINE]),
    (agents.__doc__, [agents.PRESENCE, agents.WORK]),
    (callbacks.__doc__, [callbacks.MACHINE]),
    (line.__doc__, [line.MACHINE]),
    (imports.__doc__, [imports.MACHINE]),
    (records.__doc__, [records.MACHINE]),
]


@pytest.mark.parametrize(("text", "machines"), ALL)
def test_the_diagram_in_the_docstring_is_the_table(text: str, machines: list[Machine[Any]]) -> None:
    drawn = DRAWN.findall(text)
    assert len(drawn) == len(set(drawn))
    assert sorted(drawn) == sorted(line for machine in machines for line in machine.diagram())


FINAL: dict[type[StrEnum], set[StrEnum]] = {
    calls.Stage: {calls.Stage.ENDED},
    line.LineState: {line.LineState.ENDED},
    callbacks.State: {callbacks.State.DONE, callbacks.State.CANCELLED},
    imports.State: {imports.State.UNDONE},
    records.State: {records.State.OVER},
}

MACHINES: list[tuple[Machine[Any], type[StrEnum]]] = [
    (calls.MACHINE, calls.Stage),
    (agents.PRESENCE, agents.Presence),
    (agents.WORK, agents.Work),
    (callbacks.MACHINE, callbacks.State),
    (line.MACHINE, line.LineState),
    (imports.MACHINE, imports.State),
    (records.MACHINE, records.State),
]


@pytest.mark.parametrize(("machine", "states"), MACHINES, ids=lambda x: getattr(x, "name", ""))
def test_every_pair_is_in_the_table_or_refused_and_counted(
    machine: Machine[Any], states: type[StrEnum]
) -> None:
    counter = metrics.UNKNOWN_TRANSITIONS.labels(machine=machine.name)
    events = [*sorted({event for _, event in machine.transitions}), "moon rose"]
    for state in states:
        for event in events:
            before = counter._value.get()
            if machine.allows(state, event):
                assert machine.next(state, event, "x") is machine.transitions[state, event]
                assert counter._value.get() == before
            else:
                with pytest.raises(UnknownTransition):
                    machine.next(state, event, "x")
                assert counter._value.get() == before + 1


@pytest.mark.parametrize(("machine", "states"), MACHINES, ids=lambda x: getattr(x, "name", ""))
def test_every_state_is_reached_and_only_an_ended_call_is_final(
    machine: Machine[Any], states: type[StrEnum]
) -> None:
    begin = next(iter(states))
    reached = {begin}
    while True:
        more = reached | {new for (old, _), new in machine.transitions.items() if old in reached}
        if more == reached:
            break
        reached = more
    assert reached == set(states)
    final = set(states) - {old for old, _ in machine.transitions}
    assert final == FINAL.get(states, set())


def test_what_people_see_has_a_name_for_every_work() -> None:
    assert set(agents.SHOWN) == set(agents.Work) - {agents.Work.IDLE}
