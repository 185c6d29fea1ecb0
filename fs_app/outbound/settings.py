"""How a queue wants its outgoing work done (HN-120, HN-122, HN-150, BA-113). Pure but for `load_rules`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from fs_app.outbound.model import RetryRule
from fs_app.outbound.retry import DEFAULTS, Result, Rule

MODES = ("manual", "preview", "automatic")
"""manual: the agent picks and calls; preview: the next one is shown to him first; automatic: it is shown and called."""

DEFAULT_MODE = "manual"


@dataclass(frozen=True, slots=True)
class Settings:
    """`modes` are those that the queue allows. `preview_s`: in preview the call is made by itself after so many
    seconds, 0: never; `automatic_s`: the pause before it is in automatic mode. `may_skip`, `skip_reason`: an agent may
    give back what is shown to him, and says why. `inbound_first`: nothing is shown to him while somebody waits in one
    of his queues, and what is shown goes back when a caller comes.

    A callback is booked at most `latest_days` ahead, on a full `step_min` minutes; outside the opening hours too if
    `closed_hours`; an agent has `most_personal` of his own at one time (0: no limit); with `own_only` he sees those
    alone. For `correct_hours` after a call its agent may correct its result (0: never).
    """

    modes: tuple[str, ...] = MODES
    preview_s: int = 0
    automatic_s: int = 5
    may_skip: bool = True
    skip_reason: bool = False
    inbound_first: bool = True
    latest_days: int = 30
    step_min: int = 5
    closed_hours: bool = True
    most_personal: int = 0
    own_only: bool = False
    correct_hours: int = 24
    rules: Mapping[Result, Rule] = field(default_factory=lambda: dict(DEFAULTS))

    def countdown_s(self, mode: str) -> int | None:
        """After so many seconds what is shown is called by itself; None: never."""
        if mode == "automatic":
            return self.automatic_s
        return self.preview_s or None


BLANK = Settings()
STORED = tuple(f.name for f in fields(Settings) if f.name != "rules")

LIMITS: Mapping[str, tuple[int, int]] = {
    "preview_s": (0, 600),
    "automatic_s": (0, 600),
    "latest_days": (1, 365),
    "step_min": (1, 60),
    "most_personal": (0, 1000),
    "correct_hours": (0, 8760),
}
DELAY_S = (0, 30 * 86_400)
ATTEMPTS = (0, 50)


def settings_of(stored: Mapping[str, Any] | None, rules: Mapping[Result, Rule] | None = None) -> Settings:
    """From the database; what has the wrong type is as nobody had said anything."""
    values: dict[str, Any] = {}
    for name in STORED:
        given, blank = (stored or {}).get(name), getattr(BLANK, name)
        if name == "modes":
            if isinstance(given, list):
                values[name] = tuple(mode for mode in MODES if mode in given)
        elif type(given) is type(blank):
            values[name] = given
    return Settings(**values, rules={**DEFAULTS, **(rules or {})})


def to_store(settings: Settings) -> dict[str, Any]:
    """Only what is not as it is by itself."""
    values = {**asdict(settings), "modes": list(settings.modes)}
    blank = {**asdict(BLANK), "modes": list(BLANK.modes)}
    return {name: values[name] for name in STORED if values[name] != blank[name]}


def load_rules() -> dict[int, dict[Result, Rule]]:
    """queue → its own rules (inside `Database.read`)."""
    found: dict[int, dict[Result, Rule]] = {}
    for row in RetryRule.select().where(RetryRule.owner == "queue"):
        if row.result in list(Result):
            rule = Rule(row.delay_s, row.attempts, row.disposition_id)
            found.setdefault(row.owner_id, {})[Result(row.result)] = rule
    return found
