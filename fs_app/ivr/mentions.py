"""Which voice menus name an object of the account: it is not deleted while one does. Inside `Database.read`."""

from __future__ import annotations

from collections import defaultdict

from fs_app.ivr.model import Flow, FlowVersion
from fs_app.ivr.spec import ParamKind, references


def mentioned(account: int, kind: ParamKind) -> dict[int, list[tuple[int, str]]]:
    """Identifier → (number, name) of the flows in use whose draft or published version names it."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    known = {f.id: f for f in Flow.select().where(Flow.account == account, Flow.active)}
    graphs = [(f, f.draft) for f in known.values()]
    published = FlowVersion.select().join(Flow).where(FlowVersion.number == Flow.published)
    for version in published.where(FlowVersion.account == account, Flow.active):
        graphs.append((known[version.flow_id], version.graph))
    for flow, graph in graphs:
        for reference in references(graph or {}):
            if reference.kind is kind:
                found[reference.id][flow.id] = flow.name
    return {
        identifier: sorted(flows.items(), key=lambda flow: flow[1]) for identifier, flows in found.items()
    }
