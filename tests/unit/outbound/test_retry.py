"""What follows an attempt that reached nobody: the table of rules."""

from __future__ import annotations

import pytest

from fs_app.outbound.model import RetryRule
from fs_app.outbound.retry import DEFAULTS, RULED, Next, Result, Rule, after, result_of
from fs_app.outbound.settings import BLANK, MODES, Settings, settings_of, to_store


@pytest.mark.parametrize(
    ("cause", "by_agent", "result"),
    [
        ("USER_BUSY", False, Result.BUSY),
        ("CALL_REJECTED", False, Result.BUSY),
        ("NO_ANSWER", False, Result.NO_ANSWER),
        ("ORIGINATOR_CANCEL", False, Result.NO_ANSWER),
        ("ORIGINATOR_CANCEL", True, Result.GAVE_UP),
        ("not_dialled", True, Result.GAVE_UP),
        ("UNALLOCATED_NUMBER", False, Result.WRONG_NUMBER),
        ("NO_ROUTE_DESTINATION", False, Result.FAILED),
        ("NETWORK_OUT_OF_ORDER", False, Result.FAILED),
        ("unknown", False, Result.FAILED),
        ("", False, Result.FAILED),
    ],
)
def test_what_a_cause_means(cause: str, by_agent: bool, result: Result) -> None:
    assert result_of(cause, by_agent) is result


def test_each_result_has_its_own_delay_and_its_own_end() -> None:
    rules = {**DEFAULTS, Result.BUSY: Rule(60, 2, disposition=7)}
    assert after(rules, Result.BUSY, 1) == Next(60)
    assert after(rules, Result.BUSY, 2) == Next(None, 7)
    assert after(rules, Result.BUSY, 5) == Next(None, 7)
    assert after(rules, Result.NO_ANSWER, 1) == Next(3600)
    assert after(rules, Result.GAVE_UP, 999) == Next(300), "nobody is forgotten because agents gave up"
    assert after(rules, Result.FAILED, 1) == Next(3600), "like an unanswered call"
    assert after(rules, Result.FAILED, 99) == Next(3600), "a trunk that is down closes nobody's callback"
    assert after(rules, Result.WRONG_NUMBER, 1) == Next(None)
    assert after({}, Result.MACHINE, 1) == Next(7200), "a rule that is missing is the one by itself"


def test_every_result_with_a_rule_has_one_by_itself() -> None:
    assert set(DEFAULTS) == set(RULED)
    assert max(len(result) for result in Result) <= RetryRule.result.max_length


def test_settings_come_back_as_they_were_stored_and_nonsense_changes_nothing() -> None:
    assert to_store(BLANK) == {}
    chosen = Settings(modes=("preview",), preview_s=20, may_skip=False, latest_days=7)
    assert settings_of(to_store(chosen)) == chosen
    odd = {"modes": "preview", "preview_s": "20", "may_skip": 1, "latest_days": True, "nothing": 5}
    assert settings_of(odd) == BLANK
    assert settings_of({"modes": ["automatic", "manual", "fast"]}).modes == ("manual", "automatic")
    assert settings_of(None).modes == MODES


def test_the_countdown_of_each_mode() -> None:
    assert Settings(preview_s=0).countdown_s("preview") is None
    assert Settings(preview_s=15).countdown_s("preview") == 15
    assert Settings(automatic_s=0).countdown_s("automatic") == 0
