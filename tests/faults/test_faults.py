"""A small run of the fault checker on each switch; `make faults` makes long ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.faults import folder, plan
from tests.faults.__main__ import mishaps, summary
from tests.faults.rules import check
from tests.faults.run import Run
from tests.support.freeswitch import find_freeswitch

SEED = 11
KINDS = ("kill", "freeze", "cut", "switch", "database", "page", "phone", "queue")
KEPT = Path("var") / "faults"


@pytest.mark.timeout(180)
@pytest.mark.parametrize("switch", ["sim", "real"])
def test_nothing_that_must_survive_is_violated_by_a_few_random_faults(
    switch: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    if pytestconfig.getoption("--switch") not in (switch, "both"):
        pytest.skip("the other switch was asked for")
    if switch == "real" and not find_freeswitch():
        pytest.skip(
            "NOT SHOWN HERE: no FreeSWITCH (set FREESWITCH_HOME, or have `freeswitch` and `sipp` on the PATH)"
        )
    where = tmp_path / "history"
    Run(plan.make(SEED, faults=6, rate=0.6, kinds=KINDS), switch, where).go()
    history = folder.read(where)
    found = [f"{v.rule}: {v.what}" for v in [*check(history), *mishaps(where, history)]]
    if found:
        kept = KEPT / f"{switch}-{SEED}"
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(where, kept)
        found.append(f"the history is kept in {kept}: python -m tests.faults check {kept}")
    assert not found, "\n".join([f"seed {SEED}", summary(history), *found])
    assert len(history.faults) == 6
    assert len(history.rows) >= 10, "there was something to go wrong"
