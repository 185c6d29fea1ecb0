"""`fs-app bench load`: 20 calls a second, 300 at once, for two minutes, through one process: is any of them lost?

The switch is simulated, everybody else is real: the program as it runs, its database and its journal on disk, a
toolbar for each agent. Each call that was made is looked for in what the switch told and in the database; how late
the program's loop ran is what the program itself measured.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import click
import gevent

from fs_app import logs
from fs_app.bench.figures import Goal, tell
from fs_app.bench.installation import Installation, Size
from fs_app.bench.scene import Habits, Scene
from fs_app.bench.witness import Witness
from fs_app.calls.model import Call, JournalEntry, Leg
from fs_app.clock import wait_for

PER_SECOND, AT_ONCE, SECONDS = 20.0, 300, 120.0
AGENTS_FOR_ONE_CALL = 1.2
QUEUES, QUEUES_OF_AN_AGENT = 20, 3
GOAL_LAG_MS = 20.0
ANSWER_S = 1.0
END_S, PROJECTED_S = 90.0, 60.0
_BUCKET = re.compile(r'fsapp_loop_lag_seconds_bucket\{le="([^"]+)"\} (\S+)')


def lag_buckets(metrics: str) -> dict[float, float]:
    """The program's histogram of how late its loop ran: upper bound in seconds → how many, cumulative."""
    return {float(bound): float(count) for bound, count in _BUCKET.findall(metrics)}


def share_above(before: dict[float, float], after: dict[float, float], seconds: float) -> float:
    """Of the looks between two readings of the histogram, the share that was later than `seconds` (a bound)."""
    every = after[float("inf")] - before[float("inf")]
    return 1 - (after[seconds] - before[seconds]) / every if every else 0.0


def account_for(
    installation: Installation, witness: Witness, calls: Sequence[str], made: int
) -> dict[str, float]:
    """Where the `made` calls of these callers' legs are: in the switch's own words and, finished, in the database.

    Asks the database, which must have the whole journal by then.
    """
    rows, legs, entries = installation.read(
        lambda: (
            {
                row[0]: row
                for row in Call.select(
                    Call.id, Call.stage, Call.outcome, Call.agent, Call.answered_at, Call.ended_at
                ).tuples()
            },
            dict(Leg.select(Leg.id, Leg.ended_at).tuples()),
            JournalEntry.select().count(),
        )
    )
    told = witness.callers()
    agents = [leg for leg, seen in witness.legs.items() if not seen.inbound]
    both = [c for c in calls if c in told and c in rows]
    return {
        "made": made,
        "told_by_switch": len(told),
        "in_database": len(rows),
        "talked": sum(told[c].bridged > 0 for c in both),
        "journal_entries": entries,
        "lost": made - len(both),
        "unanswered": sum(rows[c][2] != "answered" or not rows[c][3] or not rows[c][4] for c in both),
        "unfinished": sum(rows[c][1] != "ENDED" or rows[c][5] is None for c in both),
        "legs_unaccounted": sum(legs.get(leg) is None for leg in agents),
    }


def all_in_database(installation: Installation) -> None:
    """Wait for it. Raises WaitTimeout."""
    wait_for(
        lambda: installation.metric("fsapp_journal_unprojected") == 0,
        PROJECTED_S,
        "the whole journal in the database",
    )


def measure(per_second: float, at_once: int, seconds: float, seed: int, record: bool) -> dict[str, float]:
    """The figures by name. Raises Unavailable or WaitTimeout when something does not come up."""
    agents = max(2, int(at_once * AGENTS_FOR_ONE_CALL))
    size = Size(agents, QUEUES, QUEUES_OF_AN_AGENT, record)
    # A caller is on the line from the first ring to the end of his conversation.
    habits = Habits(ANSWER_S, max(1.0, at_once / per_second - ANSWER_S))
    with (
        tempfile.TemporaryDirectory(prefix="fs-app-bench-") as name,
        Scene(Path(name), size, seed, habits) as scene,
    ):
        scene.start()
        scene.begin_work()
        gevent.sleep(2.0)
        meanwhile, cpu, begin = scene.meanwhile(), scene.installation.cpu_s(), time.monotonic()
        before = lag_buckets(scene.installation.get("/metrics").decode())
        most = 0

        def look() -> None:
            nonlocal most
            while True:
                most = max(most, sum(not leg.ended for leg in scene.witness.callers().values()))
                gevent.sleep(1.0)

        looking = gevent.spawn(look)
        scene.calls(per_second, seconds)
        lag = scene.installation.metric("fsapp_loop_lag_p99_seconds") * 1000  # of the last minute
        after = lag_buckets(scene.installation.get("/metrics").decode())
        machine, used = meanwhile.figures(), scene.installation.cpu_s() - cpu
        took = time.monotonic() - begin
        looking.kill()
        scene.all_over(END_S)
        all_in_database(scene.installation)
        return {
            "calls_per_second": per_second,
            "seconds": seconds,
            "most_at_once": most,
            "agents": agents,
            **account_for(scene.installation, scene.witness, scene.placed, len(scene.placed)),
            "loop_lag_p99_ms": round(lag, 3),
            "loop_lag_above_20_ms_share": round(share_above(before, after, 0.02), 5),
            "loop_lag_above_100_ms_share": round(share_above(before, after, 0.1), 5),
            "program_cpu": round(used / took, 3),
            "memory_mb": round(scene.installation.memory_kb() / 1024, 1),
            **machine,
        }


@click.command("load")
@click.option("--json", "json_output", is_flag=True, help="One JSON object on the last line.")
@click.option("--per-second", default=PER_SECOND, show_default=True, help="Calls; arrivals are Poisson.")
@click.option("--at-once", default=AT_ONCE, show_default=True, help="Calls in progress in the mean.")
@click.option("--seconds", default=SECONDS, show_default=True)
@click.option("--record", is_flag=True, help="Every conversation is recorded, too.")
@click.option("--seed", default=1, show_default=True)
def load(json_output: bool, per_second: float, at_once: int, seconds: float, record: bool, seed: int) -> None:
    """20 calls a second and 300 at once for two minutes: no call lost, and the loop in time."""
    logs.configure("console", "error")
    figures = measure(per_second, at_once, seconds, seed, record)
    goals = [Goal(name, 0, at_most=True) for name in ("lost", "unanswered", "unfinished", "legs_unaccounted")]
    goals += [Goal("loop_lag_p99_ms", GOAL_LAG_MS)]
    raise SystemExit(tell("load", figures, goals, json_output))
