"""Actions on whole lists, one after the other, beside the calls: started, watched, stopped, undone, and gone on with
after a restart. Lists whose order is out of date are put in order by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import gevent
import structlog
from gevent.event import Event

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.bus import Bus
from fs_app.calllists import actions, adding, bulk, editing, files, rules
from fs_app.calllists.adding import Source
from fs_app.calllists.bulk import Job
from fs_app.calllists.counters import Tally, tally
from fs_app.calllists.fields import Asking, asking
from fs_app.calllists.model import CallList, DistributionRule, ListAction
from fs_app.calllists.working import Lists
from fs_app.clock import Clock
from fs_app.db import Database
from fs_app.errors import Conflict, DatabaseBusy, FsAppError, Invalid, NotFound
from fs_app.events import ListChanged
from fs_app.tasks import Tasks

log = structlog.get_logger(__name__)

LOOK_S = 20.0
"""Lists whose order an import has made out of date are looked for this often."""

COUNT_S = 60.0
FRESH_MS = 2_000
"""A count of a million records is shown to everybody who asks within this time."""

UNDOABLE_KEPT = 1
"""Of a list the last so many actions can be undone."""

AT_WORK = ("RUNNING", "UNDOING")


class Busy(Conflict):
    """Another action is at work on this list."""

    key = "lists.error.busy"


class NothingToDo(Invalid):
    """No record would change."""

    key = "lists.error.nothing"


@dataclass(frozen=True, slots=True)
class Progress:
    """An action as pages show it. Times UTC ms."""

    id: int
    list: int
    kind: str
    state: str
    total: int
    done: int
    changed: int
    left: int
    by_name: str
    at: int
    ended_at: int | None
    error: str
    undoable: bool
    params: Mapping[str, Any]

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 100


class CallLists:
    def __init__(self, db: Database, clock: Clock, bus: Bus, tasks: Tasks) -> None:
        self._db = db
        self._clock = clock
        self._bus = bus
        self._tasks = tasks
        self._wake = Event()
        self._stop: set[int] = set()
        self._tallies: dict[int, tuple[int, Tally]] = {}
        self._closing = False
        self.lists = Lists()

    def start(self) -> None:
        """What a restart interrupted goes on."""
        self._tasks.spawn("actions on lists", self._work)
        self._tasks.every("order of lists", LOOK_S, self.look)
        self._tasks.spawn("a contact file goes", self._drop_files)
        self._wake.set()

    def stop(self) -> None:
        """What is at work stops between two transactions and goes on at the next start."""
        self._closing = True

    # --- counters -------------------------------------------------------------------------------------------
    def tally(self, list_id: int, threshold: int) -> Tally:
        """Its counters, at most `FRESH_MS` old."""
        now = self._clock.now_ms()
        at, known = self._tallies.get(list_id, (0, None))
        if known is None or not 0 <= now - at < FRESH_MS:
            known = self._db.read(lambda: tally(list_id, threshold), timeout=COUNT_S)
            self._tallies = {i: one for i, one in self._tallies.items() if now - one[0] < FRESH_MS}
            self._tallies[list_id] = now, known
        return known

    def changed(self, account: int, list_id: int | None = None) -> None:
        """Somebody has changed a list, its records or a rule: counts and what is ready to be called are out of date."""
        if list_id is None:
            self._tallies.clear()
        else:
            self._tallies.pop(list_id, None)
        self.lists.forget()
        self._bus.publish(ListChanged(account, list_id))

    # --- asking ---------------------------------------------------------------------------------------------
    def count(
        self, account: int, list_id: int, kind: str, params: Mapping[str, Any], given: Any
    ) -> tuple[int, int]:
        """(records that an action would change, records in a call that it would leave alone). Raises NotFound,
        Invalid, InvalidFields."""

        def ask() -> tuple[int, int]:
            found = _find(account, list_id)
            clean = _checked(kind, params, found)
            return bulk.count(list_id, kind, clean, self._asking(account).condition(given))

        return self._db.read(ask, timeout=COUNT_S)

    def progress(self, account: int, list_id: int, most: int = 1) -> list[Progress]:
        """The last actions of a list, the newest first."""
        rows = (
            ListAction.select()
            .where(ListAction.account == account, ListAction.list == list_id)
            .order_by(ListAction.id.desc())
            .limit(most)
        )
        return self._db.read(lambda: [_progress(row, n) for n, row in enumerate(rows)])

    # --- starting -------------------------------------------------------------------------------------------
    def act(self, by: Actor, list_id: int, kind: str, params: Mapping[str, Any], given: Any = None) -> int:
        """Start it; it goes on in the background. Raises NotFound, Invalid, InvalidFields, Busy, NothingToDo."""
        total, _ = self.count(by.account, list_id, kind, params, given)
        if not total and kind != "delete":
            raise NothingToDo(f"{kind} of list {list_id}")

        def write() -> int:
            found = _find(by.account, list_id)
            _not_busy(list_id)
            clean = _checked(kind, params, found)
            row = ListAction.create(
                account=by.account,
                list=list_id,
                kind=kind,
                params=clean,
                filter=None if kind in actions.WHOLE else given,
                by=by.user,
                by_name=by.name[:200],
                at=self._clock.now_ms(),
                cursor=-1,
                total=total,
            )
            if kind in ("arrange", "shuffle", "natural"):
                CallList.update(order_wanted=False).where(CallList.id == list_id).execute()
            audit.write(
                by, kind, "call_list", list_id, found.name, None, {**clean, "filter": given, "records": total}
            )
            return int(row.id)

        action = self._db.write(write)
        self._wake.set()
        return action

    def count_added(self, account: int, list_id: int | None, source: Source) -> adding.Counts:
        """What would come of `add`. `list_id`: None, a new list. Raises NotFound, InvalidFields."""
        if list_id is not None:
            self._db.read(lambda: _find(account, list_id))
        return adding.count(self._db, account, source, self._clock.now_ms(), list_id)

    def add(self, by: Actor, into: int | str, source: Source, told: str = "") -> int:
        """Contacts come onto a list, or onto a new one of this name; it goes on in the background. `told`: the name of
        what was chosen, for the audit log. The list. Raises NotFound, InvalidFields, FormInvalid, Busy, ListAway,
        NothingToDo."""
        now = self._clock.now_ms()
        total = self._db.read(lambda: adding.found(by.account, source, now), timeout=COUNT_S)
        if not total:
            raise NothingToDo("nobody to add")

        def write() -> int:
            list_id = editing.save_list(by, None, editing.ListForm(into)) if isinstance(into, str) else into
            found = _find(by.account, list_id)
            if found.archived_at is not None:
                raise adding.ListAway(f"list {list_id}")
            _not_busy(list_id)
            params = {"segment": source.segment, "q": source.q, "told": told}
            ListAction.create(
                account=by.account,
                list=list_id,
                kind=actions.ADD,
                params=params,
                filter=source.filter,
                by=by.user,
                by_name=by.name[:200],
                at=now,
                cursor=-1,
                total=total,
            )
            after = {**params, "filter": source.filter, "contacts": total}
            audit.write(by, "add_contacts", "call_list", list_id, found.name, None, after)
            return int(list_id)

        list_id = self._db.write(write)
        self._wake.set()
        return list_id

    def cancel(self, account: int, action: int) -> None:
        """It stops between two transactions; what is changed is changed. Raises NotFound."""
        row = self._db.read(lambda: _action(account, action))
        if row.state in AT_WORK:
            self._stop.add(action)

    def undo(self, by: Actor, action: int) -> None:
        """Raises NotFound, Busy, Invalid (it can't be undone any more)."""

        def write() -> None:
            row = _action(by.account, action)
            _not_busy(row.list_id)
            last = _last_undoable(row.list_id)
            if last != action:
                raise Invalid(f"action {action} can't be undone")
            kept = row.changed
            ListAction.update(
                state="UNDOING", done=0, changed=0, left=0, total=kept, by_name=by.name[:200], ended_at=None
            ).where(ListAction.id == action).execute()
            audit.write(by, "undo", "call_list", row.list_id, row.list.name, {"action": row.kind}, None)

        self._db.write(write)
        self._wake.set()

    # --- working --------------------------------------------------------------------------------------------
    def _work(self) -> None:
        while not self._closing:
            self._wake.wait()
            self._wake.clear()
            while not self._closing and (action := self._next()) is not None:
                if not self._run(action):
                    gevent.sleep(1.0)  # the database is busy: again from where it was

    def _next(self) -> int | None:
        query = ListAction.select(ListAction.id).where(ListAction.state.in_(AT_WORK)).order_by(ListAction.id)
        try:
            return self._db.read(lambda: query.limit(1).scalar())
        except DatabaseBusy:
            gevent.sleep(1.0)
            self._wake.set()
            return None

    def _run(self, action: int) -> bool:
        """False: it is to be tried again."""
        try:
            row = self._db.read(lambda: ListAction.get_by_id(action))
            whole = self._undo(row) if row.state == "UNDOING" else self._forward(row)
        except DatabaseBusy as error:
            log.info("an action on a list waits for the database", action=action, why=str(error))
            return False
        except Exception as error:
            log.exception("an action on a list failed", action=action)
            key = error.key if isinstance(error, FsAppError) else "error.internal"
            self._end(action, "FAILED", key)
            return True
        if whole:
            self._end(action, "UNDONE" if row.state == "UNDOING" else "DONE")
        elif action in self._stop:
            self._stop.discard(action)
            self._end(action, "STOPPED")
        self.changed(row.account_id, row.list_id)
        return True

    def _job(self, row: ListAction) -> Job:
        def prepared() -> Any:
            if row.kind == actions.ADD:  # its filter is one of contacts
                return None
            return self._asking(row.account_id).condition(row.filter)

        stopped = partial(self._is_stopped, row.id)
        params = {**row.params, "seed": row.params.get("seed", row.id)}
        return Job(
            row.id, row.list_id, row.kind, params, self._db.read(prepared), row.cursor, row.changed, stopped
        )

    def _is_stopped(self, action: int) -> bool:
        return self._closing or action in self._stop

    def _forward(self, row: ListAction) -> bool:
        job = self._job(row)
        if row.cursor < 0 and row.kind in actions.UNDOABLE:
            self._forget_older(row)
        if row.kind == "arrange":
            return self._arrange(row, job)
        if row.kind == actions.ADD:
            return adding.run(self._db, job, row)
        whole = bulk.run(self._db, job)
        if whole and row.kind == "delete":
            self._db.write(partial(bulk.drop_list, row.list_id))
        return whole

    def _arrange(self, row: ListAction, job: Job) -> bool:
        if row.cursor > 0:  # after a restart: from the beginning, what stands right is not written
            self._db.write(
                lambda: ListAction.update(done=0, changed=0).where(ListAction.id == row.id).execute()
            )
        found = self._db.read(lambda: CallList.get_by_id(row.list_id))
        if found.rule_id is None:
            raise Invalid(f"list {found.id} has no rule")

        def ordering() -> list[Any]:
            rule = DistributionRule.get_by_id(found.rule_id)
            asked = self._asking(row.account_id)
            return rules.order(rule.keys, rule.seed, partial(_column, asked), asked.characteristic)

        whole = bulk.rank(self._db, job, ordering, needs_contact=True)
        if whole:
            now = self._clock.now_ms()
            self._db.write(
                lambda: CallList.update(ordered_at=now).where(CallList.id == row.list_id).execute()
            )
        return whole

    def _undo(self, row: ListAction) -> bool:
        return bulk.undo(self._db, self._job(row))

    def _forget_older(self, row: ListAction) -> None:
        older = ListAction.select(ListAction.id).where(
            ListAction.list == row.list_id,
            ListAction.id < row.id,
            ListAction.kind.in_(tuple(actions.UNDOABLE)),
        )
        for (one,) in self._db.read(lambda: list(older.order_by(ListAction.id.desc()).limit(3).tuples())):
            bulk.forget(self._db, one)

    def _end(self, action: int, state: str, error: str = "") -> None:
        now = self._clock.now_ms()
        self._db.write(
            lambda: (
                ListAction.update(state=state, ended_at=now, error=error[:200])
                .where(ListAction.id == action)
                .execute()
            )
        )

    def look(self) -> None:
        """Lists with a rule that got new records are put in order, one action each."""
        now = self._clock.now_ms()

        def wanted() -> list[tuple[int, int]]:
            query = CallList.select(CallList.id, CallList.account).where(
                CallList.order_wanted, CallList.rule.is_null(False), CallList.archived_at.is_null()
            )
            return list(query.tuples())

        for list_id, account in self._db.read(wanted):
            by = Actor(account, None, "", now, "")
            try:
                self.act(by, list_id, "arrange", {})
            except Busy:
                continue
            except NothingToDo:
                self._db.write(
                    partial(
                        lambda one: CallList.update(order_wanted=False).where(CallList.id == one).execute(),
                        list_id,
                    )
                )

    def look_soon(self) -> None:
        """A rule has been changed: its lists are put in order without waiting for the next look."""
        self._tasks.spawn("order of lists", self.look)

    # --- contact files --------------------------------------------------------------------------------------
    def delete_file(self, by: Actor, file: int) -> str:
        """Its name; the rows go in the background. Raises NotFound, InUse."""
        name = self._db.write(lambda: files.put_away(by, file))
        self._tasks.spawn("a contact file goes", self._drop_files)
        return name

    def _drop_files(self) -> None:
        for file in self._db.read(files.put_away_before):
            while not self._closing and self._db.write(partial(files.drop_piece, file)):
                gevent.sleep(bulk.PAUSE_S)

    def _asking(self, account: int) -> Asking:
        return asking(account, self._clock.now_ms())


def _find(account: int, list_id: int) -> CallList:
    found = CallList.get_or_none((CallList.id == list_id) & (CallList.account == account))
    if found is None:
        raise NotFound(f"list {list_id}")
    return found  # type: ignore[no-any-return]


def _action(account: int, action: int) -> ListAction:
    found = ListAction.get_or_none((ListAction.id == action) & (ListAction.account == account))
    if found is None:
        raise NotFound(f"action {action}")
    return found  # type: ignore[no-any-return]


def _not_busy(list_id: int) -> None:
    if ListAction.select().where(ListAction.list == list_id, ListAction.state.in_(AT_WORK)).exists():
        raise Busy(f"list {list_id}")


def _last_undoable(list_id: int) -> int | None:
    """The last action that changed records for good, if that can be undone."""
    row = (
        ListAction.select(ListAction.id, ListAction.kind, ListAction.state)
        .where(ListAction.list == list_id, ListAction.kind.not_in(tuple(actions.ORDERING)))
        .order_by(ListAction.id.desc())
        .first()
    )
    good = row is not None and row.kind in actions.UNDOABLE and row.state in ("DONE", "STOPPED", "FAILED")
    return int(row.id) if good else None


def _progress(row: ListAction, place: int) -> Progress:
    undoable = row.changed > 0 and row.state in ("DONE", "STOPPED", "FAILED")
    return Progress(
        row.id,
        row.list_id,
        row.kind,
        row.state,
        row.total,
        row.done,
        row.changed,
        row.left,
        row.by_name,
        row.at,
        row.ended_at,
        row.error,
        undoable and _last_undoable(row.list_id) == row.id,
        row.params,
    )


def _checked(kind: str, params: Mapping[str, Any], found: CallList) -> dict[str, Any]:
    """What an action needs to know, and no more. Raises Invalid."""
    if kind not in actions.KINDS:
        raise Invalid(f"action {kind[:20]!r}", field="kind")
    match kind:
        case "recycle":
            states = [state for state in actions.RECYCLABLE if state in (params.get("states") or ())]
            if not states:
                raise Invalid("no states to recycle", field="states")
            return {"states": [str(state) for state in states]}
        case "assign":
            agents = [one for one in params.get("agents") or () if isinstance(one, int)]
            if not 0 < len(agents) <= actions.MOST_AGENTS:
                raise Invalid("nobody to assign to", field="agents")
            return {"agents": agents}
        case "priority":
            priority = params.get("priority")
            if not isinstance(priority, int) or priority not in actions.PRIORITIES:
                raise Invalid("no such priority", field="priority")
            return {"priority": priority}
        case "shuffle":
            seed = params.get("seed")
            return {"seed": seed} if isinstance(seed, int) and 0 <= seed < 10**9 else {}
        case "natural":
            return {"newest_first": found.newest_first}
        case "arrange":
            if found.rule_id is None:
                raise Invalid("the list has no rule", field="rule")
    return {}


def _column(asked: Asking, name: str) -> Any:
    known = asked.fields.every.get(name)
    return known.column if known is not None and not known.many else None
