"""Try a flow without a telephone: a simulated caller, and somebody who decides what the world answers.

Pure: the same flow and the same inputs give the same way. A page keeps the list of inputs, appends what the person
did, and asks again. Inputs are plain JSON:

| input | meaning |
| --- | --- |
| {"do": "key", "digit": "1"} | the caller presses a key |
| {"do": "heard"} | what is being said has been played to its end |
| {"do": "silence"} | the caller does nothing until the time is up (what is being said is heard first) |
| {"do": "hang_up"} | the caller hangs up |
| {"do": "answer", "value": …} | the web service ({"status": 200, "json": …}) or the look-up (fields, null: nobody) |
| {"do": "outcome", "name": "open"} | opening: open, closed, holiday; queue and callback: taken |
| {"do": "dial_ended", "why": "busy"} | the transfer: answered, busy, no_answer, failed |
| {"do": "message_left", "ms": 4000} | the caller left a message |
| {"do": "fail", "why": "timeout"} | what was asked of the world failed |

An input that does not fit the moment is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from fs_app.ivr import words
from fs_app.ivr.engine import Engine, Flows
from fs_app.ivr.run import Run, evolve, started
from fs_app.ivr.turn import Prompts

MOST_INPUTS = 1000

ASKED = {
    words.Fetch: "http",
    words.FindContact: "contact",
    words.CheckOpening: "opening",
    words.ToQueue: "queue",
    words.Dial: "transfer",
    words.TakeMessage: "voicemail",
    words.RequestCallback: "callback",
}

Opening = Callable[[int | None, int | None], str | None]
"""(schedule, holidays) → open, closed, holiday at the time of day that the person chose; None: he decides."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened. `kind` is that of the journal (`flow.node`, `flow.exit`, `flow.set` …) or `said`,
    `heard`, `key`, `silence`, `hang_up`, `answer`, `wanted` (an intent that nobody answers). `input` is the place of
    the input that led to it, -1 for the beginning; `flow` and `node` are where the caller was."""

    kind: str
    flow: int
    node: str
    input: int
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wait:
    """What goes on only when somebody does something. `sound`: it is being said (a key may come meanwhile). `keys`:
    the caller is waited for, `seconds` long. `http`, `contact`, `opening`, `queue`, `transfer`, `voicemail`,
    `callback`: the world is asked; `asked` is the question as plain data. `over`: the end."""

    what: str
    seconds: float = 0
    asked: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`way` is all that happened, `speaking` the files that are being said now, `over` why it ended (empty: it goes
    on). `variables` holds what the caller sees as dots as dots too."""

    way: tuple[Step, ...]
    speaking: tuple[str, ...]
    wait: Wait
    flow: int
    node: str
    language: str
    variables: dict[str, str]
    over: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def rehearse(
    flows: Flows,
    prompts: Prompts,
    begin: Mapping[str, Any],
    inputs: Iterable[Any],
    opening: Opening = lambda schedule, holidays: None,
) -> Rehearsal:
    """Play it from the beginning. `begin` is the data of `flow.started`: flow, version, name, language, variables;
    `flows` must know that version (the draft may have one of its own)."""
    stage = _Stage(Engine(flows, prompts), started(dict(begin)), opening)
    stage.tell(words.Entered())
    for at, given in enumerate(inputs):
        if at >= MOST_INPUTS or stage.run.over:
            break
        if isinstance(given, Mapping):
            stage.at = at
            stage.take(given)
    return stage.picture()


class _Stage:
    def __init__(self, engine: Engine, run: Run, opening: Opening) -> None:
        self.run = run
        self.at = -1
        self._engine = engine
        self._opening = opening
        self._way: list[Step] = []
        self._files: tuple[str, ...] = ()
        self._seconds = 0.0
        self._asked: words.Intent | None = None

    def take(self, given: Mapping[str, Any]) -> None:
        run, why = self.run, str(given.get("why", "failed"))[:60]
        match given.get("do"):
            case "key" if isinstance(given.get("digit"), str):
                self._note("key", digit=given["digit"][:1])
                self.tell(words.Key(given["digit"]))
            case "heard" if run.sound:
                self._note("heard")
                self.tell(words.SoundOver(run.sound))
            case "silence":
                self._note("silence")
                if run.sound:
                    self.tell(words.SoundOver(run.sound))
                if run.timer:
                    self.tell(words.TimeUp(run.timer))
            case "hang_up":
                self._note("hang_up")
                self.tell(words.HungUp())
            case ("answer" | "outcome" | "dial_ended" | "message_left" | "fail") as how if run.asked:
                event = self._answer(how, given, why)
                if event is not None:
                    self._note("answer", **{k: v for k, v in given.items() if isinstance(k, str)})
                    self.tell(event)

    def _answer(self, how: str, given: Mapping[str, Any], why: str) -> words.Event | None:
        """None: this question has no such answer."""
        asked, token = self._asked, self.run.asked
        if how == "fail":
            return words.Failed(token, why)
        if how == "answer" and isinstance(asked, words.Fetch | words.FindContact):
            return words.Answered(token, given.get("value"))
        if how == "dial_ended" and isinstance(asked, words.Dial):
            return words.DialEnded(token, why)
        if how == "message_left" and isinstance(asked, words.TakeMessage):
            ms = given.get("ms")
            return words.MessageLeft(token, "rehearsal", ms if type(ms) is int else 0)
        if how == "outcome" and isinstance(asked, words.CheckOpening | words.ToQueue | words.RequestCallback):
            return words.Outcome(token, str(given.get("name"))[:20])
        return None

    def tell(self, event: words.Event) -> None:
        """And what the time of day answers by itself."""
        left = [event]
        while left:
            changes, intents = self._engine.tell(self.run, left.pop())
            for kind, data in changes:
                if kind != "flow.state":
                    self._note(kind, **self._shown(kind, data))
                evolve(self.run, kind, data)
            for intent in intents:
                left += self._carry_out(intent)

    def _carry_out(self, intent: words.Intent) -> list[words.Event]:
        match intent:
            case words.Speak(files=files):
                self._files = files
                self._note("said", files=list(files))
            case words.Timer(seconds=seconds):
                self._seconds = seconds
            case words.CheckOpening(id=token, schedule=schedule, holidays=holidays):
                self._asked = intent
                known = self._opening(schedule, holidays)
                return [words.Outcome(token, known)] if known is not None else []
            case words.Hush():
                pass
            case words.SurveyAnswer() | words.SendMessage() | words.HangUp():
                self._note("wanted", what=type(intent).__name__, **self._plain(intent))
            case _:
                self._asked = intent
        return []

    def picture(self) -> Rehearsal:
        run = self.run
        return Rehearsal(
            tuple(self._way),
            self._files if run.sound else (),
            self._wait(),
            run.flow,
            run.node,
            run.language,
            {name: self._hidden(name, value) for name, value in run.variables.items()},
            run.over,
        )

    def _wait(self) -> Wait:
        run = self.run
        if run.over:
            return Wait("over")
        seconds = self._seconds if run.timer else 0
        if run.asked and self._asked is not None:
            return Wait(ASKED[type(self._asked)], seconds, self._plain(self._asked))
        return Wait("sound") if run.sound else Wait("keys", seconds)

    def _note(self, what: str, /, **data: Any) -> None:
        self._way.append(Step(what, self.run.flow, self.run.node, self.at, data))

    def _plain(self, intent: words.Intent) -> dict[str, Any]:
        return {name: value for name, value in asdict(intent).items() if name not in ("id", "variables")}

    def _hidden(self, name: str, value: str) -> str:
        return "•" * len(value) if name in self.run.secrets else value

    def _shown(self, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        """What a secret holds is not shown on the way either."""
        if kind == "flow.set" and data.get("secret"):
            return {**data, "value": "•" * len(data["value"])}
        return data
