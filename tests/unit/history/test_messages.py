"""A few words among colleagues: told at once, kept once, refused with a word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fs_app.colleagues import rows
from fs_app.colleagues.service import MOST_A_MINUTE, MOST_CHARACTERS, Messages, NotThere, TooManyMessages
from fs_app.errors import Invalid, NotFound
from fs_app.events import AgentMessage
from tests.unit.core.world import ACCOUNT, World
from tests.unit.history.centre import Centre

ME, OTHER = 1, 2


class Office(Centre):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        world: World = self.world
        self.messages = Messages(world.live, world.clock, world.bus, world.catalog)
        self.told: list[tuple[int, dict[str, Any]]] = []
        world.bus.subscribe(AgentMessage, lambda e: self.told.append((e.agent, e.message)))
        world.ready(ME, OTHER)

    def kept(self, agent: int) -> list[dict[str, Any]]:
        self.project()
        return self.db.read(lambda: rows.of_day(ACCOUNT, agent, 0))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.db.close()


def test_both_pages_have_it_and_so_has_the_database(office: Office) -> None:
    office.messages.send(ME, OTHER, "  Tu prends <b>M. Dupont</b> ? ")
    assert [agent for agent, _ in office.told] == [OTHER, ME]
    message = office.told[0][1]
    assert (message["text"], message["from"], message["to"]) == (
        "Tu prends <b>M. Dupont</b> ?",
        {"agent": ME, "name": "Agent 1"},
        {"agent": OTHER, "name": "Agent 2"},
    )
    assert office.kept(ME) == office.kept(OTHER) == [message]


def test_a_supervisors_message_is_among_them(office: Office) -> None:
    office.world.live.record(
        "supervision.message", account=ACCOUNT, agent=None, user=3, user_name="Sonia", agent_name="",
        text="Réunion à 14 h", told=2, to=[ME, OTHER],
    )  # fmt: skip
    assert [(agent, m["from"]) for agent, m in office.told] == [
        (ME, {"agent": None, "name": "Sonia"}),
        (OTHER, {"agent": None, "name": "Sonia"}),
    ]
    assert [m["text"] for m in office.kept(ME)] == ["Réunion à 14 h"]


def test_nothing_empty_nothing_endless_nobody_else(office: Office) -> None:
    for text in ("", "   ", "x" * (MOST_CHARACTERS + 1)):
        with pytest.raises(Invalid):
            office.messages.send(ME, OTHER, text)
    for stranger in (ME, 99):
        with pytest.raises(NotFound):
            office.messages.send(ME, stranger, "?")
    office.world.set_queue(None, (ME, OTHER))
    with pytest.raises(NotFound):
        office.messages.send(ME, OTHER, "no queue in common")
    assert office.told == []


def test_who_is_logged_out_is_not_written_to(office: Office) -> None:
    office.world.agents.log_out(OTHER)
    with pytest.raises(NotThere) as caught:
        office.messages.send(ME, OTHER, "?")
    assert caught.value.params == {"name": "Agent 2"}


def test_nobody_writes_more_than_anybody_types(office: Office) -> None:
    for n in range(MOST_A_MINUTE):
        office.messages.send(ME, OTHER, str(n))
    with pytest.raises(TooManyMessages):
        office.messages.send(ME, OTHER, "one more")
    office.messages.send(OTHER, ME, "his own are another matter")
    office.world.clock.advance(61)
    office.messages.send(ME, OTHER, "a minute later")
