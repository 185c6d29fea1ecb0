"""A person is exported and erased while the centre works: the erasure waits for his call, outlives the death of the
program, and leaves nothing of him in the database, the journal or the files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import orjson
import requests

from tests.e2e.test_one_call import ready_agent
from tests.support.program import DID, Plan, Program, logged_in
from tests.support.until import until
from tests.support.world import World

NUMBER, NAME = "+33612345678", "Dupont"


def post(app: Program, admin: requests.Session, path: str, **form: str) -> requests.Response:
    page = admin.get(app.url + "/privacy", timeout=20).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    return admin.post(app.url + path, data={"csrf_token": token, **form}, timeout=20, allow_redirects=False)


def job(app: Program, admin: requests.Session, where: str) -> dict[str, Any]:
    return dict(admin.get(f"{app.url}{where}.json", timeout=20).json())


def traces(app: Program) -> list[str]:
    """Files in which he stands, but for those that a running switch writes, and rows of tables."""
    found = [
        str(path.relative_to(app.folder))
        for folder in ("journal", "recordings", "imports", "exports", "cdr")
        for path in (app.folder / folder).rglob("*")
        if path.is_file() and any(mark in path.read_bytes() for mark in (b"612345678", NAME.encode()))
    ]
    for table, columns in (
        ("call", "caller_number || caller_name"),
        ("leg", "number"),
        ("journal_entry", "data"),
        ("contact", "last_name"),
        ("contact_number", "number"),
        ("callback", "number || name"),
        ("person_job", "coalesce(what, '') || label"),
        ("audit_entry", "label || coalesce(before, '')"),
    ):
        ((n,),) = app.rows(
            f"select count(*) from {table} where {columns} like '%612345678%' or {columns} like '%{NAME}%'"
        )
        if n:
            found.append(f"{table}: {n}")
    return found


def test_a_person_is_exported_and_erased_while_the_centre_works(
    world: World, program: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = program(Plan())
    phone, page = ready_agent(world, app, pages)
    admin = logged_in(app.url, "admin")
    caller = world.call(DID, NUMBER, f"Jean {NAME}")
    phone.ringing()
    phone.answer()
    page.is_in("IN_CALL")
    contact = str(app.ids.contact)

    asked = post(app, admin, "/privacy/erase", contact=contact, typed=NUMBER, never_call="1")
    assert asked.status_code == 303, asked.text[:500]
    erasure = asked.headers["Location"]
    until(lambda: job(app, admin, erasure)["state"] == "WAITING", 20, "it waits for the call")

    asked = post(app, admin, "/privacy/export", contact=contact)
    export = asked.headers["Location"]
    until(lambda: job(app, admin, export)["state"] == "DONE", 30, "the export is made during the call")
    got = admin.get(f"{app.url}{export}/file", timeout=20)
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        data = orjson.loads(archive.read("person.json"))
    assert {"contact", "contact_number", "call", "leg"} <= {s["name"] for s in data["sections"]}

    caller.hang_up()
    page.is_in("WRAP_UP")
    work = page.picture["work"]["call"]
    page.do("call.qualify", call=work, disposition=app.ids.dispositions[0], note=f"voir {NAME} au {NUMBER}")
    page.is_in("IDLE")
    app.kill()
    app.start()
    admin = logged_in(app.url, "admin")
    until(lambda: not job(app, admin, erasure)["open"], 60, "the erasure goes on after the death")
    assert job(app, admin, erasure)["state"] == "DONE"
    assert traces(app) == []
    assert app.rows("select count(*), sum(talk_ms > 0) from call") == [(1, 1)], "figures stay"
    assert app.rows("select source, substr(number, 1, 1) from dnc_entry") == [("erased", "#")]
    app.kill()
    app.start()
    until(lambda: app.health().get("ok"), 30, "it starts again from what is left")
    assert traces(app) == []
