"""Voice menus as the administrator works on them: a draft, versions that were published. All inside `Database.read`
or `write`.

A draft may be as unfinished as its author likes; it is saved while he works. What is published is a copy of the draft
under a number of its own, made once and never changed: calls that are under way keep theirs. New calls take the
version that `Flow.published` names, so that going back to an older one is one step, at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import Problems, find
from fs_app.admin.listing import Page, Wanted, like, page_of
from fs_app.errors import Conflict, Invalid, NotFound
from fs_app.ivr.graph import Problem
from fs_app.ivr.model import Flow, FlowVersion
from fs_app.queues.model import Did, Queue

Graph = dict[str, Any]
LANGUAGES = ("fr", "en", "es")
LONGEST_NAME = 100
LONGEST_NOTE = 500
EMPTY: Graph = {"format": 1, "start": "", "nodes": []}


Check = Callable[[Graph], Sequence[Problem]]
"""What is wrong with a graph, in this account."""

Links = Callable[[Graph], frozenset[int]]
"""The flows that a graph goes to."""


class DraftChanged(Conflict):
    """Somebody else saved the draft meanwhile. `theirs` is what stands there now."""

    key = "error.flow_changed"

    def __init__(self, theirs: Stored) -> None:
        super().__init__(f"flow {theirs.id}: draft is at {theirs.draft_version}")
        self.theirs = theirs


class NotReady(Invalid):
    """What is wrong must be mended before it is published."""

    key = "error.flow_not_ready"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems", n=len(problems))
        self.problems = problems


class FlowInUse(Conflict):
    """Callers come to this flow: archived, it would leave them without an answer."""

    key = "error.flow_in_use"


@dataclass(frozen=True, slots=True)
class Use:
    """Where callers come from: kind `number`, `survey` (a queue's) or `flow`."""

    kind: str
    id: int
    label: str


@dataclass(frozen=True, slots=True)
class FlowRow:
    id: int
    name: str
    language: str
    published: int | None
    changed: bool  # the draft says something else than what is published
    active: bool
    nodes: int
    uses: tuple[Use, ...]
    updated_at: int


@dataclass(frozen=True, slots=True)
class Stored:
    id: int
    name: str
    language: str
    draft: Graph
    draft_version: int
    published: int | None
    changed: bool
    active: bool
    updated_at: int


@dataclass(frozen=True, slots=True)
class VersionRow:
    """`current`: new calls take it."""

    number: int
    published_at: int
    published_by: str
    note: str
    current: bool
    nodes: int


# --- reading --------------------------------------------------------------------------------------------------
def listing(account: int, wanted: Wanted, links: Links) -> Page[FlowRow]:
    """Filter: state (empty: those in use; `inactive`, `all`)."""
    query = _with_published().where(Flow.account == account)
    if wanted.q:
        query = query.where(Flow.name.contains(like(wanted.q)))
    state = wanted.filter("state")
    if state != "all":
        query = query.where(Flow.active == (state != "inactive"))
    used = _uses(account, links)

    def row(found: Any) -> FlowRow:
        return FlowRow(
            found.id,
            found.name,
            found.language,
            found.published,
            _changed(found),
            found.active,
            len(found.draft.get("nodes", ())),
            tuple(used.get(found.id, ())),
            found.updated_at,
        )

    sorts = {"name": fn.LOWER(Flow.name), "updated": Flow.updated_at, "language": Flow.language}
    return page_of(query, wanted, sorts, "name", row)


def get(account: int, flow: int) -> Stored:
    """Raises NotFound."""
    row = _with_published().where(Flow.account == account, Flow.id == flow).first()
    if row is None:
        raise NotFound(f"Flow {flow}")
    return _stored(row)


def uses(account: int, flow: int, links: Links) -> tuple[Use, ...]:
    """Where callers come to this flow from, this flow itself apart. Raises NotFound."""
    find(Flow, account, flow)
    return tuple(_uses(account, links).get(flow, ()))


def versions(account: int, flow: int) -> list[VersionRow]:
    """The newest first. Raises NotFound."""
    row = find(Flow, account, flow)
    query = FlowVersion.select().where(FlowVersion.flow == flow).order_by(FlowVersion.number.desc())
    return [
        VersionRow(
            each.number,
            each.published_at,
            each.published_by,
            each.note,
            each.number == row.published,
            len(each.graph.get("nodes", ())),
        )
        for each in query
    ]


def version(account: int, flow: int, number: int) -> Graph:
    """The graph that was published under this number. Raises NotFound."""
    row = FlowVersion.get_or_none(
        FlowVersion.account == account, FlowVersion.flow == flow, FlowVersion.number == number
    )
    if row is None:
        raise NotFound(f"version {number} of flow {flow}")
    return row.graph  # type: ignore[no-any-return]


# --- the flow itself ------------------------------------------------------------------------------------------
def create(actor: Actor, name: str, language: str, graph: Graph | None = None) -> int:
    """A new flow with a draft, nothing published. Raises FormInvalid."""
    _check_head(actor.account, None, name, language)
    row = Flow.create(
        account=actor.account,
        name=name,
        language=language,
        draft=graph or EMPTY,
        created_at=actor.now,
        updated_at=actor.now,
    )
    audit.write(actor, "create", "flow", row.id, name, None, {"name": name, "language": language})
    return row.id  # type: ignore[no-any-return]


def copy(actor: Actor, flow: int, name: str) -> int:
    """A new flow whose draft is this one's. Raises NotFound, FormInvalid."""
    before = get(actor.account, flow)
    return create(actor, name, before.language, before.draft)


def rename(actor: Actor, flow: int, name: str, language: str) -> None:
    """Raises NotFound, FormInvalid."""
    row = find(Flow, actor.account, flow)
    _check_head(actor.account, flow, name, language)
    Flow.update(name=name, language=language, updated_at=actor.now).where(Flow.id == flow).execute()
    before = {"name": row.name, "language": row.language}
    audit.write(actor, "update", "flow", flow, name, before, {"name": name, "language": language})


def archive(actor: Actor, flow: int, links: Links) -> None:
    """Raises NotFound, FlowInUse."""
    row = find(Flow, actor.account, flow)
    if used := uses(actor.account, flow, links):
        raise FlowInUse(f"flow {flow}", places=", ".join(use.label for use in used[:10]))
    _set_active(actor, row, False)


def restore(actor: Actor, flow: int) -> None:
    """Back from the archive. Raises NotFound."""
    _set_active(actor, find(Flow, actor.account, flow), True)


def proposal(account: int, flow: int) -> str:
    """A name that no other flow has, for a copy. Raises NotFound."""
    name = find(Flow, account, flow).name
    taken = {other.name.casefold() for other in Flow.select(Flow.name).where(Flow.account == account)}
    number = 2
    while f"{name[: LONGEST_NAME - 5]} ({number})".casefold() in taken:
        number += 1
    return f"{name[: LONGEST_NAME - 5]} ({number})"


# --- draft and versions ---------------------------------------------------------------------------------------
def save_draft(actor: Actor, flow: int, graph: Graph, base: int) -> int:
    """`base` is the version that the author worked on; answers the new one. Raises NotFound, DraftChanged."""
    before = _at(actor.account, flow, base)
    if graph == before.draft:
        return base
    Flow.update(draft=graph, draft_version=base + 1, updated_at=actor.now).where(Flow.id == flow).execute()
    return base + 1


def publish(actor: Actor, flow: int, base: int, note: str, check: Check) -> int:
    """New calls take this draft from now on; answers the number of the version. Raises NotFound, DraftChanged,
    NotReady."""
    row = _at(actor.account, flow, base)
    _refuse_errors(check(row.draft))
    newest = FlowVersion.select(fn.MAX(FlowVersion.number)).where(FlowVersion.flow == flow).scalar()
    number = (newest or 0) + 1
    FlowVersion.create(
        account=actor.account,
        flow=flow,
        number=number,
        graph=row.draft,
        published_at=actor.now,
        published_by=actor.name[:200],
        note=note[:LONGEST_NOTE],
    )
    Flow.update(published=number, active=True, updated_at=actor.now).where(Flow.id == flow).execute()
    audit.write(
        actor,
        "publish",
        "flow",
        flow,
        row.name,
        {"version": row.published},
        {"version": number, "note": note},
    )
    return number


def return_to(actor: Actor, flow: int, number: int, check: Check) -> None:
    """New calls take this older version again; the draft stays. Raises NotFound, and NotReady when what it leads to is
    gone."""
    row = find(Flow, actor.account, flow)
    _refuse_errors(check(version(actor.account, flow, number)))
    Flow.update(published=number, updated_at=actor.now).where(Flow.id == flow).execute()
    audit.write(actor, "publish", "flow", flow, row.name, {"version": row.published}, {"version": number})


def take_as_draft(actor: Actor, flow: int, number: int, base: int) -> int:
    """The draft becomes what this version says. Raises NotFound, DraftChanged."""
    return save_draft(actor, flow, version(actor.account, flow, number), base)


def meaning(graph: Mapping[str, Any]) -> dict[str, Any]:
    """The graph without where its nodes stand on the canvas."""
    nodes = {
        node.get("id"): {name: value for name, value in node.items() if name not in ("x", "y")}
        for node in graph.get("nodes", ())
    }
    return {"start": graph.get("start"), "nodes": nodes}


# --- inside ---------------------------------------------------------------------------------------------------
def _with_published() -> Any:
    return Flow.select(Flow, FlowVersion.graph.alias("published_graph")).join(
        FlowVersion,
        JOIN.LEFT_OUTER,
        on=((FlowVersion.flow == Flow.id) & (FlowVersion.number == Flow.published)),
        attr="version",
    )


def _changed(row: Any) -> bool:
    if row.published is None:
        return bool(row.draft.get("nodes"))
    return meaning(row.draft) != meaning(row.version.published_graph)


def _stored(row: Any) -> Stored:
    return Stored(
        row.id,
        row.name,
        row.language,
        row.draft,
        row.draft_version,
        row.published,
        _changed(row),
        row.active,
        row.updated_at,
    )


def _at(account: int, flow: int, base: int) -> Stored:
    stored = get(account, flow)
    if stored.draft_version != base:
        raise DraftChanged(stored)
    return stored


def _refuse_errors(problems: Sequence[Problem]) -> None:
    if errors := [problem for problem in problems if problem.level == "error"]:
        raise NotReady(errors)


def _check_head(account: int, flow: int | None, name: str, language: str) -> None:
    problems = Problems()
    problems.text("name", name, LONGEST_NAME)
    for other in Flow.select().where(Flow.account == account, Flow.id != (flow or 0)):
        if other.name.casefold() == name.casefold():
            problems.add("name", "field.flow_taken" if other.active else "field.flow_taken_archived")
    if language not in LANGUAGES:
        problems.add("language", "field.choice")
    problems.check()


def _set_active(actor: Actor, row: Any, active: bool) -> None:
    if row.active != active:
        Flow.update(active=active, updated_at=actor.now).where(Flow.id == row.id).execute()
        audit.write(actor, "activate" if active else "archive", "flow", row.id, row.name)


def _uses(account: int, links: Links) -> dict[int, list[Use]]:
    """Flow → where its callers come from: numbers, queues' surveys, drafts and published versions of other flows."""
    found: dict[int, list[Use]] = {}

    def add(flow: int, use: Use) -> None:
        if use not in found.setdefault(flow, []):
            found[flow].append(use)

    for did in Did.select().where(Did.account == account, Did.flow.is_null(False), Did.active):
        add(did.flow_id, Use("number", did.id, f"{did.number} {did.label}".strip()))
    for queue in Queue.select().where(Queue.account == account, Queue.survey_flow.is_null(False)):
        add(queue.survey_flow_id, Use("survey", queue.id, queue.name))
    for row in _with_published().where(Flow.account == account, Flow.active):
        graphs = [row.draft] if row.published is None else [row.draft, row.version.published_graph]
        for target in set().union(*(links(graph) for graph in graphs)) - {row.id}:
            add(target, Use("flow", row.id, row.name))
    return found
