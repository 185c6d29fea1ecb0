"""What is deleted, what is kept, and what a death, a locked file or a missing disk does to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fs_app.accounts.model import Account
from fs_app.admin.audit import Actor
from fs_app.admin.model import AuditEntry
from fs_app.calls.model import Call, Recording
from fs_app.clock import FakeClock
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.db import Database
from fs_app.errors import Invalid, NotFound, WaitTimeout
from fs_app.privacy import holds
from fs_app.queues.model import Disposition, DispositionSet, Queue
from fs_app.recordings import queries, service
from fs_app.recordings.disposal import Disposal
from fs_app.recordings.model import KeptDisposition
from fs_app.tasks import Threads

MIGRATIONS = Path(__file__).resolve().parents[3] / "migrations"
DAY_MS = 86_400_000


class Live:
    last_id = 7

    def __init__(self) -> None:
        self.calls: dict[str, Any] = {}
        self.told: list[tuple[str, str, str]] = []

    def record(self, kind: str, **data: Any) -> None:
        self.told.append((kind, data["recording"], data["why"]))


class Centre:
    def __init__(self, folder: Path, migrated: Path) -> None:
        self.clock = FakeClock()
        shutil.copy(migrated, folder / "x.db")
        self.db = Database(f"sqlite:///{folder / 'x.db'}", MIGRATIONS)
        self.db.open()
        self.folder = folder / "recordings"
        self.folder.mkdir()
        self.live = Live()
        self.threads = Threads("test", 1)
        self.settled: list[int] = []
        self.disposal = Disposal(
            self.db,
            self.live,
            self.clock,
            self.threads,
            self.folder,
            self.settled.append,  # type: ignore[arg-type]
        )
        self.account, self.queue, self.sale, self.again, self.refusal = self.db.write(self._seed)

    @staticmethod
    def _seed() -> tuple[int, int, int, int, int]:
        account = Account.create(slug="a", name="A", sip_domain="a.example", created_at=1)
        chosen = DispositionSet.create(account=account, name="S")
        sale = Disposition.create(account=account, set=chosen, code="s", label="Sale")
        again = Disposition.create(account=account, set=chosen, code="a", label="Again", parent=sale)
        refusal = Disposition.create(account=account, set=chosen, code="r", label="Refusal")
        queue = Queue.create(account=account, name="Q", number="1", disposition_set=chosen, created_at=1)
        KeptDisposition.create(account=account, queue=queue, disposition=sale)
        return account.id, queue.id, sale.id, again.id, refusal.id

    @property
    def now(self) -> int:
        return self.clock.now_ms()

    def recording(self, name: str, age_days: float = 0, rule: str = "all", **call: Any) -> Path:
        """An ended call with its recording and file."""
        at = self.now - round(age_days * DAY_MS)
        path = self.folder / f"{name}.wav"
        path.write_bytes(b"x" * 100)

        def write() -> None:
            values: dict[str, Any] = {"ended_at": at + 1000, **call}
            Call.create(
                id=f"call-{name}",
                account=self.account,
                stage="ENDED",
                queue=self.queue,
                started_at=at,
                **values,
            )
            Recording.create(
                id=name,
                account=self.account,
                call=f"call-{name}",
                path=f"{name}.wav",
                started_at=at,
                ended_at=at + 1000,
                rule=rule,
            )

        self.db.write(write)
        return path

    def row(self, name: str) -> Any:
        return self.db.read(lambda: queries.one(self.account, name))

    def days(self, account: int = 0, queue: int = 0) -> None:
        def write() -> None:
            Account.update(recording_days=account).execute()
            Queue.update(recording_days=queue).execute()

        self.db.write(write)

    def by(self) -> Actor:
        return Actor(self.account, None, "Sonia", self.now)

    def audit(self) -> list[tuple[str, str, str]]:
        return self.db.read(
            lambda: [(a.action, a.object, a.user_name) for a in AuditEntry.select().order_by(AuditEntry.id)]
        )


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with all tables: made once, copied for each test."""
    path = tmp_path_factory.mktemp("migrated") / "x.db"
    db = Database(f"sqlite:///{path}", MIGRATIONS)
    db.open()
    db.close()
    return path


@pytest.fixture
def centre(tmp_path: Path, migrated: Path) -> Iterator[Centre]:
    made = Centre(tmp_path, migrated)
    yield made
    made.threads.stop()
    made.db.close()


# --- retention --------------------------------------------------------------------------------------------------
def test_what_is_older_than_its_days_goes_and_the_call_stays(centre: Centre) -> None:
    old, fresh = centre.recording("old", 31), centre.recording("fresh", 29)
    centre.days(account=30)
    centre.disposal.run()
    assert (old.exists(), fresh.exists()) == (False, True)
    row = centre.row("old")
    assert (row.deleted_at, row.delete_why, row.call) == (centre.now, "retention", "call-old")
    assert centre.audit() == [("delete", "old", "fs-app")]
    assert centre.live.told == [("recording.deleted", "old", "retention")]
    centre.disposal.run()
    assert len(centre.live.told) == 1


@pytest.mark.parametrize(
    ("account", "queue", "goes"), [(0, 0, False), (30, 0, True), (30, 60, False), (0, 10, True)]
)
def test_the_days_of_the_queue_come_before_those_of_the_account(
    centre: Centre, account: int, queue: int, goes: bool
) -> None:
    path = centre.recording("old", 31)
    centre.days(account, queue)
    centre.disposal.run()
    assert path.exists() is not goes


def test_a_recording_that_somebody_keeps_is_never_deleted(centre: Centre) -> None:
    path = centre.recording("old", 400)
    centre.days(account=30)
    centre.db.write(lambda: service.keep(centre.by(), "old", True))
    centre.disposal.run()
    assert path.exists()
    with pytest.raises(service.IsKept):
        centre.db.write(lambda: service.ask_delete(centre.by(), "old", "because"))
    centre.db.write(lambda: service.keep(centre.by(), "old", False))
    centre.disposal.run()
    assert not path.exists()
    assert [a for a, _, _ in centre.audit()] == ["keep", "release", "delete"]


def test_nothing_of_somebody_under_a_legal_hold_goes_until_it_is_released(centre: Centre) -> None:
    """Neither by its days, nor for its disposition, nor by a person; his calls are known by him and by his number,
    however the network wrote it."""

    def hold() -> int:
        contact = Contact.create(account=centre.account, last_name="Martin", created_at=1, updated_at=1)
        ContactNumber.create(account=centre.account, contact=contact, number="+33612345678", position=1)
        holds.put(centre.by(), contact.id, "a lawsuit")
        return int(contact.id)

    contact = centre.db.write(hold)
    his = [
        centre.recording("his", age_days=40, contact=contact),
        centre.recording("written-so", age_days=40, caller_number="0612345678"),
        centre.recording("refused", rule="dispositions", disposition=centre.refusal, contact=contact),
    ]
    other = centre.recording("other", age_days=40, caller_number="0612345679")
    centre.days(account=30)
    centre.disposal.run()
    assert [path.exists() for path in his] == [True] * 3 and not other.exists()
    for name in ("his", "written-so", "refused"):
        with pytest.raises(holds.Held):
            centre.db.write(lambda n=name: service.ask_delete(centre.by(), n, "tidying up"))
    assert all(centre.row(name).delete_asked_at is None for name in ("his", "written-so", "refused"))
    centre.db.write(lambda: holds.release(centre.by(), holds.listing(centre.account)[0].id))
    centre.disposal.run()
    assert [path.exists() for path in his] == [False] * 3


def test_a_whole_year_goes_in_one_run(centre: Centre) -> None:
    for n in range(250):
        centre.recording(f"r{n}", 100)
    centre.days(account=30)
    centre.disposal.run()
    assert list(centre.folder.iterdir()) == []
    assert len(centre.audit()) == 250


# --- certain dispositions ---------------------------------------------------------------------------------------
def test_only_calls_with_a_chosen_disposition_or_one_that_refines_it_keep_their_recording(
    centre: Centre,
) -> None:
    kept = [
        centre.recording("sale", 0, "dispositions", disposition=centre.sale, disposed_at=1),
        centre.recording("again", 0, "dispositions", disposition=centre.again, disposed_at=1),
        centre.recording("other", 0, "all", disposition=centre.refusal, disposed_at=1),
    ]
    gone = [
        centre.recording("refusal", 0, "dispositions", disposition=centre.refusal, disposed_at=1),
        centre.recording("nothing", 0, "dispositions"),
    ]
    centre.disposal.run()
    assert all(p.exists() for p in kept) and not any(p.exists() for p in gone)
    assert {(r, why) for _, r, why in centre.live.told} == {
        ("refusal", "disposition"),
        ("nothing", "disposition"),
    }


def test_nobody_decides_while_the_call_can_still_be_qualified(centre: Centre) -> None:
    path = centre.recording("late", 0, "dispositions")
    centre.live.calls["call-late"] = object()
    centre.disposal.run()
    assert path.exists()
    del centre.live.calls["call-late"]
    centre.disposal.run()
    assert not path.exists()


def test_nothing_is_decided_before_the_database_has_the_journal(centre: Centre) -> None:
    path = centre.recording("late", 0, "dispositions")

    def lags(entry: int) -> None:
        raise WaitTimeout("the database lags")

    centre.disposal._settled = lags
    centre.disposal.run()
    assert path.exists(), "the verdict may be on its way"
    assert centre.settled == []


def test_what_was_kept_for_its_disposition_stays_when_the_queue_chooses_otherwise(centre: Centre) -> None:
    path = centre.recording("sale", 0, "dispositions", disposition=centre.sale, disposed_at=1)
    centre.disposal.run()
    centre.db.write(lambda: KeptDisposition.delete().execute())
    centre.disposal.run()
    assert path.exists()


# --- by a person ------------------------------------------------------------------------------------------------
def test_a_person_deletes_with_a_reason_that_stands_on_the_call_and_in_the_audit_log(centre: Centre) -> None:
    path = centre.recording("one")
    with pytest.raises(Invalid):
        centre.db.write(lambda: service.ask_delete(centre.by(), "one", "  "))
    centre.db.write(lambda: service.ask_delete(centre.by(), "one", "asked for by the customer"))
    assert path.exists()
    centre.disposal.remove()
    row = centre.row("one")
    assert not path.exists()
    assert (row.delete_by, row.delete_reason) == ("Sonia", "asked for by the customer")
    with pytest.raises(service.AlreadyDeleted):
        centre.db.write(lambda: service.keep(centre.by(), "one", True))
    assert centre.audit() == [("delete", "one", "Sonia")]


def test_recordings_of_another_account_are_not_found(centre: Centre) -> None:
    centre.recording("one")
    stranger = Actor(centre.account + 1, None, "X", centre.now)
    for work in (
        lambda: service.keep(stranger, "one", True),
        lambda: service.ask_delete(stranger, "one", "x"),
    ):
        with pytest.raises(NotFound):
            centre.db.write(work)


def test_a_conversation_that_goes_on_can_not_be_deleted(centre: Centre) -> None:
    centre.recording("one", ended_at=None)
    centre.db.write(lambda: Recording.update(ended_at=None).execute())
    with pytest.raises(service.StillRecording):
        centre.db.write(lambda: service.ask_delete(centre.by(), "one", "x"))


# --- when it goes wrong -----------------------------------------------------------------------------------------
def test_a_file_that_can_not_be_deleted_is_said_once_and_tried_again(centre: Centre) -> None:
    path = centre.recording("old", 31)
    path.unlink()
    path.mkdir()  # unlink refuses a folder, for root too
    centre.days(account=30)
    centre.disposal.run()
    centre.disposal.run()
    assert [kind for kind, _, _ in centre.live.told] == ["recording.not_deleted"]
    row = centre.row("old")
    assert row.deleted_at is None and row.delete_trouble
    ok, key, params = centre.disposal.check()
    assert (ok, key, params["n"]) == (False, "health.deletion.stuck", 1)
    path.rmdir()
    path.write_bytes(b"x")
    centre.disposal.run()
    assert not path.exists() and centre.row("old").deleted_at == centre.now
    assert centre.disposal.check()[0]


def test_a_program_that_died_in_the_middle_goes_on_where_it_was(centre: Centre) -> None:
    path = centre.recording("old", 31)
    centre.days(account=30)
    centre.disposal._remove_claimed = lambda: None  # type: ignore[method-assign]
    centre.disposal.run()
    path.unlink()  # the file went, the line about it did not get written
    del centre.disposal.__dict__["_remove_claimed"]
    centre.disposal.run()
    assert centre.row("old").deleted_at == centre.now
    assert len(centre.audit()) == 1


def test_a_disk_that_is_not_there_has_not_deleted_anything(centre: Centre) -> None:
    centre.recording("old", 31)
    centre.days(account=30)
    centre.folder.rename(centre.folder.with_name("elsewhere"))
    centre.disposal.run()
    assert centre.row("old").deleted_at is None
    centre.folder.with_name("elsewhere").rename(centre.folder)
    centre.disposal.run()
    assert centre.row("old").deleted_at == centre.now


def test_a_path_that_leads_out_of_the_folder_is_not_followed(centre: Centre, tmp_path: Path) -> None:
    outside = tmp_path / "x.txt"
    outside.write_text("precious")
    centre.recording("old", 31)
    centre.db.write(lambda: Recording.update(path="../x.txt").execute())
    centre.days(account=30)
    centre.disposal.run()
    assert outside.exists()
    assert "not inside" in centre.row("old").delete_trouble


def test_sizes_are_learnt_for_the_figure_of_the_disk(centre: Centre) -> None:
    centre.recording("one")
    centre.recording("two")
    centre.disposal.run()
    use = centre.db.read(lambda: queries.use(centre.account))
    assert (use.number, use.bytes) == (2, 200)
