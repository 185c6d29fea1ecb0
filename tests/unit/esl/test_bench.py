"""The benchmark measures what it says, on the recorded stream that it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fs_app.bench import esl
from fs_app.bench.replay import load, repeat
from fs_app.errors import Invalid


def test_the_table_the_json_and_the_exit_status_agree(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(esl, "EVENTS", 300)
    monkeypatch.setattr(esl, "ROUNDS", 1)
    for goal, status in ((0.01, 0), (1e9, 1)):
        monkeypatch.setattr(esl, "GOAL_TIMES", goal)
        assert esl.run(json_output=True, stream=None) == status
        told = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert told["goals"]["times_greenswitch"] == {"least": goal, "met": status == 0}
        assert (
            told["figures"]["link_events_per_second"] > 0 < told["figures"]["greenswitch_events_per_second"]
        )


def test_a_missing_stream_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert esl.run(json_output=False, stream=tmp_path) == 2
    assert "recorded stream" in capsys.readouterr().err


def test_each_repetition_has_legs_of_its_own() -> None:
    events = load(esl.RECORDED / "bridge_json.jsonl", ["CHANNEL_CREATE"])
    stream = repeat(events, 3)
    assert len(stream) == 3 * sum(map(len, events))
    assert stream[: len(stream) // 3] != stream[len(stream) // 3 : 2 * len(stream) // 3]


def test_a_stream_without_events_is_refused() -> None:
    with pytest.raises(Invalid):
        load(esl.RECORDED / "bridge.jsonl", ["NO_SUCH_EVENT"])
