"""Conference rooms, as simple as the dialplan needs them."""

from __future__ import annotations

import uuid as uuids

from fs_app.sim.channel import Channel


class Rooms:
    """Who is in which room."""

    def __init__(self) -> None:
        self._members: dict[str, list[Channel]] = {}
        self._ids: dict[str, str] = {}

    def get(self, name: str, default: list[Channel] | None = None) -> list[Channel]:
        return self._members.get(name, default or [])

    def join(self, ch: Channel, name: str) -> None:
        members = self._members.setdefault(name, [])
        room = self._ids.setdefault(name, str(uuids.uuid4()))
        members.append(ch)
        ch.room = name
        ch.variables.update(
            {"conference_name": name, "conference_uuid": room, "conference_member_id": str(len(members))}
        )
        self._changed(name)

    def leave(self, ch: Channel) -> None:
        name, ch.room = ch.room, ""
        members = self._members.get(name, [])
        if ch in members:
            members.remove(ch)
        self._changed(name)
        if not members:
            self._members.pop(name, None)
            self._ids.pop(name, None)

    def clear(self) -> None:
        self._members.clear()
        self._ids.clear()

    def names(self) -> list[str]:
        return list(self._members)

    def _changed(self, name: str) -> None:
        for member in self._members.get(name, []):
            member.hearing_changed()
            if member.party is not None and len(self._members[name]) > 1:
                member.party.connected(member)
