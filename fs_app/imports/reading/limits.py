"""How much a file may ask for."""

from __future__ import annotations

import os
import resource

MB = 1024**2

MOST_CELL = 32_767
"""Characters of one cell, as many as a spreadsheet takes; what is longer is cut and said."""

MOST_COLUMNS = 2_000

MOST_SHEET_CELLS = 4_000_000
"""Cells of a spreadsheet, empty ones between others counted: all of them are in memory at once (some 90 bytes each)."""

MOST_UNPACKED = 500 * MB
"""Bytes of a spreadsheet's parts when they are unpacked."""

MOST_PACKING = 400
"""Times smaller than unpacked. Real sheets are 5 to 40 times; what is more (and large) was made to do harm."""

LINE_TOO_LONG = 8 * MB
"""Bytes without any line break."""

MEMORY = 1_536 * MB
CPU_S = 1_800


def confine(memory: int = MEMORY, cpu_s: int = CPU_S) -> None:
    """For a child process that reads what came from outside: beyond this it dies, and nothing else does."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)
