"""How a file is to be imported: one plan for the wizard, the API and the command line. Pure.

    {"source": "crm", "dialect": {…},
     "columns": [{"column": 0, "target": "last_name", "kind": ""}, …],
     "new_fields": [{"name", "label", "kind"}],
     "numbers": {"country": "FR", "prefix": "", "missing_zero": true, "main": 1, "invalid": "refuse|drop"},
     "filter": Filter|null, "list_filter": Filter|null,
     "duplicates": {"by": ["number"|"mail"|"reference"|"custom.x"], "in_file": true, "in_list": true,
                    "in_account": true, "then": "skip|use|update"},
     "memo": {"columns": [3, 4], "separator": " · "}, "callback_at": ms|null, "excluded": false,
     "blacklist": "mark|refuse|ignore", "contact_file": {"id"}|{"new": name}|null,
     "call_list": {"id"}|{"new": name}|null}

Everything but `columns` may be left out. Targets: `targets.py`. What `filter` can name: the headings, and `column.0`,
`column.1`…; `list_filter`: the fields of a contact, `number`, `number_kind`, `memo`, `custom.…`.
A line is a duplicate when one of the keys in `by` is that of an earlier line of the file, of somebody on the list, of a
contact of the account. In the file the first line counts, and the others are left out. Somebody who is on the list
does not come onto it again. A known contact is left alone (`skip`: the line is left out; `use`: the contact comes onto
the list) or gets what the line says (`update`: what is empty in the line stays as it was).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from fs_app.imports.targets import CUSTOM, FIELD_KINDS, FIELD_NAME, FIXED, NUMBER_KINDS, is_custom

Json = dict[str, Any]

MOST_COLUMNS = 1000
MOST_NEW_FIELDS = 100
MOST_MEMO = 4
LONGEST_NAME = 100
DEEPEST_PART = 40
"""How often the lists and objects of a filter may stand in each other: more than any filter that is one has."""
COMPARED = ("number", "mail", "reference")
THEN = ("skip", "use", "update")
BLACKLIST = ("mark", "refuse", "ignore")
INVALID = ("refuse", "drop")


@dataclass(frozen=True, slots=True)
class Problem:
    """`place`: the path in the plan, `columns.3.target`; `key`: the sentence, with `params`."""

    place: str
    key: str
    params: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    column: int
    target: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class NewField:
    name: str
    label: str
    kind: str = "TEXT"


@dataclass(frozen=True, slots=True)
class Numbers:
    """`country`: of numbers without a country ("": the account's). `main`: the place (1…9) of the one to dial."""

    country: str = ""
    prefix: str = ""
    missing_zero: bool = True
    main: int = 1
    invalid: str = "refuse"


@dataclass(frozen=True, slots=True)
class Duplicates:
    by: tuple[str, ...] = ("number",)
    in_file: bool = True
    in_list: bool = True
    in_account: bool = True
    then: str = "use"


@dataclass(frozen=True, slots=True)
class Memo:
    columns: tuple[int, ...] = ()
    separator: str = " · "


@dataclass(frozen=True, slots=True)
class Into:
    """One that is there (`id`), or a new one (`new`: its name)."""

    id: int | None = None
    new: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    source: str = ""
    columns: tuple[Column, ...] = ()
    new_fields: tuple[NewField, ...] = ()
    numbers: Numbers = field(default_factory=Numbers)
    filter: Json | None = None
    list_filter: Json | None = None
    duplicates: Duplicates = field(default_factory=Duplicates)
    memo: Memo = field(default_factory=Memo)
    callback_at: int | None = None
    excluded: bool = False
    blacklist: str = "mark"
    contact_file: Into | None = None
    call_list: Into | None = None
    dialect: Json = field(default_factory=dict)

    def column_of(self, target: str) -> int | None:
        return next((c.column for c in self.columns if c.target == target), None)

    @property
    def targets(self) -> set[str]:
        return {c.target for c in self.columns if c.target}


@dataclass(frozen=True, slots=True)
class World:
    """What a plan can speak of. `columns`: how many the file has (None: not looked at yet); `fields`: the account's
    own fields, name → kind; `lists`, `files`: those that something may be put into, with their names."""

    columns: int | None = None
    headers: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lists: Mapping[int, str] = field(default_factory=dict)
    files: Mapping[int, str] = field(default_factory=dict)
    countries: Collection[str] = ()


def as_json(plan: Plan) -> Json:
    """The form above; `parse` reads it again to an equal plan."""
    made = asdict(plan)
    for name in ("contact_file", "call_list"):
        into = getattr(plan, name)
        made[name] = None if into is None else {"new": into.new} if into.id is None else {"id": into.id}
    for name in ("columns", "new_fields"):
        made[name] = list(made[name])
    made["duplicates"]["by"] = list(plan.duplicates.by)
    made["memo"]["columns"] = list(plan.memo.columns)
    return made


def parse(given: object) -> tuple[Plan, list[Problem]]:
    """The plan as far as it can be read, and what is wrong with its form. Never raises."""
    reader = _Reader()
    if not isinstance(given, dict):
        return Plan(), [Problem("", "imports.plan.form")]
    for name in given.keys() - _NAMES:
        reader.wrong(str(name)[:50], "imports.plan.unknown")
    columns = _columns(reader, given.get("columns"))
    numbers = _numbers(reader, given.get("numbers"))
    usual = ("number",) if any(c.target == f"number.{numbers.main}" for c in columns) else ()
    plan = Plan(
        source=reader.text(given, "source", "", LONGEST_NAME).strip(),
        columns=columns,
        new_fields=_new_fields(reader, given.get("new_fields")),
        numbers=numbers,
        filter=reader.part(given, "filter"),
        list_filter=reader.part(given, "list_filter"),
        duplicates=_duplicates(reader, given.get("duplicates"), usual),
        memo=_memo(reader, given.get("memo")),
        callback_at=reader.whole(given, "callback_at", None, 0, 4_102_444_800_000),
        excluded=bool(reader.flag(given, "excluded", False)),
        blacklist=reader.choice(given, "blacklist", "mark", BLACKLIST),
        contact_file=_into(reader, given, "contact_file"),
        call_list=_into(reader, given, "call_list"),
        dialect=reader.part(given, "dialect") or {},
    )
    return plan, reader.problems


def validate(plan: Plan, world: World) -> list[Problem]:
    """What can't be carried out. Filters are read by whoever knows their fields (`filtering.py`)."""
    found: list[Problem] = []

    def wrong(place: str, key: str, **params: Any) -> None:
        found.append(Problem(place, f"imports.plan.{key}", params))

    known = {*world.fields, *(f.name for f in plan.new_fields)}
    seen: dict[str, int] = {}
    for index, column in enumerate(plan.columns):
        place = f"columns.{index}"
        if world.columns is not None and column.column >= world.columns:
            wrong(f"{place}.column", "no_such_column", column=column.column + 1)
        if column.target.startswith(CUSTOM) and column.target[len(CUSTOM) :] not in known:
            wrong(f"{place}.target", "no_such_field", name=column.target[len(CUSTOM) :])
        if column.target and column.target != "memo":
            if column.target in seen:
                wrong(f"{place}.target", "target_twice", column=seen[column.target] + 1)
            seen.setdefault(column.target, column.column)
    targets = plan.targets
    if not targets & _TELLING and not any(t.startswith(("number.", CUSTOM)) for t in targets):
        wrong("columns", "nothing")
    _check_numbers(plan, world, wrong)
    for index, new in enumerate(plan.new_fields):
        if new.name in world.fields:
            wrong(f"new_fields.{index}.name", "field_exists", name=new.name)
    for index, key in enumerate(plan.duplicates.by):
        needed = f"number.{plan.numbers.main}" if key == "number" else key
        if needed not in targets:
            wrong(f"duplicates.by.{index}", "not_mapped", target=needed)
    for index, at in enumerate(plan.memo.columns):
        if world.columns is not None and at >= world.columns:
            wrong(f"memo.columns.{index}", "no_such_column", column=at + 1)
    if sum(c.target == "memo" for c in plan.columns) + len(plan.memo.columns) > MOST_MEMO:
        wrong("memo.columns", "memo_columns", most=MOST_MEMO)
    for name, there in (("contact_file", world.files), ("call_list", world.lists)):
        into = getattr(plan, name)
        if into is None:
            continue
        if into.id is not None and into.id not in there:
            wrong(name, f"no_such_{name}")
        elif into.id is None and into.new.casefold() in {n.casefold() for n in there.values()}:
            wrong(name, "name_taken", name=into.new)
    if plan.call_list is None:
        for name, is_set in (("list_filter", plan.list_filter), ("callback_at", plan.callback_at)):
            if is_set is not None:
                wrong(name, "needs_list")
        if plan.excluded:
            wrong("excluded", "needs_list")
    return found


_NAMES = {
    "source",
    "dialect",
    "columns",
    "new_fields",
    "numbers",
    "filter",
    "list_filter",
    "duplicates",
    "memo",
    "callback_at",
    "excluded",
    "blacklist",
    "contact_file",
    "call_list",
}
_TELLING = {"last_name", "first_name", "company", "mail", "reference"}
"""A contact without any of these and without a number is nobody."""


def _check_numbers(plan: Plan, world: World, wrong: Any) -> None:
    targets = plan.targets
    places = [int(t.partition(".")[2]) for t in targets if t.startswith("number.")]
    if (places or plan.call_list is not None) and plan.numbers.main not in places:
        wrong("numbers.main", "main_number")
    country = plan.numbers.country
    if country and world.countries and country not in world.countries:
        wrong("numbers.country", "country", country=country)


def _deeper(value: object, most: int) -> bool:
    """Whether lists and objects stand in each other more than so often."""
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return most == 0 or any(_deeper(one, most - 1) for one in inner)


class _Reader:
    """Reads values of a JSON document and notes what is not as it should be."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, place: str, key: str, **params: Any) -> None:
        self.problems.append(Problem(place, key, params))

    def text(self, given: Json, name: str, default: str, most: int, place: str = "") -> str:
        value = given.get(name, default)
        if value is None:
            return default
        if not isinstance(value, str) or len(value) > most or "\0" in value:
            self.wrong(place + name, "imports.plan.text", most=most)
            return default
        return value

    def whole(
        self, given: Json, name: str, default: int | None, least: int, most: int, place: str = ""
    ) -> int | None:
        value = given.get(name, default)
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.wrong(place + name, "imports.plan.number", least=least, most=most)
            return default
        return value

    def flag(self, given: Json, name: str, default: bool, place: str = "") -> bool:
        value = given.get(name, default)
        if not isinstance(value, bool):
            self.wrong(place + name, "imports.plan.flag")
            return default
        return value

    def choice(self, given: Json, name: str, default: str, choices: Collection[str], place: str = "") -> str:
        value = given.get(name, default)
        if not isinstance(value, str) or value not in choices:
            self.wrong(place + name, "imports.plan.choice", choices=", ".join(c for c in choices if c))
            return default
        return value

    def part(self, given: Json, name: str) -> Json | None:
        value = given.get(name)
        if value is None or (isinstance(value, dict) and not _deeper(value, DEEPEST_PART)):
            return value or None
        self.wrong(name, "imports.plan.form")
        return None

    def items(self, given: object, place: str, most: int) -> list[Any]:
        if given is None:
            return []
        if not isinstance(given, list) or len(given) > most:
            self.wrong(place, "imports.plan.list", most=most)
            return []
        return given

    def object(self, given: object, place: str, names: Collection[str]) -> Json:
        if given is None:
            return {}
        if not isinstance(given, dict):
            self.wrong(place, "imports.plan.form")
            return {}
        for name in given.keys() - set(names):
            self.wrong(f"{place}.{str(name)[:50]}", "imports.plan.unknown")
        return given


def _columns(reader: _Reader, given: object) -> tuple[Column, ...]:
    found = []
    for index, item in enumerate(reader.items(given, "columns", MOST_COLUMNS)):
        place = f"columns.{index}"
        one = reader.object(item, place, ("column", "target", "kind"))
        if isinstance(heading := one.get("column"), str):  # whoever reads headings has put numbers there
            reader.wrong(f"{place}.column", "imports.plan.heading", name=heading[:80])
            continue
        at = reader.whole(one, "column", None, 0, 16_383, place + ".")
        target = reader.text(one, "target", "", 60, place + ".")
        if at is None:
            if "column" not in one:
                reader.wrong(f"{place}.column", "imports.plan.number", least=0, most=16_383)
            continue
        if target and target not in FIXED and not is_custom(target):
            reader.wrong(f"{place}.target", "imports.plan.target", target=target)
            continue
        found.append(Column(at, target, reader.choice(one, "kind", "", NUMBER_KINDS, place + ".")))
    return tuple(found)


def _new_fields(reader: _Reader, given: object) -> tuple[NewField, ...]:
    found: list[NewField] = []
    for index, item in enumerate(reader.items(given, "new_fields", MOST_NEW_FIELDS)):
        place = f"new_fields.{index}"
        one = reader.object(item, place, ("name", "label", "kind"))
        name = reader.text(one, "name", "", 50, place + ".")
        label = reader.text(one, "label", "", LONGEST_NAME, place + ".").strip()
        kind = reader.choice(one, "kind", "TEXT", FIELD_KINDS, place + ".")
        if FIELD_NAME.fullmatch(name) is None:
            reader.wrong(f"{place}.name", "imports.plan.field_name")
        elif any(f.name == name for f in found):
            reader.wrong(f"{place}.name", "imports.plan.field_exists", name=name)
        else:
            found.append(NewField(name, label or name, kind))
    return tuple(found)


def _numbers(reader: _Reader, given: object) -> Numbers:
    one = reader.object(given, "numbers", ("country", "prefix", "missing_zero", "main", "invalid"))
    prefix = reader.text(one, "prefix", "", 10, "numbers.").strip()
    if prefix and not (prefix.removeprefix("+").isascii() and prefix.removeprefix("+").isdigit()):
        reader.wrong("numbers.prefix", "imports.plan.prefix")
        prefix = ""
    country = reader.text(one, "country", "", 2, "numbers.").upper()
    return Numbers(
        country,
        prefix,
        reader.flag(one, "missing_zero", True, "numbers."),
        reader.whole(one, "main", 1, 1, 9, "numbers.") or 1,
        reader.choice(one, "invalid", "refuse", INVALID, "numbers."),
    )


def _duplicates(reader: _Reader, given: object, usual: tuple[str, ...]) -> Duplicates:
    one = reader.object(given, "duplicates", ("by", "in_file", "in_list", "in_account", "then"))
    by: list[str] = []
    for index, key in enumerate(reader.items(one.get("by", list(usual)), "duplicates.by", 10)):
        if isinstance(key, str) and (key in COMPARED or is_custom(key)):
            if key not in by:
                by.append(key)
        else:
            reader.wrong(f"duplicates.by.{index}", "imports.plan.compared")
    return Duplicates(
        tuple(by),
        reader.flag(one, "in_file", True, "duplicates."),
        reader.flag(one, "in_list", True, "duplicates."),
        reader.flag(one, "in_account", True, "duplicates."),
        reader.choice(one, "then", "use", THEN, "duplicates."),
    )


def _memo(reader: _Reader, given: object) -> Memo:
    one = reader.object(given, "memo", ("columns", "separator"))
    columns = []
    for index, at in enumerate(reader.items(one.get("columns"), "memo.columns", MOST_MEMO)):
        if isinstance(at, int) and not isinstance(at, bool) and 0 <= at <= 16_383:
            columns.append(at)
        else:
            reader.wrong(f"memo.columns.{index}", "imports.plan.number", least=0, most=16_383)
    return Memo(tuple(columns), reader.text(one, "separator", " · ", 10, "memo."))


def _into(reader: _Reader, given: Json, name: str) -> Into | None:
    if given.get(name) is None:
        return None
    one = reader.object(given[name], name, ("id", "new"))
    number = reader.whole(one, "id", None, 1, 2**31 - 1, f"{name}.")
    new = reader.text(one, "new", "", LONGEST_NAME, f"{name}.").strip()
    if (number is None) == (not new):
        reader.wrong(name, "imports.plan.into")
        return None
    return Into(number, "" if number is not None else new)
