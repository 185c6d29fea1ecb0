"""A person goes out of files: journals keep their lines and checksums, files of imports their places."""

from __future__ import annotations

from pathlib import Path

import orjson
import xlsxwriter

from fs_app.journal import Entry, parse
from fs_app.privacy import scrub
from fs_app.privacy.erasing_journal import Owned
from fs_app.privacy.person import Person

MARIE = Person(1, "FR", (7,), ("+33612345678",), ("marie@exemple.fr",))
CALL, OTHER = "0a6d8c1e-7f43-4a4e-9a55-3b1a7c0f2d10", "1b7e9d2f-8054-4b5f-8b66-4c2b8d1f3e21"


def entry(number: int, kind: str, call: str | None, **data: object) -> Entry:
    return Entry(number, 1_700_000_000_000 + number, kind, 1, call, None, dict(data))


def test_the_journals_older_files_forget_him_and_stay_whole(tmp_path: Path) -> None:
    lines = [
        entry(1, "checkpoint", None, calls=[{"id": CALL, "caller_name": "Marie"}, {"id": OTHER}], tickets={}),
        entry(2, "call.started", CALL, caller_number="0612345678", caller_name="Marie", direction="inbound"),
        entry(
            3, "call.started", OTHER, caller_number="+33699999999", caller_name="Paul", direction="inbound"
        ),
        entry(4, "capture.posted", CALL, text="client 4711", ok=True, why=""),
        entry(5, "callback.noted", OTHER, note="voir aussi le 06 12 34 56 78"),
    ]
    old = tmp_path / "journal-0000000000000001.jsonl"
    old.write_bytes(b"".join(e.line() for e in lines) + b"deadbeef torn 0612345678\n")
    new = tmp_path / "journal-0000000000000006.jsonl"
    new.write_bytes(entry(6, "checkpoint", None, calls=[], tickets={}).line())
    was, age = new.read_bytes(), old.stat().st_mtime_ns

    assert scrub.journals(tmp_path, 6, MARIE, [CALL]) == 5

    text = old.read_bytes().decode()
    assert (
        "Marie" not in text and "612345678" not in text and "12 34 56 78" not in text and "4711" not in text
    )
    read = [parse(line) for line in old.read_bytes().splitlines() if line]
    assert [e.id for e in read if e] == [1, 2, 3, 4, 5]
    assert read[2] == lines[2], "somebody else's line is as it was"
    assert new.read_bytes() == was
    assert old.stat().st_mtime_ns == age
    assert scrub.journals(tmp_path, 6, MARIE, [CALL]) == 0, "done again it changes nothing"
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".scrub")] == []


def test_what_is_his_without_a_call_is_forgotten_too(tmp_path: Path) -> None:
    """A record of a list that was only shown, a note to a callback: only their identifiers say whose they are."""
    facts = {"id": 7, "name": "Marie", "memo": "aime les chats", "numbers": [{"n": "+33612345678"}]}
    known = {"known": facts, "state": "SHOWN"}
    others = {"known": {"id": 71, "name": "Paul", "numbers": []}, "state": "SHOWN"}
    lines = [
        entry(1, "checkpoint", None, calls=[], records=[known, others], callbacks=[{"id": CALL}]),
        entry(2, "record.shown", None, record=7, facts=facts),
        entry(3, "record.noted", None, record=7, note="Marie aime les chiens"),
        entry(4, "record.noted", None, record=71, note="Paul"),
        entry(5, "callback.noted", None, callback=CALL, note="Marie rappelle"),
    ]
    old = tmp_path / "journal-0000000000000001.jsonl"
    old.write_bytes(b"".join(e.line() for e in lines))
    owned = Owned(frozenset({7}), frozenset({CALL}))
    assert scrub.journals(tmp_path, 6, MARIE, [], owned) == 4
    text = old.read_bytes().decode()
    assert "Marie" not in text and "chats" not in text and "chiens" not in text and text.count("Paul") == 2
    assert scrub.journals(tmp_path, 6, MARIE, [], owned) == 0


def test_lines_of_an_import_keep_their_number_and_their_columns(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_text(
        'Nom;Tel;"Note"\nDurand;06 12 34 56 78;"vue; deux\nfois"\nPetit;0699999999;""\n', "utf-8"
    )
    assert scrub.texts(tmp_path, MARIE) == (1, 0)
    assert source.read_text("utf-8") == 'Nom;Tel;"Note"\n*;*;"*;*\nfois"\nPetit;0699999999;""\n'


def test_a_file_in_another_encoding_stays_readable(tmp_path: Path) -> None:
    for name, encoding in (("a", "cp1252"), ("b", "utf-16")):
        (tmp_path / name).write_text("Prénom;Tél\nÉloïse;0611111111\nMarie;0612345678\n", encoding)
    assert scrub.texts(tmp_path, MARIE) == (2, 0)
    for name, encoding in (("a", "cp1252"), ("b", "utf-16")):
        text = (tmp_path / name).read_text(encoding)
        assert "Éloïse;0611111111" in text and "0612345678" not in text and "Marie" not in text


def test_refused_lines_keep_their_length(tmp_path: Path) -> None:
    line = orjson.dumps([["Durand", "", "0612345678"], "refused.twice", {"n": "0612345678"}]) + b"\n"
    other = orjson.dumps([["Petit", "x", ""], "refused.none", {}]) + b"\n"
    path = tmp_path / "refused.jsonl"
    path.write_bytes(line + other)
    scrub.texts(tmp_path, MARIE)
    first, second = path.read_bytes().splitlines(keepends=True)
    assert len(first) == len(line) and second == other
    assert orjson.loads(first) == [["*", "", "*"], "refused.twice", {}]


def test_a_spreadsheet_goes_only_when_he_stands_in_it(tmp_path: Path) -> None:
    for name, cell in (("his.xlsx", 33612345678), ("hers.xlsx", 33699999999)):
        with xlsxwriter.Workbook(tmp_path / name) as book:
            book.add_worksheet().write_row(0, 0, ["Durand", cell])
    (tmp_path / "torn.xlsx").write_bytes(b"PK\x03\x04 torn")
    assert scrub.texts(tmp_path, MARIE) == (0, 2)
    assert [p.name for p in tmp_path.iterdir()] == ["hers.xlsx"]


def test_a_link_leads_nowhere(tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text("0612345678")
    folder = tmp_path / "1"
    folder.mkdir()
    (folder / "source").symlink_to(outside)
    scrub.texts(folder, MARIE)
    assert outside.read_text() == "0612345678"


def test_call_records_that_were_kept_go(tmp_path: Path) -> None:
    (tmp_path / "done").mkdir()
    (tmp_path / "done" / "a.cdr.xml").write_text("<cdr><n>%2B33612345678</n></cdr>")
    (tmp_path / "done" / "b.cdr.xml").write_text("<cdr><n>+33699999999</n></cdr>")
    assert scrub.records(tmp_path, MARIE) == 1
    assert [p.name for p in (tmp_path / "done").iterdir()] == ["b.cdr.xml"]
