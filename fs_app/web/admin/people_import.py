"""People from a CSV file: upload, look at each line, create; the passwords are shown this once (PW-20)."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Sequence

from flask import Blueprint, Response, make_response, render_template, request

from fs_app.accounts import generated
from fs_app.admin import people_csv
from fs_app.admin.form import FormInvalid
from fs_app.admin.people_csv import Line, Table, UglyFile
from fs_app.web import i18n, text
from fs_app.web.access import needs
from fs_app.web.admin.common import change, read
from fs_app.web.context import site, the_app, who
from fs_app.web.i18n import t

blueprint = Blueprint("admin_people_import", __name__, url_prefix="/admin/people/import")
EXAMPLE = (
    ("Élodie Garçon", "elodie", "agent", "1001", "Commercial"),
    ("Sonia Belkacem", "sonia", "supervisor", "", ""),
)


@blueprint.get("")
@needs("people.manage")
def form() -> str:
    return _page()


@blueprint.get("/example.csv")
@needs("people.manage")
def example() -> Response:
    heads = [t(f"people_csv.column.{name}") for name in ("name", "login", "role", "number", "queues")]
    return _file("people.csv", _csv([heads, *EXAMPLE]))


@blueprint.post("")
@needs("people.manage")
def upload() -> Response | tuple[str, int] | str:
    """The file, looked at; or with `text` (what was looked at) the people made."""
    try:
        whole, encoding = _sent()
        found = people_csv.table(whole, encoding)
        lines, unknown = people_csv.lines(found)
    except UglyFile as error:
        return _page(trouble=t(error.key, **error.params)), 400
    read(lambda account: people_csv.check(account, lines), timeout=60.0)
    wrong = sum(1 for line in lines if line.problems)
    if wrong or "create" not in request.form:
        return _page(found, lines, unknown, whole), 400 if wrong else 200
    return _create(found, lines, unknown, whole)


def _sent() -> tuple[str, str]:
    if "text" in request.form:
        return people_csv.decoded(request.form["text"].encode())
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise UglyFile("people_csv.no_file")
    return people_csv.decoded(sent.stream.read(people_csv.BIGGEST + 1))


def _create(
    found: Table, lines: list[Line], unknown: list[str], whole: str
) -> Response | tuple[str, int] | str:
    passwords = [line.password or generated.password() for line in lines]
    sip = [generated.password() for _ in lines]
    hashes = [site().passwords.hash(password) for password in passwords]
    try:
        change(lambda by: people_csv.create(by, lines, hashes, sip))
    except FormInvalid:  # somebody else took a login or a number meanwhile
        read(lambda account: people_csv.check(account, lines), timeout=60.0)
        return _page(found, lines, unknown, whole), 409
    info = the_app().catalog.account(who().account)
    domain = info.sip_domain if info else ""
    rows = [
        (
            line.person.name,
            line.person.login,
            password,
            line.person.number,
            phone if line.person.number else "",
        )
        for line, password, phone in zip(lines, passwords, sip, strict=True)
    ]
    heads = [t(f"people_csv.secret.{name}") for name in ("name", "login", "password", "number", "sip")]
    body = _csv([heads, *rows])
    answer = make_response(
        render_template(
            "admin/people_imported.html",
            heads=heads,
            rows=rows,
            domain=domain,
            account=who().account_slug,
            data="data:text/csv;base64," + base64.b64encode(body).decode(),
        )
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(
    found: Table | None = None,
    lines: Sequence[Line] = (),
    unknown: Sequence[str] = (),
    whole: str = "",
    trouble: str = "",
) -> str:
    columns = [name for name in people_csv.COLUMNS if lines and name in lines[0].cells and name != "password"]
    names = {"\t": t("people_csv.tab"), ",": ",", ";": ";", "|": "|"}
    return render_template(
        "admin/people_import.html",
        trouble=trouble,
        found=found,
        lines=[
            (line, [(name, t(key, **params)) for name, (key, params) in line.problems.items()])
            for line in lines
        ],
        wrong=sum(1 for line in lines if line.problems),
        columns=[(name, t(f"people_csv.column.{name}")) for name in columns],
        unknown=unknown,
        text=whole,
        delimiter=names[found.delimiter] if found else "",
        most=people_csv.MOST_PEOPLE,
        kilobytes=people_csv.BIGGEST // 1000,
        told=[t(f"people_csv.column.{name}") for name in people_csv.COLUMNS],
    )


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter="," if i18n.language() == "en" else ";", lineterminator="\r\n")
    for row in rows:
        writer.writerow([text.csv_cell(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _file(name: str, body: bytes) -> Response:
    response = Response(body, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
