"""The order of a list as a number per record: the smallest `order_key` is next, then the smallest id. Pure.

What has just arrived has its time of import as key, before (newest first) or after everything that a rule has put in
order: the ranks of a rule are far smaller than times in milliseconds, on either side.
"""

from __future__ import annotations

RANKS = 1 << 40
"""Above all ranks and shuffled keys, below all times since 2005 (ms)."""


def arriving(newest_first: bool, imported_at: int) -> int:
    """The key of a record that an import brings: within one import the lines keep their order."""
    return -imported_at if newest_first else imported_at


def is_arrival(key: int) -> bool:
    """Whether no rule has ranked it since it came."""
    return abs(key) >= RANKS


def shuffled(seed: int, record: int) -> int:
    """A key by chance: the same for the same seed, different seeds give unrelated orders (splitmix64)."""
    mask = (1 << 64) - 1
    z = (record + (seed + 1) * 0x9E3779B97F4A7C15) & mask
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        z = ((z ^ (z >> shift)) * factor) & mask
    return (z ^ (z >> 31)) % RANKS
