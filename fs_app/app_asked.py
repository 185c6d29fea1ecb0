"""Composition: what parts of the program ask of the configuration and the database, in plain values."""

from __future__ import annotations

from typing import Any

from fs_app.audio.phone import GUIDE
from fs_app.calls.model import Call as CallRow
from fs_app.calls.sounds import on_switch
from fs_app.catalog import Catalog
from fs_app.contacts import numbers
from fs_app.contacts import service as contacts
from fs_app.db import Database
from fs_app.live import Live

CONTACT_S = 3.0
"""So long the database may take for a contact, in seconds."""


class Asked:
    """`sounds`: the folder of the shipped sounds, as the switch names it."""

    def __init__(self, db: Database, catalog: Catalog, sounds: str) -> None:
        self._db = db
        self._catalog = catalog
        self._sounds = sounds

    def who_is(self, account: int, number: str) -> dict[str, Any] | None:
        """For a voice menu. Waits for the database. Raises DatabaseBusy."""
        country = self._country(account)
        found = self._db.read(lambda: contacts.by_number(account, number, country), CONTACT_S)
        return None if found is None else {**found, "name": _name(found)}

    def contact_name(self, account: int, contact: int) -> str | None:
        """Of a contact that an agent calls; None when it is not the account's. Waits for the database."""
        found = self._db.read(
            lambda: contacts.by_id(account, contact, contacts.country_of(account)), CONTACT_S
        )
        return None if found is None else _name(found)

    def known_calls(self, ids: list[str]) -> set[str]:
        """Those of these calls that the database has. Waits for it."""
        return self._db.read(
            lambda: {row[0] for row in CallRow.select(CallRow.id).where(CallRow.id.in_(ids)).tuples()}
        )

    def outside_number(self, account: int, text: str) -> str:
        """What was typed, as E.164; '' when it is no number outside."""
        return numbers.e164(text, self._country(account)) or ""

    def zone(self, account: int) -> str:
        info = self._catalog.account(account)
        return info.time_zone if info is not None else "UTC"

    def studio_message(self, account: int) -> str:
        """What is said before a prompt is recorded by telephone, in the account's language."""
        return self._shipped(account, GUIDE)

    def test_message(self, account: int) -> str:
        """What a test call says, in the account's language."""
        return self._shipped(account, "greeting")

    def _country(self, account: int) -> str:
        info = self._catalog.account(account)
        return info.country if info is not None else ""

    def _shipped(self, account: int, name: str) -> str:
        info = self._catalog.account(account)
        return on_switch(self._sounds, f"{info.language if info is not None else 'fr'}/{name}.wav")


def versions_in_use(live: Live) -> set[tuple[int, int]]:
    """The menus that callers are in now: they keep their version, whatever is published meanwhile."""
    runs = [call.flow for call in live.calls.values() if call.flow is not None]
    here = {(run.flow, run.version) for run in runs}
    return here | {(caller.flow, caller.version) for run in runs for caller in run.back}


def _name(contact: dict[str, Any]) -> str:
    name = " ".join(filter(None, (str(contact["first_name"]), str(contact["last_name"]))))
    return name or str(contact["company"])
