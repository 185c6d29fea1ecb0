"""On which telephone each agent works: chosen by himself, checked, told to `Phones`, kept in the journal.

Two agents never work on one telephone: it would ring for both, and nobody could say who picked up.
"""

from __future__ import annotations

from collections.abc import Callable

from fs_app.agents.reach import OWN, How, Reach, softphone_user, to_entry
from fs_app.agents.state import INTERRUPTIBLE, AgentState, Presence
from fs_app.bus import Bus
from fs_app.catalog import Catalog
from fs_app.errors import Conflict, Invalid, NotAllowed, NotFound
from fs_app.events import CatalogChanged
from fs_app.infos import AgentInfo
from fs_app.live import Live
from fs_app.phones import Instead, Phones


class NumberTaken(Conflict):
    """Somebody else works on that telephone (`name`)."""

    key = "error.number_taken"


class UnknownNumber(Invalid):
    """No telephone of the account has this number."""

    key = "error.number_unknown"


class NumberNotYours(NotAllowed):
    """The profile does not let him choose this."""

    key = "error.number_not_yours"


class BusyNow(Conflict):
    """He has a call, or qualifies one."""

    key = "error.phone_in_call"


class NotProven(NotAllowed):
    """A number was changed, and nobody has picked up there yet."""

    key = "error.test_call_first"


class LineIsPermanent(NotAllowed):
    """A permanent line is the telephone with the agent's own number."""

    key = "error.number_permanent"


class Reaches:
    """`dialled(number)`: the dial string of a number outside (E.164); `parse(account, text)`: what was typed as such a
    number, '' when it is none."""

    def __init__(
        self,
        live: Live,
        bus: Bus,
        catalog: Catalog,
        phones: Phones,
        dialled: Callable[[str], str],
        parse: Callable[[int, str], str],
    ) -> None:
        self._live = live
        self._catalog = catalog
        self._phones = phones
        self._dialled = dialled
        self._parse = parse
        bus.subscribe(CatalogChanged, lambda _: self.rearm())

    # --- what is asked --------------------------------------------------------------------------------------
    def of(self, agent: int) -> Reach:
        state = self._live.agents.get(agent)
        return state.reach if state is not None else OWN

    def number(self, info: AgentInfo) -> str:
        """What people read: the number on which he is called; '' in the browser."""
        reach = self.of(info.id)
        return info.number if reach.how is How.OWN else reach.number

    def choose(self, agent: int, how: str, number: str = "", given: bool = False) -> Reach:
        """He works there from now on. `given`: the number comes from the PC where he sits, not from him.

        Raises NotFound, Invalid, UnknownNumber, NumberNotYours, NumberTaken, BusyNow, LineIsPermanent.
        """
        info = self._catalog.agent(agent)
        if info is None:
            raise NotFound(f"agent {agent}")
        state = self._live.agent(agent, info.account)
        if state.work not in INTERRUPTIBLE:
            raise BusyNow(f"agent {agent} has a call")
        wanted = self._wanted(info, how, number, given)
        self.must_be_free(info, wanted)
        if (wanted.how, wanted.number) == (state.reach.how, state.reach.number):
            return state.reach
        self._record(state, wanted)
        self._tell(info, wanted)
        return wanted

    def _wanted(self, info: AgentInfo, how: str, number: str, given: bool) -> Reach:
        number = number.strip()
        if how == How.PHONE and number == info.number:
            how = How.OWN
        if how == How.OWN:
            return OWN
        if info.permanent_line:
            raise LineIsPermanent(f"agent {info.id}")
        if how == How.SOFTPHONE:
            if not info.options.softphone:
                raise NumberNotYours("no softphone")
            return Reach(How.SOFTPHONE)
        if how not in (How.PHONE, How.OUTSIDE):
            raise Invalid("how", field="how")
        if not (info.options.may_edit_number or (given and info.options.free_seating)):
            raise NumberNotYours("the number is the administrator's")
        if how == How.PHONE:
            if not self._catalog.has_phone(info.account, number):
                raise UnknownNumber(f"telephone {number[:40]}", number=number[:40], field="number")
            return Reach(How.PHONE, number, proven=given)
        outside = self._parse(info.account, number)
        if not outside:
            raise UnknownNumber(f"number {number[:40]}", number=number[:40], field="number")
        if not info.options.number_outside:
            raise NumberNotYours("no numbers outside")
        return Reach(How.OUTSIDE, outside, proven=given)

    def must_be_free(self, info: AgentInfo, reach: Reach | None = None) -> None:
        """Nobody else works there now. Raises NumberTaken."""
        reach = self.of(info.id) if reach is None else reach
        mine = self._telephone(info, reach)
        for other, state in self._live.agents.items():
            if other == info.id or state.presence is Presence.LOGGED_OUT or state.account != info.account:
                continue
            colleague = self._catalog.agent(other)
            if colleague is not None and mine and self._telephone(colleague, state.reach) == mine:
                raise NumberTaken(f"agent {other} works on {mine}", name=colleague.name, number=mine)

    def must_be_proven(self, agent: int) -> None:
        """Raises NotProven."""
        if not self.of(agent).proven:
            raise NotProven(f"agent {agent}")

    def picked_up(self, agent: int) -> None:
        """He answered where he is called: the number is right."""
        state = self._live.agents.get(agent)
        if state is not None and not state.reach.proven:
            self._record(state, Reach(state.reach.how, state.reach.number))

    def worker(self, user: str, domain: str) -> int | None:
        """Who works on this telephone, which is not his own."""
        for agent, state in self._live.agents.items():
            if state.reach.how is How.PHONE and state.reach.number == user:
                info = self._catalog.agent(agent)
                if info is not None and info.domain == domain and state.presence is not Presence.LOGGED_OUT:
                    return agent
        return None

    # --- keeping it true ------------------------------------------------------------------------------------
    def rearm(self) -> None:
        """After a start and each change of the configuration: what is not there or not his any more is given up, when
        he has no call on it."""
        for agent, state in list(self._live.agents.items()):
            info = self._catalog.agent(agent)
            if info is None:
                continue
            if state.work in INTERRUPTIBLE and not self._still_right(info, state.reach):
                self._record(state, OWN)
            self._tell(info, state.reach)

    def _still_right(self, info: AgentInfo, reach: Reach) -> bool:
        if reach.how is How.OWN:
            return True
        if info.permanent_line:
            return False
        if reach.how is How.SOFTPHONE:
            return info.options.softphone
        if not (info.options.may_edit_number or info.options.free_seating):
            return False
        if reach.how is How.OUTSIDE:
            return info.options.number_outside
        return self._catalog.has_phone(info.account, reach.number)

    @staticmethod
    def _telephone(info: AgentInfo, reach: Reach) -> str:
        if reach.how is How.SOFTPHONE:
            return softphone_user(info.id)
        return info.number if reach.how is How.OWN else reach.number

    def _tell(self, info: AgentInfo, reach: Reach) -> None:
        place = None
        if reach.how is How.OUTSIDE:
            place = Instead(endpoint=self._dialled(reach.number))
        elif reach.how is not How.OWN:
            place = Instead(user=self._telephone(info, reach))
        self._phones.works_at(info.number, info.domain, place)

    def _record(self, state: AgentState, reach: Reach) -> None:
        self._live.record("agent.reach", account=state.account, agent=state.id, **to_entry(reach))
