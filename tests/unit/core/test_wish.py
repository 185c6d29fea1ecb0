"""Who writes for a person goes before who writes thousands of rows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from fs_app.wish import Wish

HOLDS = """
import sys
from pathlib import Path
from fs_app.wish import Wish

with Wish(Path(sys.argv[1])).to_write():
    print("wishes", flush=True)
    sys.stdin.readline()
"""


def holder(path: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None and child.stdout.readline() == "wishes\n"
    return child


def test_nobody_wishes_to(tmp_path: Path) -> None:
    assert Wish(tmp_path / "x.db").give_way(0.0)


def test_it_is_waited_for_and_no_longer_than_it_lasts(tmp_path: Path) -> None:
    other = holder(tmp_path / "x.db")
    try:
        assert not Wish(tmp_path / "x.db").give_way(0.02)
        assert Wish(tmp_path / "y.db").give_way(0.0), "another database"
    finally:
        other.communicate("\n")
    assert Wish(tmp_path / "x.db").give_way(0.0)


def test_who_is_killed_wishes_no_more(tmp_path: Path) -> None:
    other = holder(tmp_path / "x.db")
    other.kill()
    other.communicate()
    assert Wish(tmp_path / "x.db").give_way(0.0)


def test_several_wish_at_once(tmp_path: Path) -> None:
    one, two = Wish(tmp_path / "x.db"), Wish(tmp_path / "x.db")
    with one.to_write():
        with two.to_write():
            assert not one.give_way(0.0)
        assert not one.give_way(0.0)
    assert one.give_way(0.0)


def test_a_folder_that_takes_no_file_stops_nobody(tmp_path: Path) -> None:
    wish = Wish(tmp_path / "missing" / "x.db")
    with wish.to_write():
        assert wish.give_way(0.0)


def test_only_its_owner_reads_the_file(tmp_path: Path) -> None:
    with Wish(tmp_path / "x.db").to_write():
        assert os.stat(tmp_path / "x.db-wish").st_mode & 0o777 == 0o600
