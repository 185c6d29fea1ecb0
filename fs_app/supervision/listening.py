"""A supervisor on an agent's call: listen, whisper, barge (PW-51).

His own telephone is rung; when he has picked up and his leg is at rest it listens to the agent's leg. What he may be
heard by is changed while it lasts. It ends when he wants it, when his telephone is put down, or with the conversation.

    RINGING -[at rest]> LISTENING -[over]> ENDING -[hung up]> (gone)

The leg says itself what it is (`fsapp_role=supervisor`, who, whom, how), so that a program that was started anew
finds it again and goes on. The journal says who listened to whom before anything is heard.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import uuid4

import structlog

from fs_app import facts as f
from fs_app.agents.state import Work
from fs_app.bus import Bus
from fs_app.calls.stages import IN_CONVERSATION
from fs_app.calls.state import Call, Leg
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.errors import Conflict, NotAllowed, NotFound
from fs_app.events import ListeningChanged, Recorded
from fs_app.facts import Channel
from fs_app.infos import AgentInfo
from fs_app.live import Live
from fs_app.phones import Phones
from fs_app.ports import Originate, OriginateResult, Outcome, Pending, SwitchPort

log = structlog.get_logger(__name__)

ROLE = "supervisor"
RING_S = 20.0
SETTLED_S = 0.4
"""A key that is pressed before `eavesdrop` reads keys would be lost: it begins some 20 ms after it was asked for."""


class Mode(StrEnum):
    LISTEN = "listen"  # hears both, nobody hears him
    WHISPER = "whisper"  # the agent hears him
    BARGE = "barge"  # both hear him


KEYS = {Mode.LISTEN: "0", Mode.WHISPER: "2", Mode.BARGE: "3"}
"""What `eavesdrop` is told by keys (switch_ivr_async.c); 1 speaks to the other side alone, which nobody may."""

EAVESDROP_KEYS = frozenset("0123")


class State(StrEnum):
    RINGING = "RINGING"
    LISTENING = "LISTENING"
    ENDING = "ENDING"


class NoPhone(NotAllowed):
    """This supervisor has no telephone of his own."""

    key = "error.supervisor_no_phone"
    status = 409


class PhoneAway(Conflict):
    """His telephone is not registered."""

    key = "error.supervisor_phone_away"


class PhoneBusy(Conflict):
    """He is in a call himself, or one rings at his telephone."""

    key = "error.supervisor_in_call"


class NotTalking(Conflict):
    """The agent is in no conversation (any more)."""

    key = "error.agent_not_talking"


class ListensAlready(Conflict):
    """He listens to somebody already."""

    key = "error.listens_already"


@dataclass(slots=True)
class Session:
    """`leg` is the supervisor's, `target` the agent's; `since` UTC ms of the present state; `why` it ended."""

    leg: str
    account: int
    user: int
    name: str
    supervisor: int  # his own agent: the telephone
    agent: int
    call: str
    target: str
    mode: Mode
    state: State
    since: int
    wanted: Mode
    why: str = ""


class Listening:
    def __init__(
        self, live: Live, clock: Clock, bus: Bus, catalog: Catalog, switch: SwitchPort, phones: Phones
    ) -> None:
        self._live = live
        self._clock = clock
        self._bus = bus
        self._catalog = catalog
        self._switch = switch
        self._phones = phones
        self._sessions: dict[str, Session] = {}
        bus.subscribe(Recorded, self._on_recorded)

    # --- questions ------------------------------------------------------------------------------------------
    def of_user(self, user: int) -> Session | None:
        return next(
            (s for s in self._sessions.values() if s.user == user and s.state is not State.ENDING), None
        )

    def uses_phone(self, agent: int) -> bool:
        """This agent's telephone is listening: no calls for it."""
        return any(s.supervisor == agent for s in self._sessions.values())

    def heard_by(self, agent: int) -> dict[str, Any] | None:
        """Who speaks to this agent: told to nobody who is only listened to."""
        for session in self._sessions.values():
            if (
                session.agent == agent
                and session.state is State.LISTENING
                and session.mode is not Mode.LISTEN
            ):
                return {"name": session.name, "mode": str(session.mode)}
        return None

    def picture(self, user: int) -> dict[str, Any] | None:
        """For the supervisor's page."""
        session = self.of_user(user)
        if session is None:
            return None
        info = self._catalog.agent(session.agent)
        return {
            "agent": session.agent,
            "agent_name": info.name if info else "",
            "call": session.call,
            "mode": str(session.wanted),
            "state": str(session.state),
            "since": session.since,
        }

    # --- what a supervisor asks -----------------------------------------------------------------------------
    def begin(self, account: int, user: int, name: str, own: int | None, agent: int, mode: Mode) -> None:
        """Ring the telephone of `own` (the supervisor's own agent) to listen to `agent`."""
        now = self.of_user(user)
        if now is not None:
            if now.agent == agent:
                self.change(user, mode)
                return
            raise ListensAlready(f"user {user} listens to agent {now.agent}")
        call, target = self._conversation(agent)
        phone, contact = self._phone(own, agent)
        leg = str(uuid4())
        self._record(call, "supervision.begun", agent, user=user, user_name=name, mode=str(mode), leg=leg)
        session = Session(
            leg,
            account,
            user,
            name,
            phone.id,
            agent,
            call.id,
            target.id,
            Mode.LISTEN,
            State.RINGING,
            self._clock.now_ms(),
            mode,
        )
        self._sessions[leg] = session
        self._tell(session)
        watched = self._catalog.agent(agent)
        pending = self._switch.originate(
            Originate(
                leg=leg,
                endpoint=contact,
                caller_number=watched.number if watched else "",
                caller_name=watched.name if watched else "",
                ring_s=RING_S,
                variables={
                    "fsapp_account": str(account),
                    "fsapp_call": call.id,
                    "fsapp_role": ROLE,
                    "fsapp_agent": str(phone.id),
                    "fsapp_user": str(user),
                    "fsapp_watched": str(agent),
                    "fsapp_target": target.id,
                    "fsapp_mode": str(mode),
                    "hangup_after_bridge": "false",
                },
            )
        )
        pending.then(lambda outcome: self._rung(leg, outcome))

    def change(self, user: int, mode: Mode) -> None:
        """From now on heard by nobody, by the agent, by both. Raises NotFound when he does not listen."""
        session = self.of_user(user)
        if session is None:
            raise NotFound(f"user {user} listens to nobody")
        session.wanted = mode
        self._tell(session)
        if session.state is State.LISTENING:
            self._apply_mode(session)

    def end(self, user: int) -> None:
        """Nothing happens when he does not listen (any more)."""
        session = self.of_user(user)
        if session is not None:
            self._end(session, "asked")

    def _conversation(self, agent: int) -> tuple[Call, Leg]:
        state = self._live.agents.get(agent)
        call = self._live.calls.get((state.call if state else None) or "")
        leg = call.leg_of(agent) if call is not None else None
        if call is None or leg is None or call.stage not in IN_CONVERSATION:
            raise NotTalking(f"agent {agent}")
        return call, leg

    def _phone(self, own: int | None, agent: int) -> tuple[AgentInfo, str]:
        info = self._catalog.agent(own) if own is not None else None
        if info is None:
            raise NoPhone("no telephone")
        state = self._live.agents.get(info.id)
        if info.id == agent or (
            state is not None and state.work in (Work.OFFERED, Work.DIALING, Work.ACTIVE)
        ):
            raise PhoneBusy(f"agent {info.id}")
        if self.uses_phone(info.id):
            raise ListensAlready(f"agent {info.id}")
        contact = self._phones.contact(info.number, info.domain)
        if contact is None:
            raise PhoneAway(f"phone {info.number}", number=info.number)
        return info, contact

    # --- what the switch says -------------------------------------------------------------------------------
    def on_fact(self, fact: f.LegFact) -> None:
        """Of any leg; others than ours cost a look into a small dictionary. Never yields."""
        session = self._sessions.get(fact.leg)
        if session is None:
            return
        match fact:
            case f.LegParked():
                if session.state is State.RINGING:
                    self._listen(session)
            case f.AppDone(app="eavesdrop"):
                self._end(session, "call over")
            case f.Digit(digit=key):
                self._pressed(session, key)
            case f.LegHungUp(cause=cause):
                self._gone(session, session.why or ("hung up" if session.state is State.LISTENING else cause))

    def _rung(self, leg: str, outcome: Outcome[OriginateResult]) -> None:
        session = self._sessions.get(leg)
        if session is None or outcome.error is not None:
            return  # lost with the link or late: the comparison with the switch decides
        if outcome.value is not None and not outcome.value.answered:
            self._gone(session, session.why or outcome.value.cause)

    def _listen(self, session: Session) -> None:
        """The supervisor picked up and his leg is at rest."""
        call = self._live.calls.get(session.call)
        leg = call.legs.get(session.target) if call is not None else None
        if leg is None or not leg.live:
            self._end(session, "call over")
            return
        session.state, session.since = State.LISTENING, self._clock.now_ms()
        self._failing(session, self._switch.listen(session.leg, session.target))
        self._tell(session)
        if session.wanted is not Mode.LISTEN:
            leg_id = session.leg
            self._clock.call_later(SETTLED_S, lambda: self._settled(leg_id))

    def _settled(self, leg: str) -> None:
        session = self._sessions.get(leg)
        if session is not None and session.state is State.LISTENING and session.mode != session.wanted:
            self._apply_mode(session)

    def _apply_mode(self, session: Session) -> None:
        if self._clock.now_ms() - session.since < SETTLED_S * 1000:
            leg = session.leg
            self._clock.call_later(SETTLED_S, lambda: self._settled(leg))
            return
        mode = session.wanted
        if mode is session.mode:
            return
        call = self._live.calls.get(session.call)
        if call is None:
            return
        session.mode = mode
        self._record(
            call,
            "supervision.mode",
            session.agent,
            user=session.user,
            user_name=session.name,
            mode=str(mode),
            leg=session.leg,
        )
        self._switch.set_variables(session.leg, {"fsapp_mode": str(mode)})
        self._make_heard(session)
        self._tell(session)

    def _make_heard(self, session: Session) -> None:
        verb = {
            Mode.LISTEN: self._switch.listen_only,
            Mode.WHISPER: self._switch.whisper,
            Mode.BARGE: self._switch.barge,
        }[session.mode]
        self._failing(session, verb(session.leg))

    def _pressed(self, session: Session, key: str) -> None:
        """A key on his leg: ours, or one that he pressed himself, which `eavesdrop` obeys all the same. The page and
        the journal would go on saying what was heard before: undone."""
        if session.state is State.LISTENING and key in EAVESDROP_KEYS and key != KEYS[session.mode]:
            self._make_heard(session)

    def _failing(self, session: Session, pending: Pending[None]) -> None:
        """A command that the switch refuses ends it: nobody is to believe that he is heard, or not."""
        leg = session.leg

        def done(outcome: Outcome[None]) -> None:
            if outcome.error is not None:
                log.warning("listening failed", leg=leg, error=repr(outcome.error))
                if leg in self._sessions and self._switch.up:
                    self._end(self._sessions[leg], "refused")

        pending.then(done)

    def _on_recorded(self, event: Recorded) -> None:
        if not self._sessions:
            return
        entry = event.entry
        for session in list(self._sessions.values()):
            if session.state is State.ENDING or entry.call != session.call:
                continue
            left = entry.kind == "leg.ended" and entry.data["leg"] == session.target
            if left or entry.kind == "call.ended":
                self._end(session, "call over")

    def _end(self, session: Session, why: str) -> None:
        if session.state is State.ENDING:
            return
        session.why = why
        session.state, session.since = State.ENDING, self._clock.now_ms()
        self._switch.hangup(session.leg, "NORMAL_CLEARING")
        self._over(session)

    def _gone(self, session: Session, why: str) -> None:
        ending = session.state is State.ENDING
        session.why = session.why or why
        self._sessions.pop(session.leg, None)
        if not ending:
            session.state = State.ENDING
            self._over(session)

    def _over(self, session: Session) -> None:
        self._live.record(
            "supervision.ended",
            account=session.account,
            call=session.call,
            agent=session.agent,
            user=session.user,
            user_name=session.name,
            leg=session.leg,
            why=session.why,
        )
        self._tell(session)

    def _record(self, call: Call, kind: str, agent: int, **data: Any) -> None:
        info = self._catalog.agent(agent)
        self._live.record(
            kind,
            account=call.account,
            call=call.id,
            agent=agent,
            agent_name=info.name if info is not None else "",
            **data,
        )

    def _tell(self, session: Session) -> None:
        over = session.state is State.ENDING
        self._bus.publish(
            ListeningChanged(
                session.account, session.user, None if over else self.picture(session.user), session.why
            )
        )

    # --- the comparison with the switch ---------------------------------------------------------------------
    def compare(self, present: Collection[str], channels: Mapping[str, Channel], begun_ms: int) -> None:
        """Make it equal to what the switch has: `present` are all legs, `channels` those that were looked at.
        After a start this is where the sessions come from."""
        for session in list(self._sessions.values()):
            if session.leg not in present and session.since < begun_ms:
                self._gone(session, "LOST_TRACK")
        for channel in channels.values():
            if channel.get("fsapp_role") != ROLE:
                continue
            known = self._sessions.get(channel.leg)
            if known is None:
                self._take_up(channel)
            elif known.since < begun_ms:
                self._mend(known, channel)

    def _mend(self, session: Session, channel: Channel) -> None:
        """What was not told: that he picked up, that it is over, that he is to be hung up."""
        if session.state is State.ENDING:
            self._switch.hangup(session.leg)
        elif session.state is State.RINGING and channel.answered:
            self._listen(session)
        elif session.state is State.LISTENING and channel.app != "eavesdrop":
            self._end(session, "call over")

    def _take_up(self, channel: Channel) -> None:
        """A leg of a supervisor that this program has not made: an earlier run did."""
        session = self._read(channel)
        call = self._live.calls.get(channel.get("fsapp_call"))
        leg = call.legs.get(session.target) if session is not None and call is not None else None
        if session is None or leg is None or not leg.live:
            log.info("a supervisor's leg has nothing to listen to", leg=channel.leg)
            self._switch.hangup(channel.leg)
            return
        self._sessions[session.leg] = session
        log.info("a supervisor listens still", user=session.user, agent=session.agent)
        if channel.app == "eavesdrop":
            session.state, session.mode = State.LISTENING, session.wanted
        elif channel.answered:
            self._listen(session)
            return
        self._tell(session)

    def _read(self, channel: Channel) -> Session | None:
        """From what the leg says of itself; it was this program that said it."""
        try:
            mode = Mode(channel.get("fsapp_mode"))
            numbers = [int(channel.get(f"fsapp_{n}")) for n in ("account", "user", "agent", "watched")]
        except ValueError:
            return None
        account, user, own, watched = numbers
        info = self._catalog.agent(own)
        return Session(
            channel.leg,
            account,
            user,
            info.name if info else "",
            own,
            watched,
            channel.get("fsapp_call"),
            channel.get("fsapp_target"),
            Mode.LISTEN,
            State.RINGING,
            self._clock.now_ms(),
            mode,
        )
