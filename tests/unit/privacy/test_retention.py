"""What is too old goes at night, what is protected does not, and a night that was missed is made up for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fs_app.accounts.model import Account
from fs_app.admin.model import AuditEntry
from fs_app.calllists.model import ListRecord
from fs_app.calls.model import Call, Recording
from fs_app.contacts.model import Contact, DirectoryImport
from fs_app.errors import Invalid
from fs_app.listwork.model import RecordAttempt
from fs_app.messaging.model import Message
from fs_app.privacy import access, holds, kinds, nightly
from fs_app.privacy.model import AccessLog, PersonJob
from fs_app.voicemail.model import Voicemail
from tests.unit.privacy.world import CALL, HER_NAME, LOOSE, SOUND, World

DAY_MS = 86_400_000
HOUR_MS = 3_600_000


def keep(world: World, **days: int) -> None:
    world.db.write(lambda: kinds.save(world.actor, days))


def later(world: World, days: float) -> None:
    world.clock.advance(days * 86_400)


def numbers(world: World) -> dict[str, str]:
    return dict(world.db.read(lambda: list(Call.select(Call.id, Call.caller_number).tuples())))


def test_by_default_only_copies_go(world: World) -> None:
    later(world, 400)
    tonight = world.nightly.tonight(world.account)
    assert {kind: n for kind, n in tonight.items() if n} == {kinds.IMPORTS: 1, kinds.REFUSED: 2}
    world.nightly.round()
    assert list((world.folder / "imports" / str(world.job)).iterdir()) == []
    assert world.db.read(lambda: DirectoryImport.get().refused_file) == ""
    assert numbers(world)[CALL] == "0612345678"


def test_calls_lose_the_person_and_keep_their_figures(world: World) -> None:
    keep(world, calls=30)
    later(world, 31)
    assert world.nightly.tonight(world.account)[kinds.CALLS] == 3
    world.nightly.round()
    assert set(numbers(world).values()) == {""}
    attempts = world.db.read(lambda: [(a.number, a.contact_id) for a in RecordAttempt.select()])
    assert attempts == [("", None)]
    assert world.db.read(lambda: Call.get_by_id(CALL).talk_ms) == 42_000
    assert world.nightly.tonight(world.account)[kinds.CALLS] == 0, "a second night finds nothing"


def test_what_is_protected_stays(world: World) -> None:
    keep(world, calls=30, contacts=30, records=30, voicemails=30, messages=30)

    def protect() -> None:
        holds.put(world.actor, world.contact, "litige")
        ListRecord.update(state="COMPLETED").execute()

    world.db.write(protect)
    later(world, 40)
    world.nightly.round()
    assert numbers(world)[CALL] == "0612345678" and numbers(world)[LOOSE] == "+33612345678"
    assert world.db.read(lambda: Contact.select().where(Contact.id == world.contact).exists())
    assert world.db.read(lambda: Voicemail.select().count()) == 1
    assert world.db.read(lambda: next(r.number for r in ListRecord.select().order_by(ListRecord.id))) != ""
    assert HER_NAME not in str(world.db.read(lambda: list(Contact.select().dicts())))


def test_a_protected_recording_keeps_its_call(world: World) -> None:
    keep(world, calls=30)
    world.db.write(lambda: Recording.update(kept=True).where(Recording.id == SOUND).execute())
    later(world, 31)
    world.nightly.round()
    assert numbers(world)[CALL] != "" and numbers(world)[LOOSE] == ""


def test_a_contact_with_whom_something_goes_on_stays(world: World) -> None:
    keep(world, contacts=30)
    later(world, 31)
    assert world.nightly.tonight(world.account)[kinds.CONTACTS] == 1, "the twin: the others are on a list"
    world.db.write(lambda: ListRecord.update(state="COMPLETED", last_at=1).execute())
    assert world.nightly.tonight(world.account)[kinds.CONTACTS] == 3
    world.db.write(lambda: Call.update(started_at=world.clock.now_ms()).where(Call.id == CALL).execute())
    assert world.nightly.tonight(world.account)[kinds.CONTACTS] == 2


def test_voicemails_go_with_their_sound(world: World) -> None:
    keep(world, voicemails=10)
    later(world, 11)
    world.nightly.round()
    world.disposal.remove()
    assert not (world.folder / "recordings" / "rec-msg.wav").exists()
    assert world.db.read(lambda: Voicemail.select().count()) == 0


def test_messages_logs_and_exports(world: World) -> None:
    keep(world, messages=5, access=5, audit=5, notes=5, callbacks=5)
    world.db.write(lambda: access.write(world.actor, access.LISTEN, access.RECORDING, SOUND, CALL))
    job = world.persons.export(world.actor, world.person(), "Z•••", "fr")
    world.persons.round()
    file = world.persons.file_of(world.db.read(lambda: PersonJob.get_by_id(job).file))
    assert file.exists()
    later(world, 6)
    world.nightly.round()
    assert file.exists()
    assert world.db.read(lambda: (Message.select().count(), AccessLog.select().count())) == (0, 0)
    kinds_left = world.db.read(lambda: [(a.action, a.kind) for a in AuditEntry.select()])
    assert kinds_left == [("delete", "retention")], "what went is written down"
    later(world, 2)
    world.nightly.round()
    row = world.db.read(lambda: PersonJob.get_by_id(job))
    assert not file.exists() and row.file == "" and row.what is None


@pytest.mark.parametrize(
    ("hour", "last", "expected"),
    [
        (1, None, False),
        (3, None, True),
        (3, 1.0, False),
        (3, 20.0, True),
        (1, 20.0, False),
        (1, 30.0, True),
    ],
)
def test_once_a_night(hour: int, last: float | None, expected: bool) -> None:
    midnight = 1_795_302_000_000  # a midnight in Paris, winter time
    now = midnight + hour * HOUR_MS
    assert nightly.due(now, None if last is None else now - round(last * HOUR_MS), "Europe/Paris") is expected


def test_days_are_held_within_bounds(world: World) -> None:
    for wrong in ({"calls": -1}, {"calls": 4000}, {"exports": 0}, {"nonsense": 5}):
        with pytest.raises(Invalid):
            keep(world, **wrong)
    keep(world, calls=0, exports=1)
    listed = {k.kind: k.days for k in world.db.read(lambda: kinds.listing(world.account))}
    assert (listed["calls"], listed["exports"]) == (0, 1)


def test_one_accounts_rule_is_not_anothers(world: World) -> None:
    def other() -> int:
        account = Account.create(slug="b", name="B", sip_domain="b.example", created_at=1)
        Call.update(account=account).where(Call.id == LOOSE).execute()
        return int(account.id)

    world.db.write(other)
    keep(world, calls=30)
    later(world, 31)
    world.nightly.round()
    assert numbers(world)[LOOSE] != "" and numbers(world)[CALL] == ""


def test_a_file_that_can_not_be_removed_is_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, **_: Any) -> None:
        raise PermissionError(13, "no")

    later(world, 40)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        world.nightly.round()
    later(world, 1.1)
    world.nightly.round()
    assert list((world.folder / "imports" / str(world.job)).iterdir()) == []
