"""The benchmarks' own harness at a tiny size: that what they say is there and adds up, never how fast it was."""

import pytest

from fs_app.bench import load, web
from fs_app.bench.web import KINDS, RATES

pytestmark = pytest.mark.timeout(180)


def test_toolbars_are_told_of_every_call_and_come_back_with_right_pictures() -> None:
    figures = web.measure(agents=40, seconds=4.0, seed=1, talk=2.0)
    assert figures["toolbars"] == 40
    assert figures["high_calls"] > 2
    for phase in RATES:
        for kind in KINDS:
            assert figures[f"{phase}_{kind}_count"] == figures[f"{phase}_calls"]
        assert figures[f"{phase}_never_shown"] == 0
    assert figures["back_conversations"] == 8
    assert figures["back_wrong"] == 0


def test_every_call_of_the_load_is_accounted_for() -> None:
    figures = load.measure(per_second=4.0, at_once=12, seconds=4.0, seed=1, record=False)
    assert figures["made"] == figures["told_by_switch"] == figures["in_database"] == figures["talked"] > 4
    for name in ("lost", "unanswered", "unfinished", "legs_unaccounted"):
        assert figures[name] == 0, name
