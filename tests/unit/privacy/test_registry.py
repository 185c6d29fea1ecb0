"""No table is unknown to those who export and erase a person, and the documentation says the same."""

from __future__ import annotations

import re
from pathlib import Path

import peewee
import pytest

from fs_app.contacts.model import Contact
from fs_app.models import TABLES
from fs_app.privacy.gathering import exported
from fs_app.privacy.registry import REGISTRY, Erase, Whose
from fs_app.web.i18n import known

DOCS = Path(__file__).resolve().parents[3] / "docs" / "privacy.md"
BY_NAME = {model._meta.table_name: model for model in TABLES}


def test_every_table_says_what_becomes_of_a_person_in_it() -> None:
    assert set(BY_NAME) == set(REGISTRY)


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_what_it_says_are_columns_of_the_table(name: str) -> None:
    found, fields = REGISTRY[name], BY_NAME[name]._meta.fields
    named = {link.partition(":")[2] for link in found.links} | set(found.blank) | set(found.hidden)
    assert named <= set(fields)
    for column, value in found.blank.items():
        assert value is not None or fields[column].null, f"{column} can't be emptied"


TEXTS = (peewee.CharField, peewee.TextField)
HOLDS = re.compile(r"(^|_)(number|recipient|caller|mail|memo|last_name|first_name|contact|contact_id)($|_)")
NOT_A_PERSONS = {
    ("agent", "number"),
    ("did", "number"),
    ("phone", "number"),
    ("seat", "number"),
    ("queue", "number"),
    ("voicemail_box", "mail"),
    ("queue_message", "mail_to"),
    ("queue", "callback_number"),
    ("queue", "caller_id"),
    ("queue", "caller_ids"),
}
"""Numbers of the centre itself, and addresses of those who work there."""


def test_a_column_that_looks_like_a_persons_is_in_a_table_of_persons() -> None:
    forgotten = [
        (name, field)
        for name, model in BY_NAME.items()
        if REGISTRY[name].whose is not Whose.PERSON
        for field, column in model._meta.fields.items()
        if HOLDS.search(field)
        and (name, field) not in NOT_A_PERSONS
        and (isinstance(column, TEXTS) or getattr(column, "rel_model", None) is Contact)
        and not field.startswith(("max_", "exit_", "closed_"))
    ]
    assert forgotten == []


def test_what_stays_says_why_and_has_words() -> None:
    for name, found in REGISTRY.items():
        if found.kind:
            assert known(f"privacy.data.{found.kind}"), name
        if found.whose is Whose.PERSON and found.erase in (Erase.KEEP, Erase.HASH):
            assert found.why and known(found.why), name
    for name, _ in exported():
        assert known(f"privacy.column.{name}"), name


def test_the_documentation_says_the_same() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", DOCS.read_text(), re.MULTILINE))
    expected = {n: str(k.erase) for n, k in REGISTRY.items() if k.whose is Whose.PERSON or k.links}
    assert rows == expected
