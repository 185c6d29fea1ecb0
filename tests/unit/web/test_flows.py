"""Menus vocaux: the pages and what the editor's script asks for."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from fs_app.ivr.model import Flow
from tests.unit.web.conftest import Visitor, Web, standing

PATH = "/admin/flows"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with standing(tmp_path_factory.mktemp("flows")) as web:
        yield web


class Author(Visitor):
    """The editor's script in somebody's browser."""

    def __init__(self, visitor: Visitor) -> None:
        super().__init__(visitor.client)

    def send(self, method: str, path: str, body: Any) -> TestResponse:
        return self.client.open(path, method=method, json=body, headers={"X-CSRFToken": self.token(PATH)})

    def draft(self, flow: int = 1) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"{PATH}/{flow}/draft.json").get_json()
        return found

    def new(self, name: str, graph: Any = None) -> int:
        answer = self.post(f"{PATH}/new", name=name, language="fr")
        assert answer.status_code == 303, answer.text[:500]
        flow = int(answer.headers["Location"].rpartition("/")[2])
        if graph is not None:
            assert (
                self.send("PUT", f"{PATH}/{flow}/draft.json", {"graph": graph, "base": 1}).status_code == 200
            )
        return flow


@pytest.fixture
def author(web: Web) -> Author:
    return Author(web.person("admin"))


@pytest.fixture
def graph(author: Author) -> Any:
    return copy.deepcopy(author.draft()["draft"])


def test_the_editor_is_told_everything_at_once(author: Author) -> None:
    told = author.draft()
    assert told["flow"]["name"] == "Accueil"
    assert (told["version"], told["changed"], told["problems"]) == (1, False, [])
    assert {kind["kind"] for kind in told["spec"]["kinds"]} >= {"menu", "queue", "http"}
    assert {c["name"] for c in told["choices"]["QUEUE"]} == {"Commercial", "Technique"}
    assert told["choices"]["SCHEDULE"][0]["name"] == "Bureau"
    greeting = next(one for one in told["sounds"] if one["ref"] == "shipped:greeting")
    assert greeting["name"].startswith("Bonjour")
    assert author.client.get(greeting["urls"]["fr"]).mimetype == "audio/wav"


def test_a_draft_may_be_unfinished_and_its_problems_come_back(author: Author, graph: Any) -> None:
    flow = author.new("Inachevé", graph)
    graph["nodes"][0]["exits"] = {}
    answer = author.send("PUT", f"{PATH}/{flow}/draft.json", {"graph": graph, "base": 2}).get_json()
    assert (answer["version"], answer["changed"]) == (3, True)
    wrong = [(p["node"], p["exit"], p["text"]) for p in answer["problems"] if p["exit"]]
    assert wrong == [("n1", "next", "La sortie « Suite » ne mène nulle part.")]


def test_a_stale_draft_is_refused_with_what_stands_there(author: Author, graph: Any) -> None:
    flow = author.new("Deux auteurs", graph)
    graph["nodes"][0]["label"] = "Mine"
    answer = author.send("PUT", f"{PATH}/{flow}/draft.json", {"graph": graph, "base": 1})
    assert answer.status_code == 409
    theirs = answer.get_json()["theirs"]
    assert (theirs["version"], theirs["graph"]["nodes"][0]["label"]) == (2, "Bienvenue")
    kept = author.send("POST", f"{PATH}/{flow}/copy.json", {"graph": graph}).get_json()
    assert kept["name"] == "Deux auteurs (2)"
    assert author.draft(kept["id"])["draft"]["nodes"][0]["label"] == "Mine"


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "x",
        {"base": 1},
        {"graph": [], "base": 1},
        {"graph": {"format": 1, "start": "", "nodes": "x"}, "base": 1},
        {"graph": {"format": 1, "start": "", "nodes": [1]}, "base": 1},
        {"graph": {"format": 1, "start": "", "nodes": [{"id": "a", "kind": "moon"}]}, "base": 1},
        {"graph": {"format": 1, "start": "", "nodes": [{"id": "../x", "kind": "play"}]}, "base": 1},
        {
            "graph": {"format": 1, "start": "", "nodes": [{"id": "a", "kind": "play", "params": []}]},
            "base": 1,
        },
        {"graph": {"format": 1, "start": "", "nodes": [{"id": "a", "kind": "play", "exits": 3}]}, "base": 1},
        {"graph": {"format": 1, "start": "", "nodes": [{"id": "a", "kind": "play", "x": "far"}]}, "base": 1},
        {"graph": {"format": 1, "start": "", "nodes": []}, "base": "1"},
        {"graph": {"format": 1, "start": "", "nodes": [{"id": "a", "kind": "play"}] * 2}, "base": 1},
    ],
)
def test_what_is_no_flow_is_refused(author: Author, body: Any) -> None:
    before = author.draft()
    for path in ("draft.json", "try.json", "copy.json"):
        method = "PUT" if path == "draft.json" else "POST"
        if (
            path == "copy.json"
            and isinstance(body, dict)
            and body.get("graph") == {**before["draft"], "start": "", "nodes": []}
        ):
            continue  # an empty flow is a flow
        answer = author.send(method, f"{PATH}/1/{path}", body)
        assert answer.status_code == 400, (path, answer.text[:300])
    assert author.draft() == before


def test_publishing_says_what_is_wrong_in_the_readers_language(author: Author, graph: Any) -> None:
    graph["nodes"][3]["params"]["queue"] = 999_999
    graph["nodes"][0]["params"]["prompts"] = ["shipped:moon"]
    flow = author.new("À corriger", graph)
    answer = author.send("POST", f"{PATH}/{flow}/publish.json", {"base": 2, "note": ""})
    assert answer.status_code == 400
    refused = answer.get_json()
    assert refused["error"]["text"] == "À corriger avant de publier : 2 problèmes."
    assert {(p["node"], p["param"]) for p in refused["problems"]} == {("n1", "prompts"), ("n4", "queue")}


def test_what_is_published_is_in_force_when_the_answer_comes(web: Web, author: Author, graph: Any) -> None:
    flow = author.new("En service", graph)
    assert web.app.catalog.flow(flow) is None
    answer = author.send("POST", f"{PATH}/{flow}/publish.json", {"base": 2, "note": " First\x00  one "})
    assert answer.get_json()["number"] == 1
    known = web.app.catalog.flow(flow)
    assert known is not None
    assert known.version == 1
    page = author.page(f"{PATH}/{flow}/versions")
    assert "Version 1" in page
    assert "Ahmed Lefèvre" in page


def test_a_flow_is_tried_with_keys_and_with_a_time_of_day(author: Author, graph: Any) -> None:
    def tried(inputs: list[Any], at: str = "") -> Any:
        answer = author.send(
            "POST",
            f"{PATH}/1/try.json",
            {"graph": graph, "inputs": inputs, "at": at, "number": "+33612345678"},
        )
        assert answer.status_code == 200, answer.text[:300]
        return answer.get_json()

    first = tried([])
    assert first["wait"]["what"] == "sound"
    assert first["speaking"][0]["url"] == "/admin/sounds/shipped/fr/greeting.wav"
    assert first["speaking"][0]["text"].startswith("Bonjour")
    assert first["variables"]["call_number"] == "+33612345678"
    assert tried([{"do": "heard"}])["wait"]["what"] == "opening", "the person decides"
    monday, sunday = "2026-11-23T10:00", "2026-11-22T10:00"
    assert tried([{"do": "heard"}], monday)["node"] == "n3"
    assert tried([{"do": "heard"}], sunday)["node"] == "n6"
    at_queue = tried([{"do": "heard"}, {"do": "key", "digit": "2"}], monday)
    assert (at_queue["node"], at_queue["wait"]["what"]) == ("n5", "queue")
    over = tried([{"do": "heard"}, {"do": "hang_up"}], monday)
    assert (over["over"], over["wait"]["what"]) == ("caller", "over")


@pytest.mark.parametrize("more", [{"inputs": "x"}, {"inputs": [{}] * 1001}, {"inputs": [], "at": "soon"}])
def test_a_trial_that_makes_no_sense_is_refused(author: Author, graph: Any, more: Any) -> None:
    assert author.send("POST", f"{PATH}/1/try.json", {"graph": graph, **more}).status_code == 400


def test_the_form_says_the_same_as_the_canvas(author: Author, graph: Any) -> None:
    flow = author.new("Formulaire", graph)
    page = author.page(f"{PATH}/{flow}/form")
    assert "1. <bdi>Bienvenue (Message)</bdi>" in page
    sent = {"base": "2", "do": "save", "start": "n1", "n1.label": "Bonsoir", "n1.x.next": "n3"}
    answer = author.post(f"{PATH}/{flow}/form", **sent)
    assert answer.status_code == 303
    draft = author.draft(flow)["draft"]
    assert draft["nodes"][0]["label"] == "Bonsoir"
    assert draft["nodes"][0]["exits"] == {"next": "n3"}
    assert draft["nodes"][1:] == graph["nodes"][1:], "what the form did not send stays"
    conflict = author.post(f"{PATH}/{flow}/form", **{**sent, "n1.label": "À moi"})
    assert conflict.status_code == 409
    assert 'value="À moi"' in conflict.text, "what was typed is not lost"


def test_every_field_survives_the_form_unchanged(author: Author, web: Web, graph: Any) -> None:
    """The form of a menu, sent as it came, changes nothing."""
    menu = graph["nodes"][2]
    menu["params"] |= {"keys": {"1": "Commercial", "#": "Retour"}, "wrong_prompts": ["shipped:closed"]}
    graph["nodes"] += [
        {
            "id": "c",
            "kind": "condition",
            "label": "",
            "x": 0,
            "y": 0,
            "params": {
                "conditions": [{"variable": "vip", "test": "equals", "value": "1"}],
                "match": "all",
            },
            "exits": {"yes": "n4", "no": "n5"},
        },
        {
            "id": "h",
            "kind": "http",
            "label": "",
            "x": 0,
            "y": 0,
            "params": {
                "method": "POST",
                "url": "https://crm.example/{{call_number}}",
                "headers": [{"name": "X-Key", "value": "a b"}],
                "content_type": "json",
                "body": '{"a": "{{call_number}}"}',
                "timeout_s": 4,
                "mapping": [{"path": "$.vip", "variable": "vip"}],
                "prompts": ["shipped:closed"],
            },
            "exits": {"ok": "c", "error": "c"},
        },
    ]
    flow = author.new("Aller-retour", graph)
    before = author.draft(flow)["draft"]
    form = fields_of(author.page(f"{PATH}/{flow}/form"))
    form.append(("do", "save"))
    answer = author.client.post(f"{PATH}/{flow}/form", data=to_dict(form))
    assert answer.status_code == 303
    after = author.draft(flow)["draft"]
    exits = {node["id"]: node["exits"] for node in after["nodes"]}
    assert exits["n3"] == {"1": "n4", "no_input": "n4"}, "the key 2 is gone, and its exit with it"
    menu["exits"] = exits["n3"]
    expected = [{**n, "exits": exits[n["id"]]} for n in before["nodes"]]
    assert after["nodes"] == expected


def fields_of(page: str) -> list[tuple[str, str]]:
    """What a browser would send of the form as it is."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: list[tuple[str, str]] = []
            self.inside = False
            self.select: str | None = None
            self.chosen: str | None = None
            self.first: str | None = None
            self.area: str | None = None

        def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
            a = dict(pairs)
            if tag == "form":
                self.inside = "fl-plain" in (a.get("class") or "")
            elif not self.inside:
                return
            elif tag == "input" and a.get("name") and (a.get("type") != "checkbox" or "checked" in a):
                self.found.append((a["name"] or "", a.get("value") or ""))
            elif tag == "select":
                self.select, self.chosen, self.first = a.get("name"), None, None
            elif tag == "option":
                self.first = (a.get("value") or "") if self.first is None else self.first
                if "selected" in a:
                    self.chosen = a.get("value") or ""
            elif tag == "textarea":
                self.area = a.get("name")
                self.found.append((self.area or "", ""))

        def handle_data(self, data: str) -> None:
            if self.area:
                self.found[-1] = (self.area, self.found[-1][1] + data)

        def handle_endtag(self, tag: str) -> None:
            if tag == "select" and self.inside and self.select:
                self.found.append((self.select, self.chosen if self.chosen is not None else self.first or ""))
            elif tag == "textarea":
                self.area = None

    reader = Reader()
    reader.feed(page)
    return [pair for pair in reader.found if not pair[0].startswith("add.")]


def to_dict(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def test_a_flow_in_use_is_not_archived_and_says_where(web: Web, author: Author, graph: Any) -> None:
    from fs_app.queues.model import Did

    flow = author.new("Utilisé", graph)
    account = web.ids.desk.account
    web.app.db.write(lambda: Did.create(account=account, number="+33185090077", label="Nuit", flow=flow))
    page = author.page(f"{PATH}/{flow}/archive")
    assert "+33185090077 Nuit" in page
    assert author.post(f"{PATH}/{flow}/archive").status_code == 409
    web.app.db.write(lambda: Did.delete().where(Did.flow == flow).execute())
    assert author.post(f"{PATH}/{flow}/archive").status_code == 303
    assert author.post(f"{PATH}/{flow}/restore").status_code == 303
    assert web.app.db.read(lambda: Flow.get_by_id(flow).active)


def test_supervisors_and_agents_do_not_get_in(web: Web) -> None:
    for login in ("sonia", "elodie"):
        assert web.person(login).client.get(PATH).status_code == 403
        assert web.person(login).client.get(f"{PATH}/1/draft.json").status_code == 403


def test_the_list_is_a_file_too(author: Author) -> None:
    answer = author.client.get(f"{PATH}/export.csv")
    assert answer.status_code == 200
    assert "Accueil;Français;2" in answer.get_data(as_text=True)


def test_a_flow_goes_to_another_account_as_a_file(web: Web, author: Author, graph: Any) -> None:
    graph["nodes"][3]["label"] = "Premier"
    flow = author.new("Voyageur", graph)
    taken = author.client.get(f"{PATH}/{flow}/file.json")
    assert taken.headers["Content-Disposition"] == 'attachment; filename="Voyageur.json"'
    content = taken.get_json()
    assert content["graph"]["nodes"][3]["params"]["queue"] == "Commercial"
    content["graph"]["nodes"][4]["params"]["queue"] = "Après-vente"
    content["graph"]["nodes"][0]["params"]["prompts"] = ["library:Noël", "shipped:greeting"]

    def sent(data: bytes, name: str = "") -> TestResponse:
        form = {"csrf_token": author.token(PATH), "name": name, "file": (io.BytesIO(data), "menu.json")}
        return author.client.post(f"{PATH}/import", data=form, content_type="multipart/form-data")

    answer = sent(json.dumps(content).encode(), "Arrivé")
    assert answer.status_code == 303, answer.text[-1500:]
    made = int(answer.headers["Location"].rpartition("/")[2])
    page = author.page(f"{PATH}/{made}")
    assert "file « Après-vente »" in page
    assert "son « Noël »" in page
    draft = author.draft(made)["draft"]
    assert draft["nodes"][3] == graph["nodes"][3]
    assert draft["nodes"][4]["params"] == {"priority": 0}
    assert draft["nodes"][0]["params"]["prompts"] == ["shipped:greeting"]
    assert sent(json.dumps(content).encode(), "Arrivé").status_code == 400, "the name is taken"
    for wrong in (
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"voice_menu": 1}',
        b'{"voice_menu": 1, "graph": {"nodes": 1}}',
        b"\xff" * 9,
    ):
        assert sent(wrong).status_code == 400, wrong


def test_names_with_markup_stay_words(author: Author) -> None:
    flow = author.new('<b onclick="x">Piège</b>')
    for path in ("", f"/{flow}", f"/{flow}/form", f"/{flow}/versions", f"/{flow}/name", f"/{flow}/copy"):
        assert "<b onclick" not in author.page(PATH + path)
