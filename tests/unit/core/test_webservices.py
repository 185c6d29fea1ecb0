"""Who calls, says a web service; and where typed digits go. The services are slow, wrong, gone or hostile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fs_app.errors import FsAppError
from fs_app.events import DeskChanged
from fs_app.infos import QueueInfo
from fs_app.ivr.fetch import NoAnswer
from fs_app.ivr.words import Request
from fs_app.queues.popping import Capturing, Lookup, Mapped, Pop
from fs_app.webservices.digits import Digits, judged
from fs_app.webservices.lookup import Lookups
from tests.unit.core.world import World

ASKED = Lookup(
    "https://crm.example/c?tel={caller}&n={client}",
    "CRM",
    secret="kept",
    mapped=(Mapped("$.name", "last_name"), Mapped("$.vip", "", "VIP"), Mapped("$.deep[0].x", "mail")),
)


class Service:
    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.answer: Any = {"status": 200, "json": {"name": "DUPONT", "vip": True}}

    def fetch(self, request: Request, _allowed: Any) -> dict[str, Any]:
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return dict(self.answer)


class LookupWorld(World):
    lookup = ASKED

    def __init__(self, folder: Path, agents: Iterable[int] = (1, 2), **more: Any) -> None:
        super().__init__(folder, agents, **more)
        self.service = Service()
        self.lookups = Lookups(
            self.live,
            self.catalog,
            self.bus,
            self.tasks,
            self.service.fetch,
            lambda account, kept: f"opened {kept}" if kept else "",
            (),
        )

    def set_queue(self, queue: QueueInfo | None, agents: Iterable[int], *more: QueueInfo) -> None:
        if queue is not None:
            queue = replace(
                queue, lookup=self.lookup, pop=Pop("url", "ring", "https://crm.example/{caller}", "tab")
            )
        super().set_queue(queue, agents, *more)

    def rings(self, number: str = "+33612345678") -> str:  # type: ignore[override]
        self.ready(1)
        caller = self.arrives("a", number)
        self.greeted(caller)
        for greenlet in list(self.tasks._group):
            greenlet.join(2)
        return caller


@pytest.fixture
def world(tmp_path: Path) -> LookupWorld:
    return LookupWorld(tmp_path)


def test_the_service_is_asked_once_and_its_answer_is_told_to_the_page(world: LookupWorld) -> None:
    told: list[int] = []
    world.bus.subscribe(DeskChanged, lambda event: told.append(event.agent))
    caller = world.rings()
    (request,) = world.service.asked
    assert request.url == "https://crm.example/c?tel=%2B33612345678&n=" and request.timeout_s == 3
    assert request.headers == (("Authorization", "opened kept"),)
    found = world.lookups.answer(caller)
    assert found is not None and found["state"] == "found"
    assert found["values"] == {"last_name": "DUPONT"} and found["more"] == [{"label": "VIP", "value": "true"}]
    assert told and set(told) == {1}
    assert len(world.service.asked) == 1
    picture = world.lookups.picture(world.call(caller), 1)
    assert picture["pop"]["url"] == "https://crm.example/%2B33612345678"
    assert picture["lookup"] == {"name": "CRM", "state": "found", "why": ""}


@pytest.mark.parametrize(
    ("answer", "state", "why"),
    [
        ({"status": 404, "json": None}, "nobody", ""),
        ({"status": 200, "json": {"other": 1}}, "nobody", ""),
        ({"status": 500, "json": {}}, "failed", "status_500"),
        ({"status": 200, "json": None}, "failed", "no_json"),
        (NoAnswer("timeout"), "failed", "timeout"),
        (FsAppError("private"), "failed", "broken"),
        (ZeroDivisionError(), "failed", "broken"),
    ],
)
def test_a_failure_is_said_quietly_and_the_call_goes_on(
    world: LookupWorld, answer: Any, state: str, why: str
) -> None:
    world.service.answer = answer
    caller = world.rings()
    found = world.lookups.answer(caller)
    assert found is not None and (found["state"], found["why"]) == (state, why)
    assert world.offers() == [(caller, 1)]


def test_hostile_answers_are_tamed(world: LookupWorld) -> None:
    world.service.answer = {
        "status": 200,
        "json": {"name": "\x00\u202eEvil" + "x" * 9000, "vip": {"a": 1}, "deep": "no list"},
    }
    found = world.lookups.answer(world.rings())
    assert found is not None
    name = found["values"]["last_name"]
    assert len(name) <= 200 and name.isprintable() and "\u202e" not in name
    assert found["more"] == []


def test_an_anonymous_caller_is_asked_about_nowhere(world: LookupWorld) -> None:
    caller = world.rings(number="")
    found = world.lookups.answer(caller)
    assert found is not None and found["why"] == "no_number" and world.service.asked == []


def test_with_post_the_values_travel_in_the_body(tmp_path: Path) -> None:
    LookupWorld.lookup = replace(ASKED, method="POST")
    try:
        world = LookupWorld(tmp_path)
        world.rings()
    finally:
        LookupWorld.lookup = ASKED
    (request,) = world.service.asked
    assert request.method == "POST" and '"caller":"+33612345678"' in request.body


# --- digits -------------------------------------------------------------------------------------------------------
def posted(world: LookupWorld, answer: Any, secret: Any = "kept") -> list[tuple[bool, str, str]]:
    caller = world.rings()
    queue = world.catalog.now.queues[10]
    capturing = Capturing("https://pay.example", secret)
    world.catalog.now = replace(world.catalog.now, queues={10: replace(queue, capturing=capturing)})
    service = Service()
    service.answer = answer

    def reveal(_account: int, kept: str) -> str:
        if kept == "lost":
            raise FsAppError("lost")
        return kept

    told: list[tuple[bool, str, str]] = []
    digits = Digits(world.catalog, world.bus, world.tasks, service.fetch, reveal, ())
    digits.post(world.call(caller), {"card": "4539578763621486"}, lambda *how: told.append(how))
    for greenlet in list(world.tasks._group):
        greenlet.join(2)
    if service.asked:
        assert service.asked[0].body.count("4539578763621486") == 2 and "4539" not in service.asked[0].url
    return told


@pytest.mark.parametrize(
    ("answer", "how"),
    [
        ({"status": 200, "json": {"ok": True, "text": "Oui"}}, (True, "Oui", "")),
        ({"status": 200, "json": {"ok": False, "text": "Non"}}, (False, "Non", "")),
        ({"status": 200, "json": {"ok": "yes"}}, (False, "", "no_verdict")),
        ({"status": 200, "json": [1]}, (False, "", "no_verdict")),
        ({"status": 503, "json": None}, (False, "", "status_503")),
        (NoAnswer("timeout"), (False, "", "timeout")),
    ],
)
def test_what_the_bank_says_is_told_in_one_of_three_words(world: LookupWorld, answer: Any, how: Any) -> None:
    assert posted(world, answer) == [how]


def test_a_failure_in_the_middle_says_nothing_of_the_digits(
    world: LookupWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    failure = RuntimeError("could not send 4539578763621486")
    assert posted(world, failure) == [(False, "", "broken")]
    said = capsys.readouterr()
    assert "4539" not in said.out + said.err


def test_a_password_that_cannot_be_read_sends_nothing(world: LookupWorld) -> None:
    assert posted(world, {"status": 200, "json": {"ok": True}}, "lost") == [(False, "", "secret_lost")]


def test_an_answer_of_nothing() -> None:
    assert judged({}) == (False, "", "broken")
