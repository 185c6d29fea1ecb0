"""The tabs Screen pop and Digits of a queue: what is taken, what is refused, what is tried out; a password is never
shown again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from fs_app.admin.model import AuditEntry
from fs_app.queues.model import Queue
from fs_app.queues.popping import CARD, Step
from tests.support.webservice import WebService
from tests.unit.web.conftest import Visitor, Web

BASIC = {
    "name": "Commercial",
    "number": "200",
    "ring_s": "20",
    "no_answer_delay_s": "10",
    "inter_call_s": "3",
}
POP = {
    **BASIC,
    "tabs": "pop",
    "pop_mode": "url",
    "pop_when": "answer",
    "pop_url": "https://crm.example/fiche?tel={caller}&c={client}",
    "pop_target": "same",
    "lookup_method": "GET",
    "lookup_timeout_s": "3",
}
CAPTURE = {
    **BASIC,
    "tabs": "capture",
    "capture_url": "https://pay.example/digits",
    "capture_secret": "Bearer top-secret",
    "capture_timeout_s": "30",
    "step-0-name": "card",
    "step-0-kind": "card",
    "step-0-label": "Carte",
    "step-0-least": "12",
    "step-0-most": "19",
    "step-1-name": "cvv",
    "step-1-kind": "code",
    "step-1-least": "3",
    "step-1-most": "4",
}


@pytest.fixture
def web(own_web: Web) -> Web:
    return own_web


@pytest.fixture
def at(web: Web) -> str:
    return f"/admin/queues/{web.ids.desk.queue}"


@pytest.fixture
def service() -> Iterator[WebService]:
    found = WebService({"customer": {"name": "DUPONT", "vip": True}, "note": "ligne\nsuivante"})
    yield found
    found.stop()


def wrong(page: str) -> dict[str, str]:
    return dict(re.findall(r'id="e-([\w-]+)">.*?<span>(.*?)</span>', page, re.S))


def info(web: Web) -> Any:
    return web.app.catalog.queue(web.ids.desk.queue)


def test_an_address_is_what_calls_go_by(web: Web, admin: Visitor, at: str) -> None:
    assert admin.post(at, **POP).status_code == 303
    pop = info(web).pop
    assert (pop.mode, pop.when, pop.target, pop.url) == ("url", "answer", "same", POP["pop_url"])


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("javascript:alert(1)", "begins with http"),
        ("ftp://crm.example/{caller}", "begins with http"),
        ("https://{caller}.evil.example/", "name of the server"),
        ("https://user:pw@crm.example/", "name of the server"),
        ("https://", "name of the server"),
        ("https://crm.example:99999/", "name of the server"),
        ("https://crm.example/{caller", "brace"),
        ("https://crm.example/{call er}", "neither blanks"),
        ('https://crm.example/"x', "neither blanks"),
        ("", "needed"),
    ],
)
def test_an_address_that_cannot_be_opened_is_refused(
    web: Web, admin: Visitor, at: str, url: str, why: str
) -> None:
    answer = admin.post(at, **{**POP, "pop_url": url})
    assert answer.status_code == 400
    said = wrong(answer.text)
    assert why in said["pop_url"].lower() or why == "needed"
    assert info(web).pop.mode == "record"


def test_the_service_is_tried_out_before_it_is_saved(
    web: Web, admin: Visitor, at: str, service: WebService
) -> None:
    form = {
        **POP,
        "lookup_url": f"{service.url}/customer?tel={{caller}}",
        "lookup_name": "CRM",
        "map-0-path": "$.customer.name",
        "map-0-field": "last_name",
        "map-1-path": "$.customer.vip",
        "map-1-field": "",
        "map-1-label": "VIP",
        "try_number": "06 12 <&>",
    }
    found = admin.post("/admin/queues/try-lookup", **form).get_json()
    assert found["state"] == "found"
    assert [one["value"] for one in found["values"]] == ["DUPONT"]
    assert found["more"] == [{"label": "VIP", "value": "true"}]
    assert service.asked == ["/customer?tel=06%2012%20%3C%26%3E"]
    gone = admin.post("/admin/queues/try-lookup", **{**form, "lookup_url": f"{service.url}/wrong"}).get_json()
    assert gone["state"] == "failed" and "500" in gone["why"]
    text = admin.post("/admin/queues/try-lookup", **{**form, "lookup_url": f"{service.url}/text"}).get_json()
    assert text["state"] == "failed" and "JSON" in text["why"]
    assert admin.post(at, **form).status_code == 303
    assert info(web).lookup.mapped[1].label == "VIP"


def test_the_address_of_an_example_call_is_shown(web: Web, admin: Visitor) -> None:
    shown = admin.post(
        "/admin/queues/try-address", pop_url="https://crm.example/{queue}?t={caller}"
    ).get_json()
    assert shown["url"] == "https://crm.example/Commercial%20%26%20SAV?t=%2B33612345678"
    bad = admin.post("/admin/queues/try-address", pop_url="javascript:{caller}").get_json()
    assert bad["url"] == "" and "http" in bad["problem"]


def test_what_is_asked_of_a_caller_and_a_password_that_is_never_shown(
    web: Web, admin: Visitor, at: str
) -> None:
    assert admin.post(at, **CAPTURE).status_code == 303
    capturing = info(web).capturing
    assert capturing.possible and capturing.timeout_s == 30
    assert capturing.steps == (Step("card", "card", "Carte", 12, 19), Step("cvv", "code", "", 3, 4))
    assert web.app.messages.vault.open(web.ids.desk.account, capturing.secret) == "Bearer top-secret"
    page = admin.page(at)
    assert "top-secret" not in page and capturing.secret not in page
    kept = {name: value for name, value in CAPTURE.items() if name != "capture_secret"}
    assert admin.post(at, **kept).status_code == 303
    assert info(web).capturing.secret == capturing.secret, "nothing typed: it stays"
    assert admin.post(at, **{**kept, "no_capture_secret": "1"}).status_code == 303
    assert info(web).capturing.secret == ""
    lines = web.app.db.read(lambda: [(e.before, e.after) for e in AuditEntry.select()])
    assert "top-secret" not in repr(lines) and "capture_url" in repr(lines)


def test_steps_that_cannot_be_asked_are_refused(web: Web, admin: Visitor, at: str) -> None:
    form = {
        **CAPTURE,
        "step-0-least": "4",
        "step-1-name": "card",
        "capture_url": "https://pay.example/{caller}",
    }
    said = wrong(admin.post(at, **form).text)
    assert set(said) == {"step-0-digits", "step-1-name", "capture_url"}
    assert info(web).capturing.steps == CARD and not info(web).capturing.possible


def test_what_stands_wrong_in_the_database_offers_nothing(web: Web) -> None:
    def spoil() -> None:
        Queue.update(
            capture_url="https://pay.example",
            capture_steps=[{"name": "Card!"}, 7],
            lookup_map=["x", {"path": "$.."}],
        ).execute()

    web.app.db.write(spoil)
    web.app.catalog.reload()
    assert info(web).capturing.steps == CARD and info(web).lookup.mapped == ()
