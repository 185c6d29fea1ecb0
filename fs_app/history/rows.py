"""Entries of the journal to each agent's part in a call (inside the projection's transaction).

Of one call the parts follow from its entries alone, in order: `rebuild` makes the same ones again. What a part needs
to know of its call comes from `Facts`: the projection has them in the call's row, a rebuild follows the entries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from fs_app.accounts.model import User
from fs_app.agents.model import Agent
from fs_app.calls.model import Call, JournalEntry
from fs_app.calls.state import CONSULT, DIALLED, INTERNAL, NO_FAULT
from fs_app.history.model import CallPart
from fs_app.journal import Entry


@dataclass(slots=True)
class Facts:
    """Of the call at this moment. Times UTC ms."""

    direction: str = "inbound"
    queue: int | None = None
    started_at: int = 0
    queued_at: int | None = None

    def follow(self, e: Entry) -> None:
        """As the projection sets the same columns of the call's row."""
        d = e.data
        match e.kind:
            case "call.started":
                self.direction, self.queue, self.started_at = d["direction"], d.get("queue"), e.at
            case "call.queued":
                self.queue, self.queued_at = d["queue"], e.at
            case "call.overflowed":
                self.queue = d["new_queue"]
            case "call.closed":
                self.queue = d["to"] or d["queue"]
            case "call.destined":
                self.queue = d["queue"]

    @property
    def dialled(self) -> bool:
        return self.direction in DIALLED

    @property
    def side(self) -> str:
        """What it is for an agent who is offered it."""
        inside = self.direction in (CONSULT, INTERNAL)
        return "internal" if inside else "out" if self.dialled else "in"


FactsOf = Callable[[str], Facts | None]
Handler = Callable[[Entry, FactsOf], None]


def facts_of(call: str) -> Facts | None:
    """From the call's row."""
    row = Call.select(Call.direction, Call.queue, Call.started_at, Call.queued_at).where(Call.id == call)
    found = row.tuples().first()
    return Facts(*found) if found is not None else None


# --- one part -----------------------------------------------------------------------------------------------------
def _begin(e: Entry, facts: FactsOf, **more: Any) -> None:
    found = facts(e.call or "")
    if found is None or e.account is None:
        return  # a call of which the database knows nothing
    waited = e.at - (found.queued_at or found.started_at)
    values = {
        "direction": found.side,
        "wait_ms": 0 if found.dialled else max(0, waited),
        "queue": found.queue,
        **more,
    }
    CallPart.insert(
        **{"id": e.id, "account": e.account, "call": e.call, "agent": _agent(e), "began_at": e.at, **values}
    ).on_conflict_ignore().execute()


def _offered(e: Entry, facts: FactsOf) -> None:
    sent = e.data.get("chosen_by") == "transfer"
    _begin(e, facts, **({"how": "transferred"} if sent else {}))


def _agent(e: Entry) -> int | None:
    return e.agent if e.agent is not None else e.data.get("agent")


def _latest(e: Entry, agent: int | None = None) -> Any:
    """The last part of this agent in this call."""
    return (
        CallPart.select()
        .where(CallPart.call == e.call, CallPart.agent == (agent or _agent(e)))
        .order_by(CallPart.id.desc())
        .first()
    )


def _open(e: Entry) -> Any:
    """The same, when it is not over yet."""
    part = _latest(e)
    return part if part is not None and part.over_at is None else None


def _set(part: Any, **values: Any) -> None:
    CallPart.update(**values).where(CallPart.id == part.id).execute()


# --- what happens -------------------------------------------------------------------------------------------------
def _work(e: Entry, facts: FactsOf) -> None:
    old, new = e.data["old"], e.data["new"]
    if e.call is None:
        return
    part = _open(e)
    if part is None and new in ("ACTIVE", "DIALING"):
        _begin(e, facts, how="dialled" if new == "DIALING" else "taken")
        part = _open(e)
    if part is None:
        return
    values: dict[str, Any] = {}
    if old == "ACTIVE" and part.connected_at is not None and part.ended_at is None:
        values |= _conversation_over(part, e.at)
    if new == "OFFERED":
        values["presented_at"] = e.at
        _qualifies_no_more(e, part)
    elif new == "DIALING":
        values |= {"answered_at": e.at} if old == "OFFERED" else {"how": "dialled"}
    elif new == "ACTIVE":
        values |= {"connected_at": e.at, "answered_at": part.answered_at or e.at}
        values |= {"wait_ms": _waited(part, e, facts)} if part.direction == "in" else {}
    elif new == "AFTER_WORK":
        values.setdefault("ended_at", part.ended_at or e.at)
    else:
        ended = values.setdefault("ended_at", part.ended_at or e.at)
        values["over_at"] = e.at
        if old == "AFTER_WORK":
            values["wrap_up_ms"] = max(0, e.at - ended)
    _set(part, **values)


def _qualifies_no_more(e: Entry, part: Any) -> None:
    """What he gave away comes back to him, also while he qualifies it."""
    older = (CallPart.call == e.call) & (CallPart.agent == part.agent_id) & (CallPart.id < part.id)
    for old in CallPart.select().where(older, CallPart.over_at.is_null(), CallPart.ended_at.is_null(False)):
        _set(old, over_at=e.at, wrap_up_ms=max(0, e.at - old.ended_at))


def _conversation_over(part: Any, at: int) -> dict[str, Any]:
    hold = part.hold_ms + (max(0, at - part.held_since) if part.held_since is not None else 0)
    talk = max(0, at - part.connected_at - hold)
    return {"ended_at": at, "hold_ms": hold, "talk_ms": talk, "held_since": None}


def _waited(part: Any, e: Entry, facts: FactsOf) -> int:
    """From the first queue to this agent; after another agent: since he was asked."""
    found = facts(e.call or "")
    since = part.began_at
    if found is not None and not _talked_before(part):
        since = found.queued_at or found.started_at
    return max(0, e.at - since)


def _talked_before(part: Any) -> bool:
    others = CallPart.select().where(CallPart.call == part.call_id, CallPart.id < part.id)
    return bool(others.where(CallPart.connected_at.is_null(False)).exists())


def _offer_failed(e: Entry, facts: FactsOf) -> None:
    part = _open(e)
    if part is None or part.connected_at is not None:
        return
    why = e.data["why"]
    his = part.presented_at is not None and part.answered_at is None and part.how != "dialled"
    _set(part, missed=his and why not in NO_FAULT, cause=why[:60], ended_at=part.ended_at or e.at)


def _picked_up(e: Entry, facts: FactsOf) -> None:
    """Of what he dials himself this is the moment; of what is offered to him his work says it."""
    part = _open(e) if _agent(e) is not None else None
    if part is not None and part.how == "dialled" and part.answered_at is None:
        _set(part, answered_at=e.at)


def _leg_ended(e: Entry, facts: FactsOf) -> None:
    """Why somebody who is called is not there."""
    if e.data.get("role") == "caller":
        CallPart.update(cause=e.data["cause"][:60]).where(
            CallPart.call == e.call,
            CallPart.direction == "out",
            CallPart.over_at.is_null(),
            CallPart.connected_at.is_null(),
        ).execute()


def _held(e: Entry, facts: FactsOf) -> None:
    part = _open(e)
    if part is not None and part.connected_at is not None and part.held_since is None:
        _set(part, held_since=e.at)


def _resumed(e: Entry, facts: FactsOf) -> None:
    part = _open(e)
    if part is not None and part.held_since is not None and part.ended_at is None:
        _set(part, hold_ms=part.hold_ms + max(0, e.at - part.held_since), held_since=None)


def _together(e: Entry, facts: FactsOf) -> None:
    """The customer waits no more: he is in the conference, or gone while his agent talks on."""
    if e.kind == "call.stage" and e.data["new"] not in ("CONFERENCE", "STAYING"):
        return
    waiting = CallPart.select().where(
        CallPart.call == e.call, CallPart.held_since.is_null(False), CallPart.ended_at.is_null()
    )
    for part in waiting:
        _set(part, hold_ms=part.hold_ms + max(0, e.at - part.held_since), held_since=None)


# --- colleagues -----------------------------------------------------------------------------------------------------
def _consulted(e: Entry, facts: FactsOf) -> None:
    """A colleague's telephone rings beside the customer. A number that is consulted is no part of anybody's: it belongs
    to the conversation of who asks."""
    to = e.data.get("to_agent")
    if to is not None and e.data.get("party") == "agent":
        number, name = _who(e.data.get("agent"))
        _begin(e, facts, agent=to, how="consulted", direction="internal", number=number, name=name, wait_ms=0)


def _joined(e: Entry, facts: FactsOf) -> None:
    """An agent of a queue that was consulted has picked up."""
    asked = CallPart.select(CallPart.agent).where(
        CallPart.call == e.call, CallPart.connected_at.is_null(False), CallPart.ended_at.is_null()
    )
    number, name = _who(asked.order_by(CallPart.id.desc()).limit(1).scalar())
    more = {"how": "consulted", "direction": "internal", "number": number, "name": name, "wait_ms": 0}
    _begin(e, facts, presented_at=e.at, **more)


def _handed_over(e: Entry, facts: FactsOf) -> None:
    """His part goes on in the call that he was wanted for, with `line.joined` there."""
    part = _latest(e) if _agent(e) is not None else None
    if part is not None and part.connected_at is None:
        CallPart.delete().where(CallPart.id == part.id).execute()


def _transferred(e: Entry, facts: FactsOf) -> None:
    giver, taker = e.data.get("from_agent"), e.data.get("to_agent")
    part = _latest(e, giver) if giver is not None else None
    if part is not None and part.connected_at is not None:
        _set(part, ended_by="transfer")
    if e.data["how"] == "attended" and taker is not None:
        part = _latest(e, taker)
        if part is not None and part.over_at is None:
            _set(part, how="transferred", direction="in", number="", name="")


def _who(agent: int | None) -> tuple[str, str]:
    """The extension and name of an agent."""
    if agent is None:
        return "", ""
    found = Agent.select(Agent.number, User.name).join(User).where(Agent.id == agent).tuples().first()
    return found if found is not None else ("", "")


def _ended_by(who: Callable[[Entry], str]) -> Handler:
    """Of the conversations that go on."""

    def apply(e: Entry, facts: FactsOf) -> None:
        CallPart.update(ended_by=who(e)[:20]).where(
            CallPart.call == e.call, CallPart.connected_at.is_null(False), CallPart.ended_at.is_null()
        ).execute()

    return apply


def _disposed(e: Entry, facts: FactsOf) -> None:
    part = _latest(e) if _agent(e) is not None else None
    if part is not None:
        _set(part, disposition=e.data["disposition"])


HANDLERS: dict[str, Handler] = {
    "offer.made": _offered,
    "offer.failed": _offer_failed,
    "agent.work": _work,
    "leg.answered": _picked_up,
    "leg.ended": _leg_ended,
    "call.held": _held,
    "call.resumed": _resumed,
    "call.conference": _together,
    "call.stage": _together,
    "line.dialled": _consulted,
    "line.joined": _joined,
    "call.handed_over": _handed_over,
    "call.transferred": _transferred,
    "call.hang_up_asked": _ended_by(lambda e: e.data["by"]),
    "call.line_lost": _ended_by(lambda e: "line"),
    "call.ended": _ended_by(lambda e: e.data["by"]),
    "call.disposed": _disposed,
    "call.corrected": _disposed,
}

FACTS = ("call.started", "call.queued", "call.overflowed", "call.closed", "call.destined")


def apply(e: Entry) -> None:
    """One entry, by the projection."""
    handler = HANDLERS.get(e.kind)
    if handler is not None and e.call is not None:
        handler(e, facts_of)


def rebuild(call: str, entries: Iterable[Entry] | None = None) -> None:
    """The parts of one call anew, from its entries in the database (or the given ones), in order."""
    CallPart.delete().where(CallPart.call == call).execute()
    facts: Facts | None = None
    for e in entries if entries is not None else entries_of(call):
        if e.kind == "call.started":
            facts = facts or Facts()
        if facts is not None and e.kind in FACTS:
            facts.follow(e)
        handler = HANDLERS.get(e.kind)
        if handler is not None:
            handler(e, lambda _call, found=facts: found)  # type: ignore[misc]


def entries_of(call: str) -> list[Entry]:
    """What the parts of a call are made of."""
    rows = (
        JournalEntry.select()
        .where(JournalEntry.call == call, JournalEntry.kind.in_((*HANDLERS, *FACTS)))
        .order_by(JournalEntry.id)
    )
    return [Entry(r.id, r.at, r.kind, r.account_id, r.call, r.agent, r.data) for r in rows]
