"""What is behind the number that was dialled."""

from __future__ import annotations

from fs_app import facts as f
from fs_app.catalog import Catalog
from fs_app.infos import FlowInfo, QueueInfo


def of(catalog: Catalog, fact: f.LegCreated) -> QueueInfo | FlowInfo | None:
    """The menu or queue of a DID from outside, a queue's number from a telephone of ours."""
    did = catalog.did(fact.destination)
    agent = catalog.caller(fact.channel_name)
    if agent is not None:
        info = catalog.agent(agent)
        if info is not None:
            internal = catalog.queue_by_number(info.account, fact.destination)
            if internal is not None:
                return internal
            if did is not None and did.account != info.account:
                return None
    if did is None:
        return None
    return catalog.flow(did.flow) or catalog.open_queue(did.queue)
