"""What the pages of a flow know of its account, and what is wrong said in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import g

from fs_app.audio import prompts, shipped
from fs_app.audio.model import ANY
from fs_app.ivr import account as accounts
from fs_app.ivr.account import AccountWorld
from fs_app.ivr.flows import Stored
from fs_app.ivr.graph import Problem
from fs_app.ivr.validation import validate
from fs_app.web import i18n
from fs_app.web.admin.common import read
from fs_app.web.admin.sounds_heard import address, shipped_address
from fs_app.web.context import site, the_app
from fs_app.web.i18n import t, t_or


def shipped_prompts() -> list[shipped.Shipped]:
    """The prompts that come with the program, without its music."""
    found = site().threads.run(shipped.read, the_app().settings.sounds_dir)
    return [one for one in found if not one.is_music]


def languages_of(prompts_there: Iterable[shipped.Shipped]) -> dict[str, frozenset[str]]:
    return {one.name: frozenset(one.texts) for one in prompts_there}


def load_world() -> AccountWorld:
    """Of the visitor's account."""
    known = languages_of(shipped_prompts())
    return read(lambda account: accounts.load(account, known))


def problems_of(graph: Mapping[str, Any], world: AccountWorld, flow: Stored) -> list[Problem]:
    return validate(graph, world, flow.language, flow.id)


def found_in(graph: Mapping[str, Any], world: AccountWorld, flow: Stored) -> list[Problem]:
    """As `problems_of`, away from the loop: three hundred nodes take longer than calls may wait."""
    return site().threads.run(problems_of, graph, world, flow)


def said(problems: Sequence[Problem], world: AccountWorld) -> list[dict[str, Any]]:
    """For browsers: where, how bad, and the sentence."""
    return [
        {
            "node": problem.node,
            "param": problem.param,
            "exit": problem.exit,
            "level": problem.level,
            "text": sentence(problem, world),
        }
        for problem in problems
    ]


def sentence(problem: Problem, world: AccountWorld) -> str:
    params = dict(problem.detail)
    if "prompt" in params:
        params["prompt"] = prompt_name(str(params["prompt"]), world)
    if "language" in params:
        params["language"] = t_or(f"language.name.{params['language']}", str(params["language"]))
    if problem.exit is not None:
        params["exit"] = t_or(f"flow.exit.{problem.exit}", problem.exit)
    return t_or(problem.key, t("flow.problem.other"), **params)


def prompt_name(prompt: str, world: AccountWorld) -> str:
    """What a person calls a sound: its name, or what is said."""
    parsed = prompts.parse(prompt)
    if parsed is None:
        return prompt[:60]
    if parsed.kind == prompts.SOUND:
        return next((sound.name for sound in world.sounds if sound.id == parsed.id), prompt)
    return _spoken().get(parsed.name, parsed.name)


def _spoken() -> dict[str, str]:
    """Shipped prompt → what it says; asked for once in a request."""
    if "spoken_prompts" not in g:
        g.spoken_prompts = {one.name: shipped_words(one) for one in shipped_prompts()}
    return g.spoken_prompts  # type: ignore[no-any-return]


def sounds_offered(world: AccountWorld, prompts_there: Sequence[shipped.Shipped]) -> list[dict[str, Any]]:
    """What a prompt can be: `ref` is what the graph holds, `urls` where it is heard in each language."""
    mine = [
        {
            "ref": prompts.of_sound(sound.id),
            "name": sound.name,
            "group": "library",
            "urls": {language or ANY: address(sound.id, language) for language in sound.languages},
        }
        for sound in world.sounds
    ]
    theirs = [
        {
            "ref": prompts.of_shipped(one.name),
            "name": shipped_words(one),
            "group": "shipped",
            "urls": {language: shipped_address(one.name, language) for language in one.texts},
        }
        for one in prompts_there
    ]
    return mine + theirs


def shipped_words(one: shipped.Shipped) -> str:
    """What is said, in the reader's language; a long text cut."""
    text = one.texts.get(i18n.language()) or next(iter(one.texts.values()), one.name)
    return text if len(text) <= 80 else f"{text[:79]}…"
