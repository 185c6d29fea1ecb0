"""One file that can be neither read nor moved must not keep the witness from speaking about all the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fs_app.calls.cdr import CdrSpool
from tests.unit.core.test_recovery import cdr


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    (tmp_path / "wrong.xml").write_bytes(b"<cdr><a></b></cdr>")
    (tmp_path / "x.xml").write_bytes(cdr("x", 1000, 2000))
    return tmp_path


def test_a_damaged_file_that_can_not_be_set_aside_is_passed_over(spool: Path) -> None:
    (spool / "bad").write_text("a file where the folder should be")
    reader = CdrSpool(spool)
    assert [c.leg for c in reader.read()] == ["x"]
    reader.done(reader.read())
    assert reader.read() == []
    assert reader.unreadable == 1, "looked at once"


def test_a_file_that_may_not_be_read_is_passed_over(spool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_bytes

    def guarded(self: Path) -> bytes:
        if self.name == "wrong.xml":
            raise PermissionError(13, "not for you")
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", guarded)
    assert [c.leg for c in CdrSpool(spool).read()] == ["x"]


@pytest.mark.parametrize("keep", [False, True])
def test_a_used_file_that_can_not_be_removed_is_used_once(
    spool: Path, monkeypatch: pytest.MonkeyPatch, keep: bool
) -> None:
    def refuse(*_args: Any, **_options: Any) -> None:
        raise PermissionError(13, "read-only")

    monkeypatch.setattr(Path, "unlink", refuse)
    monkeypatch.setattr("os.replace", refuse)
    reader = CdrSpool(spool, keep=keep)
    reader.done(reader.read())
    assert reader.read() == []
