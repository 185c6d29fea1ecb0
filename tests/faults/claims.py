"""What the program says of itself at the end: rows of its database and the figures of its overview page."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from fs_app.calls import queries
from fs_app.db import Database
from tests.support.program import ROOT, Program

CALLS = (
    "select id, outcome, ended_at, ended_by, agent_id, disposition_id, disposition_note, ticket, wait_ms from call"
    " where direction = 'inbound'"
)
OFFERS = "select id, call_id, agent_id from leg where role = 'agent'"
STEPS = "select id, at, agent, kind, data from journal_entry where kind in ('agent.presence', 'agent.work') order by id"
LEFT = "select id, caller_number, stage, outcome from call where ended_at is null"


def collect(app: Program) -> dict[str, Any]:
    connection = sqlite3.connect(app.folder / "fs_app.db", timeout=10)
    try:
        claims: dict[str, Any] = {
            "calls": connection.execute(CALLS).fetchall(),
            "offers": connection.execute(OFFERS).fetchall(),
            "steps": connection.execute(STEPS).fetchall(),
        }
    finally:
        connection.close()
    claims["figures"] = _figures(app)
    return claims


def _figures(app: Program) -> dict[str, int]:
    """As the overview asks for them."""
    db = Database(app.database_url, ROOT / "migrations")
    db.open()
    try:
        found = db.read(lambda: queries.figures(app.ids.account, 0, int(time.time() * 1000) + 1))
    finally:
        db.close()
    return {"offered": found.offered, "answered": found.answered, "abandoned": found.abandoned}


def unfinished(folder: Path) -> list[str]:
    """Calls that the database has as running."""
    connection = sqlite3.connect(folder / "fs_app.db", timeout=5)
    try:
        rows = connection.execute(LEFT).fetchall()
    except sqlite3.OperationalError as error:
        return [f"the database does not answer: {error}"]
    finally:
        connection.close()
    return [f"call {row[0]} from {row[1]} is recorded as {row[2]}" for row in rows]


def projected(folder: Path) -> int:
    """How far the journal is in the database."""
    connection = sqlite3.connect(folder / "fs_app.db", timeout=5)
    try:
        return int(connection.execute("select max(position) from projection_mark").fetchone()[0] or 0)
    finally:
        connection.close()
