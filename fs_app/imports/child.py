"""The child process of an import: `python -m fs_app.imports.child`, an order as a line of JSON on its standard input.

It answers as `fs_app.children` says; how far it is: {"done", "total", "phase", "counts"}. The standard input stays open
for as long as somebody waits; its end ends the child after the batch.
"""

from __future__ import annotations

import contextlib
import gc
import sys
from pathlib import Path
from typing import Any

import peewee

from fs_app import child
from fs_app.errors import FsAppError
from fs_app.imports.bulk import is_away, is_bad_data
from fs_app.imports.reading import Unreadable
from fs_app.imports.reading.limits import confine
from fs_app.imports.running import Gone, NotOurs

Json = dict[str, Any]

MEMORY = 1_536 * 1024**2
CPU_S = 4 * 3600


def say(what: Json) -> None:
    """Also to nobody: a batch is finished first."""
    with contextlib.suppress(BrokenPipeError):
        child.say(what)


def carry_out(order: Json) -> Json:
    """Raises FsAppError in words."""
    folder = Path(order["folder"])
    match order["do"]:
        case "preview":
            from fs_app.imports.looking import preview

            return preview(folder, order)
        case "list":
            from fs_app.imports.refusedfile import as_csv, forget_old

            forget_old(folder)
            lines = as_csv(
                folder / order["name"],
                folder / order["out"],
                order["header"],
                order["words"],
                order["delimiter"],
                order["size"],
            )
            return {"lines": lines}
        case "check":
            from fs_app.imports.work import check

            return check(order, say, child.is_awaited)
        case "import":
            from fs_app.imports.work import run

            return run(order, say, child.is_awaited, own_process=True)
        case "undo":
            from fs_app.imports.undoing import undo

            return undo(order, say, child.is_awaited)
    raise ValueError(order["do"])


def main() -> int:
    confine(MEMORY, CPU_S)
    gc.disable()  # rows have no cycles; a full collection of a million objects takes a second
    order = child.order()
    try:
        say({"over": carry_out(order)})
    except NotOurs:
        say({"broken": "imports.error.cancelled", "params": {}})
    except Gone:
        say({"broken": "imports.error.list_gone", "params": {}})
    except Unreadable as error:
        say({"broken": error.key, "params": error.params})
    except FsAppError as error:
        say({"broken": error.key, "params": error.params})
    except MemoryError:
        say({"broken": "import.unreadable.too_heavy", "params": {}})
    except OSError as error:
        full = child.is_disk_full(error)
        say({"broken": "imports.error.disk_full" if full else "imports.error.disk", "params": {}})
    except Exception as error:
        if not (is_away(error) or is_bad_data(error) or isinstance(error, peewee.PeeweeException)):
            raise
        print(f"{type(error).__name__}: {error}"[:500], file=sys.stderr)
        say({"broken": "imports.error.database", "params": {}})
    return 0


if __name__ == "__main__":
    sys.exit(main())
