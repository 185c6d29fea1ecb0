"""Registers of those who want no calls: files of numbers and of hashes, replaced as a whole, looked up by many."""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from fs_app.admin.audit import Actor
from fs_app.admin.form import FormInvalid
from fs_app.clock import RealClock
from fs_app.db import Database
from fs_app.errors import Invalid
from fs_app.legal import optouts, register_file, registers
from fs_app.legal.model import OptOutList, OptOutNumber
from fs_app.legal.optouts import BLACKLIST, OPTED_OUT, Blocked
from fs_app.legal.registers import FAILED, READY, Loading, Registers
from fs_app.outgoing.entries import Entry, put
from fs_app.tasks import Tasks
from fs_app.web.i18n import translate
from tests.support.until import until
from tests.unit.core.databases import T0, Ids

ON_SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""A child process for each file is not cheap."""

MARIE, PAUL, TOM = "+33612345678", "+33140000001", "+447400123456"
REUNION = "+262692123456"


@pytest.mark.parametrize(
    ("text", "country", "digits"),
    [
        ("0612345678", "FR", "33612345678"),
        ("06 12 34 56 78", "FR", "33612345678"),
        ("+33 6 12 34 56 78", "FR", "33612345678"),
        ("0033612345678", "FR", "33612345678"),
        ("33612345678", "FR", "33612345678"),
        ("612345678", "FR", "33612345678"),
        ("07400 123456", "GB", "447400123456"),
        ("612 34 56 78", "ES", "34612345678"),
        ("02 1234567", "IT", "39021234567"),
        ("2125550123", "US", "12125550123"),
        ("12125550123", "US", "12125550123"),
        ('"0612345678"', "FR", "33612345678"),
        ("=0612345678", "FR", "33612345678"),
        ("06", "FR", ""),
        ("nobody", "FR", ""),
        ("1" * 40, "FR", ""),
    ],
)
def test_numbers_as_registers_write_them(text: str, country: str, digits: str) -> None:
    assert register_file.digits_of(text, register_file.dialling(country)) == digits


def hashed(number: str, how: str = "sha256", spelling: str = "e164") -> str:
    return hashlib.new(how, optouts.spelled(number, spelling).encode()).hexdigest()


@pytest.mark.parametrize("how", ["sha1", "sha256", "md5"])
@pytest.mark.parametrize("spelling", optouts.SPELLINGS)
def test_a_number_is_found_by_its_hash_however_it_is_written(how: str, spelling: str) -> None:
    given = hashed(MARIE, how, spelling)
    for text in (given, given.upper()):
        assert optouts.key_of_hash(text) == optouts.key(MARIE, how, spelling)
    assert optouts.spelled(MARIE, spelling) in ("+33612345678", "33612345678", "0612345678", "0033612345678")


def written(folder: Path, lines: list[str], encoding: str = "utf-8", end: str = "\n") -> Path:
    path = folder / "file"
    path.write_bytes(end.join(lines).encode(encoding))
    return path


def loaded(path: Path, country: str) -> tuple[list[int], int]:
    """(keys, refused lines)"""
    form = register_file.look(path, country)
    (part,) = register_file.parts(path, form, country)
    return part.keys, part.refused


@pytest.mark.parametrize(
    ("text", "form", "columns"),
    [
        (["0612345678", "0612345679"], "numbers", (0,)),
        (["0612345678"], "numbers", (0,)),
        (["numero;date", "0612345678;2026-01-01"], "numbers", (0,)),
        (["id;telephone", "A1;+33612345678"], "numbers", (1,)),
        (["mobile;fixe;ville", "0612345678;0140000001;Paris"], "numbers", (0, 1)),
        (["hash", hashed(MARIE)], "sha256", (0,)),
        ([hashed(MARIE, "sha1").upper() + ",20260101"], "sha1", (0,)),
        ([hashed(MARIE, "md5")], "md5", (0,)),
    ],
)
def test_the_form_of_a_file_is_seen(
    text: list[str], form: str, columns: tuple[int, ...], tmp_path: Path
) -> None:
    found = register_file.look(written(tmp_path, text), "FR")
    assert (found.name, found.columns) == (form, columns)


BOTH = [33140000001, 33612345678]


@pytest.mark.parametrize(
    ("lines", "country", "keys"),
    [
        (["Date;Numero", "2026-11-01;0612345678", "2026-11-02;0140000001"], "FR", BOTH),
        (["22/11/2026;0612345678", "23/11/2026;0140000001"], "FR", BOTH),
        (["20261101;0612345678", "20261102;0140000001"], "FR", BOTH),
        (["ID;Telephone", "100000;0612345678", "100001;0140000001"], "FR", BOTH),
        (["73282932000011;0612345678", "73282932000012;0140000001"], "FR", BOTH),
        (['"Dupont, Jean","0612345678"', 'Martin,"0140000001"'], "FR", BOTH),
        (["a;0612345678;0140000001", "b;;"], "FR", BOTH),
        (["212,5550100", "212,5550101"], "US", [12125550100, 12125550101]),
    ],
)
def test_another_column_is_not_taken_for_the_numbers(
    lines: list[str], country: str, keys: list[int], tmp_path: Path
) -> None:
    assert loaded(written(tmp_path, lines), country)[0] == keys


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("0692123456", 262692123456),
        ("0596123456", 596596123456),
        ("+33 (0)6 12 34 56 78", 33612345678),
        ("33612345678.0", 33612345678),
    ],
)
def test_a_number_has_the_key_that_a_contact_with_it_has(text: str, key: int, tmp_path: Path) -> None:
    assert loaded(written(tmp_path, [text]), "FR") == ([key], 0)


def test_a_register_that_is_in_order_is_one_of_numbers(tmp_path: Path) -> None:
    """Numbers that rise by one look like identifiers."""
    lines = [f"06123456{n:02d}" for n in range(60)]
    assert len(loaded(written(tmp_path, lines), "FR")[0]) == 60


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"hello\nworld\n", b"\x00" * 5000, b"\xff\xfe", b"PK\x03\x04"])
def test_a_file_of_nothing_is_said_to_be_one(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(raw)
    with pytest.raises(Invalid):
        register_file.look(path, "FR")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_encoding(encoding: str, tmp_path: Path) -> None:
    path = written(tmp_path, ["téléphone", "0612345678", "", "x", "0140000001"], encoding, "\r\n")
    assert loaded(path, "FR") == (BOTH, 1)


@pytest.mark.parametrize("spelling", optouts.SPELLINGS)
def test_a_hash_of_overseas_is_found_with_the_code_of_france_too(spelling: str) -> None:
    own = optouts.key(REUNION, "sha256", spelling)
    french = optouts.key_of_hash(
        hashlib.sha256(
            {
                "e164": "+33692123456",
                "digits": "33692123456",
                "zeros": "0033692123456",
                "national": "0692123456",
            }[spelling].encode()
        ).hexdigest()
    )
    assert {own, french} == set(optouts.keys(REUNION, "sha256", spelling))


# --- in the database ----------------------------------------------------------------------------------------
class Place:
    def __init__(self, db: Database, ids: Ids, folder: Path) -> None:
        self.db, self.account, self.folder = db, ids.account, folder
        self.tasks = Tasks("test")
        self.changes = 0
        self.registers = self.started()
        self.by = Actor(ids.account, None, "Ada", T0)

    def started(self, *command: str) -> Registers:
        return Registers(self.db, RealClock(), self.tasks, self.folder, self._changed, command)

    def _changed(self) -> None:
        self.changes += 1

    def make(self, name: str = "Bloctel", country: str = "FR") -> int:
        return self.db.write(lambda: registers.create(self.by, name, country))

    def bring(self, register: int, lines: list[str], spelling: str = "e164", country: str = "FR") -> Path:
        path = self.registers.place()
        path.write_text("\n".join(lines))
        self.registers.bring(self.by, register, path, "file.csv", country, spelling, T0)
        return path

    def row(self, register: int) -> registers.Row:
        return self.db.read(lambda: registers.get(self.account, register))

    def brought(self, register: int, lines: list[str], **more: str) -> registers.Row:
        path = self.bring(register, lines, **more)
        until(lambda: self.row(register).state != "LOADING" and not path.exists(), 30)
        return self.row(register)

    def blocked(self, *numbers: str, **more: int) -> dict[str, str]:
        return self.db.read(lambda: Blocked(self.account, T0, **more).of(numbers))

    def rows(self) -> int:
        return self.db.read(lambda: OptOutNumber.select().count())


@pytest.fixture
def place(db: Database, ids: Ids, tmp_path: Path) -> Iterator[Place]:
    made = Place(db, ids, tmp_path / "waiting")
    yield made
    made.registers.stop()
    made.tasks.stop()


def test_a_file_of_numbers_then_a_newer_one_of_hashes(place: Place) -> None:
    register = place.make()
    row = place.brought(register, ["06 12 34 56 78", "0140000001", "rubbish", TOM])
    assert (row.state, row.count, row.refused, row.form) == (READY, 3, 1, "numbers")
    assert place.blocked(MARIE, PAUL, TOM, "+33612345679") == dict.fromkeys((MARIE, PAUL, TOM), OPTED_OUT)
    row = place.brought(register, [hashed(MARIE, "sha1", "national").upper()], spelling="national")
    assert (row.count, row.form) == (1, "sha1")
    assert place.blocked(MARIE, PAUL, TOM) == {MARIE: OPTED_OUT}
    until(lambda: place.rows() == 1, 10)
    assert place.changes == 2
    assert not list(place.folder.iterdir())


def test_the_blacklist_counts_beside_it_for_its_queue_and_its_list(place: Place, ids: Ids) -> None:
    put_in = [
        Entry(MARIE),
        Entry(PAUL, queue=ids.queue),
        Entry(TOM, call_list=7),
        Entry("+3389", prefix=True),
        Entry("+33700000001", expires_at=T0 - 1),
    ]
    place.db.write(lambda: put(place.account, put_in, "hand", "Ada", T0))
    every = (MARIE, PAUL, TOM, "+33892000000", "+33700000001")
    assert set(place.blocked(*every)) == {MARIE, "+33892000000"}
    assert set(place.blocked(*every, queue=ids.queue)) == {MARIE, PAUL, "+33892000000"}
    assert place.blocked(*every, call_list=7) == dict.fromkeys((MARIE, TOM, "+33892000000"), BLACKLIST)


@ON_SQLITE
def test_a_file_without_a_number_leaves_what_was_in_force(place: Place) -> None:
    register = place.make()
    place.brought(register, [MARIE])
    row = place.brought(register, ["name", "nobody"])
    assert (row.state, row.error, row.count) == (FAILED, "legal.register.wrong.empty", 1)
    assert place.blocked(MARIE) == {MARIE: OPTED_OUT}


@ON_SQLITE
def test_why_a_file_was_not_taken_has_its_figures(place: Place) -> None:
    register = place.make()
    row = place.brought(register, ["x;" * 20_000])
    assert (row.state, row.error) == (FAILED, "import.unreadable.too_wide")
    assert translate("en", row.error, **row.error_params).count("%(") == 0 and row.error_params
    row = place.brought(register, ["Ref;Mobile;Date", "A1;0612345678;2026-11-01"])
    assert (row.state, row.error, row.error_params, row.read) == (READY, "", {}, ["Mobile"])
    row = place.brought(register, ["A1;0612345678;2026-11-01", "A2;0612345679;2026-11-02"])
    assert row.read == ["2"]
    assert place.brought(register, [MARIE]).read == []


@ON_SQLITE
def test_a_child_that_is_killed_and_a_program_that_is_leave_the_old_numbers(place: Place) -> None:
    register = place.make()
    place.brought(register, [MARIE])
    slow = [f"07{n:08d}" for n in range(150_000)]
    path = place.bring(register, slow)
    with pytest.raises(Loading):
        place.bring(register, [PAUL])
    until(lambda: place.rows() > 1, 30)
    child = place.registers.pid(register)
    assert child is not None
    os.killpg(child, signal.SIGKILL)
    until(lambda: place.row(register).state == FAILED and place.rows() == 1 and not path.exists(), 30)
    assert place.blocked(MARIE, "+33700000001") == {MARIE: OPTED_OUT}
    # The program dies: the row says LOADING, and nobody is at work.
    place.db.write(lambda: OptOutList.update(state="LOADING", loading=9).execute())
    place.started().clear()
    row = place.row(register)
    assert (row.state, row.error) == (FAILED, "legal.register.wrong.stopped")
    assert place.blocked(MARIE) == {MARIE: OPTED_OUT}


@ON_SQLITE
def test_a_register_that_is_deleted_forbids_nobody_and_its_name_is_free(place: Place) -> None:
    register = place.make()
    with pytest.raises(FormInvalid):
        place.make()
    key = {"account": place.account, "list": register, "generation": 1, "key": int(MARIE)}
    place.db.write(lambda: OptOutNumber.create(**key))
    place.db.write(lambda: OptOutList.update(generation=1, as_of=T0).execute())
    assert place.blocked(MARIE) == {MARIE: OPTED_OUT}
    row = place.row(register)
    assert (row.old(T0 + 30 * 86_400_000), row.old(T0 + 31 * 86_400_000)) == (0, 31)
    place.registers.delete(place.by, register)
    assert place.blocked(MARIE) == {}
    until(lambda: place.rows() == 0, 10)
    assert place.make() != register
