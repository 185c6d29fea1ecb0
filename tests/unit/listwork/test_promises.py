"""What was promised is kept, whatever the attempts say."""

from __future__ import annotations

from pathlib import Path

from tests.unit.listwork.world import LATER, ListWorld, numbers


def test_a_promise_in_the_last_attempt_is_kept(tmp_path: Path) -> None:
    world = ListWorld(tmp_path, numbers(1), {"attempts": 1})
    world.ready(1)
    world.looks_again()
    call = world.call_by(1, 1)
    world.answers(call)
    world.ctx.callbacks.book(world.call(call), 1, world.clock.now_ms() + 600_000, False, "")  # type: ignore[attr-defined]
    world.hangs_up(call)
    world.judge(1, call, LATER)
    assert (world.record(1)["state"], world.record(1)["attempts"]) == ("CALLBACK", 1)
    world.clock.advance(601)
    world.looks_again()
    assert world.shelf.find(1) is not None
