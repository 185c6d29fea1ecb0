"""Consents that a file brings with their proof. In the child process, inside its transaction."""

from __future__ import annotations

from collections.abc import Sequence

import peewee

from fs_app.imports.bulk import Rows
from fs_app.imports.deciding import Decision
from fs_app.imports.known import parts
from fs_app.legal.model import Consent

CHANNEL = "import"
PURPOSE = "marketing"

COLUMNS = (
    "account_id",
    "contact_id",
    "number",
    "mail",
    "purpose",
    "given_at",
    "source",
    "text",
    "channel",
    "created_at",
    "created_by",
    "import_id",
)


class Consents:
    def __init__(self, database: peewee.Database, account: int, job: int, by_name: str, at: int) -> None:
        self._rows = Rows(database, Consent, COLUMNS)
        self._account, self._job, self._by_name, self._at = account, job, by_name, at

    def write(self, decisions: Sequence[Decision]) -> None:
        """One for each line that has one and says something new: the same file again brings none."""
        given = [d for d in decisions if d.line.consent is not None]
        if not given:
            return
        there = self._there([d.contact for d in given if d.contact is not None and d.outcome != "new"])
        rows = []
        for decision in given:
            line = decision.line
            assert line.consent is not None
            when, source, text = line.consent
            number = line.numbers[0].number if line.numbers else ""
            mail = "" if number else line.texts.get("mail", "")
            if (decision.contact, number, mail, when, text) in there or not (number or mail):
                continue
            rows.append(
                (
                    self._account, decision.contact, number, mail, PURPOSE, when, source, text, CHANNEL, self._at,
                    self._by_name, self._job,
                )
            )  # fmt: skip
        if rows:
            self._rows.insert(rows)

    def _there(self, contacts: Sequence[int]) -> set[tuple[int, str, str, int, str]]:
        found: set[tuple[int, str, str, int, str]] = set()
        for part in parts(contacts):
            rows = Consent.select(
                Consent.contact, Consent.number, Consent.mail, Consent.given_at, Consent.text
            ).where((Consent.account == self._account) & Consent.contact.in_(part))
            found.update(rows.tuples())
        return found
