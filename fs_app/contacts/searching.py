"""The search in the contacts of an account: by words' beginnings, accents and spelling of numbers ignored.

Each contact has one row of `ContactSearch`: the words that find it, each with the account before it, so that a word
of one account is never looked for among those of another. Beginnings of one or two letters, and of up to four digits,
are words of their own: half of all contacts have them, and an index reads one long list faster than a thousand short
ones. SQLite keeps a full-text index of these rows (FTS5, by triggers), PostgreSQL a GIN index of them; both are made
by the migration.

`text_of`, `words_of` and `expression` are pure; the others run inside `db.read` or `db.write`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import phonenumbers
from peewee import SQL, Expression, ModelSelect, SqliteDatabase, Table, chunked

from fs_app.contacts.model import Contact, ContactNumber, ContactSearch
from fs_app.db import proxy

Row = tuple[int, int, str]
"""(contact, account, words)"""

CAP = 5_000
"""Contacts that a search counts exactly and sorts; of more it says "more than 5,000"."""

LONGEST_QUERY = 200
MOST_QUERY_WORDS = 8
LONGEST_WORD = 40
MOST_WORDS = 300
"""Words of one contact that are indexed: names and numbers come first, a long description last."""

LONGEST_TEXT = 4_000
"""Characters of one column that are looked through."""

LETTERS, DIGITS = 2, 4
"""Up to so many letters or digits a beginning is a word of its own."""

_ALPHABETIC, _NUMERIC = tuple(range(1, LETTERS + 1)), tuple(range(1, DIGITS + 1))

IN_ORDER = (
    "last_name",
    "first_name",
    "company",
    "reference",
    "mail",
    "city",
    "postal_code",
    "category",
    "title",
    "address",
    "description",
)
"""Columns that are searched, the most important first; then the account's own."""

MARK = "·"
"""Between account and word. It is in no word: no letter and no digit."""

_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"[\d\s+().\-/\u00a0\u202f]+")
_SPELLED = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "·": " "}
)


def folded(text: str) -> str:
    """Without accents and capitals, one blank between words: `Éloïse  GARÇON` is `eloise garcon`."""
    lower = text.casefold()
    if not lower.isascii():
        quick = lower.translate(_EUROPEAN)
        lower = quick if quick.isascii() else _bare(lower)
    return " ".join(lower.split())


def _bare(lower: str) -> str:
    apart = unicodedata.normalize("NFKD", lower).translate(_SPELLED)
    return "".join(c for c in apart if not unicodedata.combining(c))


_EUROPEAN = {code: _bare(chr(code)) for code in range(0x80, 0x250)}
"""What becomes of the letters of Latin alphabets, each by itself: a quarter of the time."""


def words_of(text: str) -> list[str]:
    """The folded words of a text, in order; everything but letters and digits is between words."""
    return _WORD.findall(folded(text))


def text_of(values: Mapping[str, Any], numbers: Iterable[str], country: str) -> str:
    """The words by which a contact is found, without its account: its columns, those of its own fields (`custom`)
    and its numbers (E.164). `country` is the account's: its numbers are found in both spellings by the query, those
    of other countries are indexed in both."""
    texts: list[str] = []
    for name in IN_ORDER:
        value = values.get(name)
        if value:
            texts.append(str(value)[:LONGEST_TEXT])
    custom = values.get("custom")
    if custom:
        texts += [str(v)[:LONGEST_TEXT] for v in custom.values() if v is not None and not isinstance(v, bool)]
    seen: dict[str, None] = {}
    home = _home(country)[0]
    for number in numbers:
        digits = number.lstrip("+")
        if digits.isdigit():
            seen[digits] = None
            if number.startswith("+") and home and not digits.startswith(home):
                seen[_abroad(number, digits)] = None
    for word in words_of(" ".join(texts)):
        seen[word[:LONGEST_WORD]] = None
        if len(seen) >= MOST_WORDS:
            break
    return " ".join(seen)


def _abroad(number: str, digits: str) -> str:
    """The digits as they are written in the number's own country."""
    try:
        parsed = phonenumbers.parse(number)
        text = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    except phonenumbers.NumberParseException:
        return digits
    return "".join(c for c in text if c.isascii() and c.isdigit()) or digits


def stored(account: int, text: str) -> str:
    """The row's words: those of `text_of` and their short beginnings, each with the account before it."""
    every: dict[str, None] = {}
    for word in text.split():
        every[word] = None
        for length in _NUMERIC if word.isdigit() else _ALPHABETIC:
            every[word[:length]] = None  # of a shorter word: itself
    before = f" {account:x}{MARK}"
    return (before + before.join(every))[1:] if every else ""


# --- what is asked ------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Term:
    """One word of a query, in all its spellings: (spelling, whether it is a beginning)."""

    ways: tuple[tuple[str, bool], ...]


def terms(query: str, country: str) -> list[Term]:
    """What the query asks for; every term must be found. Nothing asked for: none."""
    text = query.replace("\0", " ").strip()[:LONGEST_QUERY]
    digits = "".join(c for c in text if c.isascii() and c.isdigit())
    if digits and _NUMBER.fullmatch(text):
        return [_number(digits, text, country)]
    # Half of all contacts have the same few domains: of one after a name its first letters are enough.
    name, _, domain = text.partition("@")
    found = dict.fromkeys(word[:LONGEST_WORD] for word in words_of(name))
    for word in words_of(domain):
        found[word[: LETTERS if name.strip() else LONGEST_WORD]] = None
    # A beginning of another word says nothing new.
    words = [w for w in found if not any(o != w and o.startswith(w) for o in found)]
    words.sort(key=len, reverse=True)
    return [
        _number(word, word, country) if word.isascii() and word.isdigit() else Term((_way(word),))
        for word in words[:MOST_QUERY_WORDS]
    ]


def _way(word: str) -> tuple[str, bool]:
    word = word[:LONGEST_WORD]
    return word, len(word) > (DIGITS if word.isdigit() else LETTERS)


def _number(digits: str, text: str, country: str) -> Term:
    """A number's beginning, national or international, or a word of digits (postal code, reference)."""
    ways = dict.fromkeys((digits, *dialled(text, country)))
    return Term(tuple(_way(way) for way in ways))


def dialled(text: str, country: str) -> tuple[str, ...]:
    """International digits that a number, or its beginning, may mean, as it is written at home: `06 12` is 33612 in
    France; without sign and zero (a spreadsheet took it) it may be either. None when it has no digits."""
    digits = "".join(c for c in text if c.isascii() and c.isdigit())
    if not digits or text.lstrip().startswith("+"):
        return (digits,) if digits else ()
    code, trunk = _home(country)
    if digits.startswith("00") and len(digits) > 2:
        return (digits[2:],)
    if code and trunk and digits.startswith(trunk):
        return (code + digits.removeprefix(trunk),)
    return (digits, code + digits) if code else (digits,)


@lru_cache(300)
def _home(country: str) -> tuple[str, str]:
    """(country calling code, national prefix), empty when the country has none or is unknown."""
    code = phonenumbers.country_code_for_region(country)
    if not code:
        return "", ""
    return str(code), phonenumbers.ndd_prefix_for_region(country, True) or ""


def _fts(asked: Sequence[Term], account: int) -> str:
    """In the words of FTS5; each word stands in quotes and holds letters, digits and the mark only."""
    return " AND ".join(
        "(" + " OR ".join(f'"{account:x}{MARK}{w}"{"*" if p else ""}' for w, p in one.ways) + ")"
        for one in asked
    )


def _tsquery(asked: Sequence[Term], account: int) -> str:
    return " & ".join(
        "(" + " | ".join(f"'{account:x}{MARK}{w}'{':*' if p else ''}" for w, p in one.ways) + ")"
        for one in asked
    )


def found(account: int, query: str, country: str) -> tuple[Table, Expression] | None:
    """(table with a column `contact`, condition) of the contacts that the query finds; None: it asks for nothing.

    To be joined with Contact: `select(…).join(table, on=(table.contact == Contact.id)).where(condition)`.
    """
    asked = terms(query, country)
    if not asked:
        return None
    if is_sqlite():
        table = Table("contact_words").alias("found")
        return table, Expression(table.c.contact_words, "MATCH", _fts(asked, account))
    table = Table("contact_search").alias("found")
    return table, Expression(table.c.words, "@@", SQL("%s::tsquery", [_tsquery(asked, account)]))


def key_of(table: Table) -> Any:
    """The column of the index that holds the contact's id."""
    return table.c.rowid if is_sqlite() else table.c.contact_id


def is_sqlite() -> bool:
    return isinstance(proxy.obj, SqliteDatabase)


def search(account: int, query: str, country: str, most: int = CAP + 1) -> list[int]:
    """Ids of contacts that the query finds, at most so many; on SQLite the newest first."""
    what = found(account, query, country)
    if what is None:
        return []
    table, condition = what
    key = key_of(table)
    rows = table.select(key).where(condition).limit(most)
    if is_sqlite():
        rows = rows.order_by(key.desc())
    return [row[0] for row in rows.tuples().bind(proxy)]


def joined(query: ModelSelect, account: int, asked: str, country: str) -> tuple[ModelSelect, Any]:
    """(a query of contacts, of those that are asked for; the column by which the index gives them in order)"""
    what = found(account, asked, country)
    if what is None:
        return query, Contact.id
    table, condition = what
    return query.join(table, on=(key_of(table) == Contact.id)).where(condition), key_of(table)


# --- the rows -----------------------------------------------------------------------------------------------------
def index_many(rows: Iterable[Row]) -> None:
    """Write the words (of `text_of`) of contacts, new or changed; much at once. Inside `db.write` or the import."""
    for part in chunked(rows, 400):
        lines = [(contact, account, stored(account, text)) for contact, account, text in part]
        (
            ContactSearch.insert_many(
                lines, fields=[ContactSearch.contact, ContactSearch.account, ContactSearch.words]
            )
            .on_conflict(conflict_target=[ContactSearch.contact], preserve=[ContactSearch.words])
            .execute()
        )


def reindex(account: int, contacts: Iterable[int], country: str) -> None:
    """Make the rows of these contacts right, whatever was changed in them. Inside `db.write`."""
    for part in chunked(contacts, 400):
        index_many(rows_of(account, list(part), country))


def forget(contacts: Iterable[int]) -> None:
    """These are not found any more. (A contact that is deleted takes its row with it.)"""
    for part in chunked(contacts, 400):
        ContactSearch.delete().where(ContactSearch.contact.in_(list(part))).execute()


def rows_of(account: int, contacts: Sequence[int], country: str) -> list[Row]:
    """What `index_many` should be told of these contacts; of who is nobody's to find, nothing."""
    columns = [getattr(Contact, name) for name in IN_ORDER]
    people = Contact.select(Contact.id, Contact.custom, *columns).where(
        (Contact.account == account)
        & Contact.id.in_(contacts)
        & Contact.merged_into_id.is_null()
        & (Contact.directory != "own")
    )
    numbers: dict[int, list[str]] = {}
    listed = ContactNumber.select(ContactNumber.contact, ContactNumber.number).where(
        ContactNumber.contact.in_(contacts)
    )
    for contact, number in listed.order_by(ContactNumber.position).tuples():
        numbers.setdefault(contact, []).append(number)
    return [(row["id"], account, text_of(row, numbers.get(row["id"], ()), country)) for row in people.dicts()]


def name_key(last_name: str, first_name: str, company: str) -> str:
    """By which contacts are sorted and namesakes found: folded name, then the company."""
    name, firm = folded(f"{last_name} {first_name}"), folded(company)
    return f"{name}|{firm}"[:200] if name else firm[:200]
