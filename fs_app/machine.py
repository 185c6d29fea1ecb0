"""State machines as tables.

`TRANSITIONS[state, event] → state`. An unknown pair is refused: logged, counted, nothing changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

import structlog

from fs_app import metrics
from fs_app.errors import UnknownTransition

S = TypeVar("S", bound=StrEnum)
log = structlog.get_logger(__name__)


class Machine(Generic[S]):
    """A table with a name. It holds no state: it only says what follows."""

    def __init__(self, name: str, transitions: Mapping[tuple[S, str], S]) -> None:
        self.name = name
        self.transitions = dict(transitions)

    def allows(self, state: S, event: str) -> bool:
        return (state, event) in self.transitions

    def next(self, state: S, event: str, who: str) -> S:
        """The state after `event`; `who` is named in the log. Raises UnknownTransition."""
        try:
            new = self.transitions[state, event]
        except KeyError:
            metrics.UNKNOWN_TRANSITIONS.labels(machine=self.name).inc()
            log.warning("unknown transition", machine=self.name, who=who, state=str(state), transition=event)
            raise UnknownTransition(f"{self.name} {who}: {state} has no event {event}") from None
        log.info(f"{self.name} {who}: {state} -[{event}]> {new}")
        return new

    def diagram(self) -> list[str]:
        """One line per transition, as the docstrings show it: `IDLE -[offered]> OFFERED`."""
        return [f"{state.name} -[{event}]> {new.name}" for (state, event), new in self.transitions.items()]
