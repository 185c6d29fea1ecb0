"""The order of a list as a number per record: the smallest `order_key` is next, then the smallest id. Pure.

What has just arrived has its time of import as key, before (newest first) or after everything that a rule has put in
order: the ranks of a rule are far smaller than times in milliseconds, on either side.
"""

from __future__ import annotations

import hashlib

RANKS = 1 << 40
"""Above all ranks and shuffled keys, below all times since 2005 (ms)."""


def arriving(newest_first: bool, imported_at: int) -> int:
    """The key of a record that an import brings: within one import the lines keep their order."""
    return -imported_at if newest_first else imported_at


def is_arrival(key: int) -> bool:
    """Whether no rule has ranked it since it came."""
    return abs(key) >= RANKS


def shuffled(seed: int, record: int) -> int:
    """A key by chance: the same for the same seed, another seed gives another order. Two rounds of a square and a
    product modulo a prime: both databases compute the same with whole numbers of 64 bits (`calllists.rules.chance`)."""
    first, second = factors(seed)
    x = (record * first + second) % PRIME
    x = (x * x + x * second) % PRIME
    return (x * x + x * first) % PRIME


PRIME = 2**31 - 1


def factors(seed: int) -> tuple[int, int]:
    """Two numbers from 2^28 to 2^29 that belong to a seed: what is computed with them stays below 2^63."""
    digest = hashlib.sha256(str(seed).encode()).digest()
    first, second = int.from_bytes(digest[:4], "big"), int.from_bytes(digest[4:8], "big")
    return (1 << 28) + first % (1 << 28), (1 << 28) + second % (1 << 28)
