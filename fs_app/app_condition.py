"""Composition: how the program is, for its page, its health and its figures."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prometheus_client import REGISTRY

from fs_app.config import Settings
from fs_app.system.figures import Places

if TYPE_CHECKING:
    from fs_app.app import Application


def places(settings: Settings, is_sqlite: bool) -> Places:
    """Where it keeps what."""
    file = Path(settings.database.partition("sqlite:///")[2]) if is_sqlite else None
    disks = {"data": settings.data_dir, "recordings": settings.recordings, "sounds": settings.sounds_dir}
    return Places(disks, file, settings.journal_dir, settings.spool)


def of_the_program(app: Application, sessions: int) -> dict[str, Any]:
    """What the system's page says of the program, beside its health. `sessions`: of the outbound event socket."""
    return {
        "version": version("fs-app"),
        "started_at": app.started_at,
        "link_up": app.link.up,
        "link_trouble": app.link.trouble,
        "sessions": sessions,
        "database": app.db.described(),
        "position": app.projector.position,
        "lag": app.projector.lag(),
        "journal_held": app.journal.held,
        "browsers": int(REGISTRY.get_sample_value("fsapp_browsers") or 0),
    }


def figures(app: Application) -> dict[str, Any]:
    """Those of the moment."""
    return {
        "calls": len(app.live.calls),
        "waiting": sum(app.queues.length(q) for q in app.catalog.every_queue()),
        "agents_logged_in": sum(a.presence != "LOGGED_OUT" for a in app.live.agents.values()),
        "journal_lag": app.projector.lag(),
        "loop_lag_p99_ms": round(app.watch.p99_ms(), 1),
    }
