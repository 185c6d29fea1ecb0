"""Téléphones: who is registered, from where, what went wrong lately; a test call; a new password."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin import audit, phones
from fs_app.admin.phones import Failure
from fs_app.agents.testcall import TestCall
from fs_app.errors import FsAppError, NotFound
from fs_app.facts import PhoneDetail
from fs_app.infos import AgentInfo
from fs_app.web.access import needs
from fs_app.web.admin.common import actor, done, read, typed
from fs_app.web.context import the_app, who

log = structlog.get_logger(__name__)

blueprint = Blueprint("admin_phones", __name__, url_prefix="/admin/phones")
PATH = "/admin/phones"

DAY_MS = 86_400_000
DETAILS_S = 2.0


@dataclass(frozen=True, slots=True)
class Row:
    """`registered` is what counts for calls; `detail` is what the switch says, where it answers."""

    agent: AgentInfo
    registered: bool
    since: int | None
    detail: PhoneDetail | None
    failures: list[Failure]
    test: TestCall | None
    state: str


@blueprint.get("")
@needs("phones.manage")
def listing() -> str:
    app, account, q = the_app(), who().account, " ".join(request.args.get("q", "")[:100].split())
    agents = [a for a in app.catalog.now.agents.values() if a.account == account and _matches(a, q)]
    since = app.clock.now_ms() - DAY_MS
    failures = read(lambda account: phones.failures(account, since))
    details = _details()
    rows = [_row(agent, failures.get(agent.id, []), details) for agent in agents]
    state = request.args.get("state", "")
    if state in ("registered", "away"):
        rows = [row for row in rows if row.registered is (state == "registered")]
    rows.sort(key=lambda row: (row.registered, row.agent.name.casefold()))
    return render_template(
        "admin/phones.html",
        rows=rows,
        q=q,
        state=state,
        away=sum(not row.registered for row in rows),
        answered=details is not None,
        running=any(row.test is not None and row.test.running for row in rows),
        may_reset=who().may("people.manage"),
    )


@blueprint.post("/<int:agent>/test")
@needs("phones.manage")
def test(agent: int) -> AnyResponse:
    """Ring it; the list tells what comes of it."""
    app, by = the_app(), actor()
    info = app.catalog.agent(agent)
    if info is None or info.account != by.account:
        raise NotFound(f"agent {agent}")
    app.test_calls.start(agent)
    app.db.write(lambda: audit.write(by, "test_call", "phone", agent, f"{info.name} · {info.number}"))
    q = typed("q", 100)
    return done(f"{PATH}?q={q}" if q.isalnum() else PATH, "phones.test_begun", name=info.name)


@blueprint.get("/<int:agent>/password")
@needs("people.manage")
def ask_password(agent: int) -> str:
    """A new password ends the registration of the old one: say so before."""
    info = the_app().catalog.agent(agent)
    if info is None or info.account != who().account:
        raise NotFound(f"agent {agent}")
    return render_template("admin/phone_password.html", agent=info)


def _matches(agent: AgentInfo, q: str) -> bool:
    return not q or q.casefold() in agent.name.casefold() or q in agent.number


def _row(
    agent: AgentInfo, failures: list[Failure], details: dict[tuple[str, str], PhoneDetail] | None
) -> Row:
    app = the_app()
    state = app.live.agents.get(agent.id)
    return Row(
        agent,
        app.phones.contact(agent.number, agent.domain) is not None,
        app.phone_watch.registered_since(agent.number, agent.domain),
        (details or {}).get((agent.number, agent.domain)),
        failures,
        app.test_calls.last(agent.id),
        state.shown if state is not None else "LOGGED_OUT",
    )


def _details() -> dict[tuple[str, str], PhoneDetail] | None:
    """What the switch says of each telephone; None when it does not answer."""
    app = the_app()
    if not app.switch.up:
        return None
    try:
        return {(d.user, d.domain): d for d in app.switch.phones().get(DETAILS_S)}
    except FsAppError as error:
        log.warning("the switch says nothing about telephones", error=str(error))
        return None
