"""Contacts by other programs: up to a thousand at once, through the checks of the import engine (TC-64).

They become a small import of their own, so that numbers, duplicates and the blacklist mean what they mean there, the
list of imports shows who brought them, and they can be undone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

import gevent
import orjson
from flask import Blueprint, Response, g, jsonify, request

from fs_app.errors import FsAppError, Invalid, NotAllowed
from fs_app.imports.reading.dialect import Dialect
from fs_app.imports.service import Mistaken
from fs_app.imports.state import AT_WORK
from fs_app.imports.targets import FIXED, is_custom
from fs_app.web.access import needs
from fs_app.web.admin.common import actor
from fs_app.web.api.imports import NotJson
from fs_app.web.context import the_app, who
from fs_app.web.imports_told import job_told, said

blueprint = Blueprint("api_contacts", __name__, url_prefix="/api/v1/contacts")
MOST = 1000
LONGEST_BODY = 8 * 1024**2
WAIT_S = 20.0
LOOK_S = 0.1
OPTIONS = (
    "numbers",
    "duplicates",
    "blacklist",
    "call_list",
    "contact_file",
    "callback_at",
    "excluded",
    "source",
)
NEED_IMPORTS = ("call_list", "contact_file")
SEVERAL = 9


class TooMany(Invalid):
    """More contacts than one request may bring."""

    key = "error.too_many_contacts"


class NoContacts(Invalid):
    """`contacts` is no list of objects, or is empty."""

    key = "error.no_contacts"


class UnknownField(Invalid):
    """A contact has no such field; `params["name"]`."""

    key = "error.unknown_field"


@blueprint.post("")
@needs("contacts.edit")
def add() -> tuple[Response, int]:
    """`{"contacts": [{…}, …], …}`: 200 when they are in, with those that were refused and why; 202 when they will be
    (another import is under way)."""
    given = _body()
    contacts = given.get("contacts")
    if not isinstance(contacts, list) or not contacts or not all(isinstance(one, dict) for one in contacts):
        raise NoContacts("no list of objects")
    if len(contacts) > MOST:
        raise TooMany(f"{len(contacts)} contacts", most=MOST)
    if any(given.get(name) is not None for name in NEED_IMPORTS) and not who().may("imports.manage"):
        raise NotAllowed("a key without imports.manage puts nobody onto a list")
    rows = [_flat(one) for one in contacts]
    targets = sorted({name for row in rows for name in row})
    job = the_app().imports.upload(actor(), f"API · {g.api_key.name}", io.BytesIO(_csv(targets, rows)))["id"]
    plan = {
        **{name: given[name] for name in OPTIONS if given.get(name) is not None},
        "dialect": Dialect(delimiter=",").to_json(),
        "columns": [{"column": at, "target": name} for at, name in enumerate(targets, 1)],
    }
    return _imported(job, plan)


add.largest = LONGEST_BODY  # type: ignore[attr-defined]  # site.py looks


def _imported(job: int, plan: dict[str, Any]) -> tuple[Response, int]:
    imports, account = the_app().imports, who().account
    try:
        problems = imports.save(actor(), job, plan)
        if problems:
            raise Mistaken(problems)
        imports.start(actor(), job)
    except FsAppError:
        imports.delete(actor(), job)
        raise
    with gevent.Timeout(WAIT_S, False):
        while imports.job(account, job)["state"] in AT_WORK:
            gevent.sleep(LOOK_S)
    now = imports.job(account, job)
    refused = [
        {"index": int(cells[0]), "key": key, "text": said(key, params)}
        for cells, key, params in imports.refused_lines(account, job, MOST)
    ]
    return jsonify(ok=True, job=job_told(now), refused=refused), 202 if now["state"] in AT_WORK else 200


def _body() -> dict[str, Any]:
    try:
        given = orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise NotJson(str(error)[:200], field="body") from error
    if not isinstance(given, dict):
        raise NotJson("no object", field="body")
    return given


def _flat(contact: Mapping[str, Any]) -> dict[str, str]:
    """Target → text. `numbers` is a list of up to nine, `custom` an object, `consent` another. Raises UnknownField."""
    found: dict[str, str] = {}
    for name, value in contact.items():
        if name == "numbers" and isinstance(value, list) and len(value) <= SEVERAL:
            found |= {f"number.{place}": _text(name, one) for place, one in enumerate(value, 1)}
        elif name in ("custom", "consent") and isinstance(value, dict):
            found |= {_known(f"{name}.{inner}"): _text(inner, one) for inner, one in value.items()}
        else:
            found[_known(name)] = _text(name, value)
    return found


def _known(name: str) -> str:
    if name not in FIXED and not is_custom(name):
        raise UnknownField(f"no field {name[:50]!r}", name=name[:50])
    return name


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, str | int | float):
        return str(value).replace("\0", " ")
    raise UnknownField(f"{name[:50]!r} is neither text nor number", name=name[:50])


def _csv(targets: list[str], rows: list[dict[str, str]]) -> bytes:
    """The index of each contact stands first, so that who is refused can be named."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["index", *targets])
    writer.writerows([at, *(row.get(name, "") for name in targets)] for at, row in enumerate(rows))
    return out.getvalue().encode("utf-8", "replace")
