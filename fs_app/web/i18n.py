"""The words of the interface: French (default), English, Spanish.

Every text has an identifier (`login.title`); the catalogues under `translations/LANGUAGE/*.po` say it in each
language. They are read at start, so there is nothing to compile and nothing that can be stale. A text that
counts has two forms in the catalogue and takes the number as `n`. Placeholders: `%(name)s`.

The browser gets the same catalogue as JSON: `/i18n/LANGUAGE.json`.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import flask_babel
import orjson
import structlog
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Blueprint, Response, abort, has_request_context, request

from fs_app.web import lean
from fs_app.web.access import public

LANGUAGES = ("fr", "en", "es")
DEFAULT = "fr"
FOLDER = Path(__file__).parent / "translations"

PLACEHOLDER = re.compile(r"%\((\w+)\)s")

blueprint = Blueprint("i18n", __name__)
log = structlog.get_logger(__name__)


@cache
def catalogue(language: str) -> Catalog:
    """All messages of a language, from all its files. Raises ValueError when two files say the same one."""
    whole = Catalog(locale=language)
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language, abort_invalid=True):
                if not message.id:
                    continue
                key = message.id if isinstance(message.id, str) else message.id[0]
                if whole.get(key) is not None:
                    raise ValueError(f"{path.name} ({language}): {key} is said twice")
                whole[key] = message
    return whole


@cache
def _translations(language: str) -> Translations:
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return Translations(compiled)


def language() -> str:
    """The language of the request under way; French outside a request."""
    if not has_request_context():
        return DEFAULT
    locale = flask_babel.get_locale()
    return locale.language if locale is not None and locale.language in LANGUAGES else DEFAULT


def translate(lang: str, key: str, /, **params: Any) -> str:
    """Say `key` in `lang`; an unknown key says itself and is logged."""
    words = _translations(lang if lang in LANGUAGES else DEFAULT)
    text = words.ngettext(key, key, params["n"]) if isinstance(params.get("n"), int) else words.gettext(key)
    if text == key and not known(key):
        log.warning("text without translation", key=key[:200], language=lang)
        return key
    return filled(text, params)


def filled(text: str, params: dict[str, Any]) -> str:
    """Put the values in; a placeholder without value stays as it is rather than break a page."""
    return PLACEHOLDER.sub(lambda m: str(params[m[1]]) if m[1] in params else m[0], text)


def t(key: str, /, **params: Any) -> str:
    """Say `key` in the language of the request."""
    return translate(language(), key, **params)


def known(key: str) -> bool:
    """Whether the catalogue has this text."""
    return catalogue(DEFAULT).get(key) is not None


def t_or(key: str, otherwise: str, /, **params: Any) -> str:
    """Say `key`, or `otherwise` when the catalogue does not have it (a kind or cause that we don't know yet)."""
    return t(key, **params) if known(key) else otherwise


def said_or(lang: str, key: str, otherwise: str) -> str:
    """The same in a language, outside a request."""
    return translate(lang, key) if known(key) else otherwise


PARTS = ("", "desk")
"""What a page asks for: all words, or those that the scripts of the agent's page say."""

SCRIPTS = Path(__file__).parent / "static"


@cache
def _of_the_desk() -> frozenset[str]:
    scripts = (
        path.read_text()
        for path in sorted(SCRIPTS.rglob("*.js"))
        if path.relative_to(SCRIPTS).as_posix().startswith(lean.OF_THE_DESK)
    )
    ids = (m.id if isinstance(m.id, str) else m.id[0] for m in catalogue(DEFAULT) if m.id)
    return frozenset(lean.spoken(scripts, ids))


@cache
def browser_catalogue(lang: str, part: str = "") -> tuple[bytes, str]:
    """The catalogue, or a part of it (`PARTS`), as JSON, compressed with gzip, and its version."""
    messages: dict[str, str | list[str]] = {}
    for message in catalogue(lang):
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            if part and key not in _of_the_desk():
                continue
            said = message.string
            messages[key] = said if isinstance(said, str) else list(said or ())
    text = orjson.dumps({"language": lang, "messages": messages})
    return gzip.compress(text, mtime=0), hashlib.sha256(text).hexdigest()[:12]


def words_url(lang: str, part: str = "") -> str:
    """Where a page finds its words; the address changes with them."""
    _, version = browser_catalogue(lang, part)
    return f"/i18n/{lang}.json?{f'part={part}&' if part else ''}v={version}"


@blueprint.get("/i18n/<lang>.json")
@public
def words_for_browsers(lang: str) -> Response:
    part = request.args.get("part", "")
    if lang not in LANGUAGES or part not in PARTS:
        abort(404)
    packed, version = browser_catalogue(lang, part)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response = Response(packed, mimetype="application/json", headers={"Content-Encoding": "gzip"})
    else:
        response = Response(gzip.decompress(packed), mimetype="application/json")
    response.headers["Vary"] = "Accept-Encoding"
    fresh = request.args.get("v") == version
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fresh else "no-cache"
    response.set_etag(version)
    response.make_conditional(request)
    return response
