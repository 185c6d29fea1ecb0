"""Ringing an agent's own telephone for something that is no call: a test, a prompt to be spoken."""

from __future__ import annotations

from collections.abc import Callable

from fs_app.agents.state import Presence, Work
from fs_app.errors import Conflict, Unavailable
from fs_app.infos import AgentInfo
from fs_app.live import Live
from fs_app.phones import Phones
from fs_app.ports import SwitchPort

NO_ANSWER, BUSY, REJECTED, FAILED = "no_answer", "busy", "rejected", "failed"

RESULTS = {
    "NO_ANSWER": NO_ANSWER,
    "NO_USER_RESPONSE": NO_ANSWER,
    "RECOVERY_ON_TIMER_EXPIRE": NO_ANSWER,
    "ORIGINATOR_CANCEL": NO_ANSWER,
    "USER_BUSY": BUSY,
    "CALL_REJECTED": REJECTED,
}
"""FreeSWITCH's cause → result; any other: failed."""


class PhoneInUse(Conflict):
    """Its agent takes calls, or talks."""

    key = "error.phone_in_use"


class PhoneNotThere(Unavailable):
    """It is not registered, or the switch is away."""

    key = "error.phone_not_registered"


class Bell:
    def __init__(self, live: Live, switch: SwitchPort, phones: Phones, in_use: Callable[[int], bool]) -> None:
        """`in_use(agent)`: his telephone listens to somebody."""
        self._live = live
        self._switch = switch
        self._phones = phones
        self._in_use = in_use

    def contact(self, info: AgentInfo) -> str:
        """Where his telephone is reached, when nobody else needs it. Raises PhoneInUse, PhoneNotThere."""
        state = self._live.agents.get(info.id)
        busy = state is not None and (state.work is not Work.IDLE or state.presence is Presence.AVAILABLE)
        if busy or self._in_use(info.id):
            raise PhoneInUse(f"agent {info.id}")
        contact = self._phones.contact(info.number, info.domain)
        if contact is None or not self._switch.up:
            raise PhoneNotThere(f"phone {info.number}", number=info.number)
        return contact
