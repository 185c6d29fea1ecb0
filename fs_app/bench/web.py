"""`fs-app bench web`: from a fact of the switch to the agents' toolbars, what a toolbar costs, and all back at once.

500 agents with a WebSocket each, 20 queues, every agent in three of them; the switch is simulated. The program has one
processor, the toolbars and the switch the others. A fact's time is that of the switch's event (Event-Date-Timestamp),
as a witness of our own hears it; it has arrived when a toolbar has read a picture that shows it from its socket.

- offered: a caller comes in (CHANNEL_CREATE of his leg) → the toolbar of the agent who gets him shows his line;
- answered: the agent's telephone is picked up (CHANNEL_ANSWER) → his toolbar shows that he talks;
- ended: the call ends (the first CHANNEL_HANGUP of either side) → the line is gone from his toolbar.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import click
import gevent

from fs_app import logs
from fs_app.bench.figures import Goal, spread, tell
from fs_app.bench.installation import Size
from fs_app.bench.scene import Habits, Scene
from fs_app.bench.toolbars import Shown
from fs_app.bench.witness import Seen
from fs_app.errors import WaitTimeout

AGENTS, QUEUES, QUEUES_OF_AN_AGENT = 500, 20, 3
RATES = {"usual": 0.004, "high": 0.04}
"""Calls per second and agent: 2 and 20 for 500. People who talk four minutes each and are busy for 85 % of their time
take 0.0035; at the high rate they talk 15 s."""

SECONDS = 30.0
TALK_S = 15.0
IN_CONVERSATION = 0.2
"""The share of the agents who talk while all toolbars are cut off and come back."""

GOAL_MS, GOAL_BACK_S = 100.0, 5.0
SETTLED_S = 3.0
KINDS = ("offered", "answered", "ended")


@dataclass(slots=True)
class Delays:
    """In ms, by kind of fact; `never`: facts that no picture showed."""

    offered: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)
    never: int = 0


@dataclass(slots=True)
class _Line:
    """When a toolbar first showed it, showed it as talking, and no longer showed it (µs)."""

    call: str
    offered: int
    answered: int = 0
    gone: int = 0


def lines_of(pictures: Iterable[Shown]) -> dict[str, _Line]:
    """What became of each agent's leg on his toolbar."""
    lines: dict[str, _Line] = {}
    open_now: dict[int, set[str]] = {}
    for shown in pictures:
        before = open_now.get(shown.toolbar, set())
        for leg, (call, state) in shown.lines.items():
            line = lines.setdefault(leg, _Line(call, shown.at))
            if state != "RINGING" and not line.answered:
                line.answered = shown.at
        for leg in before - shown.lines.keys():
            lines[leg].gone = shown.at
        open_now[shown.toolbar] = set(shown.lines)
    return lines


def compare(legs: dict[str, Seen], lines: dict[str, _Line], calls: Iterable[str]) -> Delays:
    """What the toolbars showed of these calls beside what the switch said."""
    found, by_call = Delays(), {line.call: (leg, line) for leg, line in lines.items()}
    for call in calls:
        caller = legs[call]
        leg, line = by_call.get(call, ("", None))
        agent = legs.get(leg)
        if line is None or agent is None:
            found.never += 1
            continue
        facts = (
            (found.offered, caller.created, line.offered),
            (found.answered, agent.answered, line.answered),
            (found.ended, min((t for t in (caller.ended, agent.ended) if t), default=0), line.gone),
        )
        for delays, happened, shown in facts:
            if happened and shown:
                delays.append((shown - happened) / 1000)
            else:
                found.never += bool(happened)
    return found


def _phase(scene: Scene, name: str, per_second: float, seconds: float) -> dict[str, float]:
    since, first = time.time_ns() // 1000, len(scene.placed)
    meanwhile, cpu = scene.meanwhile(), scene.installation.cpu_s()
    begin = time.monotonic()
    scene.calls(per_second, seconds)
    scene.all_over(seconds + 60)
    took = time.monotonic() - begin
    used, machine = scene.installation.cpu_s() - cpu, meanwhile.figures()
    gevent.sleep(SETTLED_S)
    pictures = list(scene.toolbars.shown(since))
    delays = compare(scene.witness.legs, lines_of(pictures), scene.placed[first:])
    figures: dict[str, float] = {
        f"{name}_calls_per_second": per_second,
        f"{name}_calls": len(scene.placed) - first,
        f"{name}_pictures": len(pictures),
        f"{name}_picture_bytes": round(sum(p.bytes for p in pictures) / max(1, len(pictures))),
    }
    for kind in KINDS:
        figures |= spread(getattr(delays, kind), f"{name}_{kind}")
    figures[f"{name}_never_shown"] = delays.never
    figures[f"{name}_program_cpu"] = round(used / took, 3)
    return figures | {f"{name}_{key}": value for key, value in machine.items()}


def _back_at_once(scene: Scene, conversations: int) -> dict[str, float]:
    """All connections cut in the same moment, some of the agents in conversations."""
    since = time.time_ns() // 1000
    for _ in range(conversations):
        scene.call(talk=600.0)
        gevent.sleep(0.05)
    first = len(scene.placed) - conversations
    callers = [scene.witness.legs[c] for c in scene.placed[first:]]
    deadline = time.monotonic() + 30
    while not all(c.bridged for c in callers):
        if time.monotonic() > deadline:
            raise WaitTimeout("the conversations did not begin")
        gevent.sleep(0.1)
    gevent.sleep(SETTLED_S)
    before = {p.toolbar: p for p in scene.toolbars.shown(since)}
    busy = {toolbar: shown.lines for toolbar, shown in before.items() if shown.lines}
    cut = time.time_ns() // 1000
    seconds = scene.toolbars.cut()
    gevent.sleep(SETTLED_S)
    newest: dict[int, Shown] = {}
    right_at: dict[int, int] = {}
    for shown in scene.toolbars.shown(cut):
        newest[shown.toolbar] = shown
        if shown.presence == "AVAILABLE" and shown.lines == busy.get(shown.toolbar, {}):
            right_at.setdefault(shown.toolbar, shown.at)
        else:
            right_at.pop(shown.toolbar, None)
    toolbars = len(scene.seeded.agents)
    return {
        "back_conversations": len(busy),
        "back_first_picture_s": seconds,
        "back_right_s": round((max(right_at.values(), default=cut) - cut) / 1e6, 3),
        "back_wrong": toolbars - len(right_at),
    }


def measure(agents: int, seconds: float, seed: int, talk: float = TALK_S) -> dict[str, float]:
    """The figures by name. Raises Unavailable or WaitTimeout when something does not come up."""
    size = Size(agents, QUEUES, QUEUES_OF_AN_AGENT)
    with (
        tempfile.TemporaryDirectory(prefix="fs-app-bench-") as name,
        Scene(Path(name), size, seed, Habits(talk=talk)) as scene,
    ):
        scene.start(toolbars=False)
        gevent.sleep(SETTLED_S)
        before = scene.installation.memory_kb()
        scene.open_toolbars()
        scene.begin_work()
        gevent.sleep(SETTLED_S)
        figures = {
            "toolbars": float(agents),
            "memory_before_mb": round(before / 1024, 1),
            "memory_per_toolbar_kb": round((scene.installation.memory_kb() - before) / agents, 1),
        }
        for phase, rate in RATES.items():
            figures |= _phase(scene, phase, rate * agents, seconds)
        figures |= _back_at_once(scene, int(IN_CONVERSATION * agents))
        figures["memory_after_mb"] = round(scene.installation.memory_kb() / 1024, 1)
        return figures


@click.command("web")
@click.option("--json", "json_output", is_flag=True, help="One JSON object on the last line.")
@click.option("--agents", default=AGENTS, show_default=True, type=click.IntRange(min=2))
@click.option("--seconds", default=SECONDS, show_default=True, help="Of calls at each rate.")
@click.option("--seed", default=1, show_default=True)
def web(json_output: bool, agents: int, seconds: float, seed: int) -> None:
    """From a fact of the switch to 500 toolbars, their memory, and all of them back at once."""
    logs.configure("console", "error")
    figures = measure(agents, seconds, seed)
    goals = [Goal(f"{phase}_{kind}_p99_ms", GOAL_MS) for phase in RATES for kind in KINDS]
    goals += [Goal(f"{phase}_never_shown", 0, at_most=True) for phase in RATES]
    goals += [Goal("back_right_s", GOAL_BACK_S), Goal("back_wrong", 0, at_most=True)]
    raise SystemExit(tell("web", figures, goals, json_output))
