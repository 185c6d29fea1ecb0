"""Correcting a result: whose, until when, to what; and what is written of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fs_app.calls import correcting
from fs_app.calls.correcting import Corrections, NotYet, TooLate
from fs_app.calls.model import Call
from fs_app.errors import Invalid, NotFound
from fs_app.journal import Entry
from fs_app.projection import HANDLERS
from fs_app.queues.model import Disposition, Queue
from tests.support import deskworld

HOUR = 3_600_000


@dataclass
class Centre:
    app: Any
    ids: deskworld.Ids
    entries: list[dict[str, Any]]
    corrections: Corrections

    def verdict(self, code: str) -> int:
        found = Disposition.set == self.ids.dispositions, Disposition.code == code
        return int(self.app.db.read(lambda: Disposition.get(*found).id))

    def ended(self, ago_ms: int) -> None:
        at = self.app.clock.now_ms() - ago_ms
        self.app.db.write(lambda: Call.update(ended_at=at).where(Call.id == "earlier-0").execute())

    def correct(
        self, disposition: int, note: str = "", agent: int | None = None, account: int | None = None
    ) -> None:
        who = agent if agent is not None else self.ids.agent
        self.corrections.correct(account or self.ids.account, who, "earlier-0", disposition, note, "Élodie")


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    app, ids = deskworld.build(tmp_path)
    entries: list[dict[str, Any]] = []

    def record(kind: str, **data: Any) -> Any:
        """As the journal and the projection would."""
        entries.append({"kind": kind, **data})
        call, account, agent = data.pop("call"), data.pop("account"), data.pop("agent")
        entry = Entry(len(entries), app.clock.now_ms(), kind, account, call, agent, data)
        app.db.write(lambda: HANDLERS[kind](entry))
        return entry

    app.live.record = record  # type: ignore[attr-defined]
    yield Centre(app, ids, entries, app.corrections)
    app.db.close()


def test_the_call_has_the_right_result_and_the_entry_the_wrong_one(centre: Centre) -> None:
    centre.ended(HOUR)
    centre.correct(centre.verdict("SALE"), "Signed\x07 at once")
    row = centre.app.db.read(lambda: Call.get_by_id("earlier-0"))
    assert (row.disposition_id, row.disposition_note) == (centre.verdict("SALE"), "Signed at once")
    (entry,) = centre.entries
    assert (entry["label"], entry["old_label"], entry["old_note"]) == (
        "Vente",
        "Devis envoyé",
        "Envoyer le devis 14 postes",
    )
    assert entry["agent_name"] == "Élodie"
    centre.correct(centre.verdict("SALE"), "Signed at once")
    assert len(centre.entries) == 1, "what is so already is no correction"


def test_it_is_his_call_of_his_account_and_a_result_of_its_queue(centre: Centre) -> None:
    centre.ended(HOUR)
    sale = centre.verdict("SALE")
    for agent, account in ((centre.ids.colleague, None), (None, centre.ids.other_account), (0, None)):
        with pytest.raises(NotFound):
            centre.correct(sale, agent=agent, account=account)
    with pytest.raises(NotFound):
        centre.corrections.correct(centre.ids.account, centre.ids.agent, "nonsense", sale, "", "É")
    with pytest.raises(Invalid):
        centre.correct(999_999)
    assert centre.entries == []


def test_only_after_the_call_and_as_long_as_its_queue_says(centre: Centre) -> None:
    sale = centre.verdict("SALE")
    with pytest.raises(TooLate):
        centre.correct(sale)  # nine days ago
    centre.ended(24 * HOUR - 1000)
    centre.correct(sale)
    centre.ended(24 * HOUR + 1000)
    with pytest.raises(TooLate):
        centre.correct(centre.verdict("BACK"))
    centre.app.db.write(lambda: Queue.update(outbound={"correct_hours": 0}).execute())
    centre.app.catalog.reload()
    centre.ended(1000)
    with pytest.raises(TooLate):
        centre.correct(centre.verdict("BACK"))
    centre.app.live.calls["earlier-0"] = object()
    with pytest.raises(NotYet):
        centre.correct(centre.verdict("BACK"))


def test_until_when_is_told(centre: Centre) -> None:
    catalog, queue = centre.app.catalog, centre.ids.queue
    assert correcting.until(catalog, queue, 1000) == 1000 + 24 * HOUR
    assert correcting.until(catalog, queue, None) is None
    assert correcting.until(catalog, None, 1000) is None
