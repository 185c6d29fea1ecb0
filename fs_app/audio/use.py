"""Where a sound or a list of music is used. Inside `Database.read` or `write`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fs_app import prompt_columns
from fs_app.audio import prompts
from fs_app.audio.model import MusicList, MusicListItem
from fs_app.hours.model import Holiday, HolidaySet
from fs_app.ivr.model import Flow, FlowVersion
from fs_app.ivr.spec import ParamKind, references
from fs_app.queues.model import Queue
from fs_app.voicemail.model import VoicemailBox


@dataclass(frozen=True, slots=True)
class Place:
    """`kind`: queue, holiday, flow, published, box or list; `id` and `name` of it; `field` of a queue."""

    kind: str
    id: int
    name: str
    field: str = ""


def places(account: int) -> dict[str, list[Place]]:
    """Everything that names a sound or a list: `sound:12` → where."""
    found: dict[str, list[Place]] = {}
    for text, place in _all(account):
        known = found.setdefault(text, [])
        if place not in known:
            known.append(place)
    return found


def of(account: int, text: str) -> list[Place]:
    return places(account).get(text, [])


def _all(account: int) -> Iterator[tuple[str, Place]]:
    for queue in Queue.select().where(Queue.account == account).order_by(Queue.name):
        for name in prompt_columns.OF_A_QUEUE:
            if text := getattr(queue, name):
                yield text, Place("queue", queue.id, queue.name, name)
    holidays = Holiday.select(Holiday, HolidaySet).join(HolidaySet).where(Holiday.account == account)
    for day in holidays.order_by(HolidaySet.name, Holiday.month, Holiday.day):
        if day.message:
            yield day.message, Place("holiday", day.set_id, f"{day.set.name} · {day.name}")
    for box in VoicemailBox.select().where(VoicemailBox.account == account).order_by(VoicemailBox.name):
        if box.greeting:
            yield box.greeting, Place("box", box.id, box.name)
    items = MusicListItem.select(MusicListItem, MusicList).join(MusicList)
    for item in items.where(MusicListItem.account == account).order_by(MusicList.name):
        yield prompts.of_sound(item.sound_id), Place("list", item.list_id, item.list.name)
    yield from _in_flows(account)


def _in_flows(account: int) -> Iterator[tuple[str, Place]]:
    """The drafts, and the versions that callers hear; older ones may be taken back, and say then what is missing."""
    flows = {flow.id: flow for flow in Flow.select().where(Flow.account == account).order_by(Flow.name)}
    for flow in flows.values():
        for reference in references(flow.draft or {}):
            if reference.kind is ParamKind.PROMPTS:
                yield prompts.of_sound(reference.id), Place("flow", flow.id, flow.name)
    for version in FlowVersion.select().where(FlowVersion.account == account):
        known = flows.get(version.flow_id)
        if known is None or known.published != version.number:
            continue
        for reference in references(version.graph or {}):
            if reference.kind is ParamKind.PROMPTS:
                yield prompts.of_sound(reference.id), Place("published", known.id, known.name)
