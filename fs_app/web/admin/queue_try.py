"""What a queue's form would do, before it is saved: the address of an example call, and one question to the service."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, request
from peewee import DoesNotExist

from fs_app.admin import queue_pop
from fs_app.queues import popping
from fs_app.queues.popping import Lookup
from fs_app.web import i18n
from fs_app.web.access import needs
from fs_app.web.admin.common import read, typed
from fs_app.web.admin.queue_tabs.pop import typed_form
from fs_app.web.context import the_app, who
from fs_app.web.i18n import t, t_or

blueprint = Blueprint("admin_queue_try", __name__, url_prefix="/admin/queues")

EXAMPLE = {
    "caller": "+33612345678",
    "called": "+33185090000",
    "queue": "Commercial & SAV",
    "queue_id": "7",
    "call_id": "5b0c6f0e-4f0b-4c1e-9a55-0d0c2c7e2a10",
    "agent": "1001",
    "agent_name": "Élodie Martin",
    "contact_id": "42",
}


@blueprint.post("/try-address")
@needs("queues.manage")
def address() -> Response:
    """The address of `pop_url` for an example call, or what is wrong with it."""
    url = typed("pop_url", 2000)
    wrong = popping.wrong_address(url) if url else "url_host"
    if wrong:
        return _fresh(jsonify(url="", problem=t(f"field.{wrong}", most=popping.LONGEST_URL) if url else ""))
    named = {name: f"«{name}»" for name in popping.places_of(url)}
    return _fresh(jsonify(url=popping.filled(url, {**named, **EXAMPLE}), problem=""))


@blueprint.post("/try-lookup")
@needs("queues.manage")
def lookup() -> Response:
    """Ask the web service as it is typed now, for a number; the queue's stored password when none was typed."""
    form, number = typed_form(), typed("try_number", 40)
    secret = form.secret if form.secret is not None else _stored_secret(form.lookup_url)
    asked = Lookup(
        form.lookup_url,
        form.lookup_name,
        form.method,
        min(popping.LONGEST_S, max(1, form.timeout_s or 1)),
        secret,
        tuple(one for one in form.mapped if not popping.wrong_mapped(one)),
    )
    found = the_app().lookups.try_out(who().account, asked, number or EXAMPLE["caller"])
    why = found["why"]
    return _fresh(
        jsonify(
            state=found["state"],
            text=t(f"pop.tried.{found['state']}"),
            why=t_or(f"pop.why.{why}", t("pop.why.other", why=why)) if why else "",
            values=[{"label": t(f"contact.{name}"), "value": v} for name, v in found["values"].items()],
            more=found["more"],
        )
    )


def _stored_secret(url: str) -> str:
    """Of the queue, for the machine that it was meant for and no other."""
    queue = request.form.get("queue", "")
    if not queue.isdigit() or len(queue) > 9:
        return ""
    try:
        stored = read(lambda account: queue_pop.load(account, int(queue)))
    except DoesNotExist:
        return ""
    same = urlsplit(stored.lookup_url)[:2] == urlsplit(url)[:2]
    return (stored.secret or "") if same else ""


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = i18n.language()
    return response
