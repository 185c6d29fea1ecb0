"""Thirty and more ugly audio files, through the same child processes as in the program: each is converted, or refused
with the reason, and the loop goes on meanwhile."""

from __future__ import annotations

import audioop
import math
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest

from fs_app.audio.paths import RATES, at_rate
from fs_app.audio.speech import programs
from fs_app.audio.words import LONGEST_S, REFUSALS, REMARKS, STAGES, Converted, Order, Refusal
from fs_app.audio.workshop import Workshop
from fs_app.clock import RealClock
from fs_app.tasks import Tasks
from fs_app.watch import LoopWatch
from tests.audio.ugly import UGLY

CONVERTED: dict[str, set[str]] = {
    "truncated.mp3": {"cut_off"},
    "truncated.wav": {"cut_off"},
    "deep.wav": set(),
    "one side.wav": {"one_channel"},
    "against each other.wav": {"out_of_phase"},
    "video.mp4": {"video"},
    "clipped.wav": {"clipped"},
    "id3 with script.mp3": set(),
    "with cover.mp3": set(),
    "boasting header.wav": set(),
    "impossible values.wav": {"impossible_values"},
    "eight channels.wav": {"many_channels"},
    "quiet.wav": {"quiet"},
    "long silence.wav": {"trimmed"},
    "plain.mp3": set(),
    "plain.ogg": set(),
    "plain.opus": set(),
    "plain.flac": set(),
    "plain.m4a": set(),
    "plain.aiff": set(),
    "plain.wma": set(),
    "plain.au": set(),
    "plain.gsm": set(),
    "gsm in a wav.wav": set(),
    "plain.amr": {"clipped"},
    "browser.webm": set(),
    "flac named.mp3": set(),
    "slow.wav": {"narrow"},
}
"""name → what is remarked about it."""

REFUSED = {
    "five hours.flac": "too_long",
    "five hours untold.aac": "too_long",
    "bomb.flac": "too_long",
    "silent video.mp4": "no_sound",
    "text.wav": "not_audio",
    "silence.wav": "silent",
    "nothing.wav": "empty",
    "playlist.m3u8": "playlist",
    "network.mp3": "playlist",
    "concat.wav": "playlist",
    "session.wav": "playlist",
    "huge header.wav": "not_audio",
    "only impossible values.wav": "silent",
    "no channel.wav": "broken",
    "no rate.wav": "not_audio",
    "noise.mp3": "broken",
    "click.wav": "too_short",
}

MOST_LAG_MS = 150.0
"""What computes in the loop holds it up for a whole conversion. On a machine that does nothing else the lag is under
20 ms; a test may run beside others."""

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("ugly")
    subprocess.run([sys.executable, "-m", "tests.audio.ugly", str(made)], check=True, cwd=ROOT, timeout=110)
    return made


@pytest.fixture(scope="module")
def lag(folder: Path) -> Iterator[LoopWatch]:
    """The loop's lag over the whole module."""
    tasks = Tasks("lag")
    watch = LoopWatch(RealClock(), tasks, lambda seconds: None)
    watch.start()
    yield watch
    tasks.stop()


def test_each_ugly_file_has_an_expectation() -> None:
    assert set(UGLY) == set(CONVERTED) | set(REFUSED)
    assert len(UGLY) >= 30
    assert set(REFUSED.values()) <= set(REFUSALS)
    assert {remark for remarks in CONVERTED.values() for remark in remarks} <= set(REMARKS)


def convert(folder: Path, name: str) -> tuple[Converted, list[tuple[str, int]]]:
    told: list[tuple[str, int]] = []
    order = Order(
        str(folder / name),
        str(folder / "out"),
        f"{name}.wav",
        "prompt",
        name.rpartition(".")[2],
        programs=programs(),
    )
    return Workshop().run(order, lambda stage, percent: told.append((stage, percent))), told


@pytest.mark.parametrize("name", CONVERTED)
def test_what_can_be_heard_is_converted_and_levelled(folder: Path, name: str, lag: LoopWatch) -> None:
    made, told = convert(folder, name)
    assert set(made.remarks) == CONVERTED[name]
    assert 1000 < made.duration_ms < 5000
    assert made.loudness is not None and abs(made.loudness - -20.0) < 1.5
    assert {stage for stage, _ in told} <= set(STAGES)
    assert [percent for _, percent in told] == sorted(percent for _, percent in told)
    for rate in RATES:
        with wave.open(str(folder / "out" / at_rate(f"{name}.wav", rate))) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (rate, 1, 2)
            assert abs(file.getnframes() / rate * 1000 - made.duration_ms) < 20
            frames = file.readframes(file.getnframes())
        assert audioop.max(frames, 2) <= 32767 * 0.82, "no clipping on the telephone"
        assert 20 * math.log10(audioop.rms(frames, 2) / 32768) > -32, "it is heard"


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_not_is_refused_with_the_reason(folder: Path, name: str, lag: LoopWatch) -> None:
    with pytest.raises(Refusal) as refusal:
        convert(folder, name)
    assert refusal.value.reason == REFUSED[name]
    if refusal.value.reason == "too_long":
        assert refusal.value.params["most"] == LONGEST_S


def test_the_loop_went_on_meanwhile(folder: Path, lag: LoopWatch) -> None:
    """Four at once, twice as many as the program converts, and what all the others left in the figures."""
    shop = [gevent.spawn(convert, folder, name) for name in list(CONVERTED)[:4]]
    gevent.joinall(shop, raise_error=True, timeout=60)
    assert lag.p99_ms() < MOST_LAG_MS, f"p99 of the loop's lag: {lag.p99_ms():.1f} ms"


def order(folder: Path, **more: Any) -> Order:
    return Order(str(folder / "x.wav"), str(folder / "out"), "x.wav", "prompt", programs=programs(), **more)


def test_a_child_that_hangs_is_ended_and_refused(folder: Path) -> None:
    shop = Workshop(deadline_s=0.5, command=("sleep", "60"))
    with pytest.raises(Refusal, match="too_heavy"):
        shop.run(order(folder), lambda stage, percent: None)


def test_a_child_that_dies_is_a_refusal(folder: Path) -> None:
    shop = Workshop(command=("sh", "-c", "cat > /dev/null; kill -9 $$"))
    with pytest.raises(Refusal, match="too_heavy"):
        shop.run(order(folder), lambda stage, percent: None)


def test_a_child_that_talks_nonsense_is_not_believed(folder: Path) -> None:
    shop = Workshop(command=("sh", "-c", "cat > /dev/null; echo nonsense; exit 3"))
    with pytest.raises(Refusal, match="too_heavy"):
        shop.run(order(folder), lambda stage, percent: None)


def test_without_ffmpeg_it_is_said(folder: Path) -> None:
    with pytest.raises(Refusal, match="no_tool"):
        Workshop().run(
            Order(str(folder / "x.wav"), str(folder), "x.wav", "prompt"), lambda stage, percent: None
        )


def test_nothing_is_spoken_without_an_engine(folder: Path) -> None:
    there = {name: path for name, path in programs().items() if name.startswith("ff")}
    wanted = Order(
        str(folder / "x.wav"),
        str(folder / "out"),
        "x.wav",
        "prompt",
        engine="espeak-ng",
        voice="fr-fr",
        text="Bonjour",
        programs=there,
    )
    with pytest.raises(Refusal, match="no_engine"):
        Workshop().run(wanted, lambda stage, percent: None)
