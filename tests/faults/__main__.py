"""`python -m tests.faults run …` and `check FOLDER`: the fault checker by hand; `make faults` runs it."""

# ruff: noqa: E402
from gevent import monkey

monkey.patch_all()

import json
import logging
import tempfile
import time
from collections import Counter
from pathlib import Path

import click

from fs_app import logs
from tests.faults import folder as folders
from tests.faults import plan
from tests.faults.history import History, Violation
from tests.faults.place import nice
from tests.faults.record import lines, whole
from tests.faults.rules import check as check_all


@click.group()
def cli() -> None:
    """Random faults under load, and whether what must survive did."""


@cli.command()
@click.option("--switch", type=click.Choice(["sim", "real"]), default="sim")
@click.option("--faults", default=20, help="How many.")
@click.option(
    "--seed", default=None, type=int, help="Makes the same plan again; drawn and printed when not given."
)
@click.option("--rate", default=0.7, help="Callers per second.")
@click.option(
    "--minutes", default=None, type=float, help="At most so long: rounds that do not fit are left out."
)
@click.option("--kinds", default="", help=f"Only these, with commas: {','.join(plan.KINDS)}.")
@click.option(
    "--folder", "where", default=None, type=click.Path(path_type=Path), help="Where the history is kept."
)
def run(
    switch: str,
    faults: int,
    seed: int | None,
    rate: float,
    minutes: float | None,
    kinds: str,
    where: Path | None,
) -> None:
    """Make faults happen, then judge. The folder is removed when nothing was found, unless it was given."""
    from tests.faults.run import Run

    nice(10)
    logs.configure("console", "warning")
    for name in ("socketio.client", "engineio.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # that a page has no connection is written down
    seed = int(time.time()) if seed is None else seed
    chosen = tuple(kinds.split(",")) if kinds else tuple(plan.KINDS)
    made = plan.make(seed, faults, rate=rate, kinds=chosen)
    if minutes is not None:
        made = plan.within(made, minutes * 60)
    folder = where or Path(tempfile.mkdtemp(prefix=f"fs-app-faults-{switch}-{seed}-"))
    click.echo(f"seed {seed}: {len(made.faults)} faults on the {switch} switch, history in {folder}")
    Run(made, switch, folder, click.echo).go()
    found = judge(folder)
    if found:
        raise SystemExit(1)
    if where is None:
        import shutil

        shutil.rmtree(folder)


@cli.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
def check(folder: Path) -> None:
    """Judge a kept history again."""
    raise SystemExit(1 if judge(folder) else 0)


@cli.command()
@click.option("--seed", required=True, type=int)
@click.option("--faults", default=20)
def show(seed: int, faults: int) -> None:
    """The plan of a seed."""
    for number, one in enumerate(plan.make(seed, faults).rounds):
        click.echo(f"round {number + 1}: {len(one.callers)} callers in {one.seconds:.0f} s")
        for fault in one.faults:
            click.echo(
                f"  {fault.at:6.1f} s  {fault.kind:<10} {fault.seconds:5.1f} s  {fault.target:>2}  {fault.moment}"
            )


def judge(folder: Path) -> list[Violation]:
    """Print what the history says; the violations also go to `violations.json`."""
    history = folders.read(folder)
    found = [*check_all(history), *mishaps(folder, history)]
    (folder / "violations.json").write_text(json.dumps([v.told() for v in found], indent=1))
    click.echo(summary(history))
    for violation in found:
        click.echo(f"VIOLATION {violation.rule} at {violation.at:.3f}: {violation.what}")
    click.echo(f"{len(found)} violations")
    return found


def mishaps(folder: Path, history: History) -> list[Violation]:
    """What the run itself complains of: the program ended by itself, a fault could not be done or did not heal.

    A start that fails because the disk or the database refuses is right: its service manager tries again.
    """
    found = [
        Violation("program", line["at"], line["what"])
        for line in lines(folder, "unasked")
        if not (
            "ended by itself" in line["what"]
            and history.touched(("disk", "database"), line["at"], line["at"], 1.0)
        )
    ]
    return found + [
        Violation("program", history.until, what) for what in whole(folder, "end", {}).get("failures", [])
    ]


def summary(history: History) -> str:
    kinds = Counter(fault.kind for fault in history.faults)
    outcomes = Counter(row.outcome for row in history.rows)
    return "\n".join(
        [
            f"faults: {sum(kinds.values())} ({', '.join(f'{k} {n}' for k, n in kinds.most_common())})",
            f"calls: {len(history.rows)} ({', '.join(f'{k} {n}' for k, n in outcomes.most_common())})",
            f"telephones rung: {sum(1 for _ in history.agents_legs())}, verdicts acknowledged: {len(history.acks)}, "
            f"pictures: {len(history.pictures)}, reported: {history.figures}",
        ]
    )


if __name__ == "__main__":
    cli()
