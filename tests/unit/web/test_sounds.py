"""The pages of sounds: what is listed, changed, put away and taken back; what is in use stays."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fs_app.admin.audit import Actor
from fs_app.audio import service
from fs_app.audio.jobs import Jobs, Wish
from fs_app.audio.model import Sound, SoundFile
from fs_app.audio.paths import file_under
from fs_app.audio.words import MOST_BYTES, Converted, Order, Refusal
from fs_app.queues.model import Queue
from fs_app.web import site
from fs_app.web.admin import sounds_made
from tests.support import callworld
from tests.support.soundworld import write_hum
from tests.support.until import until
from tests.unit.web.conftest import Visitor, Web


class QuickShop:
    """Converts without ffmpeg: what is brought becomes a hum."""

    def __init__(self) -> None:
        self.refuse = ""
        self.orders: list[Order] = []

    def run(self, order: Order, progress: Any) -> Converted:
        self.orders.append(order)
        progress("decoding", 40)
        if self.refuse:
            raise Refusal(self.refuse)
        for rate in (8000, 16000):
            write_hum(Path(order.folder) / str(rate) / order.name, 0.3, rate)
        return Converted(300, 14_488, -20.0, "MP3 · 44.1 kHz · 2", ("quiet",))

    def stop(self) -> None:
        pass


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    app, ids = callworld.build(tmp_path)
    app.shop = QuickShop()  # type: ignore[attr-defined]
    app.sounds = Jobs(
        app.db,
        app.clock,
        app.threads,
        app.settings.library,
        app.catalog.reload,
        app.shop,  # type: ignore[attr-defined, arg-type]
    )
    yield Web(app, site.build(app), ids)  # type: ignore[arg-type]
    app.sounds.stop()
    app.db.close()


@pytest.fixture
def admin(web: Web) -> Visitor:
    return web.person("admin")


def bring(person: Visitor, body: bytes = b"ID3 something", **wish: str) -> Any:
    return person.client.post(
        "/admin/sounds/upload",
        query_string={"file": "some.mp3", **wish},
        data=body,
        headers={"X-CSRFToken": person.token("/admin/sounds"), "Accept": "application/json"},
        content_type="application/octet-stream",
    )


def finished(person: Visitor) -> dict[str, Any]:
    def over() -> Any:
        jobs = person.get("/admin/sounds/jobs.json").json["jobs"]
        return jobs and jobs[0]["state"] not in ("waiting", "working") and jobs[0]

    found: dict[str, Any] = until(over, 5, "the job is over")
    return found


def test_the_list_is_searched_and_filtered(admin: Visitor) -> None:
    assert "Bienvenue" in admin.page("/admin/sounds")
    assert "Bienvenue" not in admin.page("/admin/sounds?kind=music")
    assert "Bienvenue" in admin.page("/admin/sounds?language=en")
    unsaid = admin.page("/admin/sounds?language=-en")
    assert "Bienvenue" not in unsaid and "À enregistrer" in unsaid and "Calme" not in unsaid
    unused = admin.page("/admin/sounds?state=unused")
    assert "Bienvenue" not in unused and "Calme" not in unused and "À enregistrer" in unused
    in_bin = admin.page("/admin/sounds?state=bin")
    assert "Ancien accueil" in in_bin and "Bienvenue" not in in_bin
    export = admin.get("/admin/sounds/export.csv")
    assert export.status_code == 200 and "Bienvenue" in export.text


def test_a_file_becomes_a_sound_that_calls_know_at_once(web: Web, admin: Visitor) -> None:
    assert bring(admin, kind="prompt", language="es", name="  Hola \u202e ").status_code == 202
    job = finished(admin)
    assert (job["state"], job["name"], job["remarks"]) == (
        "done",
        "Hola",
        ["Très faible : il a été beaucoup amplifié, le bruit aussi."],
    )
    known = web.app.catalog.sound(job["sound"])
    assert known is not None and known.files["es"].path.startswith(f"library/{web.ids.desk.account}/")
    assert (
        web.app.catalog.prompt(web.ids.desk.account, f"sound:{job['sound']}", "fr") == known.files["es"].path
    )
    heard = admin.get(f"/admin/sounds/{job['sound']}/es.wav")
    assert heard.status_code == 200 and heard.data[:4] == b"RIFF"
    assert not any((web.app.settings.library / ".incoming").iterdir()), "nothing is left behind"


def test_a_second_file_of_the_name_adds_a_language_and_never_replaces(admin: Visitor) -> None:
    bring(admin, kind="prompt", language="es", name="bienvenue")
    assert finished(admin)["state"] == "done"
    page = admin.page("/admin/sounds/1")
    assert page.count("data-player") == 3
    bring(admin, kind="prompt", language="es", name="Bienvenue")
    job = finished(admin)
    assert job["state"] == "refused" and "Bienvenue" in job["why"]


def test_a_refusal_is_said_in_words(web: Web, admin: Visitor) -> None:
    web.app.shop.refuse = "silent"  # type: ignore[attr-defined]
    bring(admin, kind="music", name="Rien")
    job = finished(admin)
    assert (job["state"], job["why"], job["sound"]) == ("refused", "On n’y entend rien.", None)
    assert "Rien" not in admin.page("/admin/sounds")


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"kind": "prompt", "name": "x"},
        {"kind": "prompt", "name": "x", "language": "xx"},
        {"kind": "video", "name": "x", "language": "fr"},
        {"kind": "prompt", "name": " ", "language": "fr"},
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_before_the_file_is_read(
    web: Web, admin: Visitor, wish: dict[str, str]
) -> None:
    assert bring(admin, **wish).status_code == 400
    assert not web.app.shop.orders  # type: ignore[attr-defined]


def test_more_bytes_than_a_sound_has_are_not_read(web: Web, admin: Visitor) -> None:
    answer = admin.client.post(
        "/admin/sounds/upload?kind=music&name=Big",
        input_stream=io.BytesIO(b"x"),
        headers={"X-CSRFToken": admin.token("/admin/sounds"), "Accept": "application/json"},
        environ_overrides={"CONTENT_LENGTH": str(MOST_BYTES + 1)},
        content_type="application/octet-stream",
    )
    assert answer.status_code == 413
    incoming = web.app.settings.library / ".incoming"
    assert not incoming.exists() or not any(incoming.iterdir())
    big = bring(admin, b"x" * 3_000_000, kind="music", name="Three megabytes")
    assert big.status_code == 202, "more than a form may have"


def test_replacing_keeps_the_old_file_and_it_comes_back(web: Web, admin: Visitor) -> None:
    before = web.app.catalog.sound(1)
    bring(admin, sound="1", language="fr")
    assert finished(admin)["state"] == "done"
    after = web.app.catalog.sound(1)
    assert before is not None and after is not None
    assert before.files["fr"].path != after.files["fr"].path, (
        "a new name: who hears the old one hears it to its end"
    )
    old = file_under(web.app.settings.library, before.files["fr"].path.removeprefix("library/"), 8000)
    assert old.is_file()
    put_away = SoundFile.select().where(SoundFile.replaced_at.is_null(False))
    newest = web.app.db.read(lambda: put_away.order_by(SoundFile.replaced_at.desc()).first().id)
    assert admin.post(f"/admin/sounds/1/files/{newest}/take-back").status_code == 303
    again = web.app.catalog.sound(1)
    assert again is not None and again.files["fr"].path == before.files["fr"].path


def test_what_is_used_is_not_deleted_and_the_places_are_named(web: Web, admin: Visitor) -> None:
    page = admin.page("/admin/sounds/1/delete")
    assert "Commercial" in page and "btn-danger" not in page
    assert admin.post("/admin/sounds/1/delete").status_code == 409
    assert "Attente du soir" in admin.page("/admin/sounds/3/delete")
    assert admin.post("/admin/sounds/3/delete").status_code == 409
    assert admin.post("/admin/sounds/lists/1/delete").status_code == 409


def test_what_is_deleted_lies_in_the_bin_and_comes_back(web: Web, admin: Visitor) -> None:
    assert admin.post("/admin/sounds/2/delete").status_code == 303
    assert web.app.catalog.sound(2) is None
    assert "Fermeture d’été" in admin.page("/admin/sounds?state=bin")
    assert admin.post("/admin/sounds/2/restore").status_code == 303
    assert web.app.catalog.sound(2) is not None


def test_the_bin_is_emptied_after_its_time(web: Web, admin: Visitor) -> None:
    app = web.app
    admin.post("/admin/sounds/2/delete")
    path = app.db.read(lambda: SoundFile.get(SoundFile.sound == 2).path)
    file = file_under(app.settings.library, path, 8000)
    later = app.clock.now_ms() + service.KEPT_MS - 60_000
    app.db.write(lambda: service.forget_old(app.settings.library, later))
    assert file.is_file()
    app.db.write(lambda: service.forget_old(app.settings.library, later + 120_000))
    assert not file.exists()
    assert not app.db.read(lambda: Sound.select().where(Sound.id == 2).exists())
    assert app.db.read(lambda: Sound.select().where(Sound.id == 1).exists())


def test_a_list_keeps_its_order_and_needs_music(admin: Visitor) -> None:
    bring(admin, kind="music", name="Vive")
    number = str(finished(admin)["sound"])
    assert admin.post("/admin/sounds/lists/new", name="Jour").status_code == 400
    form = {"name": "Jour", "sounds": [number, "3", number]}
    assert admin.post("/admin/sounds/lists/new", **form).status_code == 303  # type: ignore[arg-type]
    page = admin.page("/admin/sounds/lists/2")
    chosen = [
        part.split('"')[0] for part in page.split('<option value="')[1:] if "selected" in part.split(">")[0]
    ]
    assert chosen == [number, "3", number]
    assert admin.post("/admin/sounds/lists/new", name="jour", sounds="3").status_code == 400
    assert admin.post("/admin/sounds/lists/new", name="Voix", sounds="1").status_code == 400, "no music"


def test_a_queue_takes_sounds_by_name_and_no_list_as_greeting(web: Web, admin: Visitor) -> None:
    def save(**changes: str) -> int:
        form = {
            "name": "Commercial",
            "number": "200",
            "ring_s": "20",
            "no_answer_delay_s": "10",
            "inter_call_s": "3",
        }
        return admin.post(f"/admin/queues/{web.ids.desk.queue}", **form, **changes).status_code

    assert save(greeting="sound:2", music="sound:3") == 303
    assert save(greeting="shipped:greeting", music="shipped:music/serene") == 303
    assert save(greeting="fr/greeting.wav", music="list:1") == 303
    stored = web.app.db.read(lambda: Queue.get_by_id(web.ids.desk.queue).music)
    assert stored == "list:1"
    for wrong in ("list:1", "sound:5", "sound:99", "shipped:nothing", "../x.wav"):
        assert save(greeting=wrong) == 400, wrong


def test_another_accounts_job_is_nobodys(web: Web, admin: Visitor) -> None:
    by = Actor(web.ids.desk.other_account, None, "x", 1)
    name, _ = web.app.sounds.place(by.account)
    job = web.app.sounds.begin(by, name, Wish("Secret", "music", "", keep=False))
    until(lambda: job.state == "ready", 5, "the other's is done")
    assert admin.get("/admin/sounds/jobs.json").json["jobs"] == []
    assert admin.get(f"/admin/sounds/jobs/{job.id}.wav").status_code == 404


def test_what_is_thrown_away_is_gone(web: Web, admin: Visitor) -> None:
    bring(admin, kind="music", name="Essai", keep="0")
    job = finished(admin)
    assert job["state"] == "ready"
    assert admin.get(job["heard"]).status_code == 200
    token = {"X-CSRFToken": admin.token("/admin/sounds")}
    assert admin.client.post(f"/admin/sounds/jobs/{job['id']}/throw-away", headers=token).status_code == 200
    assert admin.get("/admin/sounds/jobs.json").json["jobs"] == []
    assert web.app.db.read(lambda: not Sound.select().where(Sound.name == "Essai").exists())


def test_pickers_get_everything_by_name(admin: Visitor) -> None:
    told = admin.get("/admin/sounds.json").json
    welcome = next(one for one in told["sounds"] if one["id"] == 1)
    assert welcome["value"] == "sound:1" and set(welcome["languages"]) == {"fr", "en"}
    assert admin.get(welcome["languages"]["fr"]["url"]).status_code == 200
    assert [one["value"] for one in told["lists"]] == ["list:1"]
    greeting = next(one for one in told["shipped"] if one["name"] == "greeting")
    assert greeting["languages"]["es"]["text"].startswith("Hola")
    for one in told["shipped"]:
        for said in one["languages"].values():
            assert admin.get(said["url"]).status_code == 200, one["name"]
    assert admin.get("/admin/sounds/shipped/fr/../../catalogue.json.wav").status_code == 404


def test_a_full_disk_is_said_and_leaves_nothing(
    web: Web, admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sounds_made, "_receive", full)
    answer = bring(admin, kind="music", name="Big")
    assert answer.status_code == 503
    assert answer.json["error"]["text"].startswith("Le disque du serveur est plein")
    assert not any((web.app.settings.library / ".incoming").iterdir())
