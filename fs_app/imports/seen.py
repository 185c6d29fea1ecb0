"""Which keys a file has had already: 16 to 32 bytes each, where a set of texts would take 150. Pure.

A table of 64-bit words with open addressing. Two different keys share a word with a chance of one in 10^13 among two
million; who is that unlucky is told that his line is a duplicate.
"""

from __future__ import annotations

from array import array
from hashlib import blake2b

FEWEST = 1024
_MIX = 0x9E3779B97F4A7C15
_ALL = (1 << 64) - 1


class Seen:
    def __init__(self) -> None:
        self._table = array("Q", bytes(8 * FEWEST))
        self._mask = FEWEST - 1
        self._room = FEWEST // 2

    def known(self, key: str) -> bool:
        word = _word(key)
        table, mask = self._table, self._mask
        at = (word * _MIX & _ALL) >> 20 & mask
        while found := table[at]:
            if found == word:
                return True
            at = at + 1 & mask
        return False

    def add(self, key: str) -> None:
        """One that is not known."""
        if not self._room:
            self._grow()
        self._put(_word(key))
        self._room -= 1

    def _put(self, word: int) -> None:
        table, mask = self._table, self._mask
        at = (word * _MIX & _ALL) >> 20 & mask
        while table[at]:
            at = at + 1 & mask
        table[at] = word

    def _grow(self) -> None:
        old = self._table
        size = len(old) * 2
        self._table, self._mask = array("Q", bytes(8 * size)), size - 1
        for word in old:
            if word:
                self._put(word)
        self._room = size // 2 - len(old) // 2


def _word(key: str) -> int:
    """A telephone number is a word by itself; others by a hash. Never 0."""
    if key[:1] == "+" and key[1:].isdecimal() and len(key) < 18:
        return int(key[1:]) << 1 | 1
    return int.from_bytes(blake2b(key.encode("utf-8", "replace"), digest_size=8).digest()) | 1 << 63 or 1
