"""The tab Screen pop: what opens when a call rings, and the web service that is asked who calls (BA-80, BA-81)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fs_app.admin.queue_parts import Checking, Part
from fs_app.queues import popping
from fs_app.queues.model import Queue
from fs_app.queues.popping import LONGEST_S, METHODS, MODES, MOST_MAPPED, TARGETS, WHENS, Mapped

LONGEST_SECRET = 500


@dataclass(frozen=True, slots=True)
class PopForm:
    """`secret` is encrypted already; None: the one that is there stays."""

    mode: str = "record"
    when: str = "ring"
    url: str = ""
    target: str = "tab"
    lookup_url: str = ""
    lookup_name: str = ""
    method: str = "GET"
    timeout_s: int | None = 3
    secret: str | None = ""
    mapped: tuple[Mapped, ...] = ()

    @property
    def has_secret(self) -> bool:
        return bool(self.secret)


def load(account: int, queue: int) -> PopForm:
    row = Queue.get(Queue.id == queue, Queue.account == account)
    return PopForm(
        row.pop_mode,
        row.pop_when,
        row.pop_url,
        row.pop_target,
        row.lookup_url,
        row.lookup_name,
        row.lookup_method,
        row.lookup_timeout_s,
        row.lookup_secret,
        popping.mapped_of(row.lookup_map),
    )


def check(checking: Checking, value: PopForm) -> None:
    problems = checking.problems
    choices = (
        ("pop_mode", value.mode, MODES),
        ("pop_when", value.when, WHENS),
        ("pop_target", value.target, TARGETS),
        ("lookup_method", value.method, METHODS),
    )
    for field, chosen, offered in choices:
        if chosen not in offered:
            problems.add(field, "field.choice")
    if value.mode == "url" and not value.url:
        problems.add("pop_url", "field.needed")
    for field, url in (("pop_url", value.url), ("lookup_url", value.lookup_url)):
        wrong = popping.wrong_address(url) if url else ""
        if wrong:
            problems.add(field, f"field.{wrong}", most=popping.LONGEST_URL)
    problems.text("lookup_name", value.lookup_name, 60, needed=bool(value.lookup_url))
    problems.number("lookup_timeout_s", value.timeout_s, 1, LONGEST_S)
    if value.lookup_url and not value.mapped:
        problems.add("map", "pop.wrong.nothing_mapped")
    if len(value.mapped) > MOST_MAPPED:
        problems.add("map", "pop.wrong.many_mapped", most=MOST_MAPPED)
    for row, one in enumerate(value.mapped):
        wrong = popping.wrong_mapped(one)
        if wrong:
            problems.add(f"map-{row}-{wrong}", f"pop.wrong.{wrong}")
        problems.text(f"map-{row}-label", one.label, 60, needed=False)


def store(account: int, queue: int, value: PopForm) -> None:
    columns: dict[str, Any] = {
        "pop_mode": value.mode,
        "pop_when": value.when,
        "pop_url": value.url,
        "pop_target": value.target,
        "lookup_url": value.lookup_url,
        "lookup_name": value.lookup_name,
        "lookup_method": value.method,
        "lookup_timeout_s": value.timeout_s,
        "lookup_map": popping.as_stored(value.mapped),
    }
    if value.secret is not None:
        columns["lookup_secret"] = value.secret
    Queue.update(**columns).where(Queue.id == queue, Queue.account == account).execute()


def described(account: int, value: PopForm) -> Mapping[str, Any]:
    return {
        "pop_mode": value.mode,
        "pop_when": value.when,
        "pop_url": value.url,
        "pop_target": value.target,
        "lookup_url": value.lookup_url,
        "lookup_name": value.lookup_name,
        "lookup_method": value.method,
        "lookup_timeout_s": value.timeout_s,
        "lookup_map": [f"{one.path} → {one.field or one.label}" for one in value.mapped],
    }


PART = Part("pop", PopForm(), load, check, store, described)
