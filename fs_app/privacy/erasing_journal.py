"""What stays of an entry of the journal when a person is erased: the same for the database and for the files. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fs_app.privacy.person import Person, scrubbed
from fs_app.privacy.registry import JOURNAL_KEYS, JOURNAL_KEYS_OF_KIND

OWNERS = ("record", "callback")
"""Keys of an entry's data that name what it is about, when that is no call."""


@dataclass(frozen=True)
class Owned:
    """What is his, beside the calls that are named elsewhere: `records` of call lists, `callbacks`."""

    records: frozenset[int] = frozenset()
    callbacks: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[Any]:
        return self.records | self.callbacks

    @property
    def marks(self) -> list[str]:
        """How they stand in a line of the journal; a longer number may begin like a record's."""
        return [*(f'"record":{record}' for record in self.records), *(f'"{name}"' for name in self.callbacks)]

    def has(self, data: Any) -> bool:
        return isinstance(data, dict) and any(data.get(key) in self.names for key in OWNERS)

    def plain(self) -> dict[str, Any]:
        return {"records": sorted(self.records), "callbacks": sorted(self.callbacks)}


def owned_of(what: dict[str, Any]) -> Owned:
    """The other way round."""
    return Owned(frozenset(what.get("records", ())), frozenset(what.get("callbacks", ())))


def clean_entry(kind: str, data: Any, person: Person, his: bool) -> Any:
    """An entry's data without him. `his`: it belongs to one of his calls, records or callbacks."""
    keys = JOURNAL_KEYS | JOURNAL_KEYS_OF_KIND.get(kind, frozenset()) if his else frozenset[str]()
    if kind.startswith("flow.") and his:
        keys -= {"name"}
    return scrubbed(data, person, keys)
