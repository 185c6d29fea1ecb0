"""The tabs Overflow, Callbacks and Announcements of a queue: what a caller lives through who is not answered at once.

Each form's fields are columns of the queue of the same name; what they mean stands at `queues.model.Queue`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

from fs_app.accounts.model import Account
from fs_app.admin.queue_parts import Checking, Part
from fs_app.contacts.numbers import e164
from fs_app.queues.model import Queue

V = TypeVar("V")

KEYS = tuple("123456789*0#")
WAYS = ("hang_up", "queue", "number", "voicemail")
QUEUES = ("max_wait_queue", "max_length_queue", "exit_queue")
NUMBERS = ("max_wait_number", "max_length_number", "exit_number", "callback_number")

SHORTEST_ROUND_S = 10
"""Announcements closer together than this would leave no music."""


@dataclass(frozen=True, slots=True)
class Overflow:
    """None is a field that holds no number. Telephone numbers are as people write them."""

    max_wait_s: int | None = 0
    max_wait_then: str = "hang_up"
    max_wait_queue: int | None = None
    max_wait_message: str = ""
    max_wait_number: str = ""
    max_length: int | None = 0
    max_length_then: str = "hang_up"
    max_length_queue: int | None = None
    max_length_message: str = ""
    max_length_number: str = ""
    exit_key: str = ""
    exit_prompt: str = ""
    exit_then: str = "voicemail"
    exit_queue: int | None = None
    exit_message: str = ""
    exit_number: str = ""
    outside_ring_s: int | None = 30
    transfer_returns: bool = True
    preferred_s: int | None = 20
    voicemail_greeting: str = ""
    voicemail_max_s: int | None = 120
    voicemail_silence_s: int | None = 4


@dataclass(frozen=True, slots=True)
class CallingBack:
    callback_key: str = ""
    callback_prompt: str = ""
    callback_number: str = ""
    callback_tries: int | None = 3
    callback_retry_s: int | None = 300
    keep_abandoned: bool = True


@dataclass(frozen=True, slots=True)
class Announcements:
    announce_position: bool = False
    announce_wait: bool = False
    announce_first_s: int | None = 15
    announce_every_s: int | None = 45
    hold_message: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    id: int
    label: str


def queues(account: int) -> list[Choice]:
    """The active ones, to go on to."""
    query = (
        Queue.select(Queue.id, Queue.name).where(Queue.account == account, Queue.active).order_by(Queue.name)
    )
    return [Choice(*row) for row in query.tuples()]


# --- reading and writing: columns of the same name ----------------------------------------------------------
def _load(kind: type[V], account: int, queue: int) -> V:
    row = Queue.get(Queue.id == queue, Queue.account == account)
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    return kind(**{name: getattr(row, f"{name}_id" if name in QUEUES else name) for name in names})


def _store(account: int, queue: int, value: Any) -> None:
    values = asdict(value)
    country = Account.get_by_id(account).country
    for name in NUMBERS:
        if values.get(name):
            values[name] = e164(values[name], country) or values[name]
    Queue.update(**values).where(Queue.id == queue, Queue.account == account).execute()


def _described(account: int, value: Any) -> Mapping[str, Any]:
    names = {choice.id: choice.label for choice in queues(account)}
    return {
        name: names.get(v, "") if name in QUEUES else v for name, v in asdict(value).items() if v is not None
    }


# --- checking -----------------------------------------------------------------------------------------------
def _check_overflow(checking: Checking, value: Overflow) -> None:
    problems = checking.problems
    problems.number("max_wait_s", value.max_wait_s, 0, 86_400)
    problems.number("max_length", value.max_length, 0, 10_000)
    problems.number("outside_ring_s", value.outside_ring_s, 5, 120)
    problems.number("preferred_s", value.preferred_s, 0, 300)
    problems.number("voicemail_max_s", value.voicemail_max_s, 5, 600)
    problems.number("voicemail_silence_s", value.voicemail_silence_s, 1, 30)
    _check_way(checking, value, "max_wait", WAYS, bool(value.max_wait_s))
    _check_way(checking, value, "max_length", WAYS, bool(value.max_length))
    _check_way(checking, value, "exit", WAYS, bool(value.exit_key))
    _check_key(checking, "exit_key", value.exit_key)
    for name in (
        "max_wait_message",
        "max_length_message",
        "exit_message",
        "exit_prompt",
        "voicemail_greeting",
    ):
        checking.sound(name, getattr(value, name), _before(checking, name))


def _check_way(checking: Checking, value: Overflow, name: str, ways: tuple[str, ...], needed: bool) -> None:
    """`needed`: the limit is on, so the way must lead somewhere."""
    then = getattr(value, f"{name}_then")
    if then not in ways:
        checking.problems.add(f"{name}_then", "field.choice")
    target = getattr(value, f"{name}_queue", None)
    known = {choice.id for choice in queues(checking.account)} - {checking.queue}
    if target is not None and target not in known and target != _before(checking, f"{name}_queue_id"):
        checking.problems.add(f"{name}_queue", "field.choice")
    if then == "queue" and needed and target is None:
        checking.problems.add(f"{name}_queue", "field.needed")
    number = getattr(value, f"{name}_number")
    if then == "number" and needed and not number:
        checking.problems.add(f"{name}_number", "field.needed")
    elif number:
        _check_number(checking, f"{name}_number", number)


def _check_callbacks(checking: Checking, value: CallingBack) -> None:
    checking.problems.number("callback_tries", value.callback_tries, 1, 20)
    checking.problems.number("callback_retry_s", value.callback_retry_s, 10, 86_400)
    _check_key(checking, "callback_key", value.callback_key)
    if value.callback_number:
        _check_number(checking, "callback_number", value.callback_number)
    checking.sound("callback_prompt", value.callback_prompt, _before(checking, "callback_prompt"))


def _check_announcements(checking: Checking, value: Announcements) -> None:
    checking.problems.number("announce_first_s", value.announce_first_s, 1, 3600)
    if value.announce_every_s != 0:
        checking.problems.number("announce_every_s", value.announce_every_s, SHORTEST_ROUND_S, 3600)
    checking.sound("hold_message", value.hold_message, _before(checking, "hold_message"))


def _check_key(checking: Checking, name: str, key: str) -> None:
    if key and key not in KEYS:
        checking.problems.add(name, "field.choice")


def _check_number(checking: Checking, name: str, number: str) -> None:
    if e164(number, Account.get_by_id(checking.account).country) is None:
        checking.problems.add(name, "field.phone_number")


def _before(checking: Checking, column: str) -> Any:
    row = Queue.get_or_none(Queue.id == checking.queue, Queue.account == checking.account)
    return getattr(row, column) if row is not None else ""


OVERFLOW: Part[Overflow] = Part(
    "overflow", Overflow(), lambda a, q: _load(Overflow, a, q), _check_overflow, _store, _described
)
CALLBACKS: Part[CallingBack] = Part(
    "callbacks", CallingBack(), lambda a, q: _load(CallingBack, a, q), _check_callbacks, _store, _described
)
ANNOUNCEMENTS: Part[Announcements] = Part(
    "announcements",
    Announcements(),
    lambda a, q: _load(Announcements, a, q),
    _check_announcements,
    _store,
    _described,
)
