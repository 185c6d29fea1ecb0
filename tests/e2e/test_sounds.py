"""A sound of the library, from the administrator's file to the caller's ear."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gevent
import pytest
import requests

from tests.audio.ugly import ffmpeg
from tests.support.program import DID, DOMAIN, PASSWORD, Plan, Program, logged_in
from tests.support.until import until
from tests.support.world import World

FIRST, SECOND, MUSIC, OTHER_MUSIC = 700, 1100, 500, 900


class Administrator:
    """Somebody at the pages of sounds, without the browser."""

    def __init__(self, program: Program) -> None:
        self._url = program.url
        self._http = logged_in(program.url, "admin")
        page = self._http.get(f"{self._url}/admin/sounds", timeout=10).text
        self._token = page.split('name="csrf-token" content="')[1].split('"')[0]

    def send(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"X-CSRFToken": self._token, "Accept": "application/json", "Referer": self._url}
        return self._http.request(method, f"{self._url}{path}", headers=headers, timeout=30, **more)

    def bring(self, path: Path, **wish: str) -> dict[str, Any]:
        """Upload it and wait for what comes of it."""
        answer = self.send(
            "POST", "/admin/sounds/upload", params={**wish, "file": path.name}, data=path.read_bytes()
        )
        assert answer.status_code == 202, answer.text
        job = answer.json()["job"]["id"]

        def over() -> dict[str, Any] | None:
            jobs = self.send("GET", "/admin/sounds/jobs.json").json()["jobs"]
            return next((j for j in jobs if j["id"] == job and j["state"] in ("done", "refused")), None)

        found: dict[str, Any] = until(over, 40, "the conversion is over", step=0.2)
        return found


def tone(folder: Path, hz: int, seconds: float = 20.0) -> Path:
    path = folder / f"tone{hz}.mp3"
    ffmpeg("-f", "lavfi", "-i", f"sine={hz}:d={seconds}", "-ar", "44100", "-ac", "2", str(path))
    return path


def hears(world: World, party: Any, hz: int) -> bool:
    """The simulator knows that there is a sound, not which."""
    if world.name == "sim":
        return bool(party.sound())
    return float(party.hears([hz]).get(hz, 0.0)) > 0.5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def test_a_file_that_is_brought_is_heard_and_a_replacement_disturbs_nobody(
    world: World, program: Callable[..., Program], folder: Path
) -> None:
    app = program(Plan(agents=0, greeting="sound:1"))
    admin = Administrator(app)
    made = admin.bring(tone(folder, FIRST), kind="prompt", language="fr", name="Bienvenue")
    assert (made["state"], made["sound"], made["why"]) == ("done", 1, "")
    before = world.call(DID)
    before.talking()
    until(lambda: hears(world, before, FIRST), 10, "the greeting")
    assert admin.bring(tone(folder, SECOND), sound="1", language="fr")["state"] == "done"
    after = world.call(DID, "+33612345679")
    after.talking()
    until(lambda: hears(world, after, SECOND), 10, "the new greeting")
    assert hears(world, before, FIRST), "who listens hears the old one to its end"
    for caller in (before, after):
        caller.hang_up()


def test_music_of_a_list_fills_the_wait_each_caller_with_another_beginning(
    world: World, program: Callable[..., Program], folder: Path
) -> None:
    app = program(Plan(agents=0, music="list:1"), FS_APP_MUSIC_CHUNK_S="20")
    admin = Administrator(app)
    for name, hz in (("a", MUSIC), ("b", OTHER_MUSIC)):
        assert admin.bring(tone(folder, hz, 6.0), kind="music", name=name)["state"] == "done"
    form = {"name": "Attente", "sounds": ["1", "2"]}
    assert admin.send("POST", "/admin/sounds/lists/new", data=form, allow_redirects=False).status_code == 303
    first, second = world.call(DID), world.call(DID, "+33612345679")
    for caller in (first, second):
        caller.talking()
    if world.name == "real":
        heard = until(lambda: _which(first), 10, "music")
        other = until(lambda: _which(second), 10, "music")
        assert {heard, other} == {MUSIC, OTHER_MUSIC}
        until(lambda: _which(first) == other, 12, "the next piece")
        until(lambda: _which(first) == heard, 12, "the first piece again, in the same command")
    else:
        until(lambda: first.sound() and second.sound(), 10, "music")
    for caller in (first, second):
        caller.hang_up()


def _which(party: Any) -> int:
    shares = party.hears([MUSIC, OTHER_MUSIC])
    return next((hz for hz, share in shares.items() if share > 0.5), 0)


def test_a_sound_that_is_gone_keeps_nobody_waiting(world: World, program: Callable[..., Program]) -> None:
    app = program(Plan(agents=0, greeting="sound:77", music="list:77"))
    caller = world.call(DID)
    caller.talking()
    until(lambda: app.rows("select id from call where stage = 'WAITING'"), 10, "he waits in the queue")
    until(caller.sound, 10, "the switch's own music")
    caller.hang_up()


def test_a_prompt_spoken_into_a_telephone_is_heard_first_and_then_kept(
    world: World, program: Callable[..., Program]
) -> None:
    """It rings, the guidance is said, the beep sounds, hash ends: the result waits for the administrator."""
    app = program(Plan(agents=1, greeting="sound:1"))
    admin = Administrator(app)
    assert admin.send("POST", "/admin/sounds/new", data={"name": "Accueil", "kind": "prompt"}).ok
    phone = world.phone("1001", PASSWORD, DOMAIN)
    phone.register()
    wish = {"sound": 1, "language": "fr", "agent": app.ids.agents[0]}
    until(
        lambda: admin.send("POST", "/admin/sounds/phone", json=wish).status_code == 202,
        10,
        "it rings",
        step=0.5,
    )
    phone.ringing()
    phone.answer()

    def take() -> str:
        takes = admin.send("GET", "/admin/sounds/jobs.json").json()["takes"]
        return str(takes[0]["state"])

    until(lambda: take() == "recording", 25, "the guidance is over")
    gevent.sleep(2.0)  # what is said: a telephone of the tests speaks all the time
    phone.press("#")
    phone.ended(10)

    def ready() -> dict[str, Any] | None:
        jobs = admin.send("GET", "/admin/sounds/jobs.json").json()["jobs"]
        return next((j for j in jobs if j["state"] in ("ready", "refused")), None)

    job = until(ready, 30, "it is converted", step=0.2)
    assert job["state"] == "ready", job
    assert 1000 < job["duration_ms"] < 8000
    assert admin.send("GET", job["heard"]).headers["Content-Type"] == "audio/wav"
    assert admin.send("GET", "/admin/sounds/1/fr.wav").status_code == 404, "nothing is kept yet"
    assert admin.send("POST", f"/admin/sounds/jobs/{job['id']}/keep").ok
    assert admin.send("GET", "/admin/sounds/1/fr.wav").status_code == 200
    caller = world.call(DID)
    caller.talking()
    if world.name == "real":
        until(lambda: caller.hears([phone.tone_hz]).get(phone.tone_hz, 0.0) > 0.5, 10, "what was said")
    else:
        until(caller.sound, 10, "what was said")
    caller.hang_up()
