"""What stays of an entry of the journal when a person is erased: the same for the database and for the files. Pure."""

from __future__ import annotations

from typing import Any

from fs_app.privacy.person import Person, scrubbed
from fs_app.privacy.registry import JOURNAL_KEYS, JOURNAL_KEYS_OF_KIND


def clean_entry(kind: str, data: Any, person: Person, his: bool) -> Any:
    """An entry's data without him. `his`: it belongs to one of his calls."""
    keys = JOURNAL_KEYS | JOURNAL_KEYS_OF_KIND.get(kind, frozenset()) if his else frozenset[str]()
    if kind.startswith("flow.") and his:
        keys -= {"name"}
    return scrubbed(data, person, keys)
