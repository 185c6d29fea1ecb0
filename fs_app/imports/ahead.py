"""Lines are read and prepared ahead of the transactions, in a process of their own: on two processors a file takes half
the time, and while a line is checked nobody holds a lock.

What goes through the pipe is what `marshal` knows, in pieces of some hundred lines.
"""

from __future__ import annotations

import marshal
import os
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from fcntl import F_SETPIPE_SZ, fcntl
from queue import Full, Queue
from threading import Event, Thread
from typing import Any

from fs_app.errors import FsAppError
from fs_app.imports.prepare import Line, Number, Preparer
from fs_app.imports.reading import Unreadable
from fs_app.imports.reasons import Refusal

Item = tuple[int, Sequence[str], "Line | Refusal | None"]
"""(number of the line, its cells, what it says); None: it was finished before, and only tells how far the file is."""

PIECE = 200
SKIPPED = 2_000
PIPE = 1 << 20

PIECES_AHEAD = 40
"""Some megabytes."""

LENGTH = 4
LINE, REFUSED, SKIP = 0, 1, 2


class ReaderGone(FsAppError):
    """The process that reads the file was killed."""

    key = "imports.error.died"


def prepared(
    rows: Iterator[list[str]], preparer: Preparer, expand: Callable[[Line], None], position: int
) -> Iterator[Item]:
    """All lines after `position`. Those before are gone through, because they make duplicates of later ones.
    `expand` adds what only lines need that are written."""
    for at, cells in enumerate(rows, 1):
        what = preparer.line(at, cells)
        if at <= position:
            if at % SKIPPED == 0:
                yield at, (), None
            continue
        if isinstance(what, Line):
            expand(what)
        yield at, cells, what


def apart(items: Iterator[Item]) -> Iterator[Item]:
    """The same items, made in a process of its own. Raises Unreadable, ReaderGone. No connection to a database may be
    open when the first one is asked for."""
    reader, writer = os.pipe()
    with suppress(OSError):
        fcntl(writer, F_SETPIPE_SZ, PIPE)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reader)
            _tell(items, writer)
            status = 0
        except BrokenPipeError:
            pass
        except Exception:  # noqa: BLE001 - said where the program looks for it
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writer)
    return _told(reader, child)


def _tell(items: Iterator[Item], pipe: int) -> None:
    piece: list[Any] = []
    end: Any = ("end", "", {})
    try:
        for item in items:
            piece.append(_packed(item))
            if len(piece) >= PIECE:
                _send(pipe, piece)
                piece = []
    except Unreadable as error:
        end = ("unreadable", error.reason, error.params)
    except MemoryError:
        end = ("unreadable", "too_heavy", {})
    _send(pipe, piece)
    _send(pipe, end)


def _send(pipe: int, what: Any) -> None:
    data = marshal.dumps(what)
    whole = memoryview(len(data).to_bytes(LENGTH, "little") + data)
    while whole:
        whole = whole[os.write(pipe, whole) :]


def _told(pipe: int, child: int) -> Iterator[Item]:
    pieces: Queue[bytes] = Queue(PIECES_AHEAD)
    enough = Event()
    drain = Thread(target=_drain, args=(pipe, pieces, enough), daemon=True)
    drain.start()
    try:
        while data := pieces.get():
            said = marshal.loads(data)  # noqa: S302 - of our own child
            if isinstance(said, tuple):
                break
            for item in said:
                yield _unpacked(item)
        else:
            raise ReaderGone("no end")
        if said[0] == "unreadable":
            raise Unreadable(said[1], **said[2])
    finally:
        enough.set()
        drain.join()
        with suppress(ChildProcessError):
            os.waitpid(child, 0)


def _drain(pipe: int, pieces: Queue[bytes], enough: Event) -> None:
    """Takes in what comes while the database is at work: the pipe alone holds less than one of its transactions, and
    the reader would stand still. Nothing at the end."""
    with os.fdopen(pipe, "rb", buffering=PIPE) as stream:
        data = b"-"
        while data:
            length = stream.read(LENGTH)
            data = stream.read(int.from_bytes(length, "little")) if len(length) == LENGTH else b""
            while not enough.is_set():
                with suppress(Full):
                    pieces.put(data, timeout=0.1)
                    break
            else:
                return


def _packed(item: Item) -> tuple[Any, ...]:
    at, cells, what = item
    if what is None:
        return SKIP, at
    if isinstance(what, Refusal):
        return REFUSED, at, cells, what.outcome, what.key, what.params
    numbers = [(n.number, n.kind, n.sort, n.country, n.zone) for n in what.numbers]
    return (
        LINE, at, cells, what.texts, what.custom, numbers, what.keys, what.memo, what.due_at, what.zone,
        what.consent, what.dropped, what.name_key, what.words, what.guid,
    )  # fmt: skip


def _unpacked(packed: tuple[Any, ...]) -> Item:
    kind, at = packed[0], packed[1]
    if kind == SKIP:
        return at, (), None
    cells = packed[2]
    if kind == REFUSED:
        return at, cells, Refusal(*packed[3:])
    texts, custom, numbers, *rest = packed[3:]
    return at, cells, Line(at, cells, texts, custom, [Number(*n) for n in numbers], *rest)
