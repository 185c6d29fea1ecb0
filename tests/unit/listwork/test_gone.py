"""A record and its contact are deleted (an import is undone, a list emptied, a person erased) while an agent has it."""

from __future__ import annotations

from pathlib import Path

from fs_app.agents.state import Work
from fs_app.callbacks.model import Callback
from fs_app.calllists.model import ListRecord
from fs_app.calls.model import Call
from fs_app.contacts.model import Contact
from tests.unit.core.world import ACCOUNT
from tests.unit.listwork.world import MINE, SOLD, ListWorld, item


def goes(world: ListWorld, number: int) -> None:
    def delete() -> None:
        ListRecord.delete().where(ListRecord.id == number).execute()
        Contact.delete().where(Contact.id == number).execute()

    world.db.write(delete)


def test_while_he_looks_at_it_nobody_is_called_and_he_is_told(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1)
    world.looks_again()
    world.previews(1)
    assert world.shown(1) == item(1)
    goes(world, 1)
    call = world.list_work.call(ACCOUNT, 1, 1)
    leg = world.offered_leg(call)
    world.rings(leg)
    world.picks_up(leg)
    world.calls.settle()
    assert world.told == ["error.record_gone"]
    assert world.live.records == {} and world.counters() == {"UNTREATED": 4}
    assert world.agent(1).work is Work.INTER_CALL


def test_in_his_call_the_verdict_stays_on_the_call(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1)
    world.looks_again()
    call = world.call_by(1, 1)
    goes(world, 1)
    world.answers(call)
    world.hangs_up(call)
    world.judge(1, call, SOLD)
    world.hears()
    assert world.live.records == {} and world.counters() == {"UNTREATED": 4}
    found = world.db.read(lambda: Call.get_by_id(call))
    assert (found.disposition_id, found.contact_id) == (SOLD, None)


def test_a_promise_to_somebody_who_was_deleted_is_kept(tmp_path: Path) -> None:
    """His call came in; the contact that it showed is gone when the agent books the callback."""
    world = ListWorld(tmp_path)
    world.ready(1)
    call = world.arrives(number="+33612000005")
    world.live.record("call.contact", call=call, account=ACCOUNT, contact=5, name="Personne 5")
    goes(world, 5)
    world.greeted(call)
    leg = world.offered_leg(call)
    world.rings(leg)
    world.picks_up(leg)
    world.bridged(leg, call)
    world.hangs_up(call)
    world.judge(1, call, MINE)
    world.hears()
    rows = world.db.read(lambda: [(c.number, c.contact_id, c.state) for c in Callback.select()])
    assert rows == [("+33612000005", None, "RESERVED")]
