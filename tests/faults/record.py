"""What is written down during a run: lines of JSON in a folder that can be judged again later."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import IO, Any


class Record:
    """The folder of a run. Nothing here yields: a line is a line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._files: dict[str, IO[str]] = {}

    def line(self, file: str, at: float | None = None, /, **values: Any) -> dict[str, Any]:
        """One line of `file`.jsonl."""
        open_file = self._files.get(file)
        if open_file is None:
            open_file = self._files[file] = (self.folder / f"{file}.jsonl").open("a")
        values = {"at": round(time.time() if at is None else at, 4), **values}
        open_file.write(json.dumps(values, ensure_ascii=False) + "\n")
        return values

    def whole(self, name: str, value: Any) -> None:
        """A file of its own."""
        (self.folder / f"{name}.json").write_text(json.dumps(value, ensure_ascii=False, indent=1))

    def flush(self) -> None:
        for open_file in self._files.values():
            open_file.flush()

    def close(self) -> None:
        for open_file in self._files.values():
            open_file.close()
        self._files.clear()


def lines(folder: Path, name: str) -> list[dict[str, Any]]:
    path = folder / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def whole(folder: Path, name: str, default: Any) -> Any:
    path = folder / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else default
