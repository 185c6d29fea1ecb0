"""From the cells of one line to what is to be written, or why not: everything that can be said without the database.

Pure and fast: a million lines come by here, so each column is a function that was chosen once. `Preparer.line` gives
the same answer for the same file whenever it is asked, which is what going on after a death relies on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from zoneinfo import ZoneInfo, available_timezones

from fs_app.contacts.fields import cleaned, is_mail
from fs_app.imports import moments
from fs_app.imports.countries import country_named
from fs_app.imports.plan import Plan
from fs_app.imports.postal import with_zeros
from fs_app.imports.reasons import EMPTY, FILTERED, Refusal, refused
from fs_app.imports.seen import Seen
from fs_app.imports.targets import CONTACT, CUSTOM, LONGEST_MEMO
from fs_app.imports.typed import reader

Json = dict[str, Any]
Matches = Callable[[Mapping[str, Any]], bool]

MANY_LINES = frozenset({"address", "description"})
FORMULA = frozenset("=+-@|%")
LONGEST_NUMBER = 60


class Checks(Protocol):
    """`reading.numbers.Check`."""

    def check(self, text: str, country: str | None = None) -> Any: ...


@dataclass(slots=True)
class Number:
    """`kind`: of the contact's number (mobile, office …); `sort`: what it is (mobile, fixed, special …)."""

    number: str
    kind: str
    sort: str
    country: str
    zone: str


@dataclass(slots=True)
class Line:
    """What a line says. `at`: its number in the file, from 1. `texts`: fields of the contact that are not empty.
    `numbers`: the main one first. `keys`: by which it is compared, in the order of the plan (None: empty).
    `consent`: (given at, source, text). `dropped`: columns whose value was no such value and was left out. `name_key`,
    `words`, `guid`: by which the contact is sorted, found and known elsewhere, when it is to be written."""

    at: int
    cells: Sequence[str]
    texts: dict[str, str] = field(default_factory=dict)
    custom: Json = field(default_factory=dict)
    numbers: list[Number] = field(default_factory=list)
    keys: tuple[Any, ...] = ()
    memo: str = ""
    due_at: int | None = None
    zone: str = ""
    consent: tuple[int, str, str] | None = None
    dropped: list[str] = field(default_factory=list)
    name_key: str = ""
    words: str = ""
    guid: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the account brings to a plan."""

    country: str
    zone: ZoneInfo
    fields: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """Own fields, those that the plan makes included: name → (kind, choices)."""


class Preparer:
    """`numbers` checks them; `matches` is the plan's filter on the raw line."""

    def __init__(
        self,
        plan: Plan,
        header: Sequence[str],
        setting: Setting,
        numbers: Checks,
        matches: Matches | None = None,
    ) -> None:
        self._plan = plan
        self._setting = setting
        self._check = numbers.check
        self._matches = matches
        self._names = names_of(header)
        self._drop = plan.numbers.invalid == "drop"
        self._seen = {key: Seen() for key in plan.duplicates.by} if plan.duplicates.in_file else {}
        self._texts = [
            (c.column, c.target, CONTACT[c.target], c.target in MANY_LINES)
            for c in plan.columns
            if c.target in CONTACT and c.target not in ("mail", "country", "language")
        ]
        places = {c.target: (c.column, c.kind) for c in plan.columns if c.target.startswith("number.")}
        main = f"number.{plan.numbers.main}"
        order = sorted(places, key=lambda target: (target != main, target))
        self._numbers = [(*places[target], target == main) for target in order]
        self._custom = [
            (
                c.column,
                c.target[len(CUSTOM) :],
                reader(*setting.fields[c.target[len(CUSTOM) :]], self._country, setting.zone),
            )
            for c in plan.columns
            if c.target.startswith(CUSTOM) and c.target[len(CUSTOM) :] in setting.fields
        ]
        self._memo = [*plan.memo.columns, *(c.column for c in plan.columns if c.target == "memo")]
        self._zeros = plan.numbers.missing_zero and plan.column_of("postal_code") is not None
        self._mail, self._nation = plan.column_of("mail"), plan.column_of("country")
        self._language, self._zone = plan.column_of("language"), plan.column_of("time_zone")
        self._due = plan.column_of("callback_at")
        consent = [plan.column_of(f"consent.{part}") for part in ("given_at", "source", "text")]
        self._consent = consent if consent[0] is not None else None
        self._last = max((c.column for c in plan.columns), default=-1, key=int)
        self._last = max([self._last, *self._memo])
        self._by = [_key_of(key) for key in plan.duplicates.by]
        self._zones = available_timezones() if self._zone is not None else set()

    @property
    def _country(self) -> str:
        return self._plan.numbers.country or self._setting.country

    def line(self, at: int, cells: Sequence[str]) -> Line | Refusal:
        """What line `at` says. Lines must be asked for in their order: an earlier one makes a later one a duplicate."""
        if not any(cells):
            return EMPTY
        if len(cells) > len(self._names):
            # A delimiter within a cell that nobody quoted: what follows it stands one column further.
            return refused("shifted", columns=len(self._names))
        if self._matches is not None and not self._matches(self._raw(cells)):
            return FILTERED
        if len(cells) <= self._last:
            cells = [*cells, *("",) * (self._last + 1 - len(cells))]
        line = Line(at, cells)
        wrong = (
            self._read_texts(line, cells) or self._read_numbers(line, cells) or self._read_rest(line, cells)
        )
        if wrong is not None:
            return wrong
        if self._zeros and (code := line.texts.get("postal_code")):
            line.texts["postal_code"] = with_zeros(code, line.texts.get("country") or self._country)
        if not line.numbers and not line.texts and not line.custom:
            return refused("nobody")
        line.keys = tuple(key(line) for key in self._by)
        for seen, key in zip(self._seen.values(), line.keys, strict=False):
            if key is not None and seen.known(key):
                return Refusal("duplicates.file", "imports.duplicate.file", {})
        for seen, key in zip(self._seen.values(), line.keys, strict=False):
            if key is not None:
                seen.add(key)
        return line

    def _raw(self, cells: Sequence[str]) -> dict[str, str]:
        values = dict.fromkeys(self._names, "")
        for name, cell in zip(self._names, cells, strict=False):
            if name not in values or not values[name]:
                values[name] = cell
        for at, cell in enumerate(cells):
            values[f"column.{at}"] = cell
        return values

    def _read_texts(self, line: Line, cells: Sequence[str]) -> Refusal | None:
        texts = line.texts
        for column, target, most, many in self._texts:
            cell = cells[column]
            if not cell:
                continue
            if not cell.isprintable() or cell[0] == "'":
                cell = tidy(cell, many)
                if not cell:
                    continue
            if len(cell) > most:
                return refused("too_long", column=self._name(column), most=most)
            texts[target] = cell
        if self._mail is not None and (cell := cells[self._mail]):
            cell = tidy(cell)
            if len(cell) <= CONTACT["mail"] and is_mail(cell):
                texts["mail"] = cell
            else:
                line.dropped.append(self._name(self._mail))
        if self._language is not None and (cell := tidy(cells[self._language])):
            if len(cell) <= 8 and cell.replace("-", "").replace("_", "").isalpha():
                texts["language"] = cell.lower()
            else:
                line.dropped.append(self._name(self._language))
        return None

    def _read_numbers(self, line: Line, cells: Sequence[str]) -> Refusal | None:
        country: str | None = None
        if self._nation is not None and (cell := cells[self._nation]):
            country = country_named(tidy(cell))
            if country is None:
                return refused("country", value=cell)
            line.texts["country"] = country
        if self._zone is not None and (cell := cells[self._zone]):
            if cell not in self._zones:
                return refused("zone", value=cell)
            line.zone = cell
        found = line.numbers
        for column, kind, main in self._numbers:
            cell = cells[column]
            if not cell:
                if main:
                    return refused("no_number")
                continue
            checked = self._check(cell[:LONGEST_NUMBER] if len(cell) > LONGEST_NUMBER else cell, country)
            number = getattr(checked, "e164", None)
            if number is None:
                if main or not self._drop:
                    return refused("number", f"import.number.{checked.key}", value=cell)
                line.dropped.append(self._name(column))
                continue
            if len(found) and any(n.number == number for n in found):
                continue
            sort = checked.kind
            found.append(
                Number(
                    number,
                    kind or ("mobile" if sort == "mobile" else "other"),
                    sort,
                    checked.nation,
                    line.zone or checked.zone,
                )
            )
        return None

    def _read_rest(self, line: Line, cells: Sequence[str]) -> Refusal | None:
        for column, name, read in self._custom:
            cell = cells[column]
            if cell and (not cell.isprintable() or cell[0] == "'"):
                cell = tidy(cell, True)
            if not cell:
                continue
            value = read(cell)
            if value is None:
                line.dropped.append(self._name(column))
            else:
                line.custom[name] = value
        if self._memo:
            parts = [tidy(cells[at], True) for at in self._memo if cells[at]]
            line.memo = self._plan.memo.separator.join(parts)
            if len(line.memo) > LONGEST_MEMO:
                line.memo = line.memo[: LONGEST_MEMO - 1] + "…"
        line.due_at = self._plan.callback_at
        if self._due is not None and (cell := cells[self._due]):
            line.due_at = moments.ms(cell, self._setting.country, self._setting.zone)
            if line.due_at is None or line.due_at < 0:
                return refused("date", value=cell)
        if self._consent is not None and (cell := cells[self._consent[0] or 0]):
            given = moments.ms(cell, self._setting.country, self._setting.zone)
            if given is None:
                return refused("date", value=cell)
            source, text = (tidy(cells[at], True) if at is not None else "" for at in self._consent[1:])
            line.consent = (given, source[:200], text[:4000])
        return None

    def _name(self, column: int) -> str:
        return self._names[column] if column < len(self._names) else str(column + 1)


def names_of(header: Sequence[str]) -> list[str]:
    """Headings as filters and refusals name them; a column without one is called by its place."""
    return [name.strip() or str(at + 1) for at, name in enumerate(header)]


def tidy(cell: str, many_lines: bool = False) -> str:
    """Clean text; without the apostrophe that a spreadsheet (or our own export) puts before what could be a formula."""
    if len(cell) > 1 and cell[0] == "'" and cell[1] in FORMULA:
        cell = cell[1:]
    return cell if cell.isprintable() else cleaned(cell, many_lines)


def _key_of(by: str) -> Callable[[Line], Any]:
    if by == "number":
        return lambda line: line.numbers[0].number if line.numbers else None
    if by in ("mail", "reference"):
        return lambda line: line.texts.get(by, "").casefold() or None
    name = by[len(CUSTOM) :]

    def custom(line: Line) -> Any:
        value = line.custom.get(name)
        return str(value).casefold() if value is not None and value != "" else None

    return custom
