"""PCs that remember the telephone beside them (BA-151): rows, and what happens when somebody sits down."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

import structlog

from fs_app.agents.model import Agent, Seat
from fs_app.agents.reach import How
from fs_app.agents.state import Presence
from fs_app.errors import FsAppError, NotFound

log = structlog.get_logger(__name__)

MOST = 5000
"""PCs of an account: cookies that are thrown away each evening must not fill the table."""


@dataclass(frozen=True, slots=True)
class SeatRow:
    id: int
    name: str
    how: str
    number: str
    agent: str  # who sat there last
    used_at: int


def new_token() -> str:
    return secrets.token_urlsafe(32)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# --- inside Database.read / Database.write --------------------------------------------------------------------
def find(account: int, token: str) -> SeatRow | None:
    """The PC, if it is one of this account."""
    seat = Seat.get_or_none((Seat.account == account) & (Seat.token_hash == _hash(token)))
    return None if seat is None else SeatRow(seat.id, seat.name, seat.how, seat.number, "", seat.used_at)


def bind(account: int, token: str, how: str, number: str, agent: int, now: int) -> dict[str, Any]:
    """This PC stands beside that telephone from now on; answers it as its page shows it."""
    seat = Seat.get_or_none(Seat.token_hash == _hash(token))
    if seat is not None and seat.account_id != account:
        seat.delete_instance()  # it was another account's: what it knew is that account's
        seat = None
    if seat is None:
        many = Seat.select().where(Seat.account == account).count()
        if many >= MOST:
            oldest = Seat.select(Seat.id).where(Seat.account == account).order_by(Seat.used_at).limit(1)
            Seat.delete().where(Seat.id.in_(oldest)).execute()
        seat = Seat(account=account, token_hash=_hash(token), name=f"PC {many + 1}", created_at=now)
    seat.how, seat.number, seat.agent, seat.used_at = how, number, agent, now
    seat.save()
    return {"name": seat.name, "how": seat.how, "number": seat.number}


def used(seat: int, agent: int, now: int) -> None:
    Seat.update(agent=agent, used_at=now).where(Seat.id == seat).execute()


def forget(account: int, token: str) -> None:
    Seat.delete().where(Seat.account == account, Seat.token_hash == _hash(token)).execute()


def listing(account: int) -> list[SeatRow]:
    rows = Seat.select(Seat, Agent).left_outer_join(Agent).where(Seat.account == account).order_by(Seat.name)
    return [
        SeatRow(s.id, s.name, s.how, s.number, s.agent.user.name if s.agent_id else "", s.used_at)
        for s in rows
    ]


def get(account: int, seat: int) -> str:
    """Its name. Raises NotFound."""
    row = Seat.get_or_none((Seat.account == account) & (Seat.id == seat))
    if row is None:
        raise NotFound(f"seat {seat}")
    return str(row.name)


def rename(account: int, seat: int, name: str) -> None:
    """Raises NotFound."""
    if not Seat.update(name=name).where(Seat.account == account, Seat.id == seat).execute():
        raise NotFound(f"seat {seat}")


def remove(account: int, seat: int) -> str:
    """Answers its name. Raises NotFound."""
    name = get(account, seat)
    Seat.delete().where(Seat.id == seat).execute()
    return name


# --- when somebody sits down ------------------------------------------------------------------------------------
def sit_down(app: Any, agent: int, account: int, token: str) -> None:
    """Before he takes his place: the telephone is that of this PC. Waits for the database."""
    info, state = app.catalog.agent(agent), app.live.agents.get(agent)
    if info is None or (state is not None and state.presence is not Presence.LOGGED_OUT):
        return
    seat = app.db.read(lambda: find(account, token)) if token and info.options.free_seating else None
    if seat is None:
        if app.reaches.of(agent).how is How.PHONE and not info.options.may_edit_number:
            app.reaches.choose(agent, How.OWN)  # that was another PC's
        return
    try:
        app.reaches.choose(agent, seat.how, seat.number, given=True)
    except FsAppError as error:
        log.info("the telephone of a PC can't be had", agent=agent, seat=seat.id, why=str(error))
        return
    now = app.clock.now_ms()
    app.db.write(lambda: used(seat.id, agent, now))
