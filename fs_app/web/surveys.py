"""What callers said when a menu asked them: counts and mean of each question, the newest answers."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from fs_app.admin import queues
from fs_app.calls import queries as calls
from fs_app.surveys import queries
from fs_app.surveys.queries import Asked
from fs_app.web.access import needs
from fs_app.web.admin.common import read, whole
from fs_app.web.callfilter import day_in_address, days_in_address
from fs_app.web.context import zone

blueprint = Blueprint("surveys", __name__, url_prefix="/surveys")


@blueprint.get("")
@needs("surveys.view")
def listing() -> str:
    since, until = (day_in_address(request.args.get(name, "")) for name in ("since", "until"))
    asked = Asked(
        whole(request.args.get("queue", "")),
        whole(request.args.get("agent", "")),
        *days_in_address(request.args, zone()),
    )
    found, answers, offered, agents = read(
        lambda account: (
            queries.questions(account, asked),
            queries.latest(account, asked),
            queues.names(account),
            calls.agents_of(account),
        )
    )
    return render_template(
        "surveys/list.html",
        questions=found,
        answers=answers,
        queues=offered,
        agents=agents,
        asked=asked,
        since=request.args.get("since", "")[:10] if since else "",
        until=request.args.get("until", "")[:10] if until else "",
        filtered=asked != Asked(),
    )
