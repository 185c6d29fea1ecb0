"""No page is forgotten by the browser tests that look at all of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.exceptions import NotFound

from tests.support import callworld
from tests.support.pages import ELSEWHERE, PAGES
from tests.unit.web.conftest import Web, standing


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with standing(tmp_path_factory.mktemp("pages")) as web:
        yield web


def test_each_page_is_in_the_list(web: Web) -> None:
    adapter = web.flask.url_map.bind("localhost")
    facts = {"call": callworld.FULL, "running": callworld.RUNNING, "recording": callworld.RECORDING}
    looked_at = set()
    for path in (*PAGES, *ELSEWHERE):
        try:
            looked_at.add(adapter.match(urlsplit(path.format(**facts)).path)[0])
        except NotFound:
            assert path == "/nowhere", path
    admin = web.person("admin")
    forgotten = []
    for rule in web.flask.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint not in looked_at:
            address = adapter.build(rule.endpoint, _of_the_demo(rule.arguments), method="GET")
            answer = admin.client.get(address)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                forgotten.append(str(rule))
    assert not forgotten, "\n".join(sorted(forgotten))


def test_no_page_keeps_a_question_to_the_database_open(web: Web) -> None:
    """A reader that has not finished keeps SQLite's log from being written back: it would grow for ever."""
    admin = web.person("admin")
    facts = {"call": callworld.FULL, "running": callworld.RUNNING, "recording": callworld.RECORDING}
    for path in PAGES:
        admin.get(path.format(**facts))
    with closing(sqlite3.connect(web.app.db.url.partition("sqlite:///")[2])) as other:
        held, _, _ = other.execute("pragma wal_checkpoint(truncate)").fetchone()
    assert not held


def _of_the_demo(arguments: set[str]) -> dict[str, Any]:
    """The first object of each kind: one is enough to see whether it is a page."""
    texts = {
        "call_id": callworld.FULL,
        "call": callworld.FULL,
        "recording_id": callworld.RECORDING,
        "recording": callworld.RECORDING,
        "lang": "fr",
        "language": "fr",
        "name": "greeting",
        "digest": "x",
        "path": "y",
        "way": "up",
    }
    return {name: texts.get(name, 1) for name in arguments}
