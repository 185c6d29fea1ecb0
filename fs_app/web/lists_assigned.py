"""Who has which records of a list for himself, and who of them is away (CE-07): theirs are to be given to others."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
from flask import Blueprint

from fs_app.agents.state import Presence
from fs_app.listwork.queries import assigned
from fs_app.web.access import needs
from fs_app.web.admin.common import read
from fs_app.web.context import the_app
from fs_app.web.i18n import t
from fs_app.web.lists import PATH, offered, page, the_list

blueprint = Blueprint("lists_assigned", __name__, url_prefix=PATH)


@blueprint.get("/<int:call_list>/assigned")
@needs("lists.view")
def owners(call_list: int) -> str:
    """By agent, those who are away first: nobody else calls for them."""
    head, app = the_list(call_list), the_app()
    now = app.clock.now_ms()
    rows: list[dict[str, Any]] = []
    for one in read(lambda account: assigned(head.id, now), 30.0):
        info, state = app.catalog.agent(one.agent), app.live.agents.get(one.agent)
        here = info is not None and state is not None and state.presence is not Presence.LOGGED_OUT
        rows.append(
            {
                "of": one,
                "name": info.name if info is not None else t("lists.assigned.gone"),
                "here": here,
                "since": state.presence_since if state is not None and not here else None,
                "records": f"{PATH}/{head.id}/records?filter={_his(one.agent)}",
                "filter": _his(one.agent),
            }
        )
    rows.sort(key=lambda row: (row["here"], -row["of"].total, str(row["name"]).casefold()))
    kinds = offered(head)
    return page("lists/assigned.html", head, "assigned", rows=rows, may="assign" in kinds)


def _his(agent: int) -> str:
    """A filter for an address: the records of this agent."""
    return quote(orjson.dumps({"field": "agent", "op": "is", "value": agent}).decode())
