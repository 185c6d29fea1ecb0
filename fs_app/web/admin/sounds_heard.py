"""Listening: the files of the library and the shipped ones, their curves, and the list that pickers choose from.

Everything here is asked for by players and scripts; the pages are in sounds.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from fs_app.audio import paths, prompts, shipped
from fs_app.audio.model import ANY, LANGUAGES
from fs_app.errors import NotFound
from fs_app.web.access import needs
from fs_app.web.context import site, the_app, who
from fs_app.web.peaks import peaks_of

blueprint = Blueprint("admin_sounds_heard", __name__, url_prefix="/admin")

WORDLESS = "any"
"""ANY in an address."""


class NoSound(NotFound):
    """The file is not where it should be."""

    key = "error.sound_missing"


@blueprint.get("/sounds.json")
@needs("sounds.listen")
def offered() -> Response:
    """What a prompt or a hold music can be: `value` is what a setting holds (audio/prompts.py)."""
    account = who().account
    known = the_app().catalog.now.library
    mine = sorted(
        (s for s in known.sounds.values() if s.account == account), key=lambda s: (s.name.casefold(), s.id)
    )
    lists = sorted((m for m in known.lists.values() if m.account == account), key=lambda m: m.name.casefold())
    answer = jsonify(
        sounds=[
            {
                "value": prompts.of_sound(sound.id),
                "id": sound.id,
                "name": sound.name,
                "kind": sound.kind,
                "languages": {
                    language: {"url": address(sound.id, language), "duration_ms": piece.duration_ms}
                    for language, piece in sound.files.items()
                },
            }
            for sound in mine
        ],
        lists=[
            {
                "value": prompts.of_list(one.id),
                "id": one.id,
                "name": one.name,
                "shuffled": one.shuffled,
                "sounds": list(one.sounds),
            }
            for one in lists
        ],
        shipped=[
            {
                "value": prompts.of_shipped(one.name),
                "name": one.name,
                "kind": "music" if one.is_music else "prompt",
                "languages": {
                    language: {"url": shipped_address(one.name, language), "text": text}
                    for language, text in one.texts.items()
                },
            }
            for one in site().threads.run(shipped.read, the_app().settings.sounds_dir)
        ],
    )
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def address(sound: int, language: str) -> str:
    return f"/admin/sounds/{sound}/{language or WORDLESS}.wav"


def shipped_address(name: str, language: str) -> str:
    return f"/admin/sounds/shipped/{language or WORDLESS}/{name}.wav"


@blueprint.get("/sounds/<int:sound>/<language>.wav")
@needs("sounds.listen")
def heard(sound: int, language: str) -> AnyResponse:
    """The file in this language, in parts if the browser asks so; `?rate=8000` as most telephones hear it,
    `?download` to take away."""
    return played(_file(sound, language), f"{sound}-{language}")


@blueprint.get("/sounds/<int:sound>/<language>.json")
@needs("sounds.listen")
def shape(sound: int, language: str) -> Response:
    """Duration and peaks, as of a recording."""
    return drawn(_file(sound, language))


@blueprint.get("/sounds/shipped/<language>/<path:name>.wav")
@needs("sounds.listen")
def shipped_heard(language: str, name: str) -> AnyResponse:
    return played(_shipped_file(name, language), name.replace("/", "-"))


@blueprint.get("/sounds/shipped/<language>/<path:name>.json")
@needs("sounds.listen")
def shipped_shape(language: str, name: str) -> Response:
    return drawn(_shipped_file(name, language))


def played(path: Path, name: str) -> AnyResponse:
    """The sound of a file. Raises NoSound."""
    try:
        response = send_file(
            path,
            mimetype="audio/wav",
            conditional=True,
            as_attachment="download" in request.args,
            download_name=f"{name}.wav",
        )
    except OSError as error:
        raise NoSound(f"{path.name}: {error.strerror}") from error
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def drawn(path: Path) -> Response:
    """The curve of a file. Raises NoSound."""
    found = site().threads.run(peaks_of, path, timeout=20.0)
    if found is None:
        raise NoSound(f"{path.name} is no audio that we can read")
    response = Response(found.json(), mimetype="application/json")
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _file(sound: int, language: str) -> Path:
    found = the_app().catalog.sound(sound)
    if found is None or found.account != who().account:
        raise NotFound(f"sound {sound}")
    piece: Any = found.file() if language == WORDLESS else found.files.get(language)
    if piece is None or language not in (*LANGUAGES, WORDLESS):
        raise NoSound(f"sound {sound} has nothing in {language[:10]}")
    rate = 8000 if request.args.get("rate") == "8000" else 16000
    return paths.file_under(the_app().settings.library, piece.path.removeprefix(paths.PREFIX), rate)


def _shipped_file(name: str, language: str) -> Path:
    spoken = ANY if language == WORDLESS else language
    found = site().threads.run(shipped.file_of, the_app().settings.sounds_dir, name, spoken)
    if found is None:
        raise NoSound(f"no prompt {name[:60]} in {language[:10]}")
    return found
