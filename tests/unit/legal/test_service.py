"""The law in a database: what a queue that sells asks, what an account changes, why somebody is not called."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fs_app.admin.audit import Actor
from fs_app.admin.form import FormInvalid
from fs_app.admin.model import AuditEntry
from fs_app.agents.state import AgentState, Presence
from fs_app.bus import Bus
from fs_app.calllists.model import CallList, ListRecord
from fs_app.calllists.working import Lists
from fs_app.calls.model import Call, Leg
from fs_app.catalog import Catalog
from fs_app.clock import FakeClock
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.db import Database
from fs_app.errors import NotFound
from fs_app.legal import consents, editing, presets, writing
from fs_app.legal.consents import Typed
from fs_app.legal.explain import SAMPLE, Explain
from fs_app.legal.model import Consent, LegalRule, OptOutList, OptOutNumber
from fs_app.legal.rules import Kind, Purpose, ids
from fs_app.legal.service import Legal, Shown
from fs_app.outgoing.blacklist import Blacklist, Blocked
from fs_app.queues.model import Disposition, Queue
from fs_app.tasks import Tasks
from tests.support.schema import MIGRATIONS, fresh
from tests.unit.core.databases import Ids, populate

MARIE, PAUL = "+33612345678", "+33140000001"
MONDAY = round(datetime(2026, 11, 23, 10, 30, tzinfo=UTC).timestamp() * 1000)
"""Half past eleven in Paris."""

DAY = 86_400_000


class Place:
    def __init__(self, db: Database, ids_: Ids) -> None:
        self.db, self.ids, self.account = db, ids_, ids_.account
        self.clock = FakeClock(MONDAY)
        self.catalog = Catalog(db, Bus())
        self.blacklist = Blacklist()
        self.live: Any = type("Live", (), {"agents": {}, "records": {}})()
        self.legal = Legal(db, self.clock, self.catalog, self.blacklist, Tasks("law"))
        self.explain = Explain(db, self.clock, self.catalog, self.live, self.legal, Lists().working)
        self.by = Actor(self.account, None, "Ada", MONDAY)
        self.sells()

    def sells(self, purpose: str = "marketing") -> None:
        self.db.write(lambda: Queue.update(purpose=purpose).where(Queue.id == self.ids.queue).execute())
        self.catalog.reload()
        self.legal.reload()

    def why(self, number: str = MARIE, **more: Any) -> set[str]:
        queue = self.catalog.queue(self.ids.queue)
        assert queue is not None
        found = self.legal.look(self.account, number, queue, **more)
        return {check.rule for check in found.checks if not check.ok}

    def write(self, work: Any) -> Any:
        return self.db.write(work)

    def says_yes(self, number: str = MARIE, **more: Any) -> None:
        values = {"source": "Site", "text": "Oui", "given_at": MONDAY - DAY, "created_at": MONDAY} | more
        self.write(lambda: Consent.create(account=self.account, number=number, **values))

    def called(
        self,
        name: str,
        at: int,
        number: str = MARIE,
        dialled: bool = True,
        cause: str = "",
        leg: dict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        values = {"direction": "outbound", "queue": self.ids.queue} | more

        def make() -> None:
            Call.create(
                id=name, account=self.account, stage="ENDED", caller_number=number, started_at=at, **values
            )
            if dialled:
                Leg.create(
                    id=name,
                    account=self.account,
                    call=name,
                    role="caller",
                    number=number,
                    created_at=at,
                    cause=cause,
                    **(leg or {}),
                )

        self.write(make)

    def makes_list(self, n: int, **more: Any) -> int:
        def make() -> int:
            found = CallList.create(
                account=self.account,
                name="L",
                queue=self.ids.queue,
                active=True,
                created_at=MONDAY,
                updated_at=MONDAY,
            )
            rows = [
                {
                    "account": self.account,
                    "list": found.id,
                    "index": i,
                    "number": f"+336{i:08d}",
                    "country": "FR",
                    "zone": "Europe/Paris",
                    "imported_at": MONDAY,
                    **more,
                }
                for i in range(n)
            ]
            for at in range(0, n, 500):
                ListRecord.insert_many(rows[at : at + 500]).execute()
            return int(found.id)

        return int(self.write(make))

    def records(self, of: int) -> list[int]:
        return self.db.read(lambda: [r.id for r in ListRecord.select().where(ListRecord.list == of)])

    def change(self, record: int, **values: Any) -> None:
        self.write(lambda: ListRecord.update(**values).where(ListRecord.id == record).execute())

    def somebody_works(self) -> None:
        self.live.agents[self.ids.agent] = AgentState(
            self.ids.agent, self.account, presence=Presence.AVAILABLE
        )

    def forbids(self, record: int) -> set[str]:
        return {r.rule for r in self.explain.of_record(self.account, record).reasons if not r.ok}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    db = Database(f"sqlite:///{fresh(tmp_path / 'test.db')}", MIGRATIONS)
    db.open()
    yield Place(db, db.write(populate))
    db.close()


# --- one number -------------------------------------------------------------------------------------------------------
def test_what_the_database_knows_of_a_number_is_asked(place: Place) -> None:
    assert place.why() == {"consent"}
    place.says_yes()
    assert place.why() == set()
    place.clock.advance(3 * 3600)  # half past two: open still
    assert place.why() == set()
    place.clock.advance(6 * 3600)
    assert place.why() == {"hours"}


def test_a_service_queue_is_asked_for_nothing_of_it(place: Place) -> None:
    place.sells("service")
    assert not place.legal.asks(place.catalog.queue(place.ids.queue))
    assert place.why() == set()


def test_an_unproven_a_withdrawn_and_another_numbers_consent_are_none(place: Place) -> None:
    place.says_yes(text="")
    assert place.why() == {"consent"}
    place.says_yes(PAUL)
    assert place.why() == {"consent"}
    place.says_yes(withdrawn_at=MONDAY - 1)
    assert "consent" in place.why()


def test_a_consent_after_a_withdrawal_counts(place: Place) -> None:
    place.says_yes(given_at=MONDAY - 10 * DAY, withdrawn_at=MONDAY - 5 * DAY)
    assert place.why() == {"consent", "objection"}
    place.says_yes(given_at=MONDAY - DAY)
    assert place.why() == set()


def test_a_consent_of_a_contact_counts_for_all_of_his_numbers(place: Place) -> None:
    def make() -> int:
        contact = Contact.create(account=place.account, last_name="Roux", created_at=1, updated_at=1)
        ContactNumber.create(account=place.account, contact=contact, number=PAUL)
        return int(contact.id)

    contact = place.write(make)
    form = Typed("", "", "marketing", MONDAY - DAY, "Salon", "Oui", "paper")
    place.write(lambda: consents.add(place.by, contact, form))
    assert place.why(PAUL) == {"consent"}
    assert place.why(PAUL, contact=contact) == set()
    assert place.write(lambda: consents.withdraw(place.by, contact, "marketing", "Téléphone")) == 1
    assert place.why(PAUL, contact=contact) == {"consent", "objection"}
    kept = place.db.read(lambda: Consent.get())
    assert (kept.source, kept.withdrawn_how) == ("Salon", "Téléphone")
    with pytest.raises(FormInvalid) as wrong:
        place.write(
            lambda: consents.add(place.by, contact, Typed("+33999", "", "x", MONDAY + DAY, "", " ", ""))
        )
    assert set(wrong.value.problems) == {"number", "purpose", "given_at", "channel", "source", "text"}
    with pytest.raises(NotFound):
        place.write(lambda: consents.add(Actor(99, None, "X", 1), contact, form))


def test_the_register_the_blacklist_and_earlier_calls_count(place: Place) -> None:
    place.says_yes()

    def register() -> None:
        made = OptOutList.create(
            account=place.account, name="Bloctel", country="FR", generation=2, created_at=1
        )
        OptOutNumber.create(account=place.account, list=made, generation=1, key=33140000001)
        OptOutNumber.create(account=place.account, list=made, generation=2, key=33612345678)

    place.write(register)
    place.legal.reload()
    assert place.why() == {"opted_out"}
    place.write(lambda: OptOutList.update(active=False).execute())
    place.legal.reload()
    place.blacklist.add(place.account, Blocked(1, MARIE, expires_at=MONDAY + 1))
    assert place.why() == {"blacklist"}
    place.clock.advance(1)
    for n in range(4):
        place.called(f"call-{n}", MONDAY - n * DAY)
    assert place.why() == {"attempts"}


def test_a_call_counts_when_the_number_was_dialled(place: Place) -> None:
    place.says_yes()
    for n in range(5):  # an agent's own telephone rang, or nobody could be called at all
        place.called(f"not-{n}", MONDAY - n * DAY, dialled=False)
        place.called(f"down-{n}", MONDAY - n * DAY, cause="GATEWAY_DOWN")
        place.called(f"unproven-{n}", MONDAY - n * DAY, cause="NO_PROOF")
    assert place.why() == set()
    for n in range(4):  # the program or the switch died: it may have rung
        place.called(f"lost-{n}", MONDAY - n * DAY - 1, cause="LOST_TRACK")
    assert place.why() == {"attempts"}


def test_calls_for_a_list_that_is_gone_count(place: Place) -> None:
    number = "+33600000000"
    place.says_yes(number)
    of_list = place.makes_list(1)
    (record,) = place.records(of_list)
    times = [MONDAY - n * DAY for n in range(1, 5)]
    place.change(record, attempt_times=times)
    for n, at in enumerate(times):
        place.called(f"of-list-{n}", at, number, record_id=record)
    assert place.why(number) == {"attempts"}
    place.write(lambda: CallList.delete_by_id(of_list))
    assert place.records(place.makes_list(1)) != [], "the same file once more"
    assert place.why(number) == {"attempts"}


def test_who_picked_up_and_found_nobody_is_not_called_by_a_machine_for_three_days(place: Place) -> None:
    place.says_yes()
    at = MONDAY - 2 * DAY
    place.called("alone", at, ended_at=at, leg={"answered_at": at})
    automatic = {"kind": Kind.PROGRESSIVE, "shown": Shown("+33162123456")}
    assert place.why(**automatic) == {"abandoned"}
    assert place.why() == set()
    place.clock.advance(86_400)
    assert place.why(**automatic) == set()
    place.called("talked", MONDAY, ended_at=MONDAY, answered_at=MONDAY, leg={"answered_at": MONDAY})
    assert place.why(**automatic) == set()


def test_calls_to_his_other_number_count(place: Place) -> None:
    contact = place.write(
        lambda: Contact.create(account=place.account, last_name="M", created_at=1, updated_at=1).id
    )
    place.says_yes()
    for n in range(4):
        place.called(f"other-{n}", MONDAY - n * DAY, PAUL, contact=contact)
    assert place.why() == set()
    assert place.why(contact=contact) == {"attempts"}


@pytest.mark.parametrize(
    "said", [{}, {"direction": "inbound", "number": "0612345678"}, {"number": PAUL, "contact": True}]
)
def test_who_said_no_in_any_call_is_left_in_peace(place: Place, said: dict[str, Any]) -> None:
    contact = place.write(
        lambda: Contact.create(account=place.account, last_name="M", created_at=1, updated_at=1).id
    )
    place.says_yes()
    no = place.ids.disposition
    place.write(lambda: Disposition.update(effect="refused").where(Disposition.id == no).execute())
    said = {**said, "contact": contact} if said.get("contact") else said
    place.called("no", MONDAY - 30 * DAY, disposition=no, disposed_at=MONDAY - 30 * DAY, **said)
    assert place.why(contact=contact) == {"silence"}
    place.clock.advance(31 * 86_400)
    assert place.why(contact=contact) == set(), "sixty days, and one"


def test_a_call_of_a_list_is_counted_once(place: Place) -> None:
    place.says_yes("+33600000000")
    (record,) = place.records(place.makes_list(1))
    place.change(record, attempt_times=[MONDAY - n * DAY for n in range(3)])
    for n in range(3):
        place.called(f"of-list-{n}", MONDAY - n * DAY, "+33600000000", record_id=record)
    assert place.why("+33600000000") == set()
    place.change(record, refused_at=MONDAY - 59 * DAY)
    assert place.why("+33600000000") == {"silence"}


def test_a_hidden_number_is_refused_and_the_sentence_says_from_when(place: Place) -> None:
    place.says_yes()
    assert place.why(shown=Shown("", True)) == {"caller_id"}
    place.clock.advance(10 * 3600)
    queue = place.catalog.queue(place.ids.queue)
    assert queue is not None
    key, params = place.legal.forbids(place.account, MARIE, queue, "", False, None) or ("", {})
    assert (key, params["until"]) == ("legal.until.hours", "24/11 10:00")


# --- the account's own rules ------------------------------------------------------------------------------------------
def changed(rule: str, **parts: Any) -> Any:
    return writing.read({**writing.write(ids(presets.of("FR").rules)[rule]), **parts})


def save(place: Place, rule: Any, identifier: str, reason: str = "") -> None:
    def write() -> None:
        row = LegalRule.get_or_none(
            LegalRule.account == place.account, LegalRule.country == "FR", LegalRule.kind == identifier
        )
        editing.save(place.by, "FR", rule, identifier, "", reason, 2026, row.id if row is not None else 0)

    place.write(write)
    place.legal.reload()


def test_stricter_goes_without_looser_needs_a_reason_and_both_are_written_down(place: Place) -> None:
    place.says_yes()
    save(place, changed("hours", week={"mon": "15:00-16:00"}), "hours")
    assert place.why() == {"hours"}
    (line,) = [x for x in place.db.read(lambda: editing.lines(place.account, "FR", 2026)) if x.id == "hours"]
    assert line.edited and not line.looser
    with pytest.raises(FormInvalid):
        save(place, changed("hours", week={"sun": "00:00-24:00"}), "hours")
    with pytest.raises(FormInvalid):
        save(place, None, "consent")
    save(place, None, "consent", "Appels à nos clients seulement")
    place.write(lambda: Consent.delete().execute())
    place.write(lambda: editing.reset(place.by, "FR", "hours", 2026))
    place.legal.reload()
    assert place.why() == set()
    told = place.db.read(lambda: [(e.action, e.object, e.after) for e in AuditEntry.select()])
    assert ("update", "FR/consent") in [(action, what) for action, what, _ in told]
    assert any("Appels à nos clients" in str(after) for _, _, after in told)
    # As the preset has it is no change any more.
    save(place, changed("consent"), "consent")
    assert place.db.read(lambda: LegalRule.select().count()) == 0
    assert place.why() == {"consent"}


def test_a_rule_that_nobody_can_read_any_more_leaves_the_law(place: Place) -> None:
    place.write(
        lambda: LegalRule.create(
            account=place.account,
            country="FR",
            kind="consent",
            rules={"rule": "consent", "x": 1},
            edited_at=1,
        )
    )
    place.legal.reload()
    assert place.why() == {"consent"}


def test_another_account_keeps_the_law(place: Place) -> None:
    save(place, None, "consent", "x")
    assert "consent" in {r.id for r in place.legal.rules_of(place.account + 1, "FR").rules}
    assert "consent" not in {r.id for r in place.legal.rules_of(place.account, "RE").rules}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"rule": "nothing"},
        {"rule": "hours", "week": {"mon": "10-12"}},
        {"rule": "hours", "week": {"mon": "10:00-12:00, 11:00-13:00"}},
        {"rule": "attempts", "most": -1, "days": 1},
        {"rule": "attempts", "most": True, "days": 1},
        {"rule": "silence", "days": "9"},
        {"rule": "silence", "days": 9, "kinds": []},
        {"rule": "silence", "days": 9, "since": "tomorrow"},
        {"rule": "silence", "days": 9, "source": {"url": "javascript:alert(1)"}},
        {"rule": "caller_id", "only": ["33"]},
        {"rule": "abandon_rate", "percent": 101, "days": 1},
        "hours",
        None,
    ],
)
def test_what_is_no_rule_is_refused(given: Any) -> None:
    with pytest.raises(writing.WrongRule):
        writing.read(given)


# --- why? -------------------------------------------------------------------------------------------------------------
def test_every_rule_says_its_word_about_a_record(place: Place) -> None:
    of = place.makes_list(1)
    (record,) = place.records(of)
    assert place.forbids(record) == {"agents", "consent"}
    place.somebody_works()
    place.says_yes("+33600000000")
    assert place.explain.of_record(place.account, record).allowed
    later = MONDAY + 3 * 3_600_000
    for values, rules in (
        ({"state": "CALLBACK", "due_at": later}, {"due"}),
        ({"state": "COMPLETED", "due_at": None}, {"state"}),
        ({"state": "UNTREATED", "attempts": 7}, {"attempts_list"}),
        ({"state": "PERSONAL", "owner": place.ids.other_agent}, {"owner"}),
        ({"state": "UNTREATED", "owner": None, "attempts": 0, "number_wrong": True}, {"number"}),
        ({"number_wrong": False, "refused_at": MONDAY - DAY}, {"silence"}),
        ({"refused_at": None, "attempt_times": [MONDAY - DAY] * 4}, {"attempts"}),
        ({"attempt_times": None}, set()),
    ):
        place.change(record, **values)
        assert place.forbids(record) == rules, values
    place.change(record, state="CALLBACK", due_at=later)
    assert place.explain.of_record(place.account, record).until == later
    place.write(lambda: CallList.update(active=False).execute())
    assert "list_active" in place.forbids(record)
    place.blacklist.add(place.account, Blocked(1, "+33600000000", call_list=of))
    assert "blacklist" in place.forbids(record)
    with pytest.raises(NotFound):
        place.explain.of_record(place.account + 1, record)


def test_a_short_list_is_counted_record_by_record(place: Place) -> None:
    place.somebody_works()
    of = place.makes_list(10)
    records = place.records(of)
    for n in range(10):
        if n != 3:
            place.says_yes(f"+336{n:08d}")
    place.change(records[0], state="EXCLUDED")
    place.change(records[1], state="SYSTEM", due_at=MONDAY + 60_000)
    place.change(records[2], refused_at=MONDAY - DAY)
    place.blacklist.add(place.account, Blocked(1, "+33600000004"))
    found = place.explain.of_list(place.account, of)
    assert {c.rule: c.n for c in found.counted} == {
        "EXCLUDED": 1,
        "due": 1,
        "silence": 1,
        "consent": 1,
        "blacklist": 1,
    }
    assert (found.to_call, found.free, found.free_estimated) == (9, 5, False)
    assert found.next_change == MONDAY + 60_000
    assert not [r for r in found.reasons if not r.ok]


def test_a_long_list_is_estimated_and_says_so(place: Place) -> None:
    place.somebody_works()
    of = place.makes_list(SAMPLE * 2)
    place.write(
        lambda: Consent.insert_many(
            [
                {
                    "account": place.account,
                    "number": f"+336{n:08d}",
                    "given_at": MONDAY - DAY,
                    "source": "Site",
                    "text": "Oui",
                    "created_at": MONDAY,
                }
                for n in range(0, SAMPLE * 2, 4)
            ]
        ).execute()
    )
    found = place.explain.of_list(place.account, of)
    counted = {c.rule: c for c in found.counted}
    assert found.free_estimated and counted["consent"].estimated
    assert abs(found.free + counted["consent"].n - SAMPLE * 2) <= 2
    assert found.to_call == SAMPLE * 2


def test_a_contact_is_asked_for_each_queue_that_sells(place: Place) -> None:
    def make() -> int:
        contact = Contact.create(account=place.account, last_name="Roux", created_at=1, updated_at=1)
        ContactNumber.create(account=place.account, contact=contact, number=MARIE)
        return int(contact.id)

    contact = place.write(make)
    name, ((queue, explanation),) = place.explain.of_contact(place.account, contact)
    assert (name, queue.id, explanation.number) == ("Roux", place.ids.queue, MARIE)
    assert [r.rule for r in explanation.reasons if not r.ok] == ["consent"]
    place.sells("service")
    assert place.explain.of_contact(place.account, contact) == ("Roux", [])


def test_purposes_are_those_of_queues() -> None:
    assert {p.value for p in Purpose} == {"service", "marketing"}
