"""Callers who keep calling and phones that answer by themselves: a living centre without anybody.

Arrivals are Poisson; names, patience and talk times are drawn from plausible distributions; all from one seed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import gevent

from fs_app.sim import api_control
from fs_app.sim.party import Habits

if TYPE_CHECKING:
    from fs_app.sim.core import Core

FIRST = [
    "Camille",
    "Léa",
    "Manon",
    "Chloé",
    "Inès",
    "Jade",
    "Louise",
    "Alice",
    "Emma",
    "Zoé",
    "Hugo",
    "Louis",
    "Jules",
    "Gabriel",
    "Arthur",
    "Adam",
    "Noah",
    "Lucas",
    "María",
    "Lucía",
    "Sofía",
    "Martina",
    "Hugo",
    "Mateo",
    "Martín",
    "Lucas",
    "Pablo",
    "Olivia",
    "Amelia",
    "Isla",
    "Ava",
    "Mia",
    "George",
    "Arthur",
    "Oscar",
    "Leo",
]
LAST = [
    "Martin",
    "Bernard",
    "Thomas",
    "Petit",
    "Robert",
    "Richard",
    "Durand",
    "Dubois",
    "Moreau",
    "Laurent",
    "Simon",
    "Michel",
    "Lefèvre",
    "Leroy",
    "Roux",
    "García",
    "Martínez",
    "López",
    "Sánchez",
    "Pérez",
    "Gómez",
    "Fernández",
    "Smith",
    "Jones",
    "Taylor",
    "Brown",
    "Williams",
    "Wilson",
    "Davies",
    "Evans",
]


KNOWN_SHARE = 0.4
"""Of all calls, those from `Plan.known`."""


@dataclass(slots=True)
class Plan:
    """How lively it is. Times in seconds."""

    dids: list[str] = field(default_factory=list)
    per_hour: float = 60.0  # calls in an hour, all numbers together
    most: int = 20  # callers at once
    talk_mean_s: float = 90.0
    patience_mean_s: float = 120.0
    answer_mean_s: float = 3.0  # phones
    known: list[str] = field(default_factory=list)  # numbers that call again and again


class Demo:
    """The generator; started with DIDs on the command line or through the control channel."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._random = core.people.random
        self.plan = Plan()
        self._task: gevent.Greenlet | None = None
        self.calls_made = 0

    def command(self, request: dict[str, Any]) -> dict[str, Any]:
        """`{"do": "demo", "dids": […], "per_hour": 60, …}` changes the plan; `"phones"` are registered; `"stop"`."""
        if request.pop("stop", False):
            self.stop()
        for phone in request.pop("phones", []):
            self.add_phone(phone["user"], phone["domain"], phone.get("password", ""))
        for name, value in request.items():
            if name not in Plan.__slots__:
                raise api_control.ControlError(f"the demo has no {name!r}")
            setattr(self.plan, name, value)
        if request:
            self.start()
        return {"calls_made": self.calls_made, "running": self._task is not None, "callers": self._present()}

    def start(self) -> None:
        if self._task is None and self.plan.dids:
            self._task = gevent.spawn(self._run)

    def stop(self) -> None:
        if self._task is not None:
            self._task.kill(block=False)
            self._task = None

    def add_phone(self, user: str, domain: str, password: str = "") -> None:
        """A registered phone that answers after a moment and leaves hanging up to the others."""
        habits = Habits(answer_after=self._duration(self.plan.answer_mean_s, 0.4, 0.5))
        api_control.register(self._core, self._core.people.phone(user, domain, password, habits))

    def _present(self) -> int:
        return sum(1 for p in self._core.people.all.values() if p.kind == "caller" and p.state != "ended")

    def _duration(self, mean: float, spread: float, least: float) -> float:
        """Log-normal around `mean`: most are short, a few are long."""
        return max(least, self._random.lognormvariate(math.log(mean) - spread * spread / 2, spread))

    def _run(self) -> None:
        while True:
            gevent.sleep(self._random.expovariate(max(0.001, self.plan.per_hour) / 3600))
            if self._core.crashed or self._present() >= self.plan.most:
                continue
            self._call()

    def _call(self) -> None:
        plan, draw = self.plan, self._random
        name = f"{draw.choice(FIRST)} {draw.choice(LAST)}" if draw.random() < 0.8 else ""
        number = f"+33{draw.choice((6, 7))}{draw.randrange(10**8):08d}"
        habits = Habits(
            patience=max(5.0, draw.expovariate(1 / plan.patience_mean_s)),
            talk=self._duration(plan.talk_mean_s, 0.7, 5.0),
            # A language, then what the menu offers; who calls a queue presses in vain.
            digits=((4.0, str(draw.randint(1, 3))), (10.0, str(draw.randint(1, 4)))),
        )
        if plan.known and draw.random() < KNOWN_SHARE:
            number, name = draw.choice(plan.known), ""
        party = self._core.people.caller(number, name, habits)
        self.calls_made += 1
        self._core.people.place_call(party, draw.choice(plan.dids))
