"""The tab After the call: the verdict that a call gets when its agent gives none in time (BA-160)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from fs_app.admin.numbers import flows
from fs_app.admin.queue_parts import Checking, Part
from fs_app.ivr.model import Flow
from fs_app.queues.model import Disposition, DispositionSet, Queue

LONGEST_S = 3600


@dataclass(frozen=True, slots=True)
class WrapUp:
    """After `auto_qualify_s` (0: never; None: no number) of wrap-up the call gets `auto_disposition`. `survey_flow` is
    the menu into which the caller is led when his agent hangs up first."""

    auto_qualify_s: int | None = 0
    auto_disposition: int | None = None
    survey_flow: int | None = None


def load(account: int, queue: int) -> WrapUp:
    row = Queue.get(Queue.id == queue, Queue.account == account)
    return WrapUp(row.auto_qualify_s, row.auto_disposition_id, row.survey_flow_id)


def check(checking: Checking, value: WrapUp) -> None:
    checking.problems.number("auto_qualify_s", value.auto_qualify_s, 0, LONGEST_S)
    stored = Queue.get_or_none((Queue.id == checking.queue) & (Queue.account == checking.account))
    kept = stored is not None and stored.survey_flow_id == value.survey_flow
    if value.survey_flow is not None and not kept and value.survey_flow not in dict(flows(checking.account)):
        checking.problems.add("survey_flow", "field.choice")
    if value.auto_disposition is None:
        if value.auto_qualify_s:
            checking.problems.add("auto_disposition", "field.needed")
        return
    chosen = Disposition.get_or_none(
        (Disposition.id == value.auto_disposition)
        & (Disposition.account == checking.account)
        & Disposition.active
    )
    if chosen is None:
        checking.problems.add("auto_disposition", "field.choice")
    elif stored is not None and stored.disposition_set_id != chosen.set_id:
        checking.problems.add("auto_disposition", "field.other_set")


def store(account: int, queue: int, value: WrapUp) -> None:
    Queue.update(**asdict(value)).where(Queue.id == queue, Queue.account == account).execute()


def described(account: int, value: WrapUp) -> Mapping[str, Any]:
    chosen = Disposition.get_or_none(
        (Disposition.id == value.auto_disposition) & (Disposition.account == account)
    )
    flow = Flow.get_or_none((Flow.id == value.survey_flow) & (Flow.account == account))
    return {
        "auto_qualify_s": value.auto_qualify_s,
        "auto_disposition": chosen.label if chosen is not None else "",
        "survey_flow": flow.name if flow is not None else "",
    }


@dataclass(frozen=True, slots=True)
class Offered:
    """(identifier, name) of dispositions, with their group, and of voice menus."""

    dispositions: list[tuple[int, str]]
    flows: list[tuple[int, str]]


def offered(account: int) -> Offered:
    return Offered(_dispositions(account), flows(account))


def _dispositions(account: int) -> list[tuple[int, str]]:
    """(disposition, its group and name)."""
    rows = (
        Disposition.select(Disposition.id, DispositionSet.name, Disposition.label)
        .join(DispositionSet, on=(Disposition.set == DispositionSet.id))
        .where(Disposition.account == account, Disposition.active)
        .order_by(DispositionSet.name, Disposition.position, Disposition.id)
        .tuples()
    )
    return [(identifier, f"{group} · {label}") for identifier, group, label in rows]


PART = Part("wrap_up", WrapUp(), load, check, store, described)
