"""The blacklist (liste noire) and what an account's agents may dial: list, add, delete. All inside `Database.read` or
`write`; who calls it tells the memory (`outgoing.blacklist`) afterwards."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from peewee import JOIN

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import Problems, Stale, find
from fs_app.admin.listing import Page, Wanted, like, page_of
from fs_app.calllists.model import CallList
from fs_app.outgoing.blacklist import Blocked
from fs_app.outgoing.entries import Entry, put
from fs_app.outgoing.model import DncEntry, OutgoingSettings
from fs_app.outgoing.settings import prefix, short, words
from fs_app.outgoing.typed import read
from fs_app.queues.model import Queue

MOST_REASON = 200
MOST_LIST = 2000
HAND, IMPORT = "hand", "import"


@dataclass(frozen=True, slots=True)
class Row:
    """An entry of the list. Times UTC ms."""

    id: int
    number: str
    prefix: bool
    queue: str
    reason: str
    source: str
    expires_at: int | None
    created_at: int
    created_by: str
    call_list: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """As somebody wrote it. `expires_at`: UTC ms; 0 is a date that can't be read."""

    number: str = ""
    prefix: bool = False
    queue: int | None = None
    reason: str = ""
    expires_at: int | None = None
    call_list: int | None = None


SORTS = {"number": DncEntry.number, "created": DncEntry.created_at, "expires": DncEntry.expires_at}


def listing(account: int, wanted: Wanted, now_ms: int) -> Page[Row]:
    """Filters: `state` (empty: in force; `expired`, `all`), `queue`."""
    query = DncEntry.select(DncEntry, Queue).join(Queue, JOIN.LEFT_OUTER).where(DncEntry.account == account)
    over = DncEntry.expires_at.is_null(False) & (DncEntry.expires_at <= now_ms)
    state, queue = wanted.filter("state"), wanted.number("queue")
    if state != "all":
        query = query.where(over if state == "expired" else ~over)
    if queue is not None:
        query = query.where(DncEntry.queue == queue)
    if text := like(wanted.q):
        either = DncEntry.reason.contains(text) | DncEntry.created_by.contains(text)
        digits = "".join(c for c in text if c.isdigit()).removeprefix("00").lstrip("0")
        if len(digits) >= 3:
            either |= DncEntry.number.contains(digits)
        query = query.where(either)
    names = {identifier: name for name, identifier in lists_by_name(account, exact=True).items()}
    return page_of(query, wanted, SORTS, "created", lambda row: _row(row, names))


def _row(row: Any, lists: Mapping[int, str]) -> Row:
    return Row(
        row.id,
        row.number,
        row.prefix,
        row.queue.name if row.queue_id else "",
        row.reason,
        row.source,
        row.expires_at,
        row.created_at,
        row.created_by,
        lists.get(row.list_id, "–") if row.list_id is not None else "",
    )


def get(account: int, entry: int) -> Row:
    """Raises NotFound."""
    find(DncEntry, account, entry)
    names = {identifier: name for name, identifier in lists_by_name(account, exact=True).items()}
    row = DncEntry.select(DncEntry, Queue).join(Queue, JOIN.LEFT_OUTER).where(DncEntry.id == entry).get()
    return _row(row, names)


def understood(
    typed: Typed,
    country: str,
    queues: Collection[int],
    now_ms: int,
    problems: Problems,
    lists: Collection[int] = (),
) -> Entry:
    """What is meant; what is wrong goes into `problems`. `queues`, `lists`: those that there are."""
    found = read(typed.number, country)
    number = found.number
    if typed.prefix:
        number = prefix(typed.number.removesuffix("*").replace(" ", "")) or ""
    if not number:
        problems.add("number", "blacklist.wrong.prefix" if typed.prefix else "error.dial_number")
    problems.text("reason", typed.reason, MOST_REASON, needed=False)
    if typed.queue is not None and typed.queue not in queues:
        problems.add("queue", "field.choice")
    if typed.call_list is not None and typed.call_list not in lists:
        problems.add("call_list", "field.choice")
    if typed.expires_at is not None and typed.expires_at <= now_ms:
        problems.add("expires", "blacklist.wrong.date" if typed.expires_at == 0 else "blacklist.wrong.past")
    return Entry(number, typed.prefix, typed.queue, typed.reason, typed.expires_at, typed.call_list)


def add(by: Actor, typed: Typed, country: str) -> Blocked:
    """Raises FormInvalid."""
    problems = Problems()
    known = lists_by_name(by.account, exact=True).values()
    entry = understood(typed, country, queues(by.account), by.now, problems, known)
    problems.check()
    (made,), _ = put(by.account, [entry], HAND, by.name, by.now)
    audit.write(by, "create", "blacklist", made.id, shown(entry), None, asdict(entry))
    return made


def delete(by: Actor, entry: int) -> Row:
    """Raises NotFound."""
    row = get(by.account, entry)
    DncEntry.delete().where(DncEntry.id == entry, DncEntry.account == by.account).execute()
    audit.write(by, "delete", "blacklist", entry, row.number + ("*" if row.prefix else ""), asdict(row), None)
    return row


def bring(by: Actor, entries: Sequence[Entry], name: str) -> tuple[list[Blocked], int]:
    """Those of a file, and how many were new."""
    made, new = put(by.account, entries, IMPORT, by.name, by.now)
    audit.write(by, "import", "blacklist", "", name[:200], None, {"entries": len(entries), "new": new})
    return made, new


def shown(entry: Entry) -> str:
    return entry.number + ("*" if entry.prefix else "")


def queues(account: int) -> list[int]:
    return [row[0] for row in Queue.select(Queue.id).where(Queue.account == account).tuples()]


def queues_by_name(account: int) -> dict[str, int]:
    return {
        name.casefold(): i
        for i, name in Queue.select(Queue.id, Queue.name).where(Queue.account == account).tuples()
    }


def lists_by_name(account: int, exact: bool = False) -> dict[str, int]:
    """Call lists by their names, without capitals unless `exact`."""
    rows = (
        CallList.select(CallList.id, CallList.name).where(CallList.account == account).order_by(CallList.name)
    )
    return {name if exact else name.casefold(): identifier for identifier, name in rows.tuples()}


# --- what may be dialled ------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class RulesForm:
    """`version`: of what was read, 0 when nobody has saved any."""

    emergency: bool = True
    short: str = ""
    only: str = ""
    barred: str = ""
    premium: bool = False
    withheld: bool = False
    version: int = 0


def rules(account: int) -> RulesForm:
    row = OutgoingSettings.get_or_none(OutgoingSettings.account == account)
    if row is None:
        return RulesForm()
    return RulesForm(row.emergency, row.short, row.only, row.barred, row.premium, row.withheld, row.version)


def save_rules(by: Actor, form: RulesForm) -> None:
    """Raises FormInvalid, Stale."""
    problems = Problems()
    for field, value, reads in (
        ("short", form.short, short),
        ("only", form.only, prefix),
        ("barred", form.barred, prefix),
    ):
        wrong = [word for word in words(value) if reads(word) is None]
        if len(value) > MOST_LIST:
            problems.add(field, "field.too_long", most=MOST_LIST)
        elif wrong:
            problems.add(
                field, f"blacklist.wrong.{'short' if field == 'short' else 'prefixes'}", word=wrong[0][:40]
            )
    problems.check()
    clean = RulesForm(
        form.emergency,
        " ".join(words(form.short)),
        " ".join(str(prefix(word)) for word in words(form.only)),
        " ".join(str(prefix(word)) for word in words(form.barred)),
        form.premium,
        form.withheld,
        form.version + 1,
    )
    before = rules(by.account)
    if before.version != form.version:
        raise Stale("calling rules", before.version, asdict(before))
    values = asdict(clean)
    OutgoingSettings.insert(account=by.account, **values).on_conflict(
        conflict_target=[OutgoingSettings.account], update=values
    ).execute()
    told = [{n: v for n, v in one.items() if n != "version"} for one in (asdict(before), values)]
    audit.write(by, "update", "calling_rules", by.account, "", *told)
