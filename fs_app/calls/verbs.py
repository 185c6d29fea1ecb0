"""What an agent asks of the lines of his call (BA-120..124)."""

from __future__ import annotations

from fs_app.calls import conference, consult, conversation, own_transfer, transfer
from fs_app.calls.context import Context, Silenced
from fs_app.calls.line import NOT_YET, Line, LineState
from fs_app.calls.stages import IN_CONVERSATION, Role, Stage
from fs_app.calls.state import Call, Leg
from fs_app.calls.targets import Wish, find
from fs_app.errors import Conflict, NotFound
from fs_app.ports import Outcome

MUTABLE = IN_CONVERSATION | {Stage.STAYING}


class Moving(Conflict):
    """His telephone is just being connected with somebody else; in a second he may."""

    key = "error.line_moving"


class NotNow(Conflict):
    """These lines don't allow it now."""

    key = "error.line_not_now"


class OneAtATime(Conflict):
    """Somebody is being called already."""

    key = "error.line_dialling"


class OthersThere(Conflict):
    """With other lines beside it the call can't be given away."""

    key = "error.line_others"


class LineVerbs:
    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    # --- whose line it is -----------------------------------------------------------------------------------
    def is_one(self, agent: int, line: str) -> bool:
        """A line beside the customer's: of this agent, or the one on which a colleague has him."""
        return self._found(agent, line) is not None

    def _found(self, agent: int, line_id: str) -> tuple[Call, Line] | None:
        state = self._ctx.live.agents.get(agent)
        call = self._ctx.live.calls.get((state.call if state is not None else None) or "")
        if call is None:
            return None
        line = call.lines.get(line_id) if call.agent == agent else None
        line = line or next((x for x in call.lines.values() if x.leg == line_id and x.agent == agent), None)
        return (call, line) if line is not None else None

    def _line(self, agent: int, line_id: str) -> tuple[Call, Line]:
        """A line of the agent who has the call. Raises NotFound."""
        found = self._found(agent, line_id)
        if found is None or found[0].agent != agent:
            raise NotFound(f"line {line_id}")
        return found

    def _customer(self, agent: int, line_id: str) -> tuple[Call, Leg]:
        """The call whose customer this agent has on his line. Raises NotFound."""
        call = self._ctx.live.call_of(line_id)
        leg = call.legs.get(line_id) if call is not None else None
        if call is None or leg is None or not leg.live or leg.agent != agent or leg.role is not Role.AGENT:
            raise NotFound(f"line {line_id}")
        if call.taken_by != line_id:
            raise NotNow("he has not taken this call")
        return call, leg

    def _still(self, call: Call) -> None:
        """Nothing is on its way. Raises Moving, NotNow."""
        runtime = self._ctx.runtime(call)
        if runtime.moving_until > self._ctx.clock.monotonic() or runtime.holding:
            raise Moving(f"call {call.id}")
        if call.capture or call.transferring:
            raise NotNow(f"call {call.id}")

    def not_given_away(self, call: Call) -> None:
        """His agent has just given him to somebody: who hangs up now means his own part, and nobody else's. Raises
        Moving."""
        runtime = self._ctx.runtime(call)
        moving = runtime.moving_until > self._ctx.clock.monotonic()
        if moving and (runtime.completing or call.transferring):
            raise Moving(f"call {call.id}")

    # --- others ---------------------------------------------------------------------------------------------
    def consult(self, agent: int, line: str, to: Wish) -> str:
        """Call somebody beside the customer; the new line. Raises NotFound, Conflict, Invalid, NotAllowed."""
        call, _ = self._customer(agent, line)
        if call.stage not in (Stage.TALKING, Stage.HELD):
            raise NotNow(f"stage {call.stage}")
        if call.line_in(*NOT_YET, LineState.ANSWERED) is not None:
            raise OneAtATime(f"call {call.id}")
        self._still(call)
        return consult.begin(self._ctx, call, agent, find(self._ctx, call, agent, to, blind=False)).id

    def transfer(self, agent: int, line: str, to: Wish) -> None:
        """Give the customer away without a word. Raises as `consult`."""
        call, _ = self._customer(agent, line)
        if call.lines:
            raise OthersThere(f"call {call.id}")
        if not transfer.can(call):
            raise NotNow(f"stage {call.stage}")
        self._still(call)
        transfer.ask(self._ctx, call, agent, find(self._ctx, call, agent, to, blind=True))

    def complete(self, agent: int, line: str) -> None:
        """The customer and who is on this line have each other."""
        call, found = self._line(agent, line)
        if len(call.lines) > 1:
            raise OthersThere(f"call {call.id}")
        self._still(call)
        conference.complete(self._ctx, call, found)

    def conference(self, agent: int, line: str) -> None:
        call, found = self._line(agent, line)
        self._still(call)
        conference.begin(self._ctx, call, found)

    def leave(self, agent: int, line: str) -> None:
        """Out of the conference; the other two stay. `line` may be the customer's, too."""
        found = self._found(agent, line)
        call = found[0] if found is not None else self._customer(agent, line)[0]
        other = call.line_in(LineState.CONFERENCE)
        if call.stage is not Stage.CONFERENCE or other is None or call.agent != agent:
            raise NotNow("there is no conference to leave")
        if len(call.lines) > 1:
            raise OthersThere(f"call {call.id}")
        self._still(call)
        conference.complete(self._ctx, call, other)

    def transferred(self, agent: int) -> None:
        """He gave the customer away on his telephone itself (BA-40). Raises own_transfer.NotTransferable."""
        state = self._ctx.live.agents.get(agent)
        call = self._ctx.live.calls.get((state.call if state is not None else None) or "")
        if call is None or call.agent != agent:
            raise own_transfer.NotTransferable(f"agent {agent} has no call")
        own_transfer.declare(self._ctx, call)

    # --- one after the other --------------------------------------------------------------------------------
    def hold(self, agent: int, line: str) -> None:
        call, found = self._line(agent, line)
        if found.state is not LineState.TALKING:
            raise NotNow("nobody talks on this line")
        self._still(call)
        consult.hold(self._ctx, call, found)

    def resume(self, agent: int, line: str) -> None:
        """Whoever he talks to now goes on hold."""
        call, found = self._line(agent, line)
        if found.state is not LineState.HELD or call.stage is Stage.CONFERENCE:
            raise NotNow("the line is not on hold")
        self._still(call)
        consult.connect(self._ctx, call, found)

    def resume_customer(self, call: Call) -> None:
        """Stage HELD."""
        self._still(call)
        leg, ctx = call.agent_leg, self._ctx
        if not call.lines or leg is None:
            conversation.connect(ctx, call)
            return

        def connect(call: Call) -> None:
            if call.stage is Stage.HELD:
                conversation.connect(ctx, call)

        consult.when_quiet(ctx, call, (leg.id, call.caller_leg), connect)

    def hang_up(self, agent: int, line: str) -> None:
        """Let go of this party; a colleague hangs up himself."""
        found = self._found(agent, line)
        if found is None:
            raise NotFound(f"line {line}")
        call, beside = found
        leg = call.legs.get(beside.leg)
        if call.agent != agent and leg is not None and leg.answered_at is None and not leg.line:
            self._ctx.command(
                call, self._ctx.switch.hangup(leg.id, "CALL_REJECTED")
            )  # a colleague does not want to
        else:
            if call.agent == agent:
                self.not_given_away(call)
            consult.hang_up(self._ctx, call, beside)

    def leaves(self, agent: int) -> None:
        """He logs out: a telephone that rings because a colleague asks for him stops."""
        state = self._ctx.live.agents.get(agent)
        call = self._ctx.live.calls.get((state.call if state is not None else None) or "")
        line = call.line_of(agent) if call is not None else None
        if call is not None and line is not None and line.state in NOT_YET:
            self._ctx.command(call, self._ctx.switch.hangup(line.leg, "CALL_REJECTED"))

    # --- what is heard --------------------------------------------------------------------------------------
    def mute(self, agent: int, line: str, muted: bool) -> None:
        """Nobody hears the agent, on whichever line; from now on, or no longer."""
        call, leg = self._own(agent, line)
        if call.stage not in MUTABLE:
            raise NotNow(f"stage {call.stage}")
        call_id, leg_id, ctx = call.id, leg.id, self._ctx

        def done(outcome: Outcome[None]) -> None:
            if outcome.error is None:
                ctx.tell(call_id, Silenced(leg_id, muted))

        pending = ctx.switch.mute(leg_id, muted)
        pending.then(done)
        ctx.command(call, pending)

    def _own(self, agent: int, line: str) -> tuple[Call, Leg]:
        """The leg of this agent in the call of one of his lines."""
        found = self._found(agent, line)
        if found is None:
            return self._customer(agent, line)
        call, beside = found
        leg = call.agent_leg if call.agent == agent else call.legs.get(beside.leg)
        if leg is None:
            raise NotFound(f"line {line}")
        return call, leg

    def send_keys(self, agent: int, line: str, digits: str) -> None:
        """Tones for who is on this line: the one he talks to. What they were is written nowhere."""
        found = self._found(agent, line)
        if found is None:
            call, _ = self._customer(agent, line)
            leg, talks = call.caller_leg, call.stage in (Stage.TALKING, Stage.CONFERENCE)
        else:
            call, beside = found
            leg = beside.leg if call.agent == agent else (call.agent_leg.id if call.agent_leg else "")
            talks = beside.state in (LineState.TALKING, LineState.CONFERENCE)
        if not talks or not leg or call.capture:
            raise NotNow("nobody talks on this line")
        self._ctx.command(call, self._ctx.switch.send_dtmf(leg, digits))
