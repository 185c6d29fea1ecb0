"""(4) Who was served is explained by the declared rule; and nobody waits while somebody who may take him is idle.

The rule: who lost his conversation, to his own agent; then by priority of the queue, of the number dialled, and in the
order in which they came. A caller whom this agent may not take holds up nobody. Where the history can't say for
certain (an overflow that may or may not have happened, a change of the configuration in this second) nothing is
concluded.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.faults.history import BLINDING, NEVER, History, Leg, Violation

ORDER, IDLE = "order", "idle"
MARGIN_S = 1.0
"""Who came so little before is not before: events of two legs may pass each other."""

SETTLED_S = 1.0
"""Something must have been so for this long before it counts."""

RIGHT_S = 2.0
"""So long after a fault all states are right (reliability.md)."""

OWN_AGENT_S = 22.0
"""For so long a caller who lost his line waits for his own agent alone (20 s, and the margin)."""

IDLE_S = 5.0
"""Longer than this nobody waits beside an idle agent: twice the look at what events may have missed would be 10,
but with a healthy link it is a matter of milliseconds."""

CHANGES = ("queue", "members", "agent")


class View:
    """What was certain at some moment."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.rules = history.rules
        self.legs_for = {leg.id: history.legs_for(leg.id) for leg in history.incoming()}

    def queue(self, caller: Leg, at: float) -> int | None:
        """Where he waits for certain."""
        queue, _ = self.rules.dids.get(caller.did, (0, 0))
        rule = self.rules.queues.get(queue)
        if rule is None or any(g.queue not in (None, queue) for g in self.legs_for[caller.id]):
            return None
        if rule.max_wait_s and at - caller.created > rule.max_wait_s - 2 * SETTLED_S:
            return None
        return queue

    def waiting_since(self, caller: Leg, at: float) -> float | None:
        """Since when he waits at this moment, None: he does not, or it is not certain."""
        if caller.answered is None or not caller.lives(at) or caller.connected(at) or caller.lost:
            return None
        if any(m in path and when <= at for when, path in caller.played for m in self.rules.messages):
            return None
        legs = self.legs_for[caller.id]
        if any(leg.lives(at) for leg in legs):
            return None
        pasts = [caller.answered, caller.back]
        pasts += [leg.over for leg in legs if leg.over <= at]
        pasts += [s.end for s in caller.spans if s.end <= at]
        return max(pasts)

    def may(self, agent: int, caller: Leg, queue: int, at: float) -> bool:
        """Certainly: a member, skilled enough, not kept for somebody else, and the configuration was at rest."""
        rule = self.rules.queues[queue]
        if agent not in rule.members:
            return False
        for target in (agent, queue):
            if self.history.touched(CHANGES, at - 1.0, at, 3.0, target):
                return False
        waited = at - self.heard(caller) - 2 * MARGIN_S
        for skill, level, relaxed in rule.needs:
            enough = min([level, *(to for after, to in relaxed if waited >= after)])
            if self.rules.skills.get(agent, {}).get(skill, 0) < enough:
                return False
        last = max((s.end for s in caller.spans if s.end <= at), default=0.0)
        own = self.own_agent(caller, at)
        return own in (None, agent) or at - last > OWN_AGENT_S

    def heard(self, caller: Leg) -> float:
        """When the program had him in its queue at the latest: what it asks for shrinks with the time from there."""
        at = caller.answered or caller.created
        for fault in sorted(self.history.faults, key=lambda f: f.begin):
            if fault.kind in BLINDING and fault.begin - 1 <= at <= fault.healed + 1:
                at = fault.healed + SETTLED_S  # and perhaps blind again right after
        return at

    def own_agent(self, caller: Leg, at: float) -> int | None:
        """Whom he talked to last."""
        spans = [s for s in caller.spans if s.begin <= at]
        other = self.history.legs.get(spans[-1].other) if spans else None
        return other.agent if other is not None else None

    def key(self, caller: Leg, queue: int) -> tuple[int, int]:
        """Smaller is served first."""
        return -self.rules.queues[queue].priority, -self.rules.dids.get(caller.did, (0, 0))[1]


def check(history: History) -> list[Violation]:
    view, found = View(history), []
    callers = history.incoming()
    for offer in sorted(history.agents_legs(), key=lambda g: g.created):
        served, at = history.legs.get(offer.call), offer.created
        if served is None or offer.agent is None or offer.queue not in history.rules.queues:
            continue
        if history.blind(at, at, RIGHT_S) or (served.spans and served.spans[0].begin < at):
            continue  # to his own agent again, before everybody
        for other in callers:
            if other.created > at:
                break
            if other is not served and _before(view, other, served, offer, at):
                found.append(
                    Violation(
                        ORDER,
                        at,
                        f"agent {offer.agent} got {served.number} (came {served.created:.3f}, queue {offer.queue}) "
                        f"before {other.number} (came {other.created:.3f}, queue {view.queue(other, at)})",
                    )
                )
    return found


def _before(view: View, other: Leg, served: Leg, offer: Leg, at: float) -> bool:
    queue, since = view.queue(other, at), view.waiting_since(other, at)
    if queue is None or since is None or since > at - SETTLED_S:
        return False
    assert offer.agent is not None and offer.queue is not None
    if not view.may(offer.agent, other, queue, at) or (view.history.blind(since, at, RIGHT_S) and other.back):
        return False
    mine, theirs = view.key(other, queue), view.key(served, offer.queue)
    return mine < theirs or (mine == theirs and other.created + MARGIN_S < served.created)


def check_idle(history: History) -> list[Violation]:
    """Looked at where an agent's idleness has lasted IDLE_S, and every IDLE_S from there on."""
    view, found, told = View(history), [], set()
    callers = history.incoming()
    for agent, begin, end in idle_times(history):
        at = begin + IDLE_S
        while at < end:
            if not history.blind(at - IDLE_S, at, 4.0):
                for caller in callers:
                    if caller.created > at:
                        break
                    since, queue = view.waiting_since(caller, at), view.queue(caller, at)
                    if since is None or queue is None or since > at - IDLE_S or (agent, caller.id) in told:
                        continue
                    if all(view.may(agent, caller, queue, when) for when in (at - IDLE_S, at)):
                        told.add((agent, caller.id))
                        found.append(
                            Violation(
                                IDLE,
                                at,
                                f"{caller.number} waits in queue {queue} since {since:.3f}, "
                                f"agent {agent} is idle since {begin:.3f}",
                            )
                        )
            at += 1.0
    return found


def idle_times(history: History) -> Iterator[tuple[int, float, float]]:
    """(agent, begin, end) of every time in which his page said IDLE, with a telephone and a switch."""
    begun: dict[int, float] = {}
    for picture in sorted(history.pictures, key=lambda p: p.seen):
        idle = picture.state == "IDLE" and picture.registered and picture.up
        if idle and picture.agent not in begun:
            begun[picture.agent] = picture.seen
        elif not idle and picture.agent in begun:
            yield picture.agent, begun.pop(picture.agent), picture.seen
    for agent, begin in begun.items():
        yield agent, begin, history.until if history.until != NEVER else begin
