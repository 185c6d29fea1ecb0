"""What an agent has chosen for his page (BA-150..156) and how its modules lie; JSON, same session, CSRF header."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify

from fs_app.accounts.profiles import MODULES, AgentOptions
from fs_app.agents import settings
from fs_app.agents.model import AgentSettings
from fs_app.agents.settings import DeskSettings, InvalidSettings
from fs_app.errors import DatabaseBusy
from fs_app.web import i18n
from fs_app.web.access import needs
from fs_app.web.agent_asking import body, fresh, refused, whose
from fs_app.web.context import the_app

blueprint = Blueprint("agent_settings", __name__, url_prefix="/agent")


@blueprint.get("/settings")
@needs("desk.use")
def shown() -> Response:
    _, agent = whose()
    row = the_app().db.read(lambda: AgentSettings.get_or_none(AgentSettings.agent == agent))
    return fresh(jsonify(settings=asdict(settings.settings_of(row.choices if row else None))))


@blueprint.put("/settings")
@needs("desk.use")
def choose() -> Response:
    """What is not named stays as it is."""
    identity, agent = whose()
    given, app = body().get("settings"), the_app()
    now = app.clock.now_ms()

    def work() -> tuple[DeskSettings, DeskSettings]:
        row = AgentSettings.get_or_none(AgentSettings.agent == agent)
        before = settings.settings_of(row.choices if row else None)
        after = settings.read(given, before)
        _keep(identity.account, agent, now, choices=settings.to_store(after))
        return before, after

    try:
        before, after = app.db.write(work)
    except InvalidSettings as wrong:
        return fresh(refused(wrong, fields={name: i18n.t(key) for name, key in wrong.fields.items()}))
    if any(getattr(before, name) != getattr(after, name) for name in settings.OF_THE_CORE):
        with suppress(DatabaseBusy):  # it is written; the picture follows with the next change
            app.catalog.reload()
    return fresh(jsonify(ok=True, settings=asdict(after)))


@blueprint.put("/layout")
@needs("desk.use")
def lay_out() -> Response:
    identity, agent = whose()
    layout, app = settings.read_layout(body()), the_app()
    now = app.clock.now_ms()
    app.db.write(lambda: _keep(identity.account, agent, now, layout=layout))
    return fresh(jsonify(ok=True))


def page_facts(agent: int) -> dict[str, Any]:
    """What the page's script must know of them before it draws anything."""
    app = the_app()
    row = app.db.read(lambda: AgentSettings.get_or_none(AgentSettings.agent == agent))
    info = app.catalog.agent(agent)
    options = info.options if info else AgentOptions()
    return {
        "modules": [name for name in MODULES if name not in options.modules_off],
        "options": {
            "lines_in_column": options.lines_in_column,
            "may_tick_queues": options.may_tick_queues,
            "may_edit_number": options.may_edit_number,
            "number_outside": options.number_outside,
            "softphone": options.softphone,
            "free_seating": options.free_seating,
            "modes": list(options.modes),
        },
        "layout": settings.layout_of(row.layout if row else None),
        "settings": asdict(settings.settings_of(row.choices if row else None)),
    }


def _keep(account: int, agent: int, now: int, **parts: Any) -> None:
    """Inside `Database.write`."""
    values = {"choices": {}, "layout": {}, **parts}
    AgentSettings.insert(agent=agent, account=account, updated_at=now, **values).on_conflict(
        conflict_target=[AgentSettings.agent], update={**parts, "updated_at": now}
    ).execute()
