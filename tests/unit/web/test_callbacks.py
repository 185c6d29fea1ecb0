"""The list of callbacks: who sees what, what may be done, and who hears a message that was left."""

from __future__ import annotations

from typing import Any

import pytest

from fs_app.callbacks.model import Callback as Row
from fs_app.callbacks.state import Callback, Reason, State
from fs_app.calls.model import JournalEntry
from fs_app.queues.model import Queue, QueueMember
from tests.support import callworld
from tests.unit.web.conftest import Web

MARIE, PAUL = "+33612345678", "+33612345679"


def listed(web: Web, ident: str, queue: int, number: str, **changes: Any) -> Callback:
    """In the table and in the live state, as the program has it."""
    app, account = web.app, web.ids.desk.account
    values = {
        "reason": "ABANDONED",
        "created_at": app.clock.now_ms(),
        "recording": "",
        "from_call": "",
        **changes,
    }
    app.db.write(lambda: Row.delete().where(Row.id == ident).execute())
    app.db.write(
        lambda: Row.create(id=ident, account=account, queue=queue, number=number, changed_at=1, **values)
    )
    live = Callback(ident, account, queue, number, Reason(values["reason"]), values["created_at"])
    app.live.callbacks[ident] = live
    return live


@pytest.fixture
def two(web: Web) -> Web:
    """Marie waits in Élodie's queue, Paul in one that is none of hers."""

    def make() -> tuple[int, int]:
        own = web.ids.desk.queue
        other, _ = Queue.get_or_create(
            account=web.ids.desk.account, number="799", defaults={"name": "Comptabilité", "created_at": 1}
        )
        if (
            not QueueMember.select()
            .where(QueueMember.queue == own, QueueMember.agent == web.ids.desk.agent)
            .count()
        ):
            QueueMember.create(account=web.ids.desk.account, queue=own, agent=web.ids.desk.agent)
        return own, other.id

    own, other = web.app.db.write(make)
    web.app.catalog.reload()
    listed(web, "a" * 36, own, MARIE, name="Marie <b>")
    listed(web, "b" * 36, other, PAUL)
    return web


def test_agents_see_their_queues_and_supervisors_everything(two: Web) -> None:
    seen = two.person("elodie").get("/callbacks").text
    assert "06 12 34 56 78" in seen and "06 12 34 56 79" not in seen
    assert "Marie &lt;b&gt;" in seen
    seen = two.person("sonia").get("/callbacks").text
    assert "06 12 34 56 78" in seen and "06 12 34 56 79" in seen
    found = two.person("sonia").get("/callbacks?q=0612345679").text
    assert "06 12 34 56 79" in found and "06 12 34 56 78" not in found
    assert "06 12" not in two.person("sonia").get("/callbacks?state=DONE").text
    assert two.person("sonia").get("/callbacks?state=%00&queue=x&page=-1&reason=no").status_code == 200


def test_where_agents_see_their_own_alone_the_page_of_callbacks_shows_nothing_else(two: Web) -> None:
    queue, elodie, marie = two.ids.desk.queue, two.person("elodie"), "a" * 36

    def only(own: bool, owner: int | None) -> None:
        Queue.update(outbound={"own_only": True} if own else {}).where(Queue.id == queue).execute()
        Row.update(owner=owner, state="RESERVED" if owner else "OPEN").where(Row.id == marie).execute()

    two.app.db.write(lambda: only(True, None))
    two.app.catalog.reload()
    assert "06 12 34 56 78" not in elodie.get("/callbacks").text
    assert elodie.post(f"/callbacks/{marie}/take").status_code == 404
    assert "06 12 34 56 78" in two.person("sonia").get("/callbacks").text
    two.app.db.write(lambda: only(True, two.ids.desk.agent))
    assert "06 12 34 56 78" in elodie.get("/callbacks").text
    two.app.db.write(lambda: only(False, None))
    two.app.catalog.reload()


def test_an_agent_settles_what_is_his_and_nothing_else(two: Web) -> None:
    elodie = two.person("elodie")
    assert elodie.post(f"/callbacks/{'b' * 36}/done").status_code == 404
    assert elodie.post(f"/callbacks/{'c' * 36}/done").status_code == 404
    assert elodie.post(f"/callbacks/{'a' * 36}/postpone", minutes="7").status_code == 400
    two.app.live.callbacks["a" * 36].state = State.RESERVED
    two.app.live.callbacks["a" * 36].owner = two.ids.desk.colleague
    recorded: list[str] = []
    two.app.live.record = lambda kind, **data: recorded.append(kind)  # type: ignore[attr-defined]
    answer = elodie.post(f"/callbacks/{'a' * 36}/done")
    assert answer.status_code == 303 and recorded == []
    assert "s’en occupe déjà" in elodie.get("/callbacks").text
    two.person("sonia").post(f"/callbacks/{'a' * 36}/done")
    assert recorded == ["callback.closed"]


def test_somebody_without_a_telephone_takes_nothing(two: Web) -> None:
    assert two.person("sonia").post(f"/callbacks/{'a' * 36}/take").status_code == 403


def test_a_message_is_heard_by_those_of_its_queue(two: Web) -> None:
    def left() -> None:
        Row.update(recording=callworld.RECORDING, from_call=callworld.FULL, reason="VOICEMAIL").execute()

    two.app.db.write(left)
    elodie = two.person("elodie")
    assert elodie.get(f"/callbacks/{'a' * 36}/message.wav").status_code in (200, 206)
    assert elodie.get(f"/callbacks/{'b' * 36}/message.wav").status_code == 404
    assert two.person("sonia").get(f"/callbacks/{'b' * 36}/message.wav").status_code in (200, 206)


def test_a_supervisor_gives_the_callbacks_of_who_is_away_to_others(two: Web) -> None:
    """All of one agent, or those that are ticked; who is not in the queue gets nothing."""
    live, ids = two.app.live.callbacks, two.ids.desk

    def reserve() -> None:
        live["a" * 36].state, live["a" * 36].owner, live["a" * 36].personal = State.RESERVED, ids.agent, True

    reserve()
    recorded: list[tuple[str, Any]] = []
    two.app.live.record = lambda kind, **data: recorded.append((kind, data))  # type: ignore[attr-defined]
    boss = two.person("sonia")
    text = boss.get("/callbacks").text
    assert "est absent et garde 1 rappel" in text
    boss.post("/callbacks/move", everything_of=str(ids.agent), to=str(ids.colleague))
    assert recorded == [], "the colleague is not in her queue"

    def join() -> None:
        QueueMember.get_or_create(account=ids.account, queue=ids.queue, agent=ids.colleague)

    two.app.db.write(join)
    two.app.catalog.reload()
    boss.post("/callbacks/move", everything_of=str(ids.agent), to=str(ids.colleague))
    (kind, data) = recorded.pop()
    assert (kind, data["agent"], data["from_agent"]) == ("callback.moved", ids.colleague, ids.agent)
    boss.post("/callbacks/move", callback="a" * 36, to="all")
    assert [kind for kind, _ in recorded] == ["callback.released"]
    recorded.clear()
    assert boss.post("/callbacks/move", callback="a" * 36, to="9999").status_code == 400
    agent = two.person("elodie")
    live["a" * 36].owner = ids.colleague
    for name in ("a" * 36, "b" * 36, "nonsense"):
        agent.post("/callbacks/move", callback=name, to=str(ids.agent))
    assert recorded == [], "an agent takes nothing from another one"


def test_what_has_changed_hands_since_the_page_was_shown_stays_where_it_is(two: Web) -> None:
    """Two supervisors move the same to two agents: the second one is told."""
    live, ids = two.app.live.callbacks, two.ids.desk
    callback = live["a" * 36]
    callback.state, callback.owner, callback.personal = State.RESERVED, ids.agent, True
    two.app.db.write(
        lambda: Row.update(owner=ids.agent, state="RESERVED").where(Row.id == "a" * 36).execute()
    )
    recorded: list[tuple[str, Any]] = []
    two.app.live.record = lambda kind, **data: recorded.append((kind, data))  # type: ignore[attr-defined]
    boss = two.person("sonia")
    shown = f"{'a' * 36}:{ids.agent}"
    assert f'value="{shown}"' in boss.page("/callbacks"), "the page remembers who has it"
    boss.post("/callbacks/move", callback=shown, to=str(ids.colleague))
    assert [data["agent"] for _, data in recorded] == [ids.colleague]
    callback.owner = ids.colleague
    boss.post("/callbacks/move", callback=shown, to="all")
    assert len(recorded) == 1
    assert "changé de mains" in boss.page("/callbacks")


def test_the_list_is_filtered_by_who_has_it_what_became_of_it_and_when(two: Web) -> None:
    agent, now = two.ids.desk.agent, two.app.clock.now_ms()

    def change() -> None:
        Row.update(owner=agent, state="RESERVED", last_result="busy", last_times=2, due_at=now - 1000).where(
            Row.number == MARIE
        ).execute()

    two.app.db.write(change)
    boss = two.person("sonia")
    everything = boss.get("/callbacks").text
    assert "Occupé 2×" in " ".join(everything.split()) and "en retard" in everything
    for query, shown in (
        (f"agent={agent}", True),
        ("agent=9999", False),
        ("result=busy", True),
        ("result=machine", False),
        ("overdue=1", True),
        ("since=2099-01-01", False),
        ("until=2099-01-01&since=nonsense", True),
    ):
        assert ("Marie" in boss.get(f"/callbacks?{query}").text) is shown, query


def test_what_was_moved_together_goes_back_together(two: Web) -> None:
    """From the journal; what somebody has worked with since stays where it is."""
    live, ids = two.app.live.callbacks, two.ids.desk
    one, other = live["a" * 36], live["b" * 36]
    for callback in (one, other):
        callback.state, callback.owner, callback.personal = State.RESERVED, ids.agent, True
    recorded: list[tuple[str, Any]] = []
    two.app.live.record = lambda kind, **data: recorded.append((kind, data))  # type: ignore[attr-defined]
    boss, now = two.person("sonia"), two.app.clock.now_ms()
    where = boss.post("/callbacks/move", everything_of=str(ids.agent), to="all").headers["Location"]
    assert where.endswith("&n=2") and "2 rappels" in boss.page(where) and "Annuler" in boss.page(where)
    assert {data["from_agent"] for _, data in recorded} == {ids.agent}
    batch = {data["batch"] for _, data in recorded}.pop()

    def journal() -> None:
        for number, (kind, data) in enumerate(recorded):
            JournalEntry.create(id=990_000 + number, account=ids.account, at=now, kind=kind, data=data)

    two.app.db.write(journal)
    one.state, one.owner = State.OPEN, None
    other.owner = ids.colleague  # somebody was faster
    recorded.clear()
    boss.post(f"/callbacks/moved/{batch}/undo")
    assert [(kind, data["callback"], data["agent"]) for kind, data in recorded] == [
        ("callback.moved", "a" * 36, ids.agent)
    ]
    recorded.clear()
    page = boss.page("/callbacks")
    assert "1 rappel rendu" in page and "1 rappel est resté" in page
    boss.post("/callbacks/moved/0000000000000000/undo")
    assert recorded == [] and "trop tard" in boss.page("/callbacks")
    one.state, one.owner = State.RESERVED, ids.colleague
    assert two.person("elodie").post(f"/callbacks/moved/{batch}/undo").status_code == 303
    assert recorded == [], "an agent takes nothing from another one"
    two.app.db.write(lambda: JournalEntry.delete().where(JournalEntry.id >= 990_000).execute())


def test_who_is_away_is_shown_with_since_when(two: Web) -> None:
    ids, now = two.ids.desk, two.app.clock.now_ms()
    callback = two.app.live.callbacks["a" * 36]
    callback.state, callback.owner, callback.personal = State.RESERVED, ids.agent, True
    two.app.live.agent(ids.agent, ids.account).presence_since = now - 3_600_000
    assert "Déconnecté depuis le" in two.person("sonia").page("/callbacks")
