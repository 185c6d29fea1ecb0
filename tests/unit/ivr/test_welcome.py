"""The menu of the demonstration, in three languages."""

from __future__ import annotations

import pytest

from fs_app.ivr import words
from fs_app.ivr.welcome import menu
from tests.unit.ivr.stage import Account, Line

MENU = menu(sales=3, support=4, box=5)
CALLER = {"call_number": "+33612345678"}


def test_nothing_is_wrong_with_it() -> None:
    assert Account().wrong(MENU) == []


@pytest.mark.parametrize(("is_open", "asked"), [("open", words.ToQueue), ("closed", words.TakeMessage)])
def test_with_opening_hours_sales_are_there_when_it_is_open(is_open: str, asked: type) -> None:
    line = Line(menu(sales=3, support=4, box=5, hours=1), variables=CALLER).key("1").key("1")
    line.tell(words.Outcome(line.run.asked, is_open))
    if is_open == "closed":
        assert line.said("fr/closed")
        line.heard()
    assert isinstance(line.asked, asked)


@pytest.mark.parametrize(("key", "language"), [("1", "fr"), ("2", "en"), ("3", "es")])
def test_each_language_leads_everywhere(key: str, language: str) -> None:
    for digit, asked in (
        ("1", words.ToQueue(5, 3, 0)),
        ("2", words.ToQueue(5, 4, 1)),
        ("3", words.RequestCallback(5, 3, "+33612345678")),
        ("4", words.TakeMessage(5, 5, (f"{language}/leave_message.wav",))),
    ):
        line = Line(MENU, variables=CALLER).key(key)
        assert line.said(f"{language}/welcome_menu")
        line.heard().key(digit)
        assert type(line.asked) is type(asked)
        assert {**vars_of(line.asked), "id": 5} == vars_of(asked)


def vars_of(intent: words.Intent) -> dict[str, object]:
    return {name: getattr(intent, name) for name in intent.__dataclass_fields__}


def test_who_says_nothing_comes_to_sales_in_french() -> None:
    line = Line(MENU, variables=CALLER)
    for _ in range(5):
        line.silence()
    assert line.asked == words.ToQueue(line.run.asked, 3, 0) and line.run.language == "fr"


def test_without_a_number_he_may_leave_a_message() -> None:
    line = Line(MENU).key("1").key("3")
    assert isinstance(line.asked, words.TakeMessage)
    assert line.tell(words.MessageLeft(line.run.asked, "r", 3000)).said("fr/goodbye")
