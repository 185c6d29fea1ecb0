"""The half of `fs_app.children` that is inside the child process."""

from __future__ import annotations

import errno
import select
import sys
from typing import Any

import orjson

NO_ROOM = (errno.EFBIG, errno.ENOSPC, errno.EDQUOT)


def order() -> Any:
    """What is to be done; waits for it."""
    return orjson.loads(sys.stdin.buffer.readline())


def say(what: dict[str, Any]) -> None:
    """A line of JSON. Raises BrokenPipeError when nobody listens any more."""
    sys.stdout.buffer.write(orjson.dumps(what) + b"\n")
    sys.stdout.buffer.flush()


def is_awaited() -> bool:
    """Whether somebody still waits, for a child whose standard input is held open (`hold`): nothing comes there after
    the order but its end."""
    return not select.select([sys.stdin], [], [], 0)[0]


def is_disk_full(error: OSError) -> bool:
    """No room on the disk, none for this user, or a file larger than the process may write."""
    return error.errno in NO_ROOM
