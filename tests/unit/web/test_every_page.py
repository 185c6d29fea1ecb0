"""No page is forgotten by the browser tests that look at all of them."""

from __future__ import annotations

from collections.abc import Iterator
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
