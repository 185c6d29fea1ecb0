"""What an account has that a voice menu may name: for the editor's choices, and the validation's World.

Read once, inside `Database.read`; the answer is plain values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from peewee import fn

from fs_app.accounts.model import User
from fs_app.agents.model import Agent
from fs_app.audio.model import ANY, PROMPT, Sound, SoundFile
from fs_app.hours.model import HolidaySet, Schedule
from fs_app.ivr.model import Flow, FlowVersion
from fs_app.ivr.spec import ParamKind, references, shipped_name, sound_id
from fs_app.messaging.model import MessageTemplate
from fs_app.queues.model import Queue
from fs_app.voicemail.model import VoicemailBox

EVERY_LANGUAGE = "*"


@dataclass(frozen=True, slots=True)
class Choice:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class SoundChoice:
    """`languages`: those in which there is a file; ANY among them: it has no words."""

    id: int
    name: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountWorld:
    """`shipped`: name of a prompt that comes with the program → its languages. `flows`: published graphs."""

    choices: Mapping[ParamKind, Sequence[Choice]]
    sounds: Sequence[SoundChoice]
    flows: Mapping[int, Mapping[str, Any]]
    shipped: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def prompt(self, prompt: str) -> frozenset[str] | None:
        wanted = sound_id(prompt)
        if wanted is None:
            return self.shipped.get(shipped_name(prompt) or "")
        found = next((sound for sound in self.sounds if sound.id == wanted), None)
        if found is None:
            return None
        return frozenset(EVERY_LANGUAGE if language == ANY else language for language in found.languages)

    def exists(self, kind: ParamKind, number: int) -> bool:
        return any(choice.id == number for choice in self.choices.get(kind, ()))

    def flow(self, number: int) -> Mapping[str, Any] | None:
        return self.flows.get(number)


def load(account: int, shipped: Mapping[str, frozenset[str]]) -> AccountWorld:
    """Inside `Database.read`."""
    published = (
        Flow.select(Flow.id, Flow.name, FlowVersion.graph)
        .join(FlowVersion, on=((FlowVersion.flow == Flow.id) & (FlowVersion.number == Flow.published)))
        .where(Flow.account == account, Flow.active)
        .order_by(fn.LOWER(Flow.name))
    )
    flows = [(row.id, row.name, row.flowversion.graph) for row in published]
    agents = (
        Agent.select(Agent.id, User.name, Agent.number)
        .join(User)
        .where(Agent.account == account, Agent.active, User.active)
        .order_by(fn.LOWER(User.name))
        .tuples()
    )
    choices = {
        ParamKind.QUEUE: _named(Queue, account, Queue.active),
        ParamKind.AGENT: [Choice(agent, f"{name} ({number})") for agent, name, number in agents],
        ParamKind.FLOW: [Choice(flow, name) for flow, name, _ in flows],
        ParamKind.SCHEDULE: _named(Schedule, account),
        ParamKind.HOLIDAYS: _named(HolidaySet, account),
        ParamKind.BOX: _named(VoicemailBox, account, VoicemailBox.active),
        ParamKind.MESSAGE: _named(MessageTemplate, account),
    }
    return AccountWorld(choices, _sounds(account), {flow: graph for flow, _, graph in flows}, shipped)


def flows_of(graph: Mapping[str, Any]) -> frozenset[int]:
    """The flows that a graph goes to."""
    return frozenset(each.id for each in references(graph) if each.kind is ParamKind.FLOW)


def _named(model: Any, account: int, *more: Any) -> list[Choice]:
    query = model.select(model.id, model.name).where(model.account == account, *more)
    return [Choice(number, name) for number, name in query.order_by(fn.LOWER(model.name)).tuples()]


def _sounds(account: int) -> list[SoundChoice]:
    languages: dict[int, list[str]] = {}
    files = SoundFile.select(SoundFile.sound, SoundFile.language)
    files = files.where(SoundFile.account == account, SoundFile.replaced_at.is_null())
    for sound, language in files.tuples():
        languages.setdefault(sound, []).append(language)
    rows = Sound.select(Sound.id, Sound.name)
    rows = rows.where(Sound.account == account, Sound.deleted_at.is_null(), Sound.kind == PROMPT)
    return [
        SoundChoice(sound, name, tuple(languages.get(sound, ())))
        for sound, name in rows.order_by(fn.LOWER(Sound.name)).tuples()
    ]
