"""Which records of a list a word or a number finds."""

from __future__ import annotations

import pytest

from fs_app.calllists import listing
from fs_app.calllists.listing import Wanted
from fs_app.contacts import searching
from fs_app.db import Database
from tests.unit.calllists.conftest import account, new_contact, new_list, new_record

NAMESAKES = 8


@pytest.fixture
def asked(each_db: Database, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[int]]:
    """What is asked for → the indexes of the records that are found. Of those called Martin only the last two are on
    the list, and it shows no more than five that a word finds."""
    monkeypatch.setattr(listing, "MOST_FOUND", 5)

    def people() -> int:
        people = [new_contact(last_name="Martin", first_name=str(n)) for n in range(NAMESAKES)]
        searching.reindex(account(), people, "FR")
        made, other = new_list("Searched"), new_list("Other")
        for index, contact in enumerate(people[-2:], 1):
            new_record(made, index, contact=contact, number="")
        new_record(made, 3, contact=people[0], number="+33612345678")  # a number that he has no more
        new_record(made, 4, number="+33698765432")  # of nobody
        for index, contact in enumerate(people, 1):
            new_record(other, index, contact=contact, number="+33698765432")
        return made

    made = each_db.write(people)

    def found(q: str) -> list[int]:
        page = each_db.read(lambda: listing.page(account(), "FR", Wanted(made, q=q)))
        return [line.record.index for line in page.lines]

    return {q: found(q) for q in ("martin", "06 12 34 56 78", "0698765432", "dupont", "0611111111", "!!")}


def test_people_are_found_however_many_namesakes_are_elsewhere(asked: dict[str, list[int]]) -> None:
    assert asked["martin"] == [1, 2, 3]
    assert asked["dupont"] == []


def test_numbers_are_found_of_nobody_and_of_who_has_them_no_more(asked: dict[str, list[int]]) -> None:
    assert (asked["06 12 34 56 78"], asked["0698765432"], asked["0611111111"]) == ([3], [4], [])


def test_what_asks_for_nothing_shows_the_list(asked: dict[str, list[int]]) -> None:
    assert asked["!!"] == [1, 2, 3, 4]
