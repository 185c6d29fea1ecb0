"""Several lists worked at once, by weight (HN-110): 3 of A for 1 of B, and evenly spread: A A B A. Pure.

The smooth weighted order that nginx uses: each turn every list gains its weight, the richest is taken and pays the sum.
A list that has nothing to give is passed over and gains nothing meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping


class Mix:
    """Remembers whose turn it is; one per queue. A weight of 0: only when no other list has anything."""

    def __init__(self) -> None:
        self._credit: dict[int, int] = {}

    def next(self, weights: Mapping[int, int], having: Collection[int]) -> int | None:
        """The list whose turn it is, of those `having` something; None: none has."""
        self._credit = {one: self._credit.get(one, 0) for one in weights}
        able = [one for one in weights if one in having]
        able = [one for one in able if weights[one] > 0] or able
        if not able:
            return None
        for one in able:
            self._credit[one] += max(1, weights[one])
        chosen = max(able, key=lambda one: (self._credit[one], weights[one], -one))
        self._credit[chosen] -= sum(max(1, weights[one]) for one in able)
        return chosen
