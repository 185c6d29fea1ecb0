"""Following an outgoing leg to its end."""

from __future__ import annotations

from fs_app.calls.context import Context, OfferOutcome
from fs_app.calls.state import Call
from fs_app.errors import Refused, UnsafeCommand
from fs_app.ports import OriginateResult, Outcome, Pending


def follow(ctx: Context, call: Call, leg: str, pending: Pending[OriginateResult]) -> None:
    """Tell the call's owner how an originate ended, also when the switch would not even begin it."""
    call_id = call.id

    def ended(outcome: Outcome[OriginateResult]) -> None:
        if isinstance(outcome.error, Refused | UnsafeCommand):
            ctx.tell(call_id, OfferOutcome(leg, "REFUSED"))
        elif outcome.value is not None and not outcome.value.answered:
            ctx.tell(call_id, OfferOutcome(leg, outcome.value.cause))
        # Lost with the link or late: it may ring all the same. The comparison with the switch decides.

    pending.then(ended)
