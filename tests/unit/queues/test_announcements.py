"""What is said to who waits: which files, when, and how long the wait is said to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from fs_app import facts as f
from fs_app.calls import spoken
from fs_app.calls.stages import Stage
from fs_app.infos import Announcements, CallingBack, Limit
from fs_app.queues.announcer import next_in_s
from fs_app.queues.pace import estimate_s
from tests.unit.core.world import World, queue_info

SOUNDS = Path(__file__).resolve().parents[3] / "sounds"
PLACE = Announcements(position=True, first_s=10, every_s=30)


def centre(folder: Path, **settings: object) -> World:
    return World(folder, agents=(1,), queue=queue_info(greeting="", music="", **settings))


def said(world: World, leg: str) -> list[list[str]]:
    return [[Path(file).name for file in c.args[1]] for c in world.switch.of("play", leg)]


def passes(world: World, seconds: float) -> None:
    world.clock.advance(seconds)
    world.calls.settle()


# --- pure -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("place", "mean", "agents", "expected"),
    [(1, 180.0, 1, 180.0), (4, 180.0, 3, 240.0), (3, None, 2, None), (3, 180.0, 0, None)],
)
def test_the_estimate_is_place_times_mean_by_agents(
    place: int, mean: float | None, agents: int, expected: float | None
) -> None:
    assert estimate_s(place, mean, agents) == expected


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [(60, 1), (61, 2), (600, 10), (601, 15), (901, 20), (1201, 30), (1801, 45), (2701, 60), (3601, None)],
)
def test_minutes_are_rounded_up_to_what_can_be_said(seconds: float, minutes: int | None) -> None:
    assert spoken.said_minutes(seconds) == minutes


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_every_file_that_can_be_named_is_there_and_small(language: str) -> None:
    named = {file for place in range(1, 30) for file in spoken.place_files(language, place)}
    named |= {file for wait in range(0, 4000, 20) for file in spoken.wait_files(language, wait)}
    for purpose in ("callback", "exit", "message"):
        named |= {file for key in "0123456789*#" for file in spoken.key_files(language, key, purpose)}
    named |= {f"{language}/{name}.wav" for name in ("callback_confirmed", "callback_impossible", "voicemail")}
    for file in named:
        assert 1000 < (SOUNDS / file).stat().st_size < 120_000, file


def test_nothing_is_said_of_a_wait_that_nobody_knows() -> None:
    assert spoken.wait_files("fr", None) == []
    assert spoken.wait_files("fr", 20) == ["fr/wait_short.wav"]
    assert spoken.wait_files("fr", 50_000) == ["fr/wait_long.wav"]


@pytest.mark.parametrize(
    ("waited", "since_last", "every", "expected"),
    [
        (0, None, 30, 10),
        (8, None, 30, 2),
        (50, None, 30, 1),
        (50, 10, 30, 20),
        (50, 45, 30, 1),
        (50, 5, 0, None),
    ],
)
def test_when_the_next_one_is_due(
    waited: float, since_last: float | None, every: int, expected: float | None
) -> None:
    queue = queue_info(announcements=Announcements(first_s=10, every_s=every))
    assert next_in_s(queue, waited, since_last) == expected


# --- in the line ------------------------------------------------------------------------------------------------
def test_the_place_is_said_after_some_seconds_and_at_an_interval(tmp_path: Path) -> None:
    world = centre(tmp_path, announcements=PLACE)
    first = world.arrives()
    second = world.arrives(number="+33612345679")
    passes(world, 9.9)
    assert said(world, second) == []
    passes(world, 0.2)
    assert said(world, second) == [["position.wav", "2.wav"]]
    world.hangs_up(first)
    passes(world, 30)
    assert said(world, second)[-1] == ["position.wav", "1.wav"]
    assert len(said(world, second)) == 2


def test_keys_are_named_with_what_they_do(tmp_path: Path) -> None:
    world = centre(
        tmp_path,
        announcements=Announcements(first_s=5, every_s=0, message="fr/hold.wav"),
        calling_back=CallingBack(key="1"),
        exit_key="*",
        exit=Limit(then="voicemail"),
    )
    caller = world.arrives()
    passes(world, 5.1)
    assert said(world, caller) == [
        ["hold.wav", "press.wav", "1.wav", "to_callback.wav", "press.wav", "star.wav", "to_message.wav"]
    ]
    passes(world, 600)
    assert len(said(world, caller)) == 1, "once"


def test_nothing_is_said_while_a_telephone_rings_and_what_is_being_said_is_broken_off(tmp_path: Path) -> None:
    world = centre(tmp_path, announcements=PLACE)
    caller = world.arrives()
    passes(world, 10.1)
    assert len(said(world, caller)) == 1
    world.ready(1)
    assert world.stage(caller) is Stage.OFFERED
    assert len(world.switch.of("stop_sound", caller)) == 1
    passes(world, 15)
    assert len(said(world, caller)) == 1
    world.refuses(world.offered_leg(caller), "USER_BUSY")
    assert world.stage(caller) is Stage.WAITING
    world.agents.unavailable(1, None)
    passes(world, 31)
    assert len(said(world, caller)) == 2, "back in the line it goes on"


def test_what_was_said_to_its_end_is_not_broken_off(tmp_path: Path) -> None:
    world = centre(tmp_path, announcements=PLACE)
    caller = world.arrives()
    passes(world, 10.1)
    app = world.ctx.runtime(world.call(caller)).spoken_app
    world.tell(f.AppDone(world.at, caller, app="playback", app_uuid=app))
    world.ready(1)
    assert world.switch.of("stop_sound", caller) == []


def test_the_wait_is_said_from_the_queues_own_pace(tmp_path: Path) -> None:
    world = centre(tmp_path, announcements=Announcements(wait=True, first_s=5, every_s=10), wrap_up=False)
    caller = world.arrives()
    passes(world, 5.1)
    assert said(world, caller) == [], "nobody knows yet"
    world.ready(1)
    leg = world.offered_leg(caller)
    world.rings(leg)
    world.picks_up(leg)
    world.bridged(leg, caller)
    passes(world, 117)
    world.hangs_up(caller)
    passes(world, 3)  # the pause belongs to it: two minutes in all
    busy = world.arrives(number="+33612345670")
    leg = world.offered_leg(busy)
    world.rings(leg)
    world.picks_up(leg)
    world.bridged(leg, busy)
    waiting = world.arrives(number="+33612345671")
    passes(world, 5.1)
    assert said(world, waiting) == [["wait_is.wav", "2.wav", "wait_minutes.wav"]]
