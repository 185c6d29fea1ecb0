"""What a caller can write into his name and number does no harm anywhere: events, commands, pages, logs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_one_call import ready_agent
from tests.support.program import DID, Plan, Program
from tests.support.rawsip import RawCaller
from tests.support.until import until
from tests.support.world import World

MARK = "fs-app-was-here"

NAMES: dict[str, bytes] = {
    "line breaks, encoded": b"A%0AX-Injected%3A%20yes%0D%0A%0D%0Aapi%20hupall",
    "quotes": b'O\'Neil \\"the\\" `boss`',
    "braces and commas": b"{origination_caller_id_name=x,park_timeout=1}[a=b]^^:<>",
    "expansions": f"${{system(touch /tmp/{MARK})}} $${{hostname}} ${{hupall()}}".encode(),
    "html": b"<script>document.title='owned'</script><img src=x onerror=alert(1)>",
    "bidi and zero width": "abc\u202e\u200f\u0000def".encode().replace(b"\x00", b""),
    "no utf-8": b"Andr\xe9 \xff\xfe\xc3",
    "very long": b"N" * 10_000,
    "nothing": b"",
}
NUMBERS: dict[str, bytes] = {
    "line breaks, encoded": b"0612%0Afsapp_lease%3D0",
    "quotes": b"06'12",
    "braces": b"{06,12}",
    "expansions": f"%24%7Bsystem(touch%20/tmp/{MARK})%7D".encode(),
    "very long": b"1" * 10_000,
    "nothing": b"anonymous",
}


def journal_of(app: Program) -> list[list[Any]]:
    lines = [
        line
        for path in sorted((app.folder / "journal").glob("*.jsonl"))
        for line in path.read_bytes().splitlines()
    ]
    return [json.loads(line.partition(b" ")[2]) for line in lines]


def test_hostile_names_and_numbers_are_served_like_everybody_else(
    world: World, program: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = program(Plan(wrap_up=False))
    phone, page = ready_agent(world, app, pages)
    cases = [("name", what, b"+33612345678", name) for what, name in NAMES.items()]
    cases += [("number", what, number, b"Jean") for what, number in NUMBERS.items()]
    for kind, what, number, name in cases:
        caller: Any
        by_hand = world.name == "real"  # no telephone sends this: see rawsip.py
        caller = RawCaller(world.trunk_port, DID, number, name) if by_hand else world.call(DID, number, name)
        until(lambda: page.state == "RINGING", 15, f"{kind} {what}: the agent is offered the call")
        phone.ringing(15)
        until(lambda: page.line.get("state") == "RINGING", 10, f"{kind} {what}: rings on the page")
        line = page.line
        for value in (line["number"], line["name"]):
            assert all(c.isprintable() for c in value), f"{kind} {what}"
            assert len(value) <= 200
        phone.answer()
        caller.answered() if by_hand else caller.talking()
        page.is_in("IN_CALL")
        # Joined, not only picked up: who hangs up before that has refused the call, and is offered it again.
        until(lambda: "hold" in page.line.get("can", ()), 10, f"{kind} {what}: they talk")
        page.do("line.hang_up", line=page.line_id)
        page.is_in("IDLE")
        until(lambda: world.legs() == 0, 10, f"{kind} {what}: no leg is left")
    assert not Path(f"/tmp/{MARK}").exists()
    assert app.health().get("ok")
    entries = journal_of(app)
    assert sum(e[2] == "call.started" for e in entries) == len(cases)
    assert sum(e[2] == "call.ended" for e in entries) == len(cases)
    log = app.log()
    assert "X-Injected: yes\n" not in log
    assert not [
        line for line in log.splitlines() if line.startswith(("X-Injected", "api hupall", "fsapp_lease"))
    ]


@pytest.mark.parametrize("path", ["/calls", "/calls/export.csv"])
def test_a_page_shows_a_hostile_name_as_text(
    world: World, program: Callable[..., Program], pages: Callable[..., Any], path: str
) -> None:
    app = program(Plan(wrap_up=False))
    _, page = ready_agent(world, app, pages)
    caller = world.call(DID, "+33612345678", b"=cmd|' /C calc'!A0 <b>x</b>")
    until(lambda: page.state == "RINGING", 10, "it rings")
    caller.hang_up()
    page.is_in("IDLE")
    until(lambda: app.rows("select count(*) from call where stage = 'ENDED'")[0][0] == 1, 5, "recorded")
    text = page.http.get(app.url + path, timeout=5).text
    assert "<b>x</b>" not in text or path.endswith("csv")
    if path.endswith("csv"):
        assert not [cell for cell in text.replace("\n", ";").split(";") if cell.startswith("=cmd")]
