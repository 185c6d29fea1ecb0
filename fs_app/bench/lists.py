"""`fs-app bench lists`: a call list of a million records.

The next records are picked, the list is counted, pages of it are shown as people ask for them (any page, a state, a
filter over the contacts, a name, another order), and half of it is excluded while another piece of work asks for the
database's writer all the time: so long somebody waits for an action.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
import gevent

from fs_app.accounts.model import Account
from fs_app.admin.audit import Actor
from fs_app.bench.figures import Goal, Meanwhile, at, tell
from fs_app.bench.installation import ROOT
from fs_app.bus import Bus
from fs_app.calllists import counters, listing
from fs_app.calllists.fields import asking
from fs_app.calllists.listing import Wanted
from fs_app.calllists.model import CallList, ListAction, ListRecord
from fs_app.calllists.picking import Picker
from fs_app.calllists.picking import Wanted as Picked
from fs_app.calllists.service import CallLists
from fs_app.clock import RealClock
from fs_app.contacts import searching
from fs_app.contacts.model import Contact
from fs_app.db import Database
from fs_app.tasks import Tasks

RECORDS = 1_000_000
PIECE = 5_000
ROUNDS = 20
CITIES = ("Lyon", "Paris", "Marseille", "Saint-Étienne", "Nantes", "Lille", "Bordeaux", "Nîmes")
LAST = ("Martin", "Durand", "Lefèvre", "Moreau", "Simon", "Laurent", "Garcia", "Petit", "Roux", "Fournier")
FAR = ("Indian/Reunion", "America/Martinique", "America/Guadeloupe", "Pacific/Noumea", "America/Cayenne", "")
ZONES = ("Europe/Paris",) * 94 + FAR

GOALS = (Goal("pick_p95_ms", 100.0), Goal("page_p95_ms", 500.0), Goal("writer_wait_p99_ms", 100.0))


@click.command()
@click.option("--records", default=RECORDS, show_default=True)
@click.option(
    "--database", default="sqlite", help="`sqlite`, or the address of an empty database: postgresql://…"
)
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "json_output", is_flag=True, help="One JSON object on the last line.")
def lists(records: int, database: str, seed: int, json_output: bool) -> None:
    """Picking, counting, showing and changing a list."""
    rnd = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="fs-app-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}" if database == "sqlite" else database
        db = Database(url, ROOT / "migrations")
        db.open()
        try:
            account, made = _fill(db, records, rnd)
            meanwhile = Meanwhile([os.getpid()])
            figures = _picked(db, made) | _counted(db, made) | _shown(db, account, made, records, rnd)
            figures |= _changed(db, account, made)
            figures |= meanwhile.figures()
        finally:
            db.close()
    sys.exit(tell("lists", figures, GOALS, json_output))


def _fill(db: Database, records: int, rnd: random.Random) -> tuple[int, int]:
    now = RealClock().now_ms()

    def begin() -> tuple[int, int]:
        account = Account.create(slug="bench", name="Bench", sip_domain="bench.test", created_at=now)
        made = CallList.create(account=account, name="Bench", created_at=now, updated_at=now)
        return int(account.id), int(made.id)

    account, made = db.write(begin)

    def piece(begin: int, end: int) -> None:
        people = [
            {
                "account": account,
                "last_name": rnd.choice(LAST),
                "first_name": f"P{n}",
                "city": rnd.choice(CITIES),
                "name_key": f"{n}",
                "created_at": now,
                "updated_at": now,
            }
            for n in range(begin, end)
        ]
        for at_ in range(0, len(people), 1000):
            Contact.insert_many(people[at_ : at_ + 1000]).execute()
        ids = [
            i for (i,) in Contact.select(Contact.id).order_by(Contact.id.desc()).limit(end - begin).tuples()
        ]
        rows = [
            {
                "account": account,
                "list": made,
                "index": begin + n,
                "contact": contact,
                "number": f"+336{(begin + n) * 7919 % 10**8:08}",
                "kind": "mobile",
                "country": "FR",
                "zone": rnd.choice(ZONES),
                "order_key": now,
                "last_at": now - rnd.randrange(10**9) if n % 10 == 0 else None,
                "attempts": 1 if n % 10 == 0 else 0,
                "imported_at": now,
            }
            for n, contact in enumerate(sorted(ids))
        ]
        for at_ in range(0, len(rows), 1000):
            ListRecord.insert_many(rows[at_ : at_ + 1000]).execute()
        searching.index_many(
            (contact, account, searching.text_of(one, (), "FR"))
            for contact, one in zip(sorted(ids), people, strict=True)
        )

    for begin_ in range(0, records, PIECE):
        end_ = min(records, begin_ + PIECE)
        db.write(lambda b=begin_, e=end_: piece(b, e), timeout=60.0)  # type: ignore[misc]
    if not db.is_sqlite:
        db.write(lambda: db._database.execute_sql("ANALYZE"), timeout=120.0)
    return account, made


def _took(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def _picked(db: Database, made: int) -> dict[str, float]:
    now = RealClock().now_ms()

    def pick(picker: Picker, of: int) -> object:
        return db.read(lambda: picker.next_records(Picked(made), now, 40, lambda one: one.id % of == 0), 60.0)

    easy = [_took(lambda: pick(Picker(), 1)) for _ in range(ROUNDS)]
    picker = Picker()
    hard = [_took(lambda: pick(picker, 10_007)) for _ in range(ROUNDS)]
    return {
        "pick_p50_ms": at(easy, 0.5),
        "pick_p95_ms": at(easy, 0.95),
        "pick_few_legal_p95_ms": at(hard, 0.95),
    }


def _counted(db: Database, made: int) -> dict[str, float]:
    return {
        "count_ms": at([_took(lambda: db.read(lambda: counters.tally(made, 4), 60.0)) for _ in range(5)], 0.5)
    }


def _shown(db: Database, account: int, made: int, records: int, rnd: random.Random) -> dict[str, float]:
    now = RealClock().now_ms()

    def show(wanted: Wanted, total: int | None) -> float:
        return _took(lambda: db.read(lambda: listing.page(account, "FR", wanted, total), 60.0))

    paris = db.read(lambda: asking(account, now).condition({"field": "city", "op": "is", "value": "Paris"}))
    pages = records // listing.PER_PAGE
    kinds: dict[str, Callable[[], float]] = {
        "page_any": lambda: show(Wanted(made, page=rnd.randint(1, pages)), records),
        "page_state": lambda: show(Wanted(made, states=("COMPLETED",)), None),
        "page_city": lambda: show(Wanted(made, condition=paris), None),
        "page_name": lambda: show(Wanted(made, q=f"p{rnd.randrange(records)}"), None),
        "page_number": lambda: show(Wanted(made, q=f"06{rnd.randrange(10**8):08}"), None),
        "page_sorted": lambda: show(Wanted(made, sort="last_at", descending=True), records),
    }
    found, every = {}, []
    for name, work in kinds.items():
        times = [work() for _ in range(6)]
        every += times
        found[f"{name}_ms"] = at(times, 0.5)
    return {**found, "page_p95_ms": at(every, 0.95)}


def _changed(db: Database, account: int, made: int) -> dict[str, float]:
    tasks, clock = Tasks("bench"), RealClock()
    service = CallLists(db, clock, Bus(), tasks)
    service.start()
    waits: list[float] = []

    def others() -> None:
        while True:
            waits.append(_took(lambda: db.write(lambda: None, timeout=60.0)))
            gevent.sleep(0.02)

    by = Actor(account, None, "bench", clock.now_ms())
    greenlet = tasks.spawn("others", others)
    begun = time.perf_counter()
    action = service.act(by, made, "exclude", {}, {"field": "city", "op": "in", "value": list(CITIES[:4])})
    while db.read(lambda: ListAction.get_by_id(action)).state == "RUNNING":
        gevent.sleep(0.2)
    took = time.perf_counter() - begun
    greenlet.kill()
    row = db.read(lambda: ListAction.get_by_id(action))
    service.stop()
    tasks.stop()
    return {
        "excluded": row.changed,
        "excluded_per_s": round(row.changed / took),
        "writer_wait_p99_ms": at(waits, 0.99),
        "writer_wait_worst_ms": at(waits, 1.0),
    }
