"""Puts together what an import or a dry run needs, from the order and the database. In the child process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import peewee

from fs_app.accounts.model import Account
from fs_app.calllists.model import CallList
from fs_app.contacts.model import ContactField
from fs_app.db import proxy
from fs_app.imports import filtering, places
from fs_app.imports.ahead import apart, prepared
from fs_app.imports.bulk import open_database, transaction, trust_references
from fs_app.imports.checking import Check, Remembering
from fs_app.imports.counting import Counts
from fs_app.imports.deciding import Decider
from fs_app.imports.known import Known, ReachedBefore
from fs_app.imports.making import FieldTaken, NameTaken, make
from fs_app.imports.model import ImportJob
from fs_app.imports.plan import Plan, parse
from fs_app.imports.prepare import Preparer, Setting
from fs_app.imports.reading import Dialect, guess, rows, sample
from fs_app.imports.reading.numbers import Check as NumberCheck
from fs_app.imports.refusedfile import RefusedFile
from fs_app.imports.running import Importer, NotOurs
from fs_app.imports.writing import Target, Writer, expander, still_there
from fs_app.legal.optouts import Blocked

Json = dict[str, Any]
Say = Callable[[Json], None]
Alive = Callable[[], bool]


class Ground:
    """The job, its plan, its file, and what both stand on."""

    def __init__(self, order: Json, writes: bool) -> None:
        self.order = order
        self.folder = Path(order["folder"])
        self.database = open_database(order["database"], writes)
        self.job: Any = ImportJob.get_by_id(order["job"])
        self.account: Any = Account.get_by_id(order["account"])
        self.plan: Plan = parse(self.job.plan)[0]
        self.source = self.folder / places.SOURCE
        given = self.plan.dialect or self.job.dialect
        self.dialect = Dialect.of(given) if given else guess(self.source, self.job.file)
        seen = sample(self.source, self.dialect)
        self.header = seen.header
        self.total = seen.total
        self.zone = ZoneInfo(self.account.time_zone)

    @property
    def at(self) -> int:
        """The moment of the import: the same after a death."""
        return int(self.job.started_at or self.order["now"])

    def rows(self) -> Iterator[list[str]]:
        return rows(self.source, self.dialect)

    def preparer(self) -> Preparer:
        plan = self.plan
        own = ContactField.select().where(ContactField.account == self.account.id)
        fields = {f.name: (f.kind, tuple(f.choices or ())) for f in own}
        for new in plan.new_fields:
            fields.setdefault(new.name, (new.kind, ()))
        numbers = NumberCheck(
            plan.numbers.country or self.account.country, plan.numbers.prefix, plan.numbers.missing_zero
        )
        setting = Setting(self.account.country, self.zone, fields)
        matches = filtering.matcher(plan.filter, filtering.of_file(self.header, self._words()))
        return Preparer(plan, self.header, setting, numbers, matches)

    def list_filter(self) -> Callable[[Any], bool] | None:
        own = {f.name: f.kind for f in ContactField.select().where(ContactField.account == self.account.id)}
        own |= {f.name: f.kind for f in self.plan.new_fields}
        return filtering.matcher(self.plan.list_filter, filtering.of_list(own, self._words()))

    def blocked(self, queue: int | None, call_list: int | None) -> Callable[..., Any] | None:
        if self.plan.blacklist == "ignore":
            return None
        return Blocked(self.account.id, self.at, queue, call_list).of

    def _words(self) -> Json:
        return filtering.words(self.at, self.zone, self.account.country)


def check(order: Json, say: Say, alive: Alive) -> Json:
    """{counts}; the first lines go into a file of the job's folder."""
    ground = Ground(order, writes=False)
    plan = ground.plan
    into = plan.call_list.id if plan.call_list is not None else None
    row = CallList.get_or_none(CallList.id == into) if into is not None else None
    file = plan.contact_file.id if plan.contact_file is not None else None
    known: Any = Known(ground.account.id, plan.duplicates.by, into, file if plan.call_list is None else None)
    if not plan.duplicates.in_file:
        known = Remembering(known, plan.duplicates.by)
    decider = Decider(
        plan, known, ground.blocked(row.queue_id if row is not None else None, into), ground.list_filter()
    )
    has_file = plan.contact_file is not None or (row is not None and row.file_id is not None)
    found = Check(
        ground.rows(), ground.preparer(), decider, plan.call_list is not None, has_file, say, alive
    ).run(ground.total)
    mapped = {c.column for c in plan.columns if c.target} | set(plan.memo.columns)
    found["unmapped"] = [name for at, name in enumerate(ground.header) if at not in mapped]
    found["header"] = ground.header
    part = ground.folder / f"{places.CHECK}.part"
    part.write_bytes(orjson.dumps(found))
    part.replace(ground.folder / places.CHECK)
    return {"counts": found["counts"]}


def run(order: Json, say: Say, alive: Alive, own_process: bool = False) -> Json:
    """{counts}. `own_process`: lines are prepared in another one."""
    ground = Ground(order, writes=True)
    job, plan = ground.job, ground.plan
    if job.runner != order["runner"]:
        raise NotOurs
    made = _made(ground)
    expand = expander(ground.account.id, ground.account.country, ground.at, job.salt.encode())
    items = prepared(ground.rows(), ground.preparer(), expand, job.position)
    if own_process:
        ground.database.close()
        items = apart(items)
        ground.database.connect()
    trust_references(ground.database)
    call_list: Any = CallList.get_or_none(CallList.id == made["call_list"]) if made["call_list"] else None
    file = made["contact_file"]
    if call_list is not None and call_list.file_id is not None:
        file = call_list.file_id
    target = Target(
        job=job.id,
        account=ground.account.id,
        country=ground.account.country,
        by=job.by_id,
        by_name=job.by_name,
        at=ground.at,
        call_list=call_list.id if call_list is not None else None,
        newest_first=bool(call_list is not None and call_list.newest_first),
        contact_file=file,
        excluded=plan.excluded,
        ruled=bool(call_list is not None and call_list.rule_id is not None),
    )
    known = Known(
        ground.account.id, plan.duplicates.by, target.call_list, file if call_list is None else None
    )
    queue = call_list.queue_id if call_list is not None else None
    decider = Decider(
        plan,
        known,
        ground.blocked(queue, target.call_list),
        ground.list_filter(),
        ReachedBefore(ground.account.id, job.id),
    )
    refused = RefusedFile(ground.folder / places.REFUSED, job.refused_size)
    counts = Importer(
        job.id,
        order["runner"],
        items,
        decider,
        Writer(ground.database, target, known),
        refused,
        Counts(job.counts),
        job.position,
        max(ground.total, job.total),
        say,
        lambda: still_there(target),
        alive,
    ).run()
    refused.close()
    return {"counts": counts}


@contextmanager
def one_maker(plan: Plan) -> Iterator[None]:
    """Of two that make the same in one moment the database takes one. Raises NameTaken, FieldTaken for the other."""
    try:
        yield
    except peewee.IntegrityError as error:
        wanted = next((i.new for i in (plan.call_list, plan.contact_file) if i is not None and i.new), "")
        if "contact_field" in str(error) and plan.new_fields:
            raise FieldTaken(str(error)[:200], name=plan.new_fields[0].label) from error
        if not wanted:
            raise
        raise NameTaken(str(error)[:200], name=wanted) from error


def _made(ground: Ground) -> Json:
    """The list, the file and the fields that the plan asks for: made once, whoever dies meanwhile."""
    job = ground.job
    if job.made:
        return dict(job.made)
    with one_maker(ground.plan), transaction(proxy.obj):
        made = make(ground.account.id, job.id, ground.plan, ground.header, ground.at)
        changed = (
            ImportJob.update(
                made=made,
                call_list_id=made["call_list"],
                contact_file_id=made["contact_file"],
                total=ground.total,
            )
            .where((ImportJob.id == job.id) & (ImportJob.runner == ground.order["runner"]))
            .execute()
        )
        if not changed:
            raise NotOurs
    return made
