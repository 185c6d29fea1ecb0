"""The tab Digits: what a caller is asked to type without his agent hearing it, and where that goes (BY-24)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fs_app.admin.queue_parts import Checking, Part
from fs_app.queues import popping
from fs_app.queues.model import Queue
from fs_app.queues.popping import CARD, LIMITS, MOST_STEPS, Step

SHORTEST_S, LONGEST_S = 5, 120


@dataclass(frozen=True, slots=True)
class CaptureForm:
    """`secret` is encrypted already; None: the one that is there stays."""

    url: str = ""
    secret: str | None = ""
    prompt: str = ""
    timeout_s: int | None = 20
    steps: tuple[Step, ...] = CARD

    @property
    def has_secret(self) -> bool:
        return bool(self.secret)


def load(account: int, queue: int) -> CaptureForm:
    row = Queue.get(Queue.id == queue, Queue.account == account)
    return CaptureForm(
        row.capture_url,
        row.capture_secret,
        row.capture_prompt,
        row.capture_timeout_s,
        popping.steps_of(row.capture_steps),
    )


def check(checking: Checking, value: CaptureForm) -> None:
    problems = checking.problems
    wrong = popping.wrong_address(value.url, places=False) if value.url else ""
    if wrong:
        problems.add("capture_url", f"field.{wrong}", most=popping.LONGEST_URL)
    stored = Queue.get_or_none((Queue.id == checking.queue) & (Queue.account == checking.account))
    checking.sound("capture_prompt", value.prompt, stored.capture_prompt if stored is not None else "")
    problems.number("capture_timeout_s", value.timeout_s, SHORTEST_S, LONGEST_S)
    if value.url and not value.steps:
        problems.add("step", "pop.wrong.no_step")
    if len(value.steps) > MOST_STEPS:
        problems.add("step", "pop.wrong.many_steps", most=MOST_STEPS)
    names = [step.name for step in value.steps]
    for row, step in enumerate(value.steps):
        found = popping.wrong_step(step)
        least, most = LIMITS.get(step.kind, (1, 32))
        if found:
            problems.add(f"step-{row}-{found}", f"pop.wrong.step_{found}", least=least, most=most)
        elif names.index(step.name) != row:
            problems.add(f"step-{row}-name", "pop.wrong.step_twice")
        problems.text(f"step-{row}-label", step.label, 60, needed=False)


def store(account: int, queue: int, value: CaptureForm) -> None:
    columns: dict[str, Any] = {
        "capture_url": value.url,
        "capture_prompt": value.prompt,
        "capture_timeout_s": value.timeout_s,
        "capture_steps": [] if value.steps == CARD else popping.as_stored(value.steps),
    }
    if value.secret is not None:
        columns["capture_secret"] = value.secret
    Queue.update(**columns).where(Queue.id == queue, Queue.account == account).execute()


def described(account: int, value: CaptureForm) -> Mapping[str, Any]:
    return {
        "capture_url": value.url,
        "capture_prompt": value.prompt,
        "capture_timeout_s": value.timeout_s,
        "capture_steps": [f"{s.name}: {s.kind} {s.least}-{s.most}" for s in value.steps],
    }


PART = Part("capture", CaptureForm(), load, check, store, described)
