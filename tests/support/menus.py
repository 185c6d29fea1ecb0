"""Voice menus for tests: a graph in a few words, published in the account of a program that is not started yet."""

from __future__ import annotations

from typing import Any

from fs_app.ivr.model import Flow, FlowVersion
from fs_app.queues.model import Did

MENU_DID = "+33185090009"


def node(name: str, kind: str, exits: dict[str, str] | None = None, **params: Any) -> dict[str, Any]:
    """A node of a graph; its label is its name."""
    return {
        "id": name,
        "kind": kind,
        "label": name.title(),
        "x": 0,
        "y": 0,
        "params": params,
        "exits": exits or {},
    }


def graph(*nodes: dict[str, Any]) -> dict[str, Any]:
    """Begins at the first node."""
    return {"format": 1, "start": nodes[0]["id"], "nodes": list(nodes)}


def published(account: int, name: str, *nodes: dict[str, Any], language: str = "fr") -> int:
    """Write a flow and its first version (inside `Database.write`); returns its id."""
    made = graph(*nodes)
    flow = Flow.create(
        account=account, name=name, language=language, draft=made, published=1, created_at=1, updated_at=1
    )
    FlowVersion.create(account=account, flow=flow, number=1, graph=made, published_at=1)
    return int(flow.id)


def published_again(flow: int, *nodes: dict[str, Any]) -> None:
    """The next version, in force for new calls."""
    row = Flow.get_by_id(flow)
    number = row.published + 1
    FlowVersion.create(account=row.account_id, flow=flow, number=number, graph=graph(*nodes), published_at=2)
    Flow.update(published=number).where(Flow.id == flow).execute()


def behind(account: int, flow: int, number: str = MENU_DID) -> None:
    """This number leads to the flow."""
    Did.create(account=account, number=number, flow=flow)
