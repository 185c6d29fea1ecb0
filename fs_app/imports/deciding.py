"""What becomes of a line, once the database was asked: the same for the dry run and for the import. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fs_app.imports.plan import Plan
from fs_app.imports.prepare import Line
from fs_app.imports.reasons import DUPLICATE, Refusal, refused

Matches = Callable[[Mapping[str, Any]], bool]


class Asked(Protocol):
    """`known.Known`, or what a dry run remembers beside it."""

    def contacts(self, lines: Sequence[Line]) -> list[int | None]: ...

    def on_list(self, contacts: Sequence[int]) -> set[int]: ...

    def came(self, contact: int) -> None:
        """Somebody who was known came onto the list."""


class Reached(Protocol):
    """Known contacts whom an earlier line of the same file has brought."""

    def of(self, contacts: Sequence[int]) -> set[int]: ...

    def add(self, contacts: Sequence[int]) -> None: ...


class ReachedHere:
    """As long as the process lives."""

    def __init__(self) -> None:
        self._contacts: set[int] = set()

    def of(self, contacts: Sequence[int]) -> set[int]:
        return self._contacts.intersection(contacts)

    def add(self, contacts: Sequence[int]) -> None:
        self._contacts.update(contacts)


@dataclass(slots=True)
class Decision:
    """`outcome`: new, known, updated. `contact`: who it is (None: a new one). `record`: it comes onto the list
    (without a list: into the file), `blocked`: as blacklisted."""

    line: Line
    outcome: str
    contact: int | None = None
    record: bool = False
    blocked: bool = False


class Decider:
    """`blocked` answers for numbers (E.164) which of them must not be called; `matches` is the plan's filter for the
    list; `reached`: who was brought by the lines before these.

    Two lines of a file without a key in common may be the same known contact: one has his number, the other his mail.
    Where people are updated and a file should bring each once, the first line counts: else each import of the same
    file would change him twice.
    """

    def __init__(
        self,
        plan: Plan,
        known: Asked,
        blocked: Callable[[Sequence[str]], Mapping[str, str]] | None,
        matches: Matches | None,
        reached: Reached | None = None,
    ) -> None:
        self._plan = plan
        self._known = known
        self._blocked = blocked
        self._matches = matches
        self._grows = plan.call_list is not None or plan.contact_file is not None
        rules = plan.duplicates
        once = rules.in_file and rules.in_account and rules.then == "update" and len(rules.by) > 1
        self._reached = (reached or ReachedHere()) if once else None

    def in_rounds(self, lines: Sequence[Line]) -> Iterator[list[tuple[Line, Decision | Refusal]]]:
        """All lines with their answers, in as many rounds as it takes: what a round decides is to be written before
        the next one is asked for."""
        while lines:
            answers = self.decide(lines)
            yield list(zip(lines, answers, strict=False))
            lines = lines[len(answers) :]

    def decide(self, lines: Sequence[Line]) -> list[Decision | Refusal]:
        """Answers in order, for the first line at least and for as many as can be told now: what the answer to an
        earlier line writes may change who a later one is. Lines of one call must not have a key in common."""
        plan, rules = self._plan, self._plan.duplicates
        asks = rules.by and (rules.in_account or (rules.in_list and self._grows))
        contacts = self._known.contacts(lines) if asks else [None] * len(lines)
        listed: set[int] = set()
        if rules.in_list and self._grows:
            there = [contact for contact in contacts if contact is not None]
            listed = self._known.on_list(there) if there else set()
        blocked: Mapping[str, str] = {}
        if self._blocked is not None and plan.blacklist != "ignore":
            blocked = self._blocked([line.numbers[0].number for line in lines if line.numbers])
        answers: list[Decision | Refusal] = []
        before, now = self._before(contacts), set[int]()
        for line, contact in zip(lines, contacts, strict=True):
            if contact in now:
                break  # found by what he had before the line that is about to change him
            if contact in before:
                answers.append(DUPLICATE["file"])
                continue
            answer = self._one(line, contact, contact in listed, blocked)
            if contact is not None and rules.in_list and isinstance(answer, Decision) and answer.record:
                listed.add(contact)  # two lines, by two keys of the same person
                self._known.came(contact)
            if contact is not None and self._reached is not None and isinstance(answer, Decision):
                now.add(contact)
            answers.append(answer)
        if self._reached is not None and now:
            self._reached.add(sorted(now))
        return answers

    def _before(self, contacts: Sequence[int | None]) -> set[int]:
        there = [contact for contact in contacts if contact is not None]
        return self._reached.of(there) if self._reached is not None and there else set()

    def _one(
        self, line: Line, contact: int | None, listed: bool, blocked: Mapping[str, str]
    ) -> Decision | Refusal:
        plan, rules = self._plan, self._plan.duplicates
        number = line.numbers[0].number if line.numbers else ""
        why = blocked.get(number)
        if why is not None and plan.blacklist == "refuse":
            return refused("blacklisted", value=number)
        if contact is not None and listed and rules.then != "update":
            return DUPLICATE["list"]
        if contact is not None and rules.in_account:
            if rules.then == "skip":
                return DUPLICATE["account"]
            outcome = "updated" if rules.then == "update" else "known"
        else:
            if listed:
                return DUPLICATE["list"]
            outcome, contact = "new", None
        record = self._grows and not listed
        if record and plan.call_list is not None and self._matches is not None:
            record = self._matches(said(line))
        return Decision(
            line, outcome, contact, record, record and why is not None and plan.call_list is not None
        )


def said(line: Line) -> dict[str, Any]:
    """The line as the filter of the list sees it."""
    values: dict[str, Any] = {**line.texts, "memo": line.memo, "due_at": line.due_at, "zone": line.zone}
    values.update({f"custom.{name}": value for name, value in line.custom.items()})
    values["number"] = [n.number for n in line.numbers]
    values["number_kind"] = [n.kind for n in line.numbers]
    if line.numbers:
        values["zone"] = line.numbers[0].zone
    return values
