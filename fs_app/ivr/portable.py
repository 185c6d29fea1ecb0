"""A flow as a file that another account can take in: what it refers to stands there by name, not by number.

    {"voice_menu": 1, "name": "Accueil", "language": "fr", "graph": {…, "params": {"queue": "Commercial",
     "prompts": ["library:Été", "shipped:greeting"]}}}

What the other account does not have is left out; the validation then says what must be chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fs_app.ivr.account import AccountWorld
from fs_app.ivr.spec import REFERENCES, Param, ParamKind, registry, sound_id

VERSION = 1
LIBRARY = "library:"

Change = Callable[[Param, Any], Any]


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that the file names and the account does not have."""

    kind: ParamKind
    name: str


def to_file(name: str, language: str, graph: Mapping[str, Any], world: AccountWorld) -> dict[str, Any]:
    """The flow as plain JSON."""
    names = {(kind, c.id): c.name for kind, found in world.choices.items() for c in found}
    sounds = {sound.id: sound.name for sound in world.sounds}

    def named(param: Param, value: Any) -> Any:
        if param.kind in REFERENCES:
            return names.get((param.kind, value))
        if param.kind is ParamKind.PROMPTS and isinstance(value, list):
            return [_named_sound(prompt, sounds) for prompt in value]
        return value

    return {"voice_menu": VERSION, "name": name, "language": language, "graph": _changed(graph, named)}


def from_file(graph: Mapping[str, Any], world: AccountWorld) -> tuple[dict[str, Any], list[Missing]]:
    """The graph with this account's numbers, and what it does not have. `graph` has the shape of a flow."""
    numbers = {(kind, c.name.casefold()): c.id for kind, found in world.choices.items() for c in found}
    sounds = {sound.name.casefold(): sound.id for sound in world.sounds}
    missing: list[Missing] = []

    def numbered(param: Param, value: Any) -> Any:
        if param.kind in REFERENCES:
            found = numbers.get((param.kind, str(value).casefold()))
            if found is None and value is not None:
                missing.append(Missing(param.kind, str(value)[:100]))
            return found
        if param.kind is ParamKind.PROMPTS and isinstance(value, list):
            known = [_numbered_sound(prompt, sounds) for prompt in value]
            missing.extend(
                Missing(param.kind, str(prompt).removeprefix(LIBRARY)[:100])
                for prompt, one in zip(value, known, strict=True)
                if one is None
            )
            return [one for one in known if one is not None]
        return value

    return _changed(graph, numbered), missing


def _changed(graph: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """With every param changed; None: it is left out."""
    nodes = []
    for node in graph["nodes"]:
        params = {param.name: param for param in registry()[node["kind"]].params}
        values = {
            name: change(params[name], value) if name in params else value
            for name, value in node["params"].items()
        }
        nodes.append({**node, "params": {name: value for name, value in values.items() if value is not None}})
    return {**graph, "nodes": nodes}


def _named_sound(prompt: Any, sounds: Mapping[int, str]) -> Any:
    number = sound_id(prompt)
    return prompt if number is None or number not in sounds else LIBRARY + sounds[number]


def _numbered_sound(prompt: Any, sounds: Mapping[str, int]) -> str | None:
    text = str(prompt)
    if text.startswith("shipped:"):
        return text
    number = sounds.get(text.removeprefix(LIBRARY).casefold()) if text.startswith(LIBRARY) else None
    return None if number is None else f"sound:{number}"
