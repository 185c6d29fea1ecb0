"""A caller types his card on both switches: his agent and the recording hear nothing, no digit stands anywhere but
in what the web service got, and whatever happens he comes back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fs_app.queues.model import Queue
from fs_app.sim.world import SimWorld
from tests.e2e.conftest import SETTINGS
from tests.e2e.test_recordings import heard, read, talking, wait
from tests.e2e.test_routing import configured, told  # noqa: F401 - a fixture
from tests.support.program import Plan, Program
from tests.support.real_world import RealWorld
from tests.support.until import until
from tests.support.webservice import WebService
from tests.support.world import Party, World

CARD, EXPIRY = "4539578763621486", "1249"
LOCAL = {"FS_APP_PRIVATE_TARGETS": "127.0.0.0/8", "FS_APP_KEEP_CDR": "true"}
Configured = Callable[..., Program]

STEPS = [
    {"name": "card", "kind": "card", "label": "Carte", "least": 12, "most": 19},
    {"name": "expiry", "kind": "expiry", "label": "", "least": 4, "most": 4},
]


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A switch that logs as it does where nobody says otherwise."""
    if request.param == "real":
        made: World = RealWorld({**SETTINGS, "FS_APP_LOG_LEVEL": "notice"})
    else:
        made = SimWorld(SETTINGS)
    yield made
    made.close()


@pytest.fixture
def bank() -> Iterator[WebService]:
    made = WebService({"ok": True, "text": f"Autorisé, carte {CARD}"})  # it should not say that
    yield made
    made.stop()


def taking(url: str) -> Callable[[Program, Queue, Queue], None]:
    def change(_program: Program, queue: Queue, _other: Queue) -> None:
        queue.greeting, queue.capture_url, queue.capture_steps, queue.capture_timeout_s = "", url, STEPS, 40

    return change


def capture_of(page: Any) -> dict[str, Any]:
    return dict((page.picture.get("work") or {}).get("capture") or {})


def asked(page: Any, step: int = 1) -> None:
    until(
        lambda: capture_of(page).get("state") == "asking" and capture_of(page)["step"] == step,
        15,
        "he is asked",
    )


def apart(phone: Any, caller: Party) -> bool:
    return phone.hears([caller.tone_hz], 0.3).get(caller.tone_hz, 0) < 0.1


def together(phone: Any, caller: Party) -> bool:
    return (
        phone.hears([caller.tone_hz]).get(caller.tone_hz, 0) > 0.5
        and caller.hears([phone.tone_hz]).get(phone.tone_hz, 0) > 0.5
    )


def written(*folders: Path) -> Iterator[tuple[Path, bytes]]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".wav":
                yield path, path.read_bytes()


def nowhere(world: World, app: Program, *secrets: str) -> None:
    """In no journal, database, log or call record of ours; the switch's own log has none of them digit by digit."""
    folders = [app.folder, Path(world.cdr_folder)]
    for path, content in written(*folders):
        for secret in secrets:
            assert secret.encode() not in content, f"{secret} stands in {path}"
            # digit by digit: as the journal or an event would have them
            spread = b"".join(b'"digit": "%c"' % digit for digit in secret.encode())
            assert spread not in content, f"{secret} stands in {path}, digit by digit"
    switch = getattr(world, "switch", None)
    if switch is not None:
        log = switch.log.read_text(errors="replace")
        assert "RECV DTMF" not in log, "FreeSWITCH's log has keys"
        assert not any(secret in log for secret in secrets)


def test_he_types_his_card_and_nobody_hears_or_keeps_it(
    world: World,
    configured: Configured,  # noqa: F811
    pages: Callable[..., Any],
    bank: WebService,
) -> None:
    app = configured(taking(f"{bank.url}/pay"), Plan(), **LOCAL)
    phone, page, caller = talking(world, app, pages)
    until(lambda: page.line["recording"], 10, "it is recorded")
    wait(1.5)
    assert "capture" in page.line["can"]
    page.do("line.capture", line=page.line_id)
    asked(page)
    if world.name == "real":
        until(caller.sound, 10, "the prompt")
    until(lambda: apart(phone, caller), 5, "his agent does not hear him")
    assert "end_capture" in page.line["can"] and "resume" not in page.line["can"]
    assert not page.line["recording"]
    for refused in ("line.resume", "line.hold"):
        assert page.ask(refused, line=page.line_id)["ok"] is False
    ears: list[bool] = []
    for digit in CARD:
        caller.press(digit)
        wait(0.25)
        ears.append(apart(phone, caller))
    assert all(ears), f"his agent heard him: {ears}"
    until(lambda: capture_of(page).get("count") == len(CARD), 10, "all digits are counted")
    caller.press("#")
    asked(page, 2)
    caller.press(EXPIRY)
    until(lambda: bank.bodies, 10, "the web service has them")
    got = json.loads(bank.bodies[0])
    assert got["fields"] == {"card": CARD, "expiry": EXPIRY} and got["digits"] == CARD
    assert got["agent"] == "1001" and got["queue"] == "Commercial"
    until(lambda: together(phone, caller), 20, "they hear each other again")
    until(lambda: page.line["state"] == "TALKING" and page.line["recording"], 5, "and are recorded")
    until(lambda: capture_of(page).get("ok") is True, 10, "the answer is shown")
    assert CARD not in json.dumps(page.pictures)
    wait(1.5)
    caller.hang_up()
    page.is_in("WRAP_UP")
    nowhere(world, app, CARD, CARD[:8], CARD[-8:])
    if world.name == "real":
        ((path,),) = app.rows("select path from recording")
        his, agents = read(app.folder / "recordings" / str(path))
        voice = heard(his, caller.tone_hz)
        assert voice[1] and voice[-2], f"his voice at the beginning and at the end: {voice}"
        assert voice.count(False) >= 8, f"and silence while he typed: {voice}"
        assert not any(heard(his, 941)[4:-4]) and not any(heard(agents, 941)[4:-4])


def test_cancelled_cut_off_dead_and_hung_up(
    world: World,
    configured: Configured,  # noqa: F811
    pages: Callable[..., Any],
    bank: WebService,
) -> None:
    app = configured(taking(f"{bank.url}/pay"), Plan(), **LOCAL)
    phone, page, caller = talking(world, app, pages)
    page.do("line.capture", line=page.line_id)
    asked(page)
    caller.press("45")
    page.do("line.end_capture", line=page.line_id)
    until(lambda: together(phone, caller), 15, "cancelled: they hear each other again")
    until(lambda: page.line["state"] == "TALKING" and "capture" in page.line["can"], 5, "in conversation")
    page.do("line.capture", line=page.line_id)
    asked(page)
    caller.press(CARD[:6])
    until(lambda: capture_of(page).get("count") == 6, 10, "six digits")
    world.cut_link()
    until(lambda: not page.picture["switch"]["up"], 15, "the link is lost")
    world.mend_link()
    until(lambda: together(phone, caller), 40, "after a lost link, too")
    assert told(app, "capture.ended")[-1]["why"] == "lost"
    until(lambda: page.line["state"] == "TALKING" and page.line["recording"], 10, "and are recorded")
    wait(1.5)
    page.do("line.capture", line=page.line_id)
    asked(page)
    caller.press(CARD[:10])
    until(lambda: capture_of(page).get("count") == 10, 10, "ten digits")
    app.kill()
    app.start()
    until(lambda: together(phone, caller), 30, "after a death of the program, too")
    until(lambda: page.line.get("state") == "TALKING" and page.line["recording"], 10, "and are recorded")
    assert told(app, "capture.ended")[-1]["why"] == "lost" and bank.bodies == []
    page.do("line.capture", line=page.line_id)
    asked(page)
    caller.press(CARD[:6])
    until(lambda: capture_of(page).get("count") == 6, 10, "six digits")
    caller.hang_up()
    page.is_in("WRAP_UP")
    assert bank.bodies == []
    until(lambda: world.legs() == 0, 10, "no leg is left")
    page.do("call.qualify", call=page.picture["work"]["call"], disposition=app.ids.dispositions[0], note="")
    page.is_in("IDLE")
    caller = world.call("+33185090000", "+33612345678", "Jean Dupont")
    phone.ringing()
    phone.answer()
    until(lambda: together(phone, caller), 10, "a second call")
    page.do("line.capture", line=page.line_id)
    asked(page)
    page.do("line.hang_up", line=page.line_id)
    assert caller.ended() == "bye"
    page.is_in("WRAP_UP")
    until(lambda: world.legs() == 0, 10, "no leg is left")
    nowhere(world, app, CARD[:6], CARD[:10])
