"""Why this agent got the call, and the others did not, in words (BY-31). From the entry `offer.made`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from fs_app.web.text import clipped

MOST = 2000
"""Characters of the whole explanation."""


class Words(Protocol):
    def t(self, key: str, /, **params: Any) -> str: ...
    def t_or(self, key: str, otherwise: str, /, **params: Any) -> str: ...


def explained(data: Mapping[str, Any], words: Words) -> str:
    """Empty for an offer that says nothing (one of an older version)."""
    strategy = str(data.get("strategy") or "")
    if not strategy:
        return ""
    chosen_by = str(data.get("chosen_by") or "strategy")
    named = strategy if chosen_by == "strategy" else chosen_by
    sentences = [words.t("routing.by", rule=words.t_or(f"routing.rule.{named}", clipped(named, 40)))]
    relaxed = [_relaxation(one, words) for one in _listed(data, "relaxations")]
    if relaxed:
        sentences.append(words.t("routing.relaxed", what=", ".join(relaxed)))
    beside = _listed(data, "beside")
    if beside:
        names = ", ".join(clipped(str(one.get("name") or "–"), 60) for one in beside)
        sentences.append(words.t("routing.beside", who=names))
    others = _listed(data, "candidates")
    if others:
        told = ", ".join(_other(one, words) for one in others)
        considered = data.get("considered")
        more = considered - 1 - len(beside) - len(others) if isinstance(considered, int) else 0
        if more > 0:
            told = words.t("routing.and_more", told=told, count=more)
        sentences.append(words.t("routing.not_chosen", who=told))
    return clipped(" ".join(sentences), MOST)


def _listed(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = data.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _relaxation(one: Mapping[str, Any], words: Words) -> str:
    skill = clipped(str(one.get("skill") or "–"), 60)
    if one.get("to") == 0:
        return words.t("routing.skill_dropped", skill=skill)
    return words.t("routing.skill_relaxed", skill=skill, old=one.get("from", "–"), new=one.get("to", "–"))


def _other(one: Mapping[str, Any], words: Words) -> str:
    why = str(one.get("why") or "")
    reason = words.t_or(
        f"routing.reason.{why}",
        clipped(why, 40),
        skill=clipped(str(one.get("skill") or "–"), 60),
        has=one.get("has", "–"),
        wants=one.get("wants", "–"),
    )
    return f"{clipped(str(one.get('name') or '–'), 60)} ({reason})"
