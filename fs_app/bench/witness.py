"""What the switch says, heard on a connection of the benchmark's own: the yardstick that is not the program's."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from fs_app import facts as f
from fs_app.clock import wait_for
from fs_app.esl.link import Link


@dataclass(slots=True)
class Seen:
    """One leg. Times are the switch's (Event-Date-Timestamp, UTC in µs), 0 when it did not happen."""

    inbound: bool
    created: int
    ringing: int = 0
    answered: int = 0
    bridged: int = 0
    ended: int = 0
    cause: str = ""


class Witness:
    """Follows every leg. Raises WaitTimeout when the switch can't be reached."""

    def __init__(self, port: int, password: str) -> None:
        self.legs: dict[str, Seen] = {}
        self.kinds: Counter[str] = Counter()
        self.link = Link("127.0.0.1", port, password, self._on_fact)
        self.link.start()
        wait_for(lambda: self.link.up, 10, "the witness's link to the switch")

    def stop(self) -> None:
        self.link.stop()

    def callers(self, since: int = 0) -> dict[str, Seen]:
        return {leg: seen for leg, seen in self.legs.items() if seen.inbound and seen.created >= since}

    def alive(self) -> int:
        return sum(not seen.ended for seen in self.legs.values())

    def _on_fact(self, fact: Any) -> None:
        if not isinstance(fact, f.LegFact):
            return
        self.kinds[type(fact).__name__] += 1
        if isinstance(fact, f.LegCreated):
            self.legs.setdefault(fact.leg, Seen(fact.inbound, fact.at))
        seen = self.legs.get(fact.leg)
        if seen is None:
            return
        match fact:
            case f.LegRinging():
                seen.ringing = seen.ringing or fact.at
            case f.LegAnswered():
                seen.answered = seen.answered or fact.at
            case f.LegsBridged():
                seen.bridged = seen.bridged or fact.at
                other = self.legs.get(fact.other)
                if other is not None:
                    other.bridged = other.bridged or fact.at
            case f.LegHungUp():
                if not seen.ended:
                    seen.ended, seen.cause = fact.at, fact.cause
            case _:
                pass
