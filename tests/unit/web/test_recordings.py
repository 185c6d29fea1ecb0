"""The page of recordings: who sees what, filters, keeping and deleting, and a line in the audit log for each."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from fs_app.accounts.model import Account
from fs_app.admin.model import AuditEntry
from fs_app.calls.model import Recording
from tests.support import callworld
from tests.unit.web.conftest import Visitor, Web

ID = callworld.RECORDING
SOUND = f"/calls/{callworld.FULL}/recordings/{ID}.wav"


@pytest.fixture(autouse=True)
def _as_before(web: Web) -> Iterator[None]:
    """Folder and database are one for all tests: what one did is undone for the next. One recording is enough here:
    the messages of callers are recordings, too, and have a list of their own."""
    web.app.db.write(lambda: Recording.delete().where(Recording.id != ID).execute())
    path = web.app.settings.recordings / row(web).path
    sound = path.read_bytes()
    yield
    path.write_bytes(sound)
    fate = dict.fromkeys(("delete_why", "delete_by", "delete_reason", "delete_trouble", "kept_by"), "")

    def undo() -> None:
        Recording.update(kept=False, delete_asked_at=None, deleted_at=None, **fate).execute()
        AuditEntry.delete().execute()

    web.app.db.write(undo)
    web.app.disk["trouble"] = ""


@pytest.fixture
def sonia(web: Web) -> Visitor:
    """The supervisor."""
    return web.person("sonia")


@pytest.fixture
def admin(web: Web) -> Visitor:
    visitor = web.person("admin")
    visitor.get("/language/en", follow_redirects=True)
    return visitor


def log(web: Web) -> list[tuple[str, str, str]]:
    return web.app.db.read(
        lambda: [
            (a.action, a.object, a.user_name)
            for a in AuditEntry.select().where(AuditEntry.kind == "recording").order_by(AuditEntry.id)
        ]
    )


def row(web: Web) -> Recording:
    return web.app.db.read(lambda: Recording.get_by_id(ID))


def shown(page: str) -> int:
    return len(re.findall(r"<audio ", page))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 1),
        ("?q=06+12+34+56+78", 1),
        ("?q=Dupont", 1),
        ("?q=nobody", 0),
        ("?shortest=90&longest=100", 1),
        ("?shortest=100", 0),
        ("?longest=30", 0),
        ("?since=2000-01-01&until=2100-01-01", 1),
        ("?until=2000-01-01", 0),
        ("?state=kept", 0),
        ("?state=there", 1),
        ("?state=deleted", 0),
        ("?queue=999", 0),
        ("?sort=length&order=asc", 1),
        ("?queue=x&shortest=-3&state=moon&page=0", 1),
    ],
)
def test_the_list_finds_what_is_asked_for(sonia: Visitor, query: str, found: int) -> None:
    assert shown(sonia.page(f"/recordings{query}")) == found


def test_an_agent_has_no_list_and_nobody_sees_another_accounts(web: Web, sonia: Visitor) -> None:
    assert web.person("elodie").get("/recordings").status_code == 403
    web.app.db.write(
        lambda: Recording.create(
            id="theirs", account=web.ids.desk.other_account, call=callworld.OTHERS, path="x.wav", started_at=1
        )
    )
    assert "theirs" not in sonia.page("/recordings")
    assert web.person("admin").get("/recordings/theirs/delete").status_code == 404
    assert sonia.post("/recordings/theirs/keep").status_code == 404


def test_the_list_says_how_much_of_the_disk_they_take_and_when_it_is_full(web: Web, sonia: Visitor) -> None:
    web.app.disposal.run()
    page = sonia.page("/recordings")
    assert "182" in page
    assert re.search(r"1 enregistrement, \d", page)
    web.app.disk["trouble"] = "disk_full"
    assert "disque plein" in sonia.page("/recordings")


def test_a_supervisor_keeps_a_recording_and_an_admin_can_not_delete_it_then(
    web: Web, sonia: Visitor, admin: Visitor
) -> None:
    assert sonia.post(f"/recordings/{ID}/keep").status_code == 303
    assert row(web).kept
    assert admin.post(f"/recordings/{ID}/delete", reason="x").status_code == 409
    assert sonia.post(f"/recordings/{ID}/release").status_code == 303
    assert [a for a, _, _ in log(web)] == ["keep", "release"]
    assert sonia.get(f"/recordings/{ID}/delete").status_code == 403, "supervisors keep, administrators delete"


def test_a_deletion_needs_a_reason_and_is_told_everywhere(web: Web, admin: Visitor, sonia: Visitor) -> None:
    file = web.app.settings.recordings / row(web).path
    assert admin.post(f"/recordings/{ID}/delete", reason="  ").status_code == 400
    assert file.exists()
    assert admin.post(f"/recordings/{ID}/delete", reason="asked <b>for</b>").status_code == 303
    assert not file.exists()
    assert log(web) == [("delete", ID, "Ahmed Lefèvre")]
    answer = sonia.get(SOUND)
    assert answer.status_code == 404 and "supprimé" in answer.text
    for path in ("/recordings?state=deleted", f"/calls/{callworld.FULL}"):
        page = sonia.page(path)
        assert "asked &lt;b&gt;for&lt;/b&gt;" in page and "Ahmed Lefèvre" in page, path
    assert shown(sonia.page("/recordings")) == 0
    assert admin.post(f"/recordings/{ID}/delete", reason="again").status_code == 409


def test_listening_downloading_keeping_and_deleting_each_leave_a_line(
    web: Web, admin: Visitor, sonia: Visitor
) -> None:
    sonia.get(SOUND, headers={"Range": "bytes=0-99"})
    sonia.get(f"{SOUND}?download=1")
    sonia.post(f"/recordings/{ID}/keep")
    sonia.post(f"/recordings/{ID}/release")
    admin.post(f"/recordings/{ID}/delete", reason="r")
    assert [a for a, _, _ in log(web)] == ["listen", "download", "keep", "release", "delete"]
    assert len({who for _, _, who in log(web)}) == 2
    assert "Protection" in admin.page("/admin/audit?kind=recording")


def test_how_long_recordings_are_kept_is_an_administrators_choice(
    web: Web, admin: Visitor, sonia: Visitor
) -> None:
    assert sonia.post("/recordings/retention", recording_days="30").status_code == 403
    assert admin.post("/recordings/retention", recording_days="99999").status_code == 400
    assert admin.post("/recordings/retention", recording_days="30").status_code == 303
    account = web.app.db.read(lambda: Account.get_by_id(web.ids.desk.account))
    assert account.recording_days == 30


def test_the_list_can_be_taken_away_without_sound(sonia: Visitor) -> None:
    answer = sonia.get("/recordings/export.csv")
    assert answer.status_code == 200
    assert len(answer.data.decode("utf-8-sig").splitlines()) == 2


def test_a_supervisor_steers_the_recording_of_a_call_that_goes_on(web: Web, sonia: Visitor) -> None:
    web.app.calls.ways[callworld.RUNNING] = ["pause"]
    page = sonia.page(f"/calls/{callworld.RUNNING}")
    assert f"/calls/{callworld.RUNNING}/recording/pause" in page
    assert sonia.post(f"/calls/{callworld.RUNNING}/recording/pause").status_code == 303
    assert web.app.calls.asked[0][1:3] == (callworld.RUNNING, "pause")
    assert sonia.post(f"/calls/{callworld.RUNNING}/recording/explode").status_code == 404
    assert web.person("elodie").post(f"/calls/{callworld.RUNNING}/recording/pause").status_code == 403
    assert "/recording/pause" not in web.person("elodie").page("/calls")
