"""History, figures and messages over HTTP: filters of any kind, what belongs to whom, files."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fs_app.accounts.model import User
from fs_app.agents.model import Agent
from fs_app.calls.model import Call, JournalEntry, Recording
from fs_app.colleagues.model import AgentMessage
from fs_app.history.model import CallPart
from fs_app.queues.model import Disposition
from fs_app.web import site
from tests.support import callworld
from tests.unit.web.conftest import Web

MINUTE = 60_000


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    folder: Path = tmp_path_factory.mktemp("history")
    app, ids = callworld.build(folder)
    made = Web(app, site.build(app), ids)  # type: ignore[arg-type]
    app.db.write(lambda: populate(made))
    yield made
    app.db.close()


def populate(web: Web) -> None:
    """Élodie: one call taken and recorded, one missed, one made, one given to Bruno; Bruno: that one."""
    ids, now = web.ids.desk, web.app.clock.now_ms()
    sale = Disposition.get(Disposition.code == "SALE")

    def part(number: int, call: str, agent: int = ids.agent, **values: Any) -> None:
        at = now - number * MINUTE
        CallPart.create(
            **{
                "id": 1_000_000 - number,
                "account": ids.account,
                "call": call,
                "agent": agent,
                "queue": ids.queue,
                "began_at": at,
                "presented_at": at,
                **values,
            }
        )

    def call(name: str, number: str, agent: int | None, **values: Any) -> str:
        Call.create(
            id=name,
            account=ids.account,
            stage="ENDED",
            queue=ids.queue,
            agent=agent,
            caller_number=number,
            started_at=now - 10 * MINUTE,
            ended_at=now,
            **values,
        )
        return name

    over = {"ended_at": now, "over_at": now}
    taken = call("h-taken", "+33612345678", ids.agent, caller_name="=cmd()", contact=ids.contact)
    part(3, taken, answered_at=now, connected_at=now - 2 * MINUTE, talk_ms=90_000, hold_ms=30_000,
         wait_ms=12_000, wrap_up_ms=15_000, disposition=sale, ended_by="caller", **over)  # fmt: skip
    part(2, call("h-missed", "+33711000001", ids.colleague), missed=True, cause="NO_ANSWER", **over)
    part(1, call("h-made", "+33711000002", ids.agent, direction="outbound"), direction="out", how="dialled",
         answered_at=now - MINUTE, connected_at=now - MINUTE, talk_ms=40_000, **over)  # fmt: skip
    given = call("h-given", "+33711000003", ids.colleague)
    part(5, given, answered_at=now, connected_at=now, talk_ms=5000, ended_by="transfer", **over)
    part(4, given, agent=ids.colleague, how="transferred", connected_at=now, talk_ms=7000, **over)
    for name, whose in (("h-rec-1", ids.agent), ("h-rec-2", ids.colleague)):
        Recording.create(
            id=name, account=ids.account, call=given, agent=whose, path="2026/full.wav",
            started_at=now, ended_at=now, duration_ms=5000,
        )  # fmt: skip
    JournalEntry.create(
        id=77, account=ids.account, at=now - 4 * MINUTE, kind="agent.presence", agent=ids.agent,
        data={"agent": ids.agent, "old": "LOGGED_OUT", "new": "UNAVAILABLE"},
    )  # fmt: skip


def ask(web: Web, login: str = "elodie", **query: str) -> dict[str, Any]:
    answer = web.person(login).get("/agent/history", query_string=query)
    assert answer.status_code == 200
    return dict(answer.json)


def calls(web: Web, **query: str) -> list[str]:
    return [row["call"] for row in ask(web, **query)["list"]]


def test_newest_first_with_everything_that_a_row_shows(web: Web) -> None:
    found = ask(web)
    assert [r["call"] for r in found["list"]] == ["h-made", "h-missed", "h-taken", "h-given"]
    row = found["list"][2]
    assert (row["name"], row["company"], row["queue"]) == ("Jean Dupont", "Oscorp", "Commercial")
    assert (row["wait_ms"], row["talk_ms"], row["hold_ms"], row["disposition"]) == (
        12_000,
        120_000,
        30_000,
        "Vente",
    )
    assert found["list"][1]["cause_text"] == "pas de réponse"
    assert (found["total"], found["page"], found["pages"], found["may_export"]) == (4, 1, 1, False)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"direction": "missed"}, ["h-missed"]),
        ({"direction": "out"}, ["h-made"]),
        ({"direction": "in"}, ["h-taken", "h-given"]),
        ({"direction": "internal"}, []),
        ({"direction": "sideways"}, ["h-made", "h-missed", "h-taken", "h-given"]),
        ({"q": "dupont"}, ["h-taken"]),
        ({"q": "06 12 34"}, ["h-taken"]),
        ({"q": "+33 7 11 00 00 02"}, ["h-made"]),
        ({"q": "%"}, []),
        ({"q": "' or 1=1 --"}, []),
        ({"period": "yesterday"}, []),
        ({"period": "dates", "since": "1999-01-01", "until": "1999-12-31"}, []),
        (
            {"period": "dates", "since": "1999-01-01", "until": "8999-12-31"},
            ["h-made", "h-missed", "h-taken", "h-given"],
        ),
        ({"period": "7days", "page": "99999"}, ["h-made", "h-missed", "h-taken", "h-given"]),
        ({"period": "month", "page": "-1"}, ["h-made", "h-missed", "h-taken", "h-given"]),
        ({"q": "\0" * 300}, ["h-made", "h-missed", "h-taken", "h-given"]),
    ],
)
def test_filters_of_any_kind(web: Web, query: dict[str, str], expected: list[str]) -> None:
    assert calls(web, **query) == expected


def test_each_sees_and_hears_his_own_part(web: Web) -> None:
    assert [r["call"] for r in ask(web, "bruno")["list"]] == ["h-given"]
    mine = next(r for r in ask(web)["list"] if r["call"] == "h-given")
    assert mine["recordings"] == ["h-rec-1"], "what was said after he gave it away is not for him"
    elodie = web.person("elodie")
    assert elodie.get("/calls/h-given/recordings/h-rec-1.wav").status_code == 200
    assert elodie.get("/calls/h-given/recordings/h-rec-2.wav").status_code == 404
    assert elodie.get("/agent/record/h-given").status_code == 200, "he had a part in it"
    assert elodie.get("/agent/record/h-missed").status_code == 200
    assert web.person("bruno").get("/agent/record/h-taken").status_code == 404


def test_figures_of_session_day_week_and_month(web: Web) -> None:
    said = web.person("elodie").get("/agent/statistics").json
    today = said["today"]
    assert (today["presented"], today["taken"], today["missed"]) == (4, 2, 1)
    assert (today["talk_ms"], today["wrap_up_ms"], today["handling_ms"]) == (125_000, 15_000, 140_000)
    assert (today["mean_talk_ms"], today["made"], today["made_ms"]) == (62_500, 1, 40_000)
    assert said["month"] == said["week"] == today
    assert said["session"]["presented"] == 3, "one rang before he logged in"
    assert web.person("bruno").get("/agent/statistics").json["session"] is None


def test_who_may_takes_the_list_away_as_a_file(web: Web) -> None:
    assert web.person("elodie").get("/agent/history.csv").status_code == 403
    ids = web.ids.desk

    def promote() -> None:
        boss = User.get(User.login == "sonia")
        agent = Agent.create(account=ids.account, user=boss, number="1009", sip_ha1="0", created_at=1)
        CallPart.update(agent=agent).where(CallPart.call == "h-taken").execute()

    web.app.db.write(promote)
    web.app.catalog.reload()
    boss = web.person("sonia")
    lines = list(
        csv.reader(io.StringIO(boss.get("/agent/history.csv").data.decode("utf-8-sig")), delimiter=";")
    )
    assert lines[0][:3] == ["Date et heure", "Sens", "Numéro"]
    assert lines[1][1:4] == ["Entrant", "06 12 34 56 78", "Jean Dupont"]
    sheet = boss.get("/agent/history.xlsx")
    assert sheet.mimetype.endswith("spreadsheetml.sheet")
    with zipfile.ZipFile(io.BytesIO(sheet.data)) as book:
        assert "06 12 34 56 78" in book.read("xl/sharedStrings.xml").decode()
    assert boss.get("/agent/history.pdf").status_code == 404
    assert boss.get("/agent/history.csv?period=yesterday").status_code == 200
    web.app.db.write(lambda: CallPart.update(agent=ids.agent).where(CallPart.call == "h-taken").execute())


def test_the_days_messages_are_ones_own(web: Web) -> None:
    ids, now = web.ids.desk, web.app.clock.now_ms()

    def write() -> None:
        users = {u.login: u for u in User.select().where(User.account == ids.account)}
        for entry, sender, agent, to, at in (
            (1, "elodie", ids.agent, ids.colleague, now - 2),
            (2, "sonia", None, ids.agent, now - 1),
            (3, "bruno", ids.colleague, ids.colleague, now),
            (4, "elodie", ids.agent, ids.colleague, now - 48 * 3_600_000),
        ):
            AgentMessage.create(
                account=ids.account, entry=entry, sender=users[sender], sender_agent=agent,
                recipient=to, text=f"<b>{entry}</b>", at=at,
            )  # fmt: skip

    web.app.db.write(write)
    said = web.person("elodie").get("/agent/messages").json["list"]
    assert [(m["text"], m["from"]["agent"], m["to"]["name"]) for m in said] == [
        ("<b>1</b>", ids.agent, "Bruno Roy"),
        ("<b>2</b>", None, "Élodie Garçon"),
    ]
