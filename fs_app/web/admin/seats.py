"""PC et placement libre: PCs that remember a telephone, and telephones that belong to nobody (BA-151)."""

from __future__ import annotations

from flask import Blueprint, render_template
from werkzeug.wrappers import Response as AnyResponse

from fs_app.accounts import generated
from fs_app.admin import audit, desks
from fs_app.admin.audit import Actor
from fs_app.admin.form import FormInvalid, Problems
from fs_app.agents import seats
from fs_app.web.access import needs
from fs_app.web.admin.common import change, done, problems_of, read, typed
from fs_app.web.context import the_app, who

blueprint = Blueprint("admin_seats", __name__, url_prefix="/admin/seats")
PATH = "/admin/seats"


@blueprint.get("")
@needs("phones.manage")
def listing() -> str:
    return _page({}, {})


@blueprint.post("/<int:seat>")
@needs("phones.manage")
def rename(seat: int) -> AnyResponse | tuple[str, int]:
    read(lambda account: seats.get(account, seat))
    name = typed("name", 101)
    problems = Problems()
    problems.text("name", name, 100)
    try:
        problems.check()
    except FormInvalid as error:
        return _page({}, {f"name-{seat}": next(iter(problems_of(error).values()))}), 400

    def work(by: Actor) -> None:
        seats.rename(by.account, seat, name)
        audit.write(by, "update", "seat", seat, name)

    change(work)
    return done(PATH, "seats.renamed", name=name)


@blueprint.post("/<int:seat>/remove")
@needs("phones.manage")
def remove(seat: int) -> AnyResponse:
    """Nothing is lost: an agent connects the PC again by a tick."""

    def work(by: Actor) -> str:
        name = seats.remove(by.account, seat)
        audit.write(by, "delete", "seat", seat, name)
        return name

    return done(PATH, "seats.removed", name=change(work))


@blueprint.post("/phones")
@needs("phones.manage")
def add_phone() -> str | tuple[str, int]:
    """Its password is in this answer and nowhere else."""
    number, label, password = typed("number", 40), typed("label", 101), generated.password()
    try:
        domain = change(lambda by: desks.add(by, number, label, password))
    except FormInvalid as error:
        return _page({"number": number, "label": label}, problems_of(error)), 400
    return _page({}, {}, made={"number": number, "domain": domain, "password": password})


@blueprint.post("/phones/<int:desk_phone>/remove")
@needs("phones.manage")
def remove_phone(desk_phone: int) -> AnyResponse:
    return done(PATH, "phones.desk.removed", number=change(lambda by: desks.remove(by, desk_phone)))


def _page(typed_in: dict[str, str], problems: dict[str, str], made: dict[str, str] | None = None) -> str:
    app, account = the_app(), who().account
    phones = sorted(
        (p for p in app.catalog.now.phones.values() if p.account == account), key=lambda p: p.number
    )
    return render_template(
        "admin/seats.html",
        seats=read(seats.listing),
        phones=[(p, app.phones.registered(p.number, p.domain) is not None) for p in phones],
        form=typed_in,
        problems=problems,
        made=made,
    )
