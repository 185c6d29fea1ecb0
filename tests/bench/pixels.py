"""From an event of the switch to the pixel that an agent sees changed, in a real Chromium, beside 200 toolbars.

    python -m tests.bench.pixels [--agents 200] [--windows 3] [--seconds 480] [--json]

All agents work; some of them in windows of a Chromium, the others at light toolbars (`fs_app.bench.toolbars`). A fact's
time is that of the switch's event (Event-Date-Timestamp), as a witness of our own hears it. The pixel's time is the
second animation frame after the state's element has changed: the first one is drawn by then, so the figure is too
large by one frame at most, never too small.

- offered: a caller comes in (CHANNEL_CREATE of his leg) → the agent's state is RINGING;
- answered: his telephone is picked up (CHANNEL_ANSWER) → IN_CALL;
- ended: the first CHANNEL_HANGUP of the two → anything else.
"""

from gevent import monkey

monkey.patch_all()

import bisect  # noqa: E402
import os  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from collections.abc import Iterator, Mapping, Sequence  # noqa: E402
from contextlib import ExitStack, contextmanager  # noqa: E402
from pathlib import Path  # noqa: E402

import click  # noqa: E402
import gevent  # noqa: E402
from playwright.sync_api import Page  # noqa: E402

from fs_app import logs  # noqa: E402
from fs_app.bench.figures import Goal, spread, tell  # noqa: E402
from fs_app.bench.installation import Size  # noqa: E402
from fs_app.bench.scene import Habits, Scene  # noqa: E402
from fs_app.bench.witness import Seen  # noqa: E402
from fs_app.calls.model import Leg  # noqa: E402
from fs_app.config import ROOT  # noqa: E402
from fs_app.db import Database  # noqa: E402
from tests.support.browser import Browser, chromium  # noqa: E402

AGENTS, WINDOWS, SECONDS = 200, 3, 480.0
"""Each agent has a computer of his own. On two processors that the program, the switch and the other agents' toolbars
share already, eight windows measure each other (seen: the message waits up to half a second for its window to get a
processor)."""

QUEUES, QUEUES_OF_AN_AGENT = 10, 3
RATE = 0.015
"""Calls per second and agent: 3 for 200, 54 an hour for each of them."""

TALK_S = 40.0
"""With the above six in ten agents have a call at any moment."""

WARM_S = 15.0
READY_S, GOAL_READY_S = 20.0, 1.0
GOAL_MS = 150.0
KINDS = ("offered", "answered", "ended")
IN_A_CALL = ("RINGING", "IN_CALL")

EYE = """
window.__seen = [];
const look = () => {
  const chip = document.querySelector('[data-state]');
  const state = chip && chip.getAttribute('data-state');
  if (!state || state === window.__state) return;
  window.__state = state;
  requestAnimationFrame(() => requestAnimationFrame(() => {
    window.__seen.push([state, Math.round((performance.timeOrigin + performance.now()) * 1000)]);
  }));
};
const watch = {subtree: true, childList: true, attributes: true, attributeFilter: ['data-state']};
new MutationObserver(look).observe(document, watch);
"""

State = tuple[str, int]


def first(states: Sequence[State], after: int, wanted: Sequence[str], unwanted: Sequence[str] = ()) -> int:
    """When a state was first seen at or after a time (µs): one of `wanted`, or any but `unwanted`; 0: never."""
    begin = bisect.bisect_left([at for _, at in states], after)
    for state, at in states[begin:]:
        if state in wanted or (unwanted and state not in unwanted):
            return at
    return 0


def delays(
    legs: Sequence[tuple[str, str, int]], seen: Mapping[str, Seen], states: Mapping[int, Sequence[State]]
) -> dict[str, list[float]]:
    """In ms, by kind. `legs`: (agent's leg, caller's leg, agent); `states`: what each agent's window showed."""
    found: dict[str, list[float]] = {kind: [] for kind in (*KINDS, "never")}
    for leg, call, agent in legs:
        his, caller = seen.get(leg), seen.get(call)
        if agent not in states or his is None or caller is None or not his.answered:
            continue
        over = min(t for t in (his.ended, caller.ended, 1 << 62) if t)
        facts = (
            ("offered", caller.created, first(states[agent], caller.created, ("RINGING",))),
            ("answered", his.answered, first(states[agent], his.answered, ("IN_CALL",))),
            ("ended", over, first(states[agent], over, (), IN_A_CALL)),
        )
        for kind, happened, shown in facts:
            found[kind if shown else "never"].append((shown - happened) / 1000)
    return found


def opened(browser: Browser, url: str, cookie: str) -> tuple[Page, float]:
    """An agent's page, logged in and available; and the seconds until it was ready for him."""
    name, _, value = cookie.partition("=")
    context = browser.window()
    context.add_cookies([{"name": name, "value": value, "url": url}])
    context.add_init_script(EYE)
    page = context.new_page()
    begin = time.monotonic()
    page.goto(f"{url}/agent", wait_until="commit")
    page.wait_for_selector("[data-state]", timeout=READY_S * 1000)
    took = time.monotonic() - begin
    return page, took


@contextmanager
def on_all_processors() -> Iterator[None]:
    """What is started here is not bound to the processor of the switch: agents' computers are none of ours."""
    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    try:
        yield
    finally:
        os.sched_setaffinity(0, mine)


def measure(agents: int, windows: int, seconds: float, seed: int) -> dict[str, float]:
    with (
        tempfile.TemporaryDirectory(prefix="fs-app-bench-") as folder,
        Scene(
            Path(folder),
            Size(agents, QUEUES, QUEUES_OF_AN_AGENT),
            seed,
            Habits(answer_after=0.5, talk=TALK_S),
        ) as scene,
        ExitStack() as stack,
    ):
        with on_all_processors():
            browser = stack.enter_context(chromium())
        scene.start(toolbars=False)
        url = f"http://127.0.0.1:{scene.installation.port}"
        cookies = scene.seeded.cookies
        scene.toolbars.connect(scene.installation.port, cookies[windows:])
        scene.begin_work()
        gevent.sleep(WARM_S)  # two hundred who came in the same second are written down
        pages: list[Page] = []
        ready: list[float] = []
        for cookie in cookies[:windows]:
            page, took = opened(browser, url, cookie)
            pages.append(page)
            ready.append(took)
            page.locator("main .btn-primary").first.click()  # takes his place
            page.wait_for_selector("[data-state=UNAVAILABLE], [data-state=IDLE]")
            page.keyboard.press("F8")
            page.wait_for_selector("[data-state=IDLE]")
        meanwhile = scene.meanwhile()
        calls = gevent.spawn(scene.calls, RATE * agents, seconds)
        while not calls.ready():
            pages[0].wait_for_timeout(100)  # the browser's own events are read meanwhile
        scene.all_over(60)
        machine = meanwhile.figures()
        pages[0].wait_for_timeout(1000)
        states = {
            agent: [(str(state), int(at)) for state, at in page.evaluate("window.__seen")]
            for agent, page in zip(scene.seeded.agents, pages, strict=False)
        }
        legs = _legs(scene.installation.database)
        found = delays(legs, scene.witness.legs, states)
        figures: dict[str, float] = {
            "agents": agents,
            "windows": windows,
            "calls": len(scene.placed),
            "ready_first_s": round(ready[0], 3),
            "ready_worst_s": round(max(ready), 3),
            "never_shown": len(found["never"]),
        }
        for kind in KINDS:
            figures |= spread(found[kind], kind)
        figures |= spread([delay for kind in KINDS for delay in found[kind]], "all")
        return figures | machine


def _legs(url: str) -> list[tuple[str, str, int]]:
    database = Database(url, ROOT / "migrations")
    database.open()
    try:
        return database.read(
            lambda: list(Leg.select(Leg.id, Leg.call, Leg.agent).where(Leg.role == "agent").tuples())
        )
    finally:
        database.close()


@click.command()
@click.option("--json", "json_output", is_flag=True, help="One JSON object on the last line.")
@click.option("--agents", default=AGENTS, show_default=True, type=click.IntRange(min=10))
@click.option("--windows", default=WINDOWS, show_default=True, type=click.IntRange(min=1))
@click.option("--seconds", default=SECONDS, show_default=True)
@click.option("--seed", default=1, show_default=True)
def pixels(json_output: bool, agents: int, windows: int, seconds: float, seed: int) -> None:
    """From an event of the switch to the changed pixel."""
    logs.configure("console", "error")
    figures = measure(agents, windows, seconds, seed)
    goals = [Goal(f"{kind}_p99_ms", GOAL_MS) for kind in (*KINDS, "all")]
    goals += [Goal("never_shown", 0, at_most=True), Goal("ready_worst_s", GOAL_READY_S)]
    raise SystemExit(tell("pixels", figures, goals, json_output))


if __name__ == "__main__":
    pixels()
