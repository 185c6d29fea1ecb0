"""What a node may do in its turn. It works on a copy of the run and collects changes and intents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from fs_app.ivr import template, words
from fs_app.ivr.run import Change, Run, copied, evolve
from fs_app.ivr.spec import NodeKind, Params

MOST_KEYS = 40
"""Keys that are kept for later nodes."""


class Prompts(Protocol):
    def file(self, prompt: str, language: str) -> str | None:
        """The file of `sound:<id>` or `shipped:<name>` in this language, or in another one when there is none;
        None: no such prompt. Relative to the folder of sounds, or `library/…`."""
        ...


class Turn:
    """One answer to one event, over as many nodes as it takes."""

    def __init__(self, run: Run, prompts: Prompts) -> None:
        self.run = copied(run)
        self.changes: list[Change] = []
        self.intents: list[words.Intent] = []
        self.kind: NodeKind
        self.params: Params = {}
        self.heard = False
        self.way: tuple[str, str] | None = None
        self.into: int | None = None
        self.returns = False
        self._prompts = prompts
        self._folded = copied(run)

    # --- what a node asks for ---------------------------------------------------------------------------------
    @property
    def state(self) -> dict[str, Any]:
        """The node's own, flat plain values; empty when it begins."""
        return self.run.state

    def value(self, name: str) -> Any:
        """A param of the node, or its default."""
        return self.kind.value(self.params, name)

    def text(self, name: str, escape: Callable[[str], str] = template.as_text) -> str:
        """A param that is a template, with the values of the variables."""
        return template.filled(str(self.value(name) or ""), self.run.variables, escape)

    def files(self, prompts: Iterable[str]) -> tuple[str, ...]:
        """The files of these prompts in the caller's language; what is missing is left out."""
        found = (self._prompts.file(prompt, self.run.language) for prompt in prompts or ())
        return tuple(file for file in found if file)

    def speak(self, files: Iterable[str]) -> bool:
        """Say this instead of what is being said; the timer is off meanwhile. False: there is nothing to say."""
        wanted = tuple(files)
        self.run.timer = 0
        self.hush()
        if not wanted:
            return False
        self.run.sound = self._token()
        self.intents.append(words.Speak(self.run.sound, wanted))
        return True

    def hush(self) -> None:
        if self.run.sound:
            self.intents.append(words.Hush())
            self.run.sound = 0

    def wait(self, seconds: float) -> None:
        self.run.timer = self._token()
        self.intents.append(words.Timer(self.run.timer, seconds))

    def ask(self, question: Callable[[int], words.Intent]) -> None:
        """Put a question to the world: `question` makes the intent from its id."""
        self.run.asked = self._token()
        self.intents.append(question(self.run.asked))

    def want(self, intent: words.Intent) -> None:
        """An intent that nobody answers."""
        self.intents.append(intent)

    def take_key(self) -> str:
        """The next key that was pressed and not used; empty: none."""
        key, self.run.keys = self.run.keys[:1], self.run.keys[1:]
        return key

    def drop_keys(self) -> None:
        self.run.keys = ""

    def set(self, name: str, value: str, secret: bool = False) -> None:
        known = self.run.variables
        if name not in known and len(known) >= template.MOST_VARIABLES:
            return
        data: dict[str, Any] = {"name": name, "value": template.cut(value)}
        self.change("flow.set", **data, **({"secret": True} if secret else {}))

    def tells_secret(self, text: str) -> bool:
        """Whether a template names a variable that is kept from the eye."""
        return any(name in self.run.secrets for name in template.names(text))

    def speaks(self, language: str) -> None:
        self.change("flow.language", language=language)

    # --- how a node ends -------------------------------------------------------------------------------------
    def leave(self, way: str, why: str = "") -> None:
        """By this exit. The engine finds where it leads."""
        self.way = (way, why)

    def call(self, flow: int) -> None:
        """Into another flow."""
        self.into = flow

    def back(self) -> None:
        """To the flow that called; where none did, the call ends."""
        self.returns = True

    def over(self, why: str) -> None:
        """The flow ends here; "hung_up" ends the call."""
        self.hush()
        self.change("flow.exit", node=self.run.node, exit="", why=why)
        self.end(why)

    def end(self, why: str = "hung_up") -> None:
        """The last word, after the node's exit."""
        self.change("flow.over", why=why)
        if why == "hung_up":
            self.intents.append(words.HangUp())

    # --- for the engine --------------------------------------------------------------------------------------
    def change(self, kind: str, /, **data: Any) -> None:
        self.changes.append((kind, data))
        evolve(self.run, kind, data)
        evolve(self._folded, kind, data)

    def result(self) -> tuple[list[Change], list[words.Intent]]:
        """The changes, with what the run waits for as the last one."""
        run, folded = self.run, self._folded
        if not run.over and (self.heard or _waits(run) != _waits(folded)):
            data = {name: value for name, value in _waits(run).items() if value}
            self.changes.append(("flow.state", {**data, "heard": True} if self.heard else data))
        return self.changes, self.intents

    def _token(self) -> int:
        self.run.token += 1
        return self.run.token


def _waits(run: Run) -> dict[str, Any]:
    return {
        "state": run.state,
        "sound": run.sound,
        "timer": run.timer,
        "asked": run.asked,
        "token": run.token,
        "keys": run.keys,
        "habit": run.habit,
    }
