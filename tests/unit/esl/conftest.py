from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings

from fs_app import facts
from fs_app.esl.link import Link
from fs_app.esl.switch import Switch
from tests.support.until import until
from tests.unit.esl.fake import FakeSwitch

# How long an example takes says how busy the machine is, nothing about what is tested.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def fake() -> Iterator[FakeSwitch]:
    server = FakeSwitch()
    yield server
    server.stop()


@pytest.fixture
def heard() -> list[facts.Fact]:
    """Every fact that the link delivered, in order."""
    return []


@pytest.fixture
def make_link(fake: FakeSwitch, heard: list[facts.Fact]) -> Iterator[Callable[..., Link]]:
    links: list[Link] = []

    def make(password: str = "right", ping_s: float = 0.1) -> Link:
        link = Link("127.0.0.1", fake.port, password, heard.append, ping_s=ping_s)
        links.append(link)
        link.start()
        return link

    yield make
    for link in links:
        link.stop()


@pytest.fixture
def link(make_link: Callable[..., Link]) -> Link:
    made = make_link()
    until(lambda: made.up, what="the link is up")
    return made


@pytest.fixture
def switch(link: Link) -> Switch:
    return Switch(link)
