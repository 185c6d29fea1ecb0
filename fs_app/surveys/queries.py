"""What the page of surveys asks. Inside `Database.read`; plain values come out, of one account only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from fs_app.accounts.model import User
from fs_app.admin.listing import between
from fs_app.agents.model import Agent
from fs_app.calls.model import Call
from fs_app.ivr.model import Flow
from fs_app.queues.model import Queue
from fs_app.surveys.model import SurveyAnswer

LATEST = 50


@dataclass(frozen=True, slots=True)
class Question:
    """`counts` are (value, label, how many), the smallest first; `mean` of the values."""

    flow: str
    question: str
    answers: int
    mean: float
    counts: tuple[tuple[int, str, int], ...]

    @property
    def most(self) -> int:
        return max((n for _, _, n in self.counts), default=1)


@dataclass(frozen=True, slots=True)
class Answer:
    at: int
    call: str
    caller: str
    question: str
    value: int
    label: str
    queue: str
    agent: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Moments in UTC ms; None: no limit."""

    queue: int | None = None
    agent: int | None = None
    since: int | None = None
    until: int | None = None


def questions(account: int, asked: Asked) -> list[Question]:
    """Each question that was answered, by menu and name, with its counts and its mean."""
    rows = (
        _where(
            SurveyAnswer.select(
                Flow.name,
                SurveyAnswer.question,
                SurveyAnswer.value,
                fn.MAX(SurveyAnswer.label),
                fn.COUNT(SurveyAnswer.id),
            ).join(Flow, JOIN.LEFT_OUTER),
            account,
            asked,
        )
        .group_by(Flow.name, SurveyAnswer.question, SurveyAnswer.value)
        .order_by(Flow.name, SurveyAnswer.question, SurveyAnswer.value)
        .tuples()
    )
    found: dict[tuple[str, str], list[tuple[int, str, int]]] = {}
    for flow, question, value, label, number in rows:
        found.setdefault((flow or "", question), []).append((value, label or "", number))
    return [_question(flow, question, counts) for (flow, question), counts in found.items()]


def _question(flow: str, question: str, counts: Sequence[tuple[int, str, int]]) -> Question:
    answers = sum(n for _, _, n in counts)
    mean = sum(value * n for value, _, n in counts) / answers
    return Question(flow, question, answers, mean, tuple(counts))


def latest(account: int, asked: Asked) -> list[Answer]:
    """The newest answers."""
    query = _where(_answers(), account, asked)
    return [_answer(row) for row in query.order_by(SurveyAnswer.id.desc()).limit(LATEST)]


def of_call(account: int, call: str) -> list[Answer]:
    """In the order in which they were given."""
    query = _answers().where(SurveyAnswer.account == account, SurveyAnswer.call == call)
    return [_answer(row) for row in query.order_by(SurveyAnswer.id)]


def _answers() -> Any:
    return (
        SurveyAnswer.select(SurveyAnswer, Call, Queue, Agent, User)
        .join(Call)
        .switch(SurveyAnswer)
        .join(Queue, JOIN.LEFT_OUTER, on=(SurveyAnswer.queue == Queue.id))
        .switch(SurveyAnswer)
        .join(Agent, JOIN.LEFT_OUTER, on=(SurveyAnswer.agent == Agent.id))
        .join(User, JOIN.LEFT_OUTER, on=(Agent.user == User.id))
    )


def _where(query: Any, account: int, asked: Asked) -> Any:
    query = query.where(SurveyAnswer.account == account)
    if asked.queue is not None:
        query = query.where(SurveyAnswer.queue == asked.queue)
    if asked.agent is not None:
        query = query.where(SurveyAnswer.agent == asked.agent)
    return between(query, SurveyAnswer.at, asked.since, asked.until)


def _answer(row: Any) -> Answer:
    return Answer(
        row.at,
        row.call_id,
        row.call.caller_number,
        row.question,
        row.value,
        row.label,
        row.queue.name if row.queue_id else "",
        row.agent.user.name if row.agent_id else "",
    )
