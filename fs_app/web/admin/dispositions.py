"""Qualifications: sets, dispositions and sub-dispositions (HN-170, HN-172)."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin import dispositions
from fs_app.admin.dispositions import CATEGORIES, DispositionForm, DispositionRow, SetRow
from fs_app.admin.form import FormInvalid
from fs_app.queues.model import EFFECTS
from fs_app.web.access import needs
from fs_app.web.admin.common import change, confirm, done, problems_of, read, typed, typed_number
from fs_app.web.i18n import t

blueprint = Blueprint("admin_dispositions", __name__, url_prefix="/admin/dispositions")
PATH = "/admin/dispositions"


@blueprint.get("")
@needs("dispositions.manage")
def listing() -> str:
    return render_template("admin/sets.html", rows=read(dispositions.sets))


@blueprint.route("/new", methods=["GET", "POST"])
@needs("dispositions.manage")
def new() -> AnyResponse | str | tuple[str, int]:
    if request.method == "GET":
        return render_template("admin/set_new.html", name="", problems={})
    name = typed("name")
    try:
        made = change(lambda by: dispositions.save_set(by, None, name))
    except FormInvalid as error:
        return render_template("admin/set_new.html", name=name, problems=problems_of(error)), 400
    return done(f"{PATH}/{made}", "dispositions.set_created", name=name)


@blueprint.get("/<int:set_id>")
@needs("dispositions.manage")
def show(set_id: int) -> str:
    return _set_page(set_id)


@blueprint.post("/<int:set_id>")
@needs("dispositions.manage")
def rename(set_id: int) -> AnyResponse | tuple[str, int]:
    name = typed("name")
    try:
        change(lambda by: dispositions.save_set(by, set_id, name))
    except FormInvalid as error:
        return _set_page(set_id, name, problems_of(error)), 400
    return done(f"{PATH}/{set_id}", "admin.saved", name=name)


@blueprint.get("/<int:set_id>/delete")
@needs("dispositions.manage")
def ask_delete_set(set_id: int) -> str:
    row = read(lambda account: dispositions.get_set(account, set_id))
    says = [t("dispositions.delete_set.loses", n=row.dispositions)] if row.free else _use_of(row)
    if not row.free:
        says.append(t("dispositions.delete_set.refused"))
    title = t("dispositions.delete_set.title", name=row.name)
    return confirm(title, says, t("dispositions.delete_set") if row.free else "", f"{PATH}/{set_id}")


@blueprint.post("/<int:set_id>/delete")
@needs("dispositions.manage")
def delete_set(set_id: int) -> AnyResponse:
    row = read(lambda account: dispositions.get_set(account, set_id))
    change(lambda by: dispositions.delete_set(by, set_id))
    return done(PATH, "dispositions.set_deleted", name=row.name)


@blueprint.route("/<int:set_id>/items/new", methods=["GET", "POST"])
@needs("dispositions.manage")
def new_item(set_id: int) -> AnyResponse | str | tuple[str, int]:
    if request.method == "GET":
        parent = request.args.get("parent", "")
        form = DispositionForm(parent=int(parent) if parent.isascii() and parent.isdigit() else None)
        return _item_page(set_id, None, form, {})
    form = _typed()
    try:
        change(lambda by: dispositions.save(by, set_id, None, form))
    except FormInvalid as error:
        return _item_page(set_id, None, form, problems_of(error)), 400
    return done(f"{PATH}/{set_id}", "dispositions.created", name=form.label)


@blueprint.get("/<int:set_id>/items/<int:item>")
@needs("dispositions.manage")
def edit_item(set_id: int, item: int) -> str:
    row = read(lambda account: dispositions.get(account, set_id, item))
    return _item_page(set_id, row, row.form, {})


@blueprint.post("/<int:set_id>/items/<int:item>")
@needs("dispositions.manage")
def save_item(set_id: int, item: int) -> AnyResponse | tuple[str, int]:
    row, form = read(lambda account: dispositions.get(account, set_id, item)), _typed()
    try:
        change(lambda by: dispositions.save(by, set_id, item, form))
    except FormInvalid as error:
        return _item_page(set_id, row, form, problems_of(error)), 400
    return done(f"{PATH}/{set_id}", "admin.saved", name=form.label)


@blueprint.post("/<int:set_id>/items/<int:item>/<any(up, down):way>")
@needs("dispositions.manage")
def move(set_id: int, item: int, way: str) -> AnyResponse:
    row = read(lambda account: dispositions.get(account, set_id, item))
    change(lambda by: dispositions.move(by, set_id, item, up=way == "up"))
    return done(f"{PATH}/{set_id}", "admin.moved", name=row.form.label)


@blueprint.get("/<int:set_id>/items/<int:item>/remove")
@needs("dispositions.manage")
def ask_remove(set_id: int, item: int) -> str:
    def ask(account: int) -> tuple[SetRow, DispositionRow]:
        return dispositions.get_set(account, set_id), dispositions.get(account, set_id, item)

    whole, row = read(ask)
    calls = row.calls + sum(child.calls for child in row.children)
    says = []
    if calls:
        says.append(t("dispositions.remove.calls", n=calls))
    if whole.queues:
        says.append(t("dispositions.remove.queues", n=len(whole.queues), queues=", ".join(whole.queues)))
    if row.children:
        says.append(t("dispositions.remove.children", n=len(row.children)))
    archived = bool(calls or whole.queues)
    says.append(t("dispositions.remove.archives") if archived else t("dispositions.remove.deletes"))
    button = t("admin.archive") if archived else t("admin.delete")
    return confirm(t("dispositions.remove.title", name=row.form.label), says, button, f"{PATH}/{set_id}")


@blueprint.post("/<int:set_id>/items/<int:item>/remove")
@needs("dispositions.manage")
def remove(set_id: int, item: int) -> AnyResponse:
    row = read(lambda account: dispositions.get(account, set_id, item))
    deleted = change(lambda by: dispositions.remove(by, set_id, item))
    key = "admin.deleted" if deleted else "admin.archived"
    return done(f"{PATH}/{set_id}", key, name=row.form.label)


@blueprint.post("/<int:set_id>/items/<int:item>/restore")
@needs("dispositions.manage")
def restore(set_id: int, item: int) -> AnyResponse:
    row = read(lambda account: dispositions.get(account, set_id, item))
    change(lambda by: dispositions.restore(by, set_id, item))
    return done(f"{PATH}/{set_id}", "admin.restored", name=row.form.label)


def _use_of(row: SetRow) -> list[str]:
    says = []
    if row.queues:
        says.append(t("dispositions.set_queues", n=len(row.queues), queues=", ".join(row.queues)))
    if row.calls:
        says.append(t("dispositions.set_calls", n=row.calls))
    return says


def _typed() -> DispositionForm:
    return DispositionForm(
        typed("label"), typed("code"), typed("category"), typed_number("parent"), typed("effect")
    )


def _set_page(set_id: int, name: str | None = None, problems: dict[str, str] | None = None) -> str:
    def ask(account: int) -> tuple[SetRow, list[DispositionRow]]:
        return dispositions.get_set(account, set_id), dispositions.tree(account, set_id)

    row, tree = read(ask)
    return render_template(
        "admin/set.html",
        row=row,
        tree=[d for d in tree if d.active],
        archived=[d for top in tree for d in (top, *top.children) if not d.active],
        name=row.name if name is None else name,
        problems=problems or {},
    )


def _item_page(
    set_id: int, row: DispositionRow | None, form: DispositionForm, problems: dict[str, str]
) -> str:
    def ask(account: int) -> tuple[SetRow, list[DispositionRow]]:
        return dispositions.get_set(account, set_id), dispositions.tree(account, set_id)

    whole, tree = read(ask)
    parents = [(str(d.id), d.form.label) for d in tree if d.active and (row is None or d.id != row.id)]
    return render_template(
        "admin/disposition.html",
        set=whole,
        row=row,
        form=form,
        problems=problems,
        parents=[("", t("dispositions.no_parent")), *parents],
        categories=[(name, t(f"dispositions.category.{name}")) for name in CATEGORIES],
        effects=[(name, t(f"dispositions.effect.{name or 'none'}")) for name in EFFECTS],
    )
