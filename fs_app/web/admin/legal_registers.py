"""Listes d'opposition: the registers of those who want no calls, brought in as files and replaced as a whole."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from babel import Locale
from flask import Blueprint, Response, jsonify, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin.form import FormInvalid
from fs_app.errors import Invalid
from fs_app.legal import presets, registers
from fs_app.legal.optouts import SPELLINGS
from fs_app.legal.registers import MOST_BYTES, Row
from fs_app.web import text
from fs_app.web.access import needs
from fs_app.web.admin.common import actor, confirm, done, problems_of, read, typed
from fs_app.web.context import site, the_app, who, zone
from fs_app.web.i18n import language, t

blueprint = Blueprint("admin_registers", __name__, url_prefix="/admin/legal/registers")
PATH = "/admin/legal/registers"
PART = 256 * 1024


class TooLarge(Invalid):
    """The file has more than may be sent."""

    key = "legal.register.wrong.large"
    status = 413


@blueprint.get("")
@needs("legal.view")
def listing() -> str:
    return _page("", who().country, {})


@blueprint.get("/state.json")
@needs("legal.view")
def state() -> Response:
    """How far files under way are."""
    rows = read(registers.listing)
    return jsonify([{"id": r.id, "state": r.state, "done": r.done, "count": r.count} for r in rows])


@blueprint.post("/new")
@needs("legal.manage")
def new() -> AnyResponse | tuple[str, int]:
    name, country, by = typed("name", 200), typed("country", 2).upper(), actor()
    if country not in _codes():
        country = ""
    try:
        the_app().db.write(lambda: registers.create(by, name, country))
    except FormInvalid as error:
        return _page(name, country, problems_of(error)), 400
    return done(PATH, "legal.register.created", name=name)


@blueprint.post("/<int:register>/file")
@needs("legal.manage")
def bring(register: int) -> tuple[Response, int]:
    """The body is the file; `?file` its name, `?spelling`, `?as_of` its date. It replaces what the register has."""
    row = read(lambda account: registers.get(account, register))
    spelling = request.args.get("spelling", SPELLINGS[0])[:10]
    as_of = _day(request.args.get("as_of", ""))
    name = text.harmless(request.args.get("file", ""))[:200]
    keeper, by = the_app().registers, actor()
    path = keeper.place()
    try:
        _receive(path)
        keeper.bring(by, register, path, name, row.country, spelling, as_of)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return jsonify(ok=True), 202


bring.largest = MOST_BYTES  # type: ignore[attr-defined]  # site.py looks


@blueprint.get("/<int:register>/delete")
@needs("legal.manage")
def ask_delete(register: int) -> str:
    row = read(lambda account: registers.get(account, register))
    says = [t("legal.register.delete.says", n=row.count)]
    return confirm(t("legal.register.delete.title", name=row.name), says, t("legal.register.delete"), PATH)


@blueprint.post("/<int:register>/delete")
@needs("legal.manage")
def delete(register: int) -> AnyResponse:
    name = the_app().registers.delete(actor(), register)
    return done(PATH, "legal.register.deleted", name=name)


def _receive(path: Any) -> None:
    """The body into the file, in parts, written in a thread. Raises TooLarge."""
    threads, size = site().threads, 0
    with path.open("wb") as file:
        while part := request.stream.read(PART):
            size += len(part)
            if size > MOST_BYTES:
                raise TooLarge("the body goes on")
            threads.run(file.write, part)


def _day(value: str) -> int:
    """UTC ms of its beginning in the account's zone; without a date: now."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return the_app().clock.now_ms()
    return max(1, round(datetime.combine(day, time(), zone()).timestamp() * 1000))


def _codes() -> list[str]:
    return [code for code in presets.all_of_them() if code]


def _page(name: str, country: str, problems: dict[str, str]) -> str:
    rows: list[Row] = read(registers.listing)
    names = Locale(language()).territories
    countries = sorted(((code, str(names.get(code, code))) for code in _codes()), key=lambda c: c[1])
    return render_template(
        "admin/legal/registers.html",
        rows=rows,
        now=the_app().clock.now_ms(),
        name=name,
        country=country,
        countries=[*countries, ("", t("legal.register.any_country"))],
        country_names=dict(countries),
        spellings=[(s, t(f"legal.spelling.{s}")) for s in SPELLINGS],
        problems=problems,
        today=datetime.fromtimestamp(the_app().clock.now_ms() / 1000, zone()).date().isoformat(),
        may_edit=who().may("legal.manage"),
        most=MOST_BYTES // 10**6,
    )
