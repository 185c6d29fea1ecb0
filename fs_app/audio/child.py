"""The child process that converts one file: `python -m fs_app.audio.child`, an order as JSON on its standard input.

It answers as `fs_app.children` says; how far it is: `{"stage", "percent"}`, why it can't: that of a Refusal. It and the
programs that it starts have bounds of memory, time and disk; beyond them they die, and nothing else does.
"""

from __future__ import annotations

import os
import resource
import sys
from dataclasses import asdict
from pathlib import Path

from fs_app import child
from fs_app.audio.convert import convert
from fs_app.audio.speech import speak
from fs_app.audio.words import Converted, Order, Refusal

MEMORY = 1536 * 1024**2
CPU_S = 240
FILE = 400 * 1024**2
NICE = 10


def bound() -> None:
    """For this process and all that it starts."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE, FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICE)


def work(order: Order) -> Converted:
    """Raises Refusal."""
    if "ffmpeg" not in order.programs or "ffprobe" not in order.programs:
        raise Refusal("no_tool")
    if order.engine:
        child.say({"stage": "speaking", "percent": 1})
        speak(order.engine, order.voice, order.text, Path(order.source), order.programs)
    return convert(order, lambda stage, percent: child.say({"stage": stage, "percent": percent}))


def main() -> int:
    bound()
    order = Order(**child.order())
    try:
        child.say({"over": asdict(work(order))})
    except Refusal as refusal:
        child.say({"broken": refusal.reason, "params": refusal.params})
    except MemoryError:
        child.say({"broken": "too_heavy"})
    except OSError as error:
        child.say({"broken": "disk_full" if child.is_disk_full(error) else "broken"})
    return 0


if __name__ == "__main__":
    sys.exit(main())
