"""The administrator's part of the menu, in the words of the trade. Who may not see a page does not see its entry."""

from __future__ import annotations

from dataclasses import dataclass

from fs_app.accounts.service import Identity


@dataclass(frozen=True, slots=True)
class Entry:
    """`path` is the beginning of the addresses of all its pages; `icon` one of the sprite."""

    path: str
    name: str
    icon: str
    permission: str


def entries(identity: Identity) -> list[Entry]:
    """What this person sees, in order."""
    every: tuple[Entry, ...] = ()
    return [entry for entry in every if identity.may(entry.permission)]
