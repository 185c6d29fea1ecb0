"""What the module of calling needs beside the picture (BA-90): queues with their numbers to show, the last numbers."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from fs_app.outgoing import latest
from fs_app.web.access import needs
from fs_app.web.agent_asking import fresh, whose
from fs_app.web.context import the_app

blueprint = Blueprint("agent_dial", __name__, url_prefix="/agent/dial")


@blueprint.get("")
@needs("calls.dial")
def choices() -> Response:
    """`queues`: [{id, name, caller_id, caller_ids, withheld}]; `last`: [{number, name, at, queue, answered}]."""
    (identity, agent), app = whose(), the_app()
    last = app.db.read(lambda: latest.numbers(identity.account, agent))
    return fresh(jsonify(queues=app.desk.dial_choices(agent), last=last))
