"""`fs-app bench menus`: 300 callers in voice menus at once, each pressing a key every few seconds.

The switch is simulated, the program is as it runs, its journal and its database on disk. Everybody goes round through
language, menu, number, spoken digits, condition and variable until he hangs up; each caller is looked for in the
database, and how late the program's loop ran is what the program itself measured.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import gevent
from peewee import fn

from fs_app import logs
from fs_app.accounts.model import Account
from fs_app.bench.figures import Goal, tell
from fs_app.bench.installation import ROOT, Installation, Size
from fs_app.bench.load import all_in_database, lag_buckets, share_above
from fs_app.bench.scene import Habits, Scene
from fs_app.calls.model import Call, JournalEntry
from fs_app.clock import RealClock
from fs_app.db import Database
from fs_app.ivr.model import Flow, FlowVersion
from fs_app.queues.model import Did

CALLERS, SECONDS, KEY_S = 300, 60.0, 2.5
COME_S = 15.0
"""They come within this time, and stay as long as is measured."""

DID = "+33185099999"
GOAL_LAG_MS = 20.0
END_S = 60.0
ROUND = ("1", "123", "2")
"""The keys of one round: to the number, the number, round again."""


def graph() -> dict[str, Any]:
    """Round and round."""

    def node(name: str, kind: str, exits: dict[str, str], **params: Any) -> dict[str, Any]:
        return {"id": name, "kind": kind, "label": name, "x": 0, "y": 0, "params": params, "exits": exits}

    ask = {"prompts": ["shipped:welcome_menu"], "tries": 9, "timeout_s": 15}
    gold = [{"variable": "vip", "test": "equals", "value": "yes"}]
    return {
        "format": 1,
        "start": "language",
        "nodes": [
            node("language", "language", {"next": "menu"}, tries=9, timeout_s=15),
            node(
                "menu",
                "menu",
                {"1": "number", "2": "noted", "no_input": "menu"},
                keys={"1": "", "2": ""},
                **ask,
            ),
            node("number", "collect", {"next": "said", "no_input": "menu"}, variable="n", most=3, **ask),
            node("said", "say", {"next": "menu"}, what="digits", value="{{n}}"),
            node("noted", "assign", {"next": "judged"}, assignments=[{"variable": "vip", "value": "yes"}]),
            node("judged", "condition", {"yes": "menu", "no": "menu"}, conditions=gold),
        ],
    }


def publish(url: str) -> None:
    """Behind DID, in the account of an empty installation."""
    db = Database(url, ROOT / "migrations")
    db.open()

    def write() -> None:
        now, account = RealClock().now_ms(), Account.get()
        made = graph()
        flow = Flow.create(
            account=account, name="Round", draft=made, published=1, created_at=now, updated_at=now
        )
        FlowVersion.create(account=account, flow=flow, number=1, graph=made, published_at=now)
        Did.create(account=account, number=DID, flow=flow)

    try:
        db.write(write)
    finally:
        db.close()


def keys(dice: random.Random, seconds: float) -> list[tuple[float, str]]:
    """What one caller presses, and when: a language, then round and round."""
    found, at, n = [(1.0 + dice.random() * 2, str(dice.randint(1, 3)))], 3.0, 0
    while (at := at + KEY_S * dice.uniform(0.6, 1.4)) < seconds:
        found.append((at, ROUND[n % len(ROUND)]))
        n += 1
    return found


def account_for(installation: Installation, made: int) -> dict[str, float]:
    """What became of the callers, and how far they went. Asks the database, which must have the whole journal."""

    def ask() -> dict[str, float]:
        outcomes = dict(Call.select(Call.outcome, fn.COUNT(Call.id)).group_by(Call.outcome).tuples())
        open_ones = Call.select().where(Call.ended_at.is_null()).count()
        nodes = JournalEntry.select().where(JournalEntry.kind == "flow.node")
        fewest = nodes.select(fn.COUNT(JournalEntry.id)).group_by(JournalEntry.call).tuples()
        return {
            "in_database": sum(outcomes.values()),
            "lost": made - sum(outcomes.values()),
            "not_ended_in_menu": sum(n for outcome, n in outcomes.items() if outcome != "menu"),
            "unfinished": open_ones,
            "nodes": nodes.count(),
            "fewest_nodes_of_a_caller": min((n for (n,) in fewest), default=0),
            "journal_entries": JournalEntry.select().count(),
        }

    return installation.read(ask)


def watch(
    installation: Installation, come: Callable[[], None], gone: Callable[[], None], seconds: float
) -> dict[str, float]:
    """The figures of the loop while everybody is there: `come` brings them, `gone` waits for their end."""
    come()
    cpu, before = installation.cpu_s(), lag_buckets(installation.get("/metrics").decode())
    gevent.sleep(seconds)
    lag = installation.metric("fsapp_loop_lag_p99_seconds") * 1000  # of the last minute
    after = lag_buckets(installation.get("/metrics").decode())
    used = installation.cpu_s() - cpu
    gone()
    all_in_database(installation)
    return {
        "loop_lag_p99_ms": round(lag, 3),
        "loop_lag_above_20_ms_share": round(share_above(before, after, 0.02), 5),
        "program_cpu": round(used / seconds, 3),
        "memory_mb": round(installation.memory_kb() / 1024, 1),
    }


GOALS = [
    *(Goal(name, 0, at_most=True) for name in ("lost", "not_ended_in_menu", "unfinished")),
    Goal("loop_lag_p99_ms", GOAL_LAG_MS),
]


def measure(callers: int, seconds: float, seed: int) -> dict[str, float]:
    """The figures by name. Raises Unavailable or WaitTimeout when something does not come up."""
    with (
        tempfile.TemporaryDirectory(prefix="fs-app-bench-") as name,
        Scene(Path(name), Size(2, 1, 1), seed, Habits()) as scene,
    ):
        scene.start(toolbars=False, prepare=publish)
        most = 0

        def come() -> None:
            nonlocal most
            stay = COME_S + seconds + 3.0
            for _ in range(callers):
                habits = {"digits": keys(scene.dice, stay), "hang_up_after": stay}
                number = f"+336{scene.dice.randrange(10**8):08d}"
                scene.world.control.ask(do="call", to=DID, number=number, habits=habits)
                gevent.sleep(COME_S / callers)
            most = scene.witness.alive()

        meanwhile = scene.meanwhile(toolbars=False)
        figures = watch(scene.installation, come, lambda: scene.all_over(END_S), seconds)
        return {
            "callers": callers,
            "at_once": most,
            "seconds": seconds,
            **account_for(scene.installation, callers),
            **figures,
            **meanwhile.figures(),
        }


@click.command("menus")
@click.option("--json", "json_output", is_flag=True, help="One JSON object on the last line.")
@click.option("--callers", default=CALLERS, show_default=True, help="In menus at once.")
@click.option("--seconds", default=SECONDS, show_default=True)
@click.option("--seed", default=1, show_default=True)
def menus(json_output: bool, callers: int, seconds: float, seed: int) -> None:
    """300 callers in voice menus at once: none lost, and the loop in time."""
    logs.configure("console", "error")
    raise SystemExit(tell("menus", measure(callers, seconds, seed), GOALS, json_output))
