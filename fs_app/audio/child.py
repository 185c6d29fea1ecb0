"""The child process that converts one file: `python -m fs_app.audio.child`, an order as JSON on its standard input.

It answers line by line: `{"stage", "percent"}` while it works, then `{"done": …}` or `{"refused": …, "params": …}`. It
and the programs that it starts have bounds of memory, time and disk; beyond them they die, and nothing else does.
"""

from __future__ import annotations

import os
import resource
import sys
from dataclasses import asdict
from pathlib import Path

import orjson

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


def say(what: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(what) + b"\n")
    sys.stdout.buffer.flush()


def work(order: Order) -> Converted:
    """Raises Refusal."""
    if "ffmpeg" not in order.programs or "ffprobe" not in order.programs:
        raise Refusal("no_tool")
    if order.engine:
        say({"stage": "speaking", "percent": 1})
        speak(order.engine, order.voice, order.text, Path(order.source), order.programs)
    return convert(order, lambda stage, percent: say({"stage": stage, "percent": percent}))


def main() -> int:
    bound()
    order = Order(**orjson.loads(sys.stdin.buffer.read()))
    try:
        say({"done": asdict(work(order))})
    except Refusal as refusal:
        say({"refused": refusal.reason, "params": refusal.params})
    except MemoryError:
        say({"refused": "too_heavy", "params": {}})
    except OSError as error:
        say({"refused": "disk_full" if error.errno in (27, 28, 122) else "broken", "params": {}})
    return 0


if __name__ == "__main__":
    sys.exit(main())
