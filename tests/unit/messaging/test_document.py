"""What docs/messages.md promises is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

from fs_app.messaging import state, text
from fs_app.messaging.sms import PLACES

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "messages.md").read_text()


def test_the_values_are_those_of_the_program() -> None:
    assert re.findall(r"^\| `([a-z_]+)` \|", DOCUMENT, re.MULTILINE) == list(text.NAMES)


def test_the_states_are_those_of_the_program() -> None:
    assert set(re.findall(r"^\| ([A-Z]+) \|", DOCUMENT, re.MULTILINE)) == set(state.STATES)


def test_the_back_off_is_the_one_of_the_program() -> None:
    assert state.BACK_OFF_S == (30, 120, 600, 1800, 7200)
    assert "30 s, 2 min, 10 min, 30 min and 2 h" in DOCUMENT


def test_every_place_of_a_provider_is_named() -> None:
    assert all("{{" + place + "}}" in DOCUMENT for place in PLACES)
