"""What became of the lines of a file, in figures that add up. Pure.

`lines` = `new` + `known` + `updated` + `filtered` + `empty` + the sums of `duplicates` and of `refused`. Beside them:
`records` (came onto the call list), `list_filtered` (taken as contacts, not onto the list), `blacklisted` (on the list
as such), `rows` (of the contact file), `values_dropped` (values that were none and were left out).
"""

from __future__ import annotations

from collections import Counter
from typing import Any

Json = dict[str, Any]

TAKEN = ("new", "known", "updated")
LEFT = ("filtered", "empty")
BESIDE = ("records", "rows", "list_filtered", "blacklisted", "values_dropped")
DUPLICATES = ("file", "list", "account")


class Counts:
    """Grows by outcomes: `new`, `duplicates.file`, `refused.number` …"""

    def __init__(self, given: Json | None = None) -> None:
        self._counts: Counter[str] = Counter()
        for name, value in (given or {}).items():
            if isinstance(value, dict):
                self._counts.update({f"{name}.{inner}": n for inner, n in value.items()})
            elif name != "lines":
                self._counts[name] = value

    def add(self, outcomes: Counter[str]) -> None:
        self._counts.update(outcomes)

    def plus(self, outcomes: Counter[str]) -> Counts:
        """Another one; this one stays as it is."""
        other = Counts()
        other._counts = self._counts + outcomes
        return other

    def as_json(self) -> Json:
        c = self._counts
        made: Json = {name: c[name] for name in (*TAKEN, *LEFT, *BESIDE)}
        made["duplicates"] = {name: c[f"duplicates.{name}"] for name in DUPLICATES}
        made["refused"] = {
            name.partition(".")[2]: n for name, n in sorted(c.items()) if name.startswith("refused.") and n
        }
        lines = sum(made[n] for n in (*TAKEN, *LEFT))
        made["lines"] = lines + sum(made["duplicates"].values()) + sum(made["refused"].values())
        return made
