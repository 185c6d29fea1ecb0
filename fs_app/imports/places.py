"""Where the files of an import lie: one folder per job, with names of ours alone.

The name that somebody gave his file is no path and never becomes one.
"""

from __future__ import annotations

from pathlib import Path

SOURCE = "source"
REFUSED = "refused.jsonl"
CHECK = "check.json"
KEPT = "kept.jsonl"
SCRATCH = "scratch.db"


def folder(root: Path, job: int) -> Path:
    return root / str(int(job))


def shown_name(name: str) -> str:
    """The last part of what a browser calls the file, printable, bounded."""
    return printable(name.replace("\\", "/").rpartition("/")[2])


def printable(last: str) -> str:
    """What somebody calls an import, bounded: its end, where the kind of a file stands."""
    text = "".join(c if c.isprintable() else " " for c in last).strip()
    return text[-200:]
