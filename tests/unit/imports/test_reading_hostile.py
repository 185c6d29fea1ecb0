"""Whatever the bytes are: rows, or a sentence that says why not; in bounded time, and never anything else."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fs_app.errors import Invalid
from fs_app.imports.reading import Dialect, Unreadable, guess, guesses, rows, sample, sheets
from fs_app.imports.reading.limits import MOST_CELL
from tests.support.uglyfiles import MAKERS, an_old_spreadsheet, cells_of_every_kind, ods, plain_xlsx, zipped

SECONDS = 2.0
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
PIECES = [
    ";",
    ",",
    "\t",
    '"',
    "'",
    "\n",
    "\r\n",
    "\r",
    "\\",
    " ",
    "a",
    "Nom",
    "0612345698",
    "é",
    "\x00",
    "\ufeff",
    "=",
    "\u2028",
]


def read(path: Path, name: str = "x.csv") -> None:
    """All that is ever done with a file."""
    begin = time.process_time()
    try:
        dialect = guess(path, name)
        assert Dialect.of(dialect.to_json()) == dialect
        seen = sample(path, dialect)
        read = list(rows(path, dialect))
        guesses(seen)
        sheets(path)
    except Unreadable:
        pass
    else:
        assert read[:100] == seen.rows and (len(read) == seen.total or not seen.exact)
        assert len(set(seen.header)) == len(seen.header)
        for row in read:
            assert len(row) >= len(seen.header) and any(row)
            assert all(len(cell) <= MOST_CELL and "\x00" not in cell and cell == cell.strip() for cell in row)
    assert time.process_time() - begin < SECONDS


@settings(max_examples=150, deadline=None, suppress_health_check=QUIET)
@given(
    st.lists(st.sampled_from(PIECES), max_size=120).map("".join),
    st.sampled_from(["utf-8", "utf-16", "cp1252"]),
)
@example('"' * 500, "utf-8")
@example('a;"\n' * 500, "utf-8")
@example("\x1f;\n" * 50, "utf-8")
def test_any_text(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "source"
    path.write_bytes(text.encode(encoding, errors="replace"))
    read(path)


@settings(max_examples=100, deadline=None, suppress_health_check=QUIET)
@given(st.binary(max_size=2000))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "source"
    path.write_bytes(content)
    read(path)


@settings(max_examples=60, deadline=None, suppress_health_check=QUIET)
@given(
    st.sampled_from(["a_spreadsheet", "an_old_spreadsheet", "a_libreoffice_table", "merged_cells"]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=8)), max_size=5),
)
@example("a_libreoffice_table", [(0.984375, b"\0")])  # its list of parts has another name
def test_any_damage_to_a_spreadsheet(tmp_path: Path, name: str, damage: list[tuple[float, bytes]]) -> None:
    content = bytearray(MAKERS[name]().content)
    for place, other in damage:
        at = int(place * len(content))
        content[at : at + len(other)] = other
    path = tmp_path / "source"
    path.write_bytes(content)
    read(path)


@settings(max_examples=60, deadline=None, suppress_health_check=QUIET)
@given(
    st.sampled_from(
        [plain_xlsx(), cells_of_every_kind().content, ods([["Nom", "Tel"], ["Martin", "0612345698"]])]
    ),
    st.floats(0, 1, exclude_max=True),
    st.floats(0, 1, exclude_max=True),
    st.sampled_from(
        [b"9", b"<", b'"', b"999999999", b"</row>", b"\xff", b"A1", b"", b"&#0;", b"<c r='XFD1048576'>"]
    ),
)
def test_any_damage_inside_its_parts(
    tmp_path: Path, archive: bytes, which: float, place: float, other: bytes
) -> None:
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    name = sorted(parts)[int(which * len(parts))]
    at = int(place * len(parts[name]))
    parts[name] = parts[name][:at] + other + parts[name][at + len(other) :]
    path = tmp_path / "source"
    path.write_bytes(zipped(parts))
    read(path)


@pytest.mark.parametrize("length", [1, 20, 80, 511, 512, 600, 1000, 3000])
def test_an_old_spreadsheet_cut_off_anywhere(tmp_path: Path, length: int) -> None:
    path = tmp_path / "source"
    path.write_bytes(an_old_spreadsheet().content[:length])
    read(path)


def test_a_quote_in_every_line_of_many_takes_no_longer_than_none(tmp_path: Path) -> None:
    path = tmp_path / "source"
    path.write_text("Nom;Tel\n" + '"Martin;0612345698\n' * 20_000)
    begin = time.process_time()
    read = list(rows(path, Dialect()))
    assert read == [["Martin", "0612345698"]] * 20_000
    assert time.process_time() - begin < 5 * SECONDS


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (None, "dialect"),
        ([], "dialect"),
        ({"format": "exe"}, "format"),
        ({"encoding": "rot13"}, "encoding"),
        ({"encoding": "../x"}, "encoding"),
        ({"delimiter": ";;"}, "delimiter"),
        ({"delimiter": "\n"}, "delimiter"),
        ({"delimiter": '"'}, "delimiter"),
        ({"quote": "\x00"}, "quote"),
        ({"escape": '"'}, "escape"),
        ({"header": -1}, "header"),
        ({"header": True}, "header"),
        ({"skip": 10**9}, "skip"),
        ({"skip": "1"}, "skip"),
        ({"sheet": "x" * 1000}, "sheet"),
        ({"sheet": 3}, "sheet"),
    ],
)
def test_a_dialect_that_can_not_be_is_refused_with_its_field(said: object, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        Dialect.of(said)
    assert refused.value.params["field"] == field


@pytest.mark.parametrize("delimiter", ["", ";", "x", "\t", " ", "\x1f"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-32-be", "cp850"])
@pytest.mark.parametrize("header", [0, 1, 4])
def test_a_dialect_that_a_person_chose_wrongly_does_no_harm(
    tmp_path: Path, delimiter: str, encoding: str, header: int
) -> None:
    path = tmp_path / "source"
    path.write_bytes(MAKERS["line_breaks_in_quotes"]().content)
    dialect = Dialect.of({"delimiter": delimiter, "encoding": encoding, "header": header, "skip": 1})
    try:
        seen = sample(path, dialect)
    except Unreadable:
        return
    assert list(rows(path, dialect))[:100] == seen.rows


def test_a_dialect_for_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "source"
    path.write_bytes(plain_xlsx())
    with pytest.raises(Unreadable):
        sample(path, Dialect(format="csv"))
    with pytest.raises(Unreadable) as refused:
        sample(path, Dialect(format="xlsx", sheet="Ventes"))
    assert refused.value.reason == "no_such_sheet"
