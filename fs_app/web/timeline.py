"""The life of a call as people read it (BY-32): one sentence per journal entry, and phases for the bar. No Flask.

An entry of a kind that we don't know is shown by its name with its data: nothing is hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fs_app.calls.rows import EntryRow
from fs_app.web.decisions import explained
from fs_app.web.text import clipped


class Words(Protocol):
    """The reader's language (`i18n.t`, `i18n.t_or`) and way of writing numbers."""

    def t(self, key: str, /, **params: Any) -> str: ...
    def t_or(self, key: str, otherwise: str, /, **params: Any) -> str: ...
    def phone(self, number: str) -> str: ...
    def moment(self, ms: int) -> str: ...


@dataclass(frozen=True, slots=True)
class Step:
    """One line. `after_ms` is the time since the call began; `minor` lines are shown smaller."""

    at: int
    after_ms: int
    icon: str
    tone: str
    text: str
    detail: str
    minor: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the bar; `name` is a stage, or WRAP_UP; `share` is in percent of the whole."""

    name: str
    tone: str
    begin: int
    end: int
    share: float

    @property
    def duration_ms(self) -> int:
        return self.end - self.begin


LOOKS = {
    "call.started": ("phone-incoming", "blue"),
    "call.stage": ("point", "grey"),
    "call.queued": ("hourglass", "teal"),
    "call.closed": ("clock", "orange"),
    "call.overflowed": ("transfer", "orange"),
    "call.turn": ("arrow-up", "grey"),
    "call.turned_away": ("phone-x", "red"),
    "call.key": ("dialpad", "blue"),
    "call.voicemail": ("microphone", "orange"),
    "call.diverted": ("transfer", "orange"),
    "call.destined": ("transfer", "grey"),
    "call.survey_wanted": ("star", "purple"),
    "flow.started": ("sitemap", "teal"),
    "flow.node": ("sitemap", "teal"),
    "flow.exit": ("point", "grey"),
    "flow.set": ("variable", "grey"),
    "flow.language": ("language", "grey"),
    "flow.sub": ("sitemap", "teal"),
    "flow.back": ("arrow-back-up", "grey"),
    "flow.after": ("arrow-back-up", "grey"),
    "flow.answer": ("star", "purple"),
    "flow.over": ("sitemap", "grey"),
    "voicemail.heard": ("record-mail", "green"),
    "voicemail.unheard": ("record-mail", "grey"),
    "call.dialled": ("phone-outgoing", "blue"),
    "call.dial_refused": ("phone-off", "red"),
    "callback.opened": ("phone-outgoing", "teal"),
    "callback.counted": ("phone-x", "orange"),
    "callback.reserved": ("user-check", "blue"),
    "callback.released": ("arrow-back-up", "grey"),
    "callback.failed": ("phone-off", "orange"),
    "callback.left_line": ("hourglass", "grey"),
    "callback.postponed": ("clock", "grey"),
    "callback.closed": ("circle-check", "green"),
    "callback.moved": ("user-check", "blue"),
    "callback.skipped": ("arrow-back-up", "grey"),
    "callback.reached": ("phone-call", "green"),
    "callback.noted": ("pencil", "grey"),
    "record.shown": ("user-check", "grey"),
    "record.released": ("arrow-back-up", "grey"),
    "record.skipped": ("arrow-back-up", "grey"),
    "record.answered": ("list-details", "teal"),
    "record.reached": ("phone-call", "green"),
    "record.booked": ("calendar-event", "teal"),
    "record.noted": ("pencil", "grey"),
    "record.over": ("list-details", "teal"),
    "number.barred": ("phone-off", "red"),
    "call.corrected": ("pencil", "purple"),
    "call.contact": ("id", "grey"),
    "call.bridged": ("phone-call", "blue"),
    "call.held": ("phone-pause", "orange"),
    "call.resumed": ("phone-call", "blue"),
    "call.transfer_asked": ("transfer", "grey"),
    "call.transfer_dropped": ("transfer", "orange"),
    "call.transferred": ("transfer", "blue"),
    "call.transfer_failed": ("transfer", "orange"),
    "call.conference": ("users", "blue"),
    "call.handed_over": ("transfer", "grey"),
    "line.dialled": ("phone-outgoing", "teal"),
    "line.state": ("point", "grey"),
    "line.joined": ("user-check", "green"),
    "line.ended": ("phone-end", "grey"),
    "leg.muted": ("microphone-off", "grey"),
    "leg.unmuted": ("microphone", "grey"),
    "call.line_lost": ("plug-connected-x", "red"),
    "call.hang_up_asked": ("phone-end", "grey"),
    "call.ended": ("phone-off", "red"),
    "call.disposition_chosen": ("pencil", "purple"),
    "call.disposed": ("clipboard-check", "purple"),
    "call.qualify_dropped": ("clipboard-check", "grey"),
    "offer.made": ("bell-ringing", "yellow"),
    "offer.accepted": ("user-check", "green"),
    "offer.failed": ("phone-x", "orange"),
    "leg.created": ("phone-plus", "grey"),
    "leg.ringing": ("bell", "grey"),
    "leg.answered": ("phone-check", "grey"),
    "leg.ended": ("phone-end", "grey"),
    "leg.transferred": ("transfer", "blue"),
    "capture.started": ("dialpad", "purple"),
    "capture.step": ("dialpad", "grey"),
    "capture.sent": ("upload", "purple"),
    "capture.ended": ("dialpad", "grey"),
    "capture.posted": ("clipboard-check", "purple"),
    "capture.over": ("dialpad", "grey"),
    "recording.wanted": ("microphone", "grey"),
    "recording.started": ("player-record", "red"),
    "recording.paused": ("player-pause", "grey"),
    "recording.resumed": ("player-record", "red"),
    "recording.stopped": ("microphone", "grey"),
    "recording.asked": ("microphone", "grey"),
    "recording.failed": ("microphone-off", "red"),
    "recording.broken": ("microphone-off", "red"),
    "recording.deleted": ("trash", "grey"),
    "recording.not_deleted": ("trash", "red"),
    "call.prioritised": ("arrow-up", "teal"),
    "supervision.begun": ("ear", "purple"),
    "supervision.mode": ("ear", "purple"),
    "supervision.ended": ("ear", "grey"),
    "supervision.hang_up": ("phone-end", "red"),
    "supervision.move": ("transfer", "orange"),
    "supervision.first": ("arrow-up", "teal"),
    "agent.presence": ("user", "grey"),
    "agent.wanted": ("user", "grey"),
    "agent.work": ("user", "grey"),
}

MINOR = frozenset(
    {
        "call.stage",
        "call.contact",
        "call.hang_up_asked",
        "call.transfer_asked",
        "line.state",
        "leg.muted",
        "leg.unmuted",
        "call.qualify_dropped",
        "call.destined",
        "flow.exit",
        "flow.set",
        "flow.language",
        "flow.after",
        "capture.step",
        "capture.over",
        "leg.created",
        "leg.ringing",
        "leg.answered",
        "leg.ended",
        "recording.wanted",
        "recording.paused",
        "recording.resumed",
        "agent.presence",
        "agent.wanted",
        "agent.work",
    }
)

TONES = {
    "NEW": "grey",
    "VOICEMAIL": "purple",
    "MENU": "teal",
    "DIVERTING": "orange",
    "OUTSIDE": "blue",
    "DIALING": "yellow",
    "GREETING": "grey",
    "FAREWELL": "grey",
    "WAITING": "teal",
    "OFFERED": "yellow",
    "CONNECTING": "green",
    "TALKING": "blue",
    "HELD": "orange",
    "CONFERENCE": "blue",
    "STAYING": "purple",
    "ENDING": "grey",
    "WRAP_UP": "purple",
}


def steps(entries: Sequence[EntryRow], started_at: int, names: dict[int, str], words: Words) -> list[Step]:
    """The entries in the order given, one line each."""
    labels = {
        str(entry.data.get("node")): clipped(str(entry.data.get("label") or ""))
        for entry in entries
        if entry.kind == "flow.node"
    }
    return [_step(entry, started_at, names, labels, words) for entry in entries]


def phases(entries: Sequence[EntryRow], started_at: int, ended_at: int | None, now: int) -> list[Phase]:
    """What the call spent its time with, from its stages; the work after it too. Nothing shorter than 1 ms."""
    marks: list[tuple[str, int]] = [("NEW", started_at)]
    over: int | None = ended_at
    disposed: int | None = None
    for entry in entries:
        if entry.kind == "call.stage" and isinstance(entry.data.get("new"), str):
            marks.append((entry.data["new"], max(entry.at, marks[-1][1])))
        elif entry.kind == "call.disposed":
            disposed = entry.at
        elif entry.kind == "call.ended" and over is None:
            over = entry.at
    end = over if over is not None else now
    spans = [
        (name, begin, min(following, end))
        for (name, begin), following in zip(marks, [*(at for _, at in marks[1:]), end], strict=True)
        if name != "ENDED"
    ]
    if over is not None and disposed is not None and disposed > over:
        spans.append(("WRAP_UP", over, disposed))
    spans = [span for span in spans if span[2] > span[1]]
    whole = sum(last - first for _, first, last in spans)
    return [
        Phase(name, TONES.get(name, "grey"), first, last, round(100 * (last - first) / whole, 3))
        for name, first, last in spans
    ]


def _step(
    entry: EntryRow, started_at: int, names: dict[int, str], labels: dict[str, str], words: Words
) -> Step:
    icon, tone = LOOKS.get(entry.kind, ("circle-dot", "grey"))
    if entry.kind.startswith("recovery."):
        icon, tone = "refresh", "amber"
    key = f"journal.{entry.kind}"
    values = _values(entry, names, words)
    if entry.kind.startswith("flow."):
        values |= _of_menu(entry.data, labels, words)
    text = words.t_or(key, "", **values)
    detail = _detail(entry, words)
    if not text:
        text, detail = entry.kind, clipped(_plainly(entry.data), 300)
    return Step(
        at=entry.at,
        after_ms=max(0, entry.at - started_at),
        icon=icon,
        tone=tone,
        text=text,
        detail=detail,
        minor=entry.kind in MINOR,
        kind=entry.kind,
    )


def _values(entry: EntryRow, names: dict[int, str], words: Words) -> dict[str, Any]:
    """What the sentences may mention, readable and harmless."""
    data = entry.data
    agent = data.get("agent") if isinstance(data.get("agent"), int) else entry.agent
    values = {
        "agent": clipped(
            str(data.get("agent_name") or names.get(agent or 0, "") or words.t("journal.an_agent"))
        ),
        "caller": _number(data.get("caller_number"), words) or words.t("call.anonymous"),
        "called": _number(data.get("called_number"), words) or "–",
        "queue": clipped(str(data.get("queue_name") or data.get("queue") or "–")),
        "new_queue": clipped(str(data.get("new_queue_name") or data.get("new_queue") or "–")),
        "reason": words.t_or(
            f"callbacks.reason.{data.get('reason')}", clipped(str(data.get("reason") or "–"))
        ),
        "event": words.t_or(
            f"journal.record.event.{data.get('event')}", clipped(str(data.get("event") or "–"))
        ),
        "ticket": data.get("ticket", "–"),
        "number": _number(data.get("number"), words),
        "to": _number(data.get("to"), words),
        "manner": words.t_or(f"transfer.how.{data.get('how')}", "–"),
        "party": clipped(str(data.get("name") or "")) or _number(data.get("number"), words) or "–",
        "disposition": clipped(str(data.get("label") or data.get("code") or "–")),
        "seconds": _seconds(data.get("duration_ms")),
        "supervisor": clipped(str(data.get("user_name") or "–")),
        "how": words.t_or(f"capture.ended.{data.get('why')}", clipped(str(data.get("why") or "–"))),
    }
    for name, family in FAMILIES.items():
        if name in ("old", "new") and entry.kind.startswith("agent."):
            family = AGENT_FAMILY
        elif name in ("old", "new") and entry.kind.startswith("line."):
            family = LINE_FAMILY
        value = str(data.get(name) or "")
        values[name] = words.t_or(f"{family}.{value}", clipped(value)) if value else "–"
    return values


def _of_menu(data: dict[str, Any], labels: dict[str, str], words: Words) -> dict[str, str]:
    """What the sentences about a voice menu mention."""
    node, kind, way = str(data.get("node") or ""), str(data.get("kind") or ""), str(data.get("exit") or "")
    why, label = str(data.get("why") or ""), clipped(str(data.get("label") or ""), 60)
    shown = "•••" if data.get("secret") else clipped(str(data.get("value") or ""), 80)
    return {
        "flow": clipped(str(data.get("name") or data.get("flow") or "–"), 80),
        "version": str(data.get("version") or "–"),
        "node": label or labels.get(node) or clipped(node, 40) or "–",
        "step": words.t_or(f"flow.kind.{kind}", kind),
        "way": words.t_or(f"flow.exit.{way}", way) if way else words.t("journal.flow.ends"),
        "name": clipped(str(data.get("name") or ""), 60),
        "value": shown or "–",
        "language": words.t_or(f"language.name.{data.get('language')}", str(data.get("language") or "–")),
        "question": clipped(str(data.get("question") or ""), 80),
        "answer": " ".join(filter(None, (shown, label))),
        "over": words.t_or(f"flow.over.{why}", clipped(why, 60)),
        "was": words.t_or(f"flow.exit.{why}", words.t_or(f"cause.{why}", clipped(why, 60))),
    }


FAMILIES = {
    "role": "leg.role",
    "by": "call.ended_by",
    "outcome": "call.outcome",
    "cause": "cause",
    "why": "cause",
    "mode": "supervision.mode",
    "old": "stage",
    "new": "stage",
}
"""Values that the catalogue translates, and under which beginning of a key."""

AGENT_FAMILY = "work"
LINE_FAMILY = "line_state"


def _detail(entry: EntryRow, words: Words) -> str:
    """A second, smaller line: what else the entry tells."""
    say: Callable[[dict[str, Any]], str] | None = {
        "call.disposed": lambda d: _verdict(d, words),
        "call.corrected": lambda d: _correction(d, words),
        "callback.skipped": lambda d: clipped(str(d.get("reason") or ""), 200),
        "callback.noted": lambda d: clipped(str(d.get("note") or ""), 300),
        "record.skipped": lambda d: clipped(str(d.get("reason") or ""), 200),
        "record.noted": lambda d: clipped(str(d.get("note") or ""), 300),
        "record.booked": lambda d: clipped(str(d.get("note") or ""), 300),
        "call.started": lambda d: clipped(str(d.get("caller_name") or ""), 120),
        "offer.made": lambda d: explained(d, words),
        "call.closed": lambda d: _closed(d, words),
        "flow.exit": lambda d: clipped(str(d.get("why") or ""), 120),
        "call.voicemail": lambda d: clipped(str(d.get("box_name") or ""), 80),
        "capture.step": lambda d: clipped(str(d.get("label") or d.get("name") or ""), 80),
        "capture.posted": lambda d: _answer(d, words),
    }.get(entry.kind)
    if say is not None:
        return say(entry.data)
    if entry.kind.startswith("recovery.") and entry.data.get("why"):
        return words.t_or(f"cause.{entry.data['why']}", clipped(str(entry.data["why"]), 200))
    return ""


def _verdict(data: dict[str, Any], words: Words) -> str:
    by_itself = [words.t("journal.disposed_by_time")] if data.get("auto") else []
    return " · ".join([*by_itself, *filter(None, [clipped(str(data.get("note") or ""), 300)])])


def _answer(data: dict[str, Any], words: Words) -> str:
    """What the web service said of the digits, or why it said nothing."""
    why = str(data.get("why") or "")
    said = words.t_or(f"capture.why.{why}", clipped(why, 60)) if why else ""
    return " · ".join(filter(None, (clipped(str(data.get("text") or ""), 200), said)))


def _correction(data: dict[str, Any], words: Words) -> str:
    """From what, and the note of the right result."""
    old = clipped(str(data.get("old_label") or "")) or words.t("journal.no_result")
    note = clipped(str(data.get("note") or ""), 300)
    return " · ".join(filter(None, (words.t("journal.corrected_from", old=old), note)))


def _closed(data: dict[str, Any], words: Words) -> str:
    """Which holiday, until when, and who takes the call instead."""
    parts = []
    if data.get("holiday"):
        parts.append(clipped(str(data["holiday"])))
    if isinstance(data.get("until"), int):
        parts.append(words.t("closed.until", at=words.moment(data["until"])))
    if data.get("to_name"):
        parts.append(words.t("closed.onward", queue=clipped(str(data["to_name"]))))
    return " · ".join(parts)


def _number(value: Any, words: Words) -> str:
    return clipped(words.phone(str(value))) if value else ""


def _seconds(value: Any) -> str:
    return f"{value / 1000:.0f}" if isinstance(value, int | float) else "–"


def _plainly(data: dict[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in data.items())
