"""On to a number outside: it is dialled while the caller hears music, and who answers gets him. When nobody does he
is back in the line, at his place; who came from a closed or full queue hears that nobody is there."""

from __future__ import annotations

from uuid import uuid4

from fs_app.calls import dialling, sounds
from fs_app.calls.context import Context, NobodyOutside
from fs_app.calls.stages import Role, Stage
from fs_app.calls.state import Call, Leg
from fs_app.errors import NoSuchChannel
from fs_app.infos import QueueInfo
from fs_app.ports import Originate

ASKED_S = 2.0
"""A bridge that was asked for is made within this time (seconds), or refused."""


def divert(ctx: Context, call: Call, queue: QueueInfo, number: str, why: str, otherwise: str = "") -> None:
    """Dial `number` for him. `otherwise`: the message when nobody answers and there is no line to go back to."""
    ring(ctx, call, number, ctx.trunk(number), queue.outside_ring_s, why, queue, otherwise)


def ring(
    ctx: Context,
    call: Call,
    number: str,
    endpoint: str,
    ring_s: int,
    why: str,
    queue: QueueInfo | None = None,
    otherwise: str = "",
) -> None:
    """Ring `endpoint`, which is shown as `number`, for him."""
    leg = str(uuid4())
    ctx.record(
        call,
        "call.diverted",
        leg=leg,
        number=number,
        queue=queue.id if queue is not None else None,
        queue_name=queue.name if queue is not None else "",
        why=why,
        otherwise=otherwise,
    )
    ctx.stage(call, "diverted", why=why)
    sounds.music(ctx, call)
    pending = ctx.switch.originate(
        Originate(
            leg=leg,
            endpoint=endpoint,
            caller_number=call.called_number,
            caller_name="",
            ring_s=ring_s,
            variables={
                "fsapp_account": str(call.account),
                "fsapp_call": call.id,
                "fsapp_role": "outside",
                "fsapp_queue": str(queue.id) if queue is not None else "",
                "hangup_after_bridge": "true",
            },
            then="transfer:outside",  # where somebody watches over him when the program is away
        )
    )
    dialling.follow(ctx, call, leg, pending)


def answered(ctx: Context, call: Call, leg: Leg) -> None:
    """Somebody is there, and his leg is at rest."""
    if call.stage is not Stage.DIVERTING or call.outside_leg is not leg:
        if call.stage is not Stage.OUTSIDE:
            ctx.command(call, ctx.switch.hangup(leg.id))
        return
    if leg.answered_at is None:
        ctx.record(call, "leg.answered", leg=leg.id, role=str(leg.role), agent=None)
    runtime, now = ctx.runtime(call), ctx.clock.monotonic()
    if now < runtime.outside_asked + ASKED_S:
        return  # found at rest by the comparison, and said so himself: one bridge must never meet another
    runtime.bridge_tries = 0
    connect(ctx, call)


def connect(ctx: Context, call: Call) -> None:
    leg = call.outside_leg
    if leg is None:
        return
    ctx.runtime(call).bridge_tries += 1
    ctx.runtime(call).outside_asked = ctx.clock.monotonic()

    def failed(call: Call, error: Exception) -> None:
        if call.stage is not Stage.DIVERTING:
            return
        if isinstance(error, NoSuchChannel) or ctx.runtime(call).bridge_tries > 2:
            ctx.command(call, ctx.switch.hangup(leg.id))
        else:
            connect(ctx, call)

    ctx.command(call, ctx.switch.bridge(leg.id, call.caller_leg), failed)


def bridged(ctx: Context, call: Call) -> None:
    if call.stage is Stage.DIVERTING:
        ctx.stage(call, "bridged")


def left(ctx: Context, call: Call) -> None:
    """The caller came home from there: whom he talked to has put his telephone down."""
    leg = call.outside_leg
    ctx.stage(call, "outside_hung_up")
    if leg is not None:
        ctx.command(call, ctx.switch.hangup(leg.id))
    ctx.command(call, ctx.switch.hangup(call.caller_leg))


def ended(ctx: Context, call: Call, leg: Leg, cause: str) -> None:
    """The leg outside is gone: before anybody talked he goes back, after that it is over. Who comes from a menu comes
    home by himself, and the menu goes on."""
    if call.stage is Stage.OUTSIDE and call.flow is not None:
        runtime = ctx.runtime(call)
        if runtime.outside_asked < runtime.rang_diverting:
            # So short a conversation that the door rang before anything was told of it. He rings once more.
            ctx.command(call, ctx.switch.send_home(call.caller_leg))
        return
    if call.stage is Stage.OUTSIDE:
        ctx.stage(call, "outside_hung_up", why=cause)
        ctx.command(call, ctx.switch.hangup(call.caller_leg))
    elif call.stage is Stage.DIVERTING:
        ctx.tell(call.id, NobodyOutside(leg.id, cause))


def latest(call: Call) -> str:
    """The leg of who was called last."""
    return next((leg.id for leg in reversed(call.legs.values()) if leg.role is Role.OUTSIDE), "")


def drop(ctx: Context, call: Call) -> None:
    """The caller is gone."""
    leg = call.outside_leg
    if leg is not None:
        cause = "ORIGINATOR_CANCEL" if leg.answered_at is None else "NORMAL_CLEARING"
        ctx.command(call, ctx.switch.hangup(leg.id, cause))
