"""Versions of a flow: what was published when and by whom, what changed, going back to an older one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.ivr import flows
from fs_app.ivr.account import AccountWorld, flows_of
from fs_app.ivr.compare import Change, Difference, compare
from fs_app.ivr.flows import DraftChanged, NotReady
from fs_app.ivr.spec import REFERENCES, ParamKind, registry
from fs_app.web.access import needs
from fs_app.web.admin.common import change, confirm, done, read, whole
from fs_app.web.admin.flows import world
from fs_app.web.failures import said
from fs_app.web.i18n import t, t_or

blueprint = Blueprint("admin_flow_versions", __name__, url_prefix="/admin/flows")
DRAFT = "draft"


@blueprint.get("/<int:flow>/versions")
@needs("flows.manage")
def listing(flow: int) -> str:
    stored, rows, places = read(
        lambda account: (
            flows.get(account, flow),
            flows.versions(account, flow),
            flows.uses(account, flow, flows_of),
        )
    )
    older, newer = request.args.get("from", ""), request.args.get("to", "")
    difference = None
    names = [
        (DRAFT, t("flows.draft")),
        *((str(row.number), t("flows.version_n", number=row.number)) for row in rows),
    ]
    if rows and not (older and newer):
        older, newer = str(stored.published or rows[0].number), DRAFT
    if {older, newer} <= {name for name, _ in names} and older != newer:
        difference = read(lambda account: compare(_graph(account, flow, older), _graph(account, flow, newer)))
    return render_template(
        "admin/flows/versions.html",
        flow=stored,
        used=bool(places),
        rows=rows,
        names=names,
        older=older,
        newer=newer,
        difference=_shown(difference, world.load_world()) if difference is not None else None,
    )


@blueprint.get("/<int:flow>/versions/<int:number>/use")
@needs("flows.manage")
def ask_return(flow: int, number: int) -> str:
    stored = read(lambda account: (flows.version(account, flow, number), flows.get(account, flow))[1])
    title = t("flows.return_title", number=number, name=stored.name)
    says = [t("flows.return_calls"), t("flows.return_draft")]
    return confirm(title, says, t("flows.return"), f"/admin/flows/{flow}/versions", danger=False)


@blueprint.post("/<int:flow>/versions/<int:number>/use")
@needs("flows.manage")
def return_to(flow: int, number: int) -> AnyResponse | tuple[str, int]:
    known = world.load_world()
    stored = read(lambda account: flows.get(account, flow))
    back = f"/admin/flows/{flow}/versions"
    try:
        change(lambda by: flows.return_to(by, flow, number, lambda g: world.problems_of(g, known, stored)))
    except NotReady as not_ready:
        says = [world.sentence(problem, known) for problem in not_ready.problems]
        return confirm(t("flows.return_refused", number=number), says[:10], "", back), 409
    return done(back, "flows.returned", number=number)


@blueprint.post("/<int:flow>/versions/<int:number>/draft")
@needs("flows.manage")
def take_as_draft(flow: int, number: int) -> AnyResponse | tuple[str, int]:
    base = whole(request.form.get("base", "")) or 0
    try:
        change(lambda by: flows.take_as_draft(by, flow, number, base))
    except DraftChanged as conflict:
        return confirm(
            said(conflict), [t("flows.changed_meanwhile")], "", f"/admin/flows/{flow}/versions"
        ), 409
    return done(f"/admin/flows/{flow}", "flows.taken_as_draft", number=number)


def _graph(account: int, flow: int, name: str) -> flows.Graph:
    return flows.get(account, flow).draft if name == DRAFT else flows.version(account, flow, int(name))


def _shown(difference: Difference, known: AccountWorld) -> dict[str, Any]:
    """In words: for each node its name, and per change what it was and is."""

    def node(changed: Any) -> dict[str, Any]:
        kind = t_or(f"flow.kind.{changed.kind}", changed.kind)
        return {
            "name": changed.label or kind,
            "kind": kind,
            "changes": [
                (_what(each), *(_value(changed.kind, each, v, known) for v in (each.before, each.after)))
                for each in changed.changes
            ],
        }

    return {
        "start": difference.start,
        "parts": [
            (name, [node(each) for each in changed])
            for name, changed in (
                ("added", difference.added),
                ("removed", difference.removed),
                ("changed", difference.changed),
            )
            if changed
        ],
    }


def _what(change: Change) -> str:
    if change.place == "exit":
        return t("flows.exit_named", exit=t_or(f"flow.exit.{change.what}", change.what))
    if change.place == "param":
        return t_or(f"flow.param.{change.what}", change.what)
    return t("flows.label") if change.what == "label" else t("flows.kind")


def _value(kind: str, change: Change, value: Any, known: AccountWorld) -> str:
    """A value as a person reads it; empty for none."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return t("admin.yes") if value else t("admin.no")
    spec = registry().get(kind) if change.place == "param" else None
    param = next((p for p in spec.params if p.name == change.what), None) if spec else None
    if param is not None and param.kind in REFERENCES:
        found = (choice.name for choice in known.choices.get(param.kind, ()) if choice.id == value)
        return next(found, str(value))
    if param is not None and param.kind is ParamKind.PROMPTS and isinstance(value, list):
        return " · ".join(world.prompt_name(str(prompt), known) for prompt in value)
    if param is not None and param.kind is ParamKind.CHOICE:
        return t_or(f"flow.choice.{value}", str(value))
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_plain(each)}" for name, each in value.items())
    if isinstance(value, list):
        return "; ".join(_plain(each) for each in value)
    return str(value)
