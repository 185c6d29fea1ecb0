"""Making sounds: files that are brought, the microphone, the telephone, speech; how far each is. Asked by scripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from fs_app.audio import service, speech
from fs_app.audio.jobs import READY, Job, Wish
from fs_app.audio.model import ANY, LANGUAGES
from fs_app.audio.phone import Take
from fs_app.audio.words import KINDS, MOST_BYTES, MUSIC
from fs_app.errors import Invalid, NotFound, Unavailable
from fs_app.web import text
from fs_app.web.access import needs
from fs_app.web.admin.common import actor, in_force, read
from fs_app.web.admin.sounds_heard import drawn, played
from fs_app.web.context import site, the_app, who
from fs_app.web.i18n import t
from fs_app.web.text import whole_number

blueprint = Blueprint("admin_sounds_made", __name__, url_prefix="/admin/sounds")

PART = 256 * 1024
LONGEST_NAME = 100


class TooLarge(Invalid):
    """More bytes than a sound may have."""

    key = "sounds.refused.too_big"
    status = 413


class NoRoom(Unavailable):
    """The disk does not take the file."""

    key = "sounds.refused.disk_full"


class NoEngine(Invalid):
    """This voice is not on this machine."""

    key = "sounds.refused.no_engine"


@blueprint.post("/upload")
@needs("sounds.manage")
def upload() -> tuple[Response, int]:
    """The body is the file. `?file` its name, `?kind`, `?language`; `?sound` to be replaced there, else `?name` of a
    new one; `?source=microphone` and `?keep=0` for what is to be heard first."""
    wish = _wish(request.args)
    source = "microphone" if request.args.get("source") == "microphone" else "upload"
    wish = replace(wish, source=source, original_name=text.harmless(request.args.get("file", ""))[:200])
    app, by = the_app(), actor()
    name, folder = app.sounds.place(by.account)
    try:
        _receive(folder / "original")
    except OSError as error:
        app.sounds.give_up(name)
        raise NoRoom(str(error)) from error
    except BaseException:
        app.sounds.give_up(name)
        raise
    return jsonify(ok=True, job=told(app.sounds.begin(by, name, wish))), 202


upload.largest = MOST_BYTES  # type: ignore[attr-defined]  # site.py looks


def _receive(target: Any) -> None:
    """The body into the file, in parts, written in a thread. Raises TooLarge."""
    threads = site().threads
    if (request.content_length or 0) > MOST_BYTES:
        raise TooLarge(f"{request.content_length} bytes", most=MOST_BYTES // 1024**2)
    with target.open("wb") as file:
        size = 0
        try:
            while part := request.stream.read(PART):
                size += len(part)
                if size > MOST_BYTES:
                    raise TooLarge("the body goes on", most=MOST_BYTES // 1024**2)
                threads.run(file.write, part)
        except RequestEntityTooLarge as error:
            raise TooLarge("the body goes on", most=MOST_BYTES // 1024**2) from error


@blueprint.post("/speak")
@needs("sounds.manage")
def speak() -> tuple[Response, int]:
    """`{"text", "voice", …}`: said by the machine, to be heard before it is kept."""
    asked = _json()
    words = str(asked.get("text", "")).replace("\0", " ").strip()[: speech.LONGEST_TEXT]
    if not words:
        raise Invalid("nothing to say", field="text")
    app, by = the_app(), actor()
    voices = site().threads.run(speech.voices, app.settings.voices_dir)
    voice = next((v for v in voices if v.value == asked.get("voice")), None)
    if voice is None:
        raise NoEngine(str(asked.get("voice"))[:60])
    model = voice.name
    if voice.engine == speech.PIPER and app.settings.voices_dir is not None:
        model = str(app.settings.voices_dir / voice.name)
    wish = replace(_wish(asked), source="speech", engine=voice.engine, voice=model, text=words, keep=False)
    name, _ = app.sounds.place(by.account)
    return jsonify(ok=True, job=told(app.sounds.begin(by, name, wish))), 202


@blueprint.post("/phone")
@needs("sounds.manage")
def phone() -> tuple[Response, int]:
    """`{"agent", …}`: his telephone rings, and what is said after the beep is to be heard before it is kept."""
    asked = _json()
    agent = asked.get("agent")
    wish = replace(_wish(asked), source="phone", keep=False)
    take = the_app().takes.start(actor(), agent if isinstance(agent, int) else 0, wish)
    return jsonify(ok=True, take=_take(take)), 202


@blueprint.post("/phone/<int:agent>/end")
@needs("sounds.manage")
def end(agent: int) -> Response:
    """Hang up; what was said is taken."""
    app = the_app()
    take = next((one for one in app.takes.of(who().account) if one.agent == agent and one.running), None)
    if take is None:
        raise NotFound(f"agent {agent} records nothing")
    app.takes.hang_up(take)
    return jsonify(ok=True)


@blueprint.get("/jobs.json")
@needs("sounds.manage")
def jobs() -> Response:
    """How far everything is; `?sound` of one sound."""
    app, account = the_app(), who().account
    asked = request.args.get("sound", "")
    sound = whole_number(asked)
    takes = [take for take in app.takes.of(account) if sound in (None, take.wish.sound)]
    answer = jsonify(
        jobs=[told(job) for job in app.sounds.of(account, sound)], takes=[_take(take) for take in takes]
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/jobs/<job>.wav")
@needs("sounds.manage")
def job_heard(job: str) -> AnyResponse:
    app = the_app()
    return played(app.sounds.preview(app.sounds.one(who().account, job)), "preview")


@blueprint.get("/jobs/<job>/shape.json")
@needs("sounds.manage")
def job_shape(job: str) -> Response:
    app = the_app()
    return drawn(app.sounds.preview(app.sounds.one(who().account, job)))


@blueprint.post("/jobs/<job>/keep")
@needs("sounds.manage")
def keep(job: str) -> Response:
    app = the_app()
    found = app.sounds.one(who().account, job)
    app.sounds.keep(actor(), found)
    in_force()
    return jsonify(ok=True, job=told(found))


@blueprint.post("/jobs/<job>/throw-away")
@needs("sounds.manage")
def throw_away(job: str) -> Response:
    app = the_app()
    app.sounds.throw_away(app.sounds.one(who().account, job))
    return jsonify(ok=True)


# --- what is asked, what is told ------------------------------------------------------------------------------
def _json() -> Mapping[str, Any]:
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict):
        raise Invalid("no JSON object")
    return asked


def _wish(asked: Mapping[str, Any]) -> Wish:
    """Raises Invalid, NotFound."""
    number = str(asked.get("sound") or "")
    language = str(asked.get("language") or ANY)
    keep = str(asked.get("keep", "1")) != "0"
    if number:
        sound = whole_number(number) or 0
        row = read(lambda account: service.get(account, sound))
        if row.deleted_at is not None:
            raise NotFound(f"sound {sound} is in the bin")
        name, kind, of = row.name, row.kind, row.id
    else:
        readable = text.harmless(str(asked.get("name", ""))).replace("\ufffd", "")
        name = " ".join(readable.split())[:LONGEST_NAME].strip()
        kind, of = str(asked.get("kind", "")), None
    if not name:
        raise Invalid("a sound has a name", field="name")
    if kind not in KINDS:
        raise Invalid(f"kind {kind[:20]}", field="kind")
    if kind == MUSIC:
        language = ANY
    elif language not in LANGUAGES:
        raise Invalid(f"language {language[:5]}", field="language")
    return Wish(name, kind, language, of, keep=keep)


def told(job: Job) -> dict[str, Any]:
    """A job as the page shows it."""
    params = dict(job.params)
    for name in ("seconds", "most"):
        if job.reason == "sounds.refused.too_long" and name in params:
            params[name] = text.duration(int(params[name]) * 1000)
    say: Callable[..., str] = t
    return {
        "id": job.id,
        "name": job.wish.name,
        "kind": job.wish.kind,
        "language": job.wish.language,
        "file": job.wish.original_name,
        "source": job.wish.source,
        "state": job.state,
        "stage": t(f"sounds.stage.{job.stage}"),
        "percent": job.percent,
        "sound": job.sound or job.wish.sound,
        "why": say(job.reason, **params) if job.reason else "",
        "remarks": [t(f"sounds.remark.{one}") for one in (job.converted.remarks if job.converted else ())],
        "duration_ms": job.converted.duration_ms if job.converted else 0,
        "heard": f"/admin/sounds/jobs/{job.id}.wav" if job.state == READY else "",
        "shape": f"/admin/sounds/jobs/{job.id}/shape.json" if job.state == READY else "",
    }


def _take(take: Take) -> dict[str, Any]:
    info = the_app().catalog.agent(take.agent)
    return {
        "agent": take.agent,
        "who": f"{info.name} · {info.number}" if info else "",
        "name": take.wish.name,
        "state": take.state,
        "words": t(f"sounds.take.{take.state}"),
        "running": take.running,
        "job": take.job,
    }
