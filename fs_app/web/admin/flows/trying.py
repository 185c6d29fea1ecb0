"""Trying a flow with a simulated caller: the draft that is on the screen, played from the beginning each time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify

from fs_app.audio.model import ANY
from fs_app.errors import Invalid
from fs_app.hours import service as hours
from fs_app.hours.opening import is_open
from fs_app.ivr import flows
from fs_app.ivr.account import AccountWorld
from fs_app.ivr.flows import Stored
from fs_app.ivr.graph import Graph, read
from fs_app.ivr.rehearsal import MOST_INPUTS, Opening, Rehearsal, rehearse
from fs_app.ivr.spec import shipped_name, sound_id
from fs_app.web.access import needs
from fs_app.web.admin.common import read as ask
from fs_app.web.admin.flows import world
from fs_app.web.admin.flows.editor import body_of, fresh, usable
from fs_app.web.admin.sounds_heard import address, shipped_address
from fs_app.web.context import site, zone

blueprint = Blueprint("admin_flow_trying", __name__, url_prefix="/admin/flows")

DRAFT = 0
"""The number under which the draft is played."""

MOST_STEPS = 400
"""Steps of the way that a page is sent: the last ones."""


@dataclass(frozen=True, slots=True)
class Version:
    flow: int
    number: int
    name: str
    graph: Graph


@dataclass(frozen=True, slots=True)
class Flows:
    """The draft, and the published flows that it calls."""

    draft: Version
    known: AccountWorld

    def published(self, flow: int) -> Version | None:
        if flow == self.draft.flow:
            return self.draft
        found = self.known.flow(flow)
        return Version(flow, 1, "", read(found)[0]) if found is not None else None

    def version(self, flow: int, number: int) -> Version | None:
        return self.draft if (flow, number) == (self.draft.flow, DRAFT) else self.published(flow)


@dataclass(frozen=True, slots=True)
class Prompts:
    """Names of files that `said` understands: `sound/12/fr`, or those of the shipped prompts."""

    known: AccountWorld

    def file(self, prompt: str, language: str) -> str | None:
        sound, name = sound_id(prompt), shipped_name(prompt)
        if sound is None:
            return f"{language}/{name}.wav" if name and self.known.prompt(prompt) is not None else None
        found = next((s for s in self.known.sounds if s.id == sound), None)
        if found is None or not found.languages:
            return None
        chosen = next((each for each in (language, ANY) if each in found.languages), found.languages[0])
        return f"sound/{sound}/{chosen}"


@blueprint.post("/<int:flow>/try.json")
@needs("flows.manage")
def play(flow: int) -> Response:
    """`graph`, `inputs` (fs_app/ivr/rehearsal.py), `at`: local time as `2026-11-23T10:00`, empty: the caller's page
    decides what is open; `number` of the caller."""
    stored = ask(lambda account: flows.get(account, flow))
    body = body_of()
    graph, inputs = usable(body.get("graph")), body.get("inputs")
    if not isinstance(inputs, list) or len(inputs) > MOST_INPUTS:
        raise Invalid("inputs", field="inputs")
    known = world.load_world()
    # Away from the loop: a thousand inputs may lead through many nodes.
    found = site().threads.run(
        _rehearsed, stored, graph, known, inputs, str(body.get("number") or "")[:32], _opening(body.get("at"))
    )
    texts = {one.name: one.texts for one in world.shipped_prompts()}
    answer = found.as_json()
    answer["way"] = answer["way"][-MOST_STEPS:]
    for step in answer["way"]:
        if step["kind"] == "said":
            step["data"]["heard"] = [said(file, known, texts) for file in step["data"]["files"]]
    answer["speaking"] = [said(file, known, texts) for file in found.speaking]
    return fresh(jsonify(answer))


def _rehearsed(
    stored: Stored, graph: Any, known: AccountWorld, inputs: list[Any], number: str, opening: Opening
) -> Rehearsal:
    draft = Version(stored.id, DRAFT, stored.name, read(graph)[0])
    begin = {
        "flow": stored.id,
        "version": DRAFT,
        "name": stored.name,
        "language": stored.language,
        "variables": {"call_number": number, "call_name": "", "call_called": "", "call_queue": ""},
    }
    return rehearse(Flows(draft, known), Prompts(known), begin, inputs, opening)


def _opening(at: Any) -> Opening:
    """What is open at this time of the account's wall clock. Raises Invalid for what is no time."""
    if not at:
        return lambda schedule, holidays: None
    here = zone()
    try:
        when = datetime.fromisoformat(str(at)).replace(tzinfo=here)
    except ValueError as error:
        raise Invalid(f"{at!r} is no time", field="at") from error
    weeks, calendars = ask(lambda account: (hours.weeks(account), hours.calendars(account)))

    def decide(schedule: int | None, holidays: int | None) -> str | None:
        week, calendar = weeks.get(schedule or 0), calendars.get(holidays or 0)
        if (schedule and week is None) or (holidays and calendar is None):
            return None
        found = is_open(week, calendar, when, here)
        if found.open:
            return "open"
        return "holiday" if found.holiday is not None else "closed"

    return decide


def said(file: str, known: AccountWorld, texts: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Where a browser hears it, and what is said."""
    first, _, rest = file.partition("/")
    if first == "sound":
        sound, _, language = rest.partition("/")
        return {"url": address(int(sound), language), "text": world.prompt_name(f"sound:{sound}", known)}
    name = rest.removesuffix(".wav")
    text = texts.get(name, {}).get(first) or name.rpartition("/")[2].replace("_", " ")
    return {"url": shipped_address(name, first), "text": text}
