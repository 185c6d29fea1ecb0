"""Lists, their named filters, and the rules that several lists share: what a form asks for, checked and written. All
inside `Database.read` or `Database.write`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import Problems, Stale, find
from fs_app.calllists import planner, quotas, rules
from fs_app.calllists.fields import OF_CHARACTERISTIC, Asking, asking
from fs_app.calllists.model import (
    CallList,
    Characteristic,
    ContactFile,
    DistributionRule,
    ListFilter,
    Planner,
    Profiler,
)
from fs_app.contacts.fields import InvalidFields
from fs_app.db import Base
from fs_app.errors import Conflict
from fs_app.queues.model import Queue

MOST_NAME = 100
MOST_TEXT = 2000
MOST_FILTERS = 100
MOST_CONDITIONS = 20
MOST_ATTEMPTS = 100
MOST_WEIGHT = 100
MOST_SEED = 10**9 - 1
MOST_POSITIVE = 1_000_000

SHARED: Mapping[str, type[Base]] = {
    "rule": DistributionRule,
    "profiler": Profiler,
    "planner": Planner,
    "characteristic": Characteristic,
}
"""What several lists may share: its word → its table."""

CONTENT = {"rule": "keys", "profiler": "quotas", "planner": "slots", "characteristic": "filter"}


class InUse(Conflict):
    """Lists use it still, or conditions name it."""

    key = "lists.error.in_use"


@dataclass(frozen=True, slots=True)
class ListForm:
    """As somebody typed it. `file`: the id of a contact file, None: none; `new_file`: the name of one to be made."""

    name: str = ""
    description: str = ""
    file: int | None = None
    new_file: str = ""
    queue: int | None = None
    active: bool = False
    rule: int | None = None
    profiler: int | None = None
    planner: int | None = None
    need: tuple[int, ...] = ()
    hold: tuple[int, ...] = ()
    use_blacklist: bool = True
    exclusive: bool = False
    newest_first: bool = False
    attempts: int | None = 7
    threshold: int | None = 4
    weight: int | None = 1
    version: int | None = None


def form_of(row: CallList) -> ListForm:
    return ListForm(
        row.name,
        row.description,
        row.file_id,
        "",
        row.queue_id,
        row.active,
        row.rule_id,
        row.profiler_id,
        row.planner_id,
        tuple(row.need or ()),
        tuple(row.hold or ()),
        row.use_blacklist,
        row.exclusive,
        row.newest_first,
        row.attempts,
        row.threshold,
        row.weight,
        row.version,
    )


def save_list(by: Actor, list_id: int | None, form: ListForm) -> int:
    """Raises FormInvalid, NotFound, Stale."""
    problems, row = Problems(), find(CallList, by.account, list_id) if list_id is not None else None
    _named(problems, CallList, by.account, list_id, form.name, form.description)
    problems.number("attempts", form.attempts, 1, MOST_ATTEMPTS)
    problems.number("threshold", form.threshold, 1, MOST_ATTEMPTS)
    problems.number("weight", form.weight, 0, MOST_WEIGHT)
    for name, table in (("queue", Queue), ("file", ContactFile), *SHARED.items()):
        value = getattr(form, name, None)
        if value is not None and not _is_ours(table, by.account, value):
            problems.add(name, "field.choice")
    for name in ("need", "hold"):
        chosen = getattr(form, name)
        if len(chosen) > MOST_CONDITIONS or not all(_is_ours(Characteristic, by.account, i) for i in chosen):
            problems.add(name, "field.choice")
    if set(form.need) & set(form.hold):
        problems.add("hold", "lists.wrong.both")
    if form.active and form.queue is None:
        problems.add("queue", "lists.wrong.no_queue")
    if form.new_file:
        _named(problems, ContactFile, by.account, None, form.new_file, "", field="new_file")
    problems.check()
    if row is not None and form.version != row.version:
        raise Stale(f"list {list_id}", row.version, asdict(form_of(row)))
    values = {name: value for name, value in asdict(form).items() if name not in ("new_file", "version")}
    values |= {"need": list(form.need), "hold": list(form.hold)}
    if form.new_file:
        made = ContactFile.create(account=by.account, name=form.new_file, created_at=by.now)
        values["file"] = made.id
    if row is None:
        row = CallList.create(account=by.account, created_at=by.now, updated_at=by.now, **values)
        audit.write(by, "create", "call_list", row.id, form.name, None, values)
        return int(row.id)
    before = {name: row.__data__.get(name) for name in values}
    if form.rule is not None and form.rule != row.rule_id:
        values["order_wanted"] = True
    CallList.update(version=row.version + 1, updated_at=by.now, **values).where(
        CallList.id == list_id
    ).execute()
    audit.write(by, "update", "call_list", row.id, form.name, before, {n: values[n] for n in before})
    return int(row.id)


def set_active(by: Actor, list_id: int, active: bool) -> CallList:
    """ON and OFF beside its name (PW-40). Raises NotFound, FormInvalid (no queue)."""
    row = find(CallList, by.account, list_id)
    if active and (row.queue_id is None or row.archived_at is not None):
        problems = Problems()
        problems.add("queue", "lists.wrong.no_queue" if row.queue_id is None else "lists.wrong.archived")
        problems.check()
    if row.active != active:
        CallList.update(active=active, updated_at=by.now, version=row.version + 1).where(
            CallList.id == list_id
        ).execute()
        audit.write(by, "update", "call_list", list_id, row.name, {"active": row.active}, {"active": active})
    return row


def archive(by: Actor, list_id: int, archived: bool) -> CallList:
    """Out of sight and out of work, with all that it knows; and back. Raises NotFound."""
    row = find(CallList, by.account, list_id)
    if (row.archived_at is not None) != archived:
        values: dict[str, Any] = {"archived_at": by.now if archived else None, "active": False}
        CallList.update(updated_at=by.now, version=row.version + 1, **values).where(
            CallList.id == list_id
        ).execute()
        audit.write(by, "archive" if archived else "restore", "call_list", list_id, row.name)
    return row


# --- named filters ----------------------------------------------------------------------------------------------
def save_filter(
    by: Actor, list_id: int, filter_id: int | None, name: str, given: Any, version: int = 0
) -> int:
    """Add a filter, or change what was read at `version`. Raises FormInvalid, NotFound, Stale."""
    found = find(CallList, by.account, list_id)
    problems = Problems()
    problems.text("name", name, MOST_NAME)
    others = ListFilter.select().where(ListFilter.list == list_id, ListFilter.id != (filter_id or 0))
    if others.where(ListFilter.name == name).exists():
        problems.add("name", "field.taken")
    if filter_id is None and others.count() >= MOST_FILTERS:
        problems.add("name", "lists.wrong.too_many", most=MOST_FILTERS)
    _filter(problems, "filter", given, asking(by.account, by.now), needed=True)
    problems.check()
    if filter_id is None:
        row = ListFilter.create(account=by.account, list=list_id, name=name, filter=given)
        audit.write(by, "create", "list_filter", row.id, f"{found.name}: {name}", None, {"filter": given})
        return int(row.id)
    row = find(ListFilter, by.account, filter_id)
    mine = (ListFilter.id == row.id) & (ListFilter.list == list_id)
    change = ListFilter.update(name=name, filter=given, version=ListFilter.version + 1)
    if not change.where(mine & (ListFilter.version == version)).execute():
        other = find(ListFilter, by.account, filter_id)
        raise Stale(f"filter {filter_id}", other.version, {"name": other.name, "filter": other.filter})
    before, now = {"name": row.name, "filter": row.filter}, {"name": name, "filter": given}
    audit.write(by, "update", "list_filter", row.id, f"{found.name}: {name}", before, now)
    return int(row.id)


def delete_filter(by: Actor, list_id: int, filter_id: int) -> str:
    """Raises NotFound."""
    row = find(ListFilter, by.account, filter_id)
    ListFilter.delete().where(ListFilter.id == filter_id, ListFilter.list == list_id).execute()
    audit.write(by, "delete", "list_filter", filter_id, row.name, {"filter": row.filter}, None)
    return str(row.name)


# --- what several lists share -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Shared:
    """A rule, profiler, planner or characteristic. `lists`: the names of those that use it."""

    kind: str
    id: int | None = None
    name: str = ""
    description: str = ""
    content: Any = field(default_factory=list)
    seed: int = 0
    lists: tuple[str, ...] = ()
    version: int = 0


def shared(account: int, kind: str) -> list[Shared]:
    table: Any = SHARED[kind]
    rows = table.select().where(table.account == account).order_by(table.name)
    used = _used(account, kind)
    return [_shared(kind, row, used) for row in rows]


def one_shared(account: int, kind: str, identifier: int) -> Shared:
    """Raises NotFound."""
    return _shared(kind, find(SHARED[kind], account, identifier), _used(account, kind))


def _shared(kind: str, row: Any, used: Mapping[int, Sequence[str]]) -> Shared:
    content = getattr(row, CONTENT[kind])
    seed = row.seed if kind == "rule" else 0
    lists = tuple(used.get(row.id, ()))
    return Shared(kind, row.id, row.name, row.description, content, seed, lists, row.version)


def _used(account: int, kind: str) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in CallList.select().where(CallList.account == account).order_by(CallList.name):
        if kind == "characteristic":
            ids = {*(row.need or ()), *(row.hold or ())}
        else:
            ids = {getattr(row, f"{kind}_id")} - {None}
        for one in ids:
            found.setdefault(one, []).append(row.name)
    if kind == "characteristic":
        for label, content in _conditions(account):
            for number in named_in(content):
                found.setdefault(number, []).append(label)
    return found


def _conditions(account: int) -> list[tuple[str, Any]]:
    """Every saved condition of the account, with the name of what has it."""
    found = [(r.name, r.filter) for r in Characteristic.select().where(Characteristic.account == account)]
    found += [(r.name, r.filter) for r in ListFilter.select().where(ListFilter.account == account)]
    for table, column in ((DistributionRule, "keys"), (Profiler, "quotas"), (Planner, "slots")):
        found += [(r.name, getattr(r, column)) for r in table.select().where(table.account == account)]
    return found


def named_in(given: Any) -> set[int]:
    """Ids of the characteristics that a filter, a quota, a slot or a key names."""
    found: set[int] = set()
    if isinstance(given, dict):
        name = given.get("field")
        if isinstance(name, str) and name.startswith(OF_CHARACTERISTIC):
            rest = name.removeprefix(OF_CHARACTERISTIC)
            found |= {int(rest)} if rest.isdecimal() and len(rest) < 10 else set()
        if given.get("by") == "characteristic" and isinstance(given.get("id"), int):
            found.add(given["id"])
        for value in given.values():
            found |= named_in(value)
    elif isinstance(given, list):
        for one in given:
            found |= named_in(one)
    return found


def save_shared(by: Actor, typed: Shared) -> int:
    """Add one, or change what was read at its `version`. Lists that use a rule are put in order anew. Raises
    FormInvalid, NotFound, Stale."""
    table: Any = SHARED[typed.kind]
    problems = Problems()
    row = find(table, by.account, typed.id) if typed.id is not None else None
    _named(problems, table, by.account, typed.id, typed.name, typed.description)
    problems.number("seed", typed.seed, 0, MOST_SEED)
    asked = asking(by.account, by.now)
    content = CHECKS[typed.kind](problems, typed, asked)
    problems.check()
    values = {"name": typed.name, "description": typed.description, CONTENT[typed.kind]: content}
    if typed.kind == "rule":
        values["seed"] = typed.seed
    if row is None:
        row = table.create(account=by.account, updated_at=by.now, **values)
        audit.write(by, "create", f"list_{typed.kind}", row.id, typed.name, None, values)
        return int(row.id)
    before = {name: getattr(row, name) for name in values}
    change = table.update(version=table.version + 1, updated_at=by.now, **values)
    if not change.where((table.id == typed.id) & (table.version == typed.version)).execute():
        now = find(table, by.account, row.id)
        theirs = {name: getattr(now, name) for name in values}
        theirs["content"] = theirs.pop(CONTENT[typed.kind])
        raise Stale(f"{typed.kind} {typed.id}", now.version, theirs)
    if typed.kind == "rule" and (before["keys"], before["seed"]) != (content, typed.seed):
        CallList.update(order_wanted=True).where(CallList.rule == typed.id).execute()
    audit.write(by, "update", f"list_{typed.kind}", row.id, typed.name, before, values)
    return int(row.id)


def delete_shared(by: Actor, kind: str, identifier: int) -> str:
    """Raises NotFound, InUse."""
    found = one_shared(by.account, kind, identifier)
    if found.lists:
        raise InUse(f"{kind} {identifier}", lists=", ".join(found.lists[:5]))
    table: Any = SHARED[kind]
    table.delete().where(table.id == identifier, table.account == by.account).execute()
    audit.write(by, "delete", f"list_{kind}", identifier, found.name, {CONTENT[kind]: found.content}, None)
    return found.name


# --- what is wrong ----------------------------------------------------------------------------------------------
def check_new(account: int, name: str) -> None:
    """Raises FormInvalid: there can't be a new list of this name."""
    problems = Problems()
    _named(problems, CallList, account, None, name, "")
    problems.check()


def _named(
    problems: Problems,
    table: Any,
    account: int,
    identifier: int | None,
    name: str,
    description: str,
    field: str = "name",
) -> None:
    problems.text(field, name, MOST_NAME)
    if len(description) > MOST_TEXT:
        problems.add("description", "field.too_long", most=MOST_TEXT)
    other = table.get_or_none((table.account == account) & (table.name == name))
    if other is not None and other.id != identifier:
        problems.add(field, "field.taken")


def _is_ours(table: Any, account: int, identifier: int) -> bool:
    return bool(table.select(table.id).where(table.id == identifier, table.account == account).exists())


def _filter(problems: Problems, place: str, given: Any, asked: Asking, needed: bool = False) -> None:
    try:
        condition = asked.condition(given)
    except InvalidFields as error:
        where, key = next(iter(error.fields.items()))
        problems.add(place, key, place=where)
        return
    if condition is None and needed:
        problems.add(place, "lists.wrong.no_filter")


def _rows(problems: Problems, content: Any, most: int) -> list[dict[str, Any]]:
    if not isinstance(content, list) or not all(isinstance(one, dict) for one in content):
        problems.add("content", "lists.wrong.content")
        return []
    if len(content) > most:
        problems.add("content", "lists.wrong.too_many", most=most)
        return []
    if not content:
        problems.add("content", "lists.wrong.empty")
    return content


def _check_rule(problems: Problems, typed: Shared, asked: Asking) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for n, key in enumerate(_rows(problems, typed.content, rules.MOST_KEYS), 1):
        way = key.get("by")
        if not isinstance(way, str) or way not in rules.WAYS:
            problems.add("content", "lists.wrong.row", n=n)
            continue
        clean: dict[str, Any] = {"by": way}
        if way == "column":
            known = asked.fields.every.get(str(key.get("column")))
            if known is None or known.many:
                problems.add("content", "lists.wrong.row", n=n)
            clean |= {"column": str(key.get("column")), "descending": key.get("descending") is True}
        elif way == "freshness":
            clean["newest"] = key.get("newest") is not False
        elif way == "attempts":
            clean["descending"] = key.get("descending") is True
        elif way == "characteristic":
            chosen = key.get("id")
            if not isinstance(chosen, int) or chosen not in asked.characteristics:
                problems.add("content", "lists.wrong.row", n=n)
            clean["id"] = chosen
        found.append(clean)
    return found


def _check_profiler(problems: Problems, typed: Shared, asked: Asking) -> list[dict[str, Any]]:
    found = []
    for n, one in enumerate(_rows(problems, typed.content, quotas.MOST_QUOTAS), 1):
        name, most = one.get("name"), one.get("most")
        if not isinstance(name, str) or not 0 < len(name) <= MOST_NAME:
            problems.add("content", "lists.wrong.row_name", n=n)
        if not isinstance(most, int) or isinstance(most, bool) or not 0 <= most <= MOST_POSITIVE:
            problems.add("content", "lists.wrong.row_most", n=n, most=MOST_POSITIVE)
        _filter(problems, "content", one.get("filter"), asked)
        found.append({"name": name, "most": most, "filter": one.get("filter") or {}})
    return found


def _check_planner(problems: Problems, typed: Shared, asked: Asking) -> list[dict[str, Any]]:
    found = []
    for n, one in enumerate(_rows(problems, typed.content, planner.MOST_SLOTS), 1):
        begin, end = planner.minutes(one.get("from")), planner.minutes(one.get("until"))
        days = one.get("days")
        days = sorted({d for d in days if d in range(1, 8)}) if isinstance(days, list) else []
        if begin is None or end is None or begin == end or begin == planner.DAY_MIN:
            problems.add("content", "lists.wrong.row_times", n=n)
        if not days:
            problems.add("content", "lists.wrong.row_days", n=n)
        _filter(problems, "content", one.get("filter"), asked, needed=True)
        name = one.get("name") if isinstance(one.get("name"), str) else ""
        found.append(
            {
                "name": str(name)[:MOST_NAME],
                "days": days,
                "from": one.get("from"),
                "until": one.get("until"),
                "filter": one.get("filter") or {},
            }
        )
    return found


def _check_characteristic(problems: Problems, typed: Shared, asked: Asking) -> Any:
    """Also that it does not name itself, by whatever way round."""
    _filter(problems, "content", typed.content, asked, needed=True)
    if typed.id is not None and not problems.found:
        known = {**asked.characteristics, typed.id: (typed.name, typed.content)}
        own = {"field": f"{OF_CHARACTERISTIC}{typed.id}", "op": "is"}
        _filter(problems, "content", own, Asking(asked.account, asked.fields, known))
    return typed.content


CHECKS = {
    "rule": _check_rule,
    "profiler": _check_profiler,
    "planner": _check_planner,
    "characteristic": _check_characteristic,
}
