"""Passwords of telephones in browsers (BY-50): made for a login, given to the agent's own page, void when it ends.

Never the password of his desk telephone: what a page knows, a browser's extension knows too. A new one replaces the
one before, so of two pages the later one telephones.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import structlog

from fs_app.accounts.model import UserSession
from fs_app.agents.model import Softphone
from fs_app.agents.reach import How, softphone_user
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.db import Database
from fs_app.digest import a1_hash
from fs_app.errors import NotAllowed, Unavailable
from fs_app.live import Live
from fs_app.phones import Phones
from fs_app.ports import SwitchPort

log = structlog.get_logger(__name__)

LOST, WITHDRAWN = "DESTINATION_OUT_OF_ORDER", "LOSE_RACE"
"""What FreeSWITCH is told of the leg of a page that is gone: neither is a telephone put down."""

VALID_MS = 16 * 3_600_000
"""A page that stays open longer asks again."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """`expires_at`: UTC ms."""

    user: str
    domain: str
    password: str
    expires_at: int


class SipUser(NamedTuple):
    """One line for the telephones' directory; `account` is its short name."""

    user: str
    domain: str
    a1_hash: str
    account: str
    name: str


@dataclass(frozen=True, slots=True)
class _Kept:
    ha1: str
    login: str
    expires_at: int


class Softphones:
    """`changed()` is called when the telephones' directory has to be written anew; it may wait."""

    def __init__(
        self,
        db: Database,
        live: Live,
        clock: Clock,
        catalog: Catalog,
        phones: Phones,
        switch: SwitchPort,
        changed: Callable[[], None],
    ) -> None:
        self._db = db
        self._live = live
        self._clock = clock
        self._catalog = catalog
        self._phones = phones
        self._switch = switch
        self._changed = changed
        self._kept: dict[int, _Kept] = {}

    def load(self) -> None:
        """After a start: who telephones in a browser does so still. Waits for the database."""
        now = self._clock.now_ms()
        self._kept = self._db.read(lambda: _valid(now))

    def give(self, agent: int, login: str) -> Credentials:
        """A new password for this login (a session's token hash). Raises NotAllowed, DatabaseBusy."""
        info = self._catalog.agent(agent)
        if info is None or not info.options.softphone:
            raise NotAllowed("no softphone")
        user, password, now = softphone_user(agent), secrets.token_urlsafe(24), self._clock.now_ms()
        kept = _Kept(a1_hash(user, info.domain, password), login, now + VALID_MS)
        account = info.account

        def write() -> None:
            values = {
                "account": account,
                "ha1": kept.ha1,
                "login": login,
                "created_at": now,
                "expires_at": kept.expires_at,
            }
            Softphone.insert(agent=agent, **values).on_conflict(
                conflict_target=[Softphone.agent], update=values
            ).execute()

        self._db.write(write)
        self._kept[agent] = kept
        self._phones.forget(user, info.domain)
        self._let_go(agent)
        self._changed()
        return Credentials(user, info.domain, password, kept.expires_at)

    def _let_go(self, agent: int) -> None:
        """Another page telephones now: what the one before was connected with is with nobody. The customer gets music,
        and his agent, as when a line is lost (BY-02); a telephone that only rang is rung again. A colleague who asks
        him is not left in silence either."""
        state = self._live.agents.get(agent)
        call = self._live.calls.get(state.call or "") if state is not None else None
        leg = call.leg_of(agent) if call is not None else None
        if call is not None and leg is None and (line := call.line_of(agent)) is not None:
            leg = call.legs[line.leg]
            if leg.answered_at is None:
                return
        if state is None or leg is None or state.reach.how is not How.SOFTPHONE:
            return
        log.info("a softphone's page begins anew", agent=agent, leg=leg.id)
        self._switch.hangup(leg.id, LOST if leg.answered_at is not None else WITHDRAWN)

    def revoke(self, login: str) -> None:
        """This login is over: its password opens nothing from now on, whatever the database says."""
        gone = [agent for agent, kept in self._kept.items() if kept.login == login]
        for agent in gone:
            del self._kept[agent]
            self._let_go(agent)
        if gone:
            self._changed()
            try:
                self._db.write(lambda: Softphone.delete().where(Softphone.login == login).execute())
            except Unavailable as error:
                log.warning("a softphone's password is forgotten later", error=str(error))

    def round(self) -> None:
        """Every half minute: logins that ended otherwise (revoked, expired), agents who may no longer."""
        now = self._clock.now_ms()
        try:
            valid = self._db.read(lambda: _valid(now), timeout=5.0)
        except Unavailable:
            return
        # One that was given while the database was read is not in what was read: its login is looked at next time.
        asked = [agent for agent, kept in self._kept.items() if kept.expires_at - VALID_MS < now]
        lost = [agent for agent in asked if valid.get(agent) != self._kept[agent] or not self._may(agent)]
        for agent in lost:
            del self._kept[agent]
        if lost:
            self._changed()

    def users(self) -> list[SipUser]:
        """For the telephones' directory."""
        users = []
        for agent, kept in list(self._kept.items()):
            info = self._catalog.agent(agent)
            account = self._catalog.account(info.account) if info is not None else None
            if info is not None and account is not None and self._may(agent):
                users.append(SipUser(softphone_user(agent), info.domain, kept.ha1, account.slug, info.name))
        return users

    def _may(self, agent: int) -> bool:
        info = self._catalog.agent(agent)
        return info is not None and info.options.softphone


def _valid(now: int) -> dict[int, _Kept]:
    rows = (
        Softphone.select(Softphone.agent, Softphone.ha1, Softphone.login, Softphone.expires_at)
        .join(UserSession, on=(UserSession.token_hash == Softphone.login))
        .where(Softphone.expires_at > now, UserSession.revoked_at.is_null(), UserSession.expires_at > now)
    )
    return {agent: _Kept(ha1, login, until) for agent, ha1, login, until in rows.tuples()}
