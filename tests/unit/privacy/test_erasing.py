"""Who is erased stands nowhere any more, figures stay, and nobody else is touched."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from fs_app.admin.model import AuditEntry
from fs_app.callbacks.state import Callback as LiveCallback
from fs_app.callbacks.state import Reason
from fs_app.calllists.model import ListRecord
from fs_app.calls.model import Call, JournalEntry, Recording
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.imports.model import ImportJob
from fs_app.legal.model import Consent
from fs_app.listwork.state import Known, facts
from fs_app.live import Live
from fs_app.outgoing.model import DncEntry
from fs_app.privacy import finding, holds
from fs_app.privacy.erasure import Erasure
from fs_app.privacy.jobs import AlreadyAsked
from fs_app.privacy.model import PersonJob
from fs_app.privacy.person import Person
from fs_app.privacy.workshop import ChildFailed, Workshop
from tests.support.postgres import Postgres, find_postgres
from tests.support.schema import fresh
from tests.unit.privacy.world import (
    CALL,
    HER_CALL,
    HER_NAME,
    HER_NUMBER,
    HER_SOUND,
    MAIL,
    NAME,
    NUMBER,
    SOUND,
    World,
)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres | None]:
    found = Postgres() if find_postgres() is not None else None
    yield found
    if found is not None:
        found.stop()


@pytest.fixture(params=["sqlite", "postgres"])
def either(request: pytest.FixtureRequest, tmp_path: Path, server: Postgres | None) -> Iterator[World]:
    """Over both databases, and with child processes of its own."""
    if request.param == "postgres" and server is None:
        pytest.skip("no PostgreSQL here")
    sqlite = request.param == "sqlite" or server is None
    url = f"sqlite:///{fresh(tmp_path / 'x.db')}" if sqlite or server is None else server.create()
    found = World(tmp_path, url, Workshop())
    found.seed()
    yield found
    found.close()


def test_he_stands_nowhere_and_she_is_untouched(either: World) -> None:
    before = {line for line in either.everything().splitlines() if HER_NAME in line or HER_NUMBER in line}
    assert NAME in either.everything()
    job = either.erase()
    done = either.job_now(job)
    assert done.state == "DONE", (done.state, done.why, done.phase)
    text = either.everything()
    for trace in (NAME, NAME.lower(), NUMBER, "612345678", "12 34 56 78", MAIL):
        assert trace not in text, [line[:300] for line in text.splitlines() if trace in line]
    after = {line for line in text.splitlines() if HER_NAME in line or HER_NUMBER in line}
    hers = {line for line in before if NAME not in line and "34 56 78" not in line and "son fr" not in line}
    assert hers <= after, hers - after
    assert not (either.folder / "recordings" / f"{SOUND}.wav").exists()
    assert (either.folder / "recordings" / f"{HER_SOUND}.wav").exists()
    assert done.what is None and done.label == "Z•••"


def test_a_record_that_was_only_shown_is_forgotten_too(either: World) -> None:
    """No call says whose these entries are: the record does, and a death in the middle does not hide it."""
    his, hers = ({"record": one} for one in (either.records[0], either.records[2]))
    known = Known(
        his["record"], either.account, 1, "Clients", 1, 1, NAME, 1, (), "UNTREATED", None, 1, memo=NAME
    )
    shown = {**his, "agent": 1, "until": 1, "facts": facts(known)}
    noted, hers = {**his, "note": NAME}, {**hers, "note": HER_NAME}
    entries = [("record.shown", shown), ("record.noted", noted), ("record.noted", hers)]
    entries.append(("record.released", {**his, "why": "not_called"}))
    for kind, data in entries:
        either.live.record(kind, account=either.account, **data)

    def write() -> None:
        for n, (kind, data) in enumerate(entries, 9000):
            JournalEntry.create(id=n, at=1, kind=kind, account=either.account, data=data)

    either.db.write(write)
    either.erase()
    text = either.everything()
    assert NAME not in text, [line[:300] for line in text.splitlines() if NAME in line]
    kept = either.db.read(lambda: JournalEntry.get_by_id(9002).data)
    assert kept == hers


def test_figures_and_verdicts_stay(world: World) -> None:
    world.erase()
    call = world.db.read(lambda: Call.get_by_id(CALL))
    assert (call.talk_ms, call.outcome, call.caller_number, call.contact_id) == (42_000, "answered", "", None)
    recording = world.db.read(lambda: Recording.get_by_id(SOUND))
    assert recording.deleted_at and recording.duration_ms == 9000
    states = world.db.read(lambda: [r.state for r in ListRecord.select().order_by(ListRecord.id)])
    assert states == ["STOPPED", "COMPLETED", "UNTREATED"]


def test_who_was_on_the_blacklist_is_never_called_again(world: World) -> None:
    world.erase()
    rows = world.db.read(lambda: [(r.number, r.reason, r.source) for r in DncEntry.select()])
    assert len(rows) == 1 and rows[0][0].startswith("#") and rows[0][1:] == ("", "erased")
    assert world.blacklist.find(world.account, NUMBER, None, world.clock.now_ms()) is not None
    assert world.blacklist.find(world.account, HER_NUMBER, None, world.clock.now_ms()) is None
    proof = world.db.read(lambda: [c.number for c in Consent.select().order_by(Consent.id)])
    assert proof == [rows[0][0], ""]


def test_a_program_that_dies_in_the_middle_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    deaths = iter(("_files", "_some", "_journal", "_exports_of", ""))
    job = 0
    for step in deaths:
        with monkeypatch.context() as patch:
            if step:

                def die(*_: Any, **__: Any) -> None:
                    raise Killed

                patch.setattr(Erasure, step, die)
            if not job:
                patch.setattr(type(world.persons), "soon", lambda self: None)
                job = world.persons.erase(world.actor, world.person(), "Z•••", False)
            if step:
                with pytest.raises(Killed):
                    world.persons.round()
                assert world.job_now(job).state == "RUNNING"
            else:
                world.persons.round()
    assert world.job_now(job).state == "DONE"
    assert NAME not in world.everything()


def test_the_live_state_that_comes_back_does_not_know_him(world: World) -> None:
    world.erase()
    world.journal.close()
    again = Live(type(world.journal)(world.folder / "journal", world.clock), world.clock, world.bus)
    again.replay()
    assert orjson.dumps(again.checkpoint()).find(NAME.encode()) == -1


def test_it_waits_for_a_call_and_for_an_import(world: World) -> None:
    world.live.record(
        "call.started",
        account=world.account,
        call="x" * 36,
        direction="inbound",
        caller_number="0612345678",
        caller_name="",
        called_number="100",
    )
    job = world.erase()
    assert (world.job_now(job).state, world.job_now(job).why) == ("WAITING", "call")
    assert NAME in world.everything()
    world.live.calls.clear()
    world.db.write(lambda: ImportJob.update(state="RUNNING").execute())
    world.persons.round()
    assert world.job_now(job).why == "import"
    world.db.write(lambda: ImportJob.update(state="DONE").execute())
    world.persons.round()
    assert world.job_now(job).state == "DONE"


def test_a_promise_to_call_him_is_cancelled(world: World) -> None:
    world.live.callbacks["cb-9"] = LiveCallback("cb-9", world.account, 1, NUMBER, Reason.AGENT, 1, name=NAME)
    world.erase()
    assert world.closed == ["cb-9"]


def test_a_recording_that_somebody_protected_stays_with_its_call(world: World) -> None:
    world.db.write(
        lambda: Recording.update(kept=True, kept_by="Ursule").where(Recording.id == SOUND).execute()
    )
    done = world.job_now(world.erase())
    assert done.state == "DONE"
    assert world.db.read(lambda: Call.get_by_id(CALL)).caller_name == NAME
    assert (world.folder / "recordings" / f"{SOUND}.wav").exists()
    assert "held" in {s["kind"] for s in done.stays}
    assert not world.db.read(lambda: Contact.select().where(Contact.id == world.contact).exists())


def test_a_recording_whose_end_nobody_told_goes_with_its_call(world: World) -> None:
    world.db.write(lambda: Recording.update(ended_at=None).where(Recording.id == SOUND).execute())
    assert world.job_now(world.erase()).state == "DONE"
    assert not (world.folder / "recordings" / f"{SOUND}.wav").exists()


def test_a_legal_hold_forbids_it(world: World) -> None:
    world.db.write(lambda: holds.put(world.actor, world.contact, "litige"))
    with pytest.raises(holds.Held):
        world.persons.erase(world.actor, world.person(), "Z•••", False)
    assert NAME in world.everything()


def test_a_number_that_others_have_too_is_not_his_alone(world: World) -> None:
    def share() -> None:
        ContactNumber.create(account=world.account, contact=world.her, number=NUMBER)
        Call.update(caller_number=NUMBER).where(Call.id == HER_CALL).execute()

    world.db.write(share)
    person = world.person()
    assert person.numbers == ()
    world.erase()
    assert world.db.read(lambda: Call.get_by_id(HER_CALL)).caller_number == NUMBER
    assert world.db.read(lambda: Call.get_by_id(CALL)).caller_number == ""


def test_pressed_twice_it_is_done_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(world.persons), "soon", lambda self: None)
    world.persons.erase(world.actor, world.person(), "Z•••", False)
    with pytest.raises(AlreadyAsked):
        world.persons.erase(world.actor, world.person(), "Z•••", False)


def test_a_file_that_the_disk_does_not_give_up_keeps_it_waiting(world: World) -> None:
    path = world.folder / "recordings" / f"{SOUND}.wav"
    path.unlink()
    path.mkdir()
    job = world.erase()
    assert (world.job_now(job).state, world.job_now(job).why) == ("WAITING", "files")
    path.rmdir()
    world.persons.round()
    assert world.job_now(job).state == "DONE"


def test_the_export_holds_everything_and_nothing_of_others(either: World) -> None:
    job = either.persons.export(either.actor, either.person(), "Z•••", "fr")
    either.persons.round()
    done = either.job_now(job)
    assert done.state == "DONE", done.why
    path = either.persons.file_of(done.file)
    assert path.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        page, data = archive.read("person.html").decode(), orjson.loads(archive.read("person.json"))
    assert names == {"person.html", "person.json", f"sounds/{SOUND}.wav", "sounds/rec-msg.wav"}
    sections = {s["name"] for s in data["sections"]}
    assert {"contact", "call", "voicemail", "message", "list_record", "consent", "dnc_entry"} <= sections
    assert {"directory_entry", "callback", "journal_entry", "record_attempt", "contact_merge"} <= sections
    assert HER_NAME not in page and HER_NUMBER not in page and "Ursule" not in page
    assert NAME in page and MAIL in page and "Ventes" in page
    either.erase()
    assert not path.exists(), "what was exported of him goes, too"


def test_what_he_wrote_harms_no_page(world: World) -> None:
    nasty = '<script>alert(1)</script>\u202e"&\x00'
    world.db.write(
        lambda: (
            Contact.update(description=nasty.replace("\x00", "")).where(Contact.id == world.contact).execute()
        )
    )
    job = world.persons.export(world.actor, world.person(), "Z•••", "es")
    world.persons.round()
    with zipfile.ZipFile(world.persons.file_of(world.job_now(job).file)) as archive:
        page = archive.read("person.html").decode()
    assert "<script>" not in page and "\u202e" not in page and "&lt;script&gt;" in page


def test_a_child_that_dies_fails_an_export_in_words(tmp_path: Path) -> None:
    world = World(tmp_path, f"sqlite:///{fresh(tmp_path / 'x.db')}", Workshop(("/bin/false",)))
    world.seed()
    try:
        job = world.persons.export(world.actor, world.person(), "Z•••", "fr")
        world.persons.round()
        assert (world.job_now(job).state, world.job_now(job).why) == ("FAILED", "died")
        again = world.erase()
        assert world.job_now(again).state == "WAITING"
        with pytest.raises(ChildFailed):
            Workshop(("/bin/false",)).run({}, lambda *_: None)
    finally:
        world.close()


def test_the_report_and_the_audit_log_hold_figures_only(world: World) -> None:
    done = world.job_now(world.erase())
    assert done.counts["calls"] >= 2 and done.counts["contact"] == 3
    lines = world.db.read(
        lambda: [(a.action, a.label) for a in AuditEntry.select().where(AuditEntry.kind == "person")]
    )
    assert lines == [("erase", "Z•••"), ("erased", "Z•••")]


def test_nobody_is_nobody(world: World) -> None:
    with pytest.raises(finding.NobodyMeant):
        world.db.read(lambda: finding.whole(world.account, "FR", [999_999]))
    other = world.account + 1
    with pytest.raises(finding.NobodyMeant):
        world.db.read(lambda: finding.whole(other, "FR", [world.contact]))
    assert not Person(world.account)
    assert world.db.read(lambda: PersonJob.select().count()) == 0
