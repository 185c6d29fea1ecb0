"""A switch for unit tests: it keeps the commands, and the test says by hand how each ends.

By default a command succeeds at once. `hold(verb)` leaves the outcomes of a verb open, `fail(verb, error)` makes it
fail. Nothing else happens by itself: facts come from the test.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fs_app.errors import WaitTimeout
from fs_app.facts import Channel, Registration, SwitchFigures, Trunk
from fs_app.ports import DigitSpec, Originate, OriginateResult, Outcome


class Command:
    """A command under way; implements ports.Pending."""

    def __init__(self, command_id: str, verb: str, args: tuple[Any, ...]) -> None:
        self.id = command_id
        self.verb = verb
        self.args = args
        self.outcome: Outcome[Any] | None = None
        self._callbacks: list[Callable[[Outcome[Any]], None]] = []

    def then(self, callback: Callable[[Outcome[Any]], None]) -> None:
        if self.outcome is not None:
            callback(self.outcome)
        else:
            self._callbacks.append(callback)

    def get(self, timeout: float | None = None) -> Any:
        if self.outcome is None:
            raise WaitTimeout(f"{self.verb}: the test left it open")
        if self.outcome.error is not None:
            raise self.outcome.error
        return self.outcome.value

    def succeed(self, value: Any = None) -> None:
        self._end(Outcome(value=value))

    def fail(self, error: Exception) -> None:
        self._end(Outcome(error=error))

    def _end(self, outcome: Outcome[Any]) -> None:
        assert self.outcome is None, f"{self.verb} has ended already"
        self.outcome = outcome
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback(outcome)

    def __repr__(self) -> str:
        return f"{self.verb}{self.args}"


@dataclass
class FakeSwitch:
    up: bool = True
    commands: list[Command] = field(default_factory=list)
    present: dict[str, Channel] = field(default_factory=dict)  # what a picture shows
    registered: list[Registration] = field(default_factory=list)
    recoverable: int = 0
    figures_told: SwitchFigures = field(
        default_factory=lambda: SwitchFigures("1.11.3", 3600, 4, 9, 2000, 120, 1, 100, 7)
    )
    trunks_told: list[Trunk] = field(default_factory=list)
    _held: set[str] = field(default_factory=lambda: {"originate"})
    _errors: dict[str, Exception] = field(default_factory=dict)
    _count: Any = field(default_factory=lambda: itertools.count(1))

    # --- what a test says and asks --------------------------------------------------------------------------
    def hold(self, verb: str) -> None:
        """From now on the test ends these commands itself."""
        self._held.add(verb)

    def fail(self, verb: str, error: Exception | None) -> None:
        """From now on this verb fails at once (None: no longer)."""
        if error is None:
            self._errors.pop(verb, None)
        else:
            self._errors[verb] = error

    def of(self, verb: str, *args: Any) -> list[Command]:
        """The commands of this verb so far, those whose first arguments are `args`."""
        return [c for c in self.commands if c.verb == verb and c.args[: len(args)] == args]

    def last(self, verb: str) -> Command:
        found = self.of(verb)
        assert found, f"no {verb} among {self.commands}"
        return found[-1]

    def forget(self) -> None:
        self.commands.clear()

    def _do(self, verb: str, *args: Any, value: Any = None, command_id: str = "") -> Command:
        command = Command(command_id or f"{verb}-{next(self._count)}", verb, args)
        self.commands.append(command)
        if verb in self._errors:
            command.fail(self._errors[verb])
        elif verb not in self._held:
            command.succeed(value)
        return command

    # --- the verbs ------------------------------------------------------------------------------------------
    def answer(self, leg: str) -> Command:
        return self._do("answer", leg)

    def play(self, leg: str, files: Sequence[str]) -> Command:
        return self._do("play", leg, tuple(files))

    def collect_digits(self, leg: str, spec: DigitSpec) -> Command:
        return self._do("collect_digits", leg, spec)

    def say(self, leg: str, language: str, kind: str, method: str, text: str) -> Command:
        return self._do("say", leg, language, kind, method, text)

    def music(self, leg: str, source: str | Sequence[str], seconds: float) -> Command:
        return self._do("music", leg, source, seconds)

    def stop_sound(self, leg: str) -> Command:
        return self._do("stop_sound", leg)

    def whisper_over(self, leg: str, file: str) -> Command:
        return self._do("whisper_over", leg, file)

    def send_dtmf(self, leg: str, digits: str) -> Command:
        return self._do("send_dtmf", leg, digits)

    def mute(self, leg: str, muted: bool) -> Command:
        return self._do("mute", leg, muted)

    def originate(self, what: Originate) -> Command:
        return self._do("originate", what.leg, what, value=OriginateResult(answered=True))

    def bridge(self, leg: str, other: str) -> Command:
        return self._do("bridge", leg, other)

    def send_home(self, leg: str) -> Command:
        return self._do("send_home", leg)

    def transfer(self, leg: str, extension: str) -> Command:
        return self._do("transfer", leg, extension)

    def park(self, leg: str) -> Command:
        return self._do("park", leg)

    def hangup(self, leg: str, cause: str = "NORMAL_CLEARING") -> Command:
        return self._do("hangup", leg, cause)

    def conference(self, leg: str, name: str) -> Command:
        return self._do("conference", leg, name)

    def record_start(self, leg: str, path: str) -> Command:
        return self._do("record_start", leg, path)

    def record_stop(self, leg: str, path: str) -> Command:
        return self._do("record_stop", leg, path)

    def record_message(self, leg: str, path: str, most_s: int, silence_s: int) -> Command:
        return self._do("record_message", leg, path, most_s, silence_s)

    def record_mask(self, leg: str, path: str) -> Command:
        return self._do("record_mask", leg, path)

    def record_unmask(self, leg: str, path: str) -> Command:
        return self._do("record_unmask", leg, path)

    def listen(self, leg: str, target: str) -> Command:
        return self._do("listen", leg, target)

    def whisper(self, leg: str) -> Command:
        return self._do("whisper", leg)

    def barge(self, leg: str) -> Command:
        return self._do("barge", leg)

    def listen_only(self, leg: str) -> Command:
        return self._do("listen_only", leg)

    def set_variables(self, leg: str, variables: Mapping[str, str]) -> Command:
        return self._do("set_variables", leg, dict(variables))

    def get_variable(self, leg: str, name: str) -> Command:
        channel = self.present.get(leg)
        return self._do("get_variable", leg, name, value=channel.get(name) if channel else None)

    def exists(self, leg: str) -> Command:
        return self._do("exists", leg, value=leg in self.present)

    def channel(self, leg: str) -> Command:
        return self._do("channel", leg, value=self.present.get(leg))

    def phones(self) -> Command:
        return self._do("phones", value=[])

    def channel_ids(self) -> Command:
        return self._do("channel_ids", value=list(self.present))

    def channels(self) -> list[Channel]:
        return [self.channel(leg).get() for leg in self.channel_ids().get()]

    def registrations(self) -> Command:
        return self._do("registrations", value=list(self.registered))

    def renew_lease(self, until_epoch_s: int) -> Command:
        return self._do("renew_lease", until_epoch_s)

    def global_variable(self, name: str) -> Command:
        return self._do("global_variable", name, value="")

    def sofia_recover(self) -> Command:
        return self._do("sofia_recover", value=self.recoverable)

    def flush_directory(self, user: str = "", domain: str = "") -> Command:
        return self._do("flush_directory", user, domain)

    def figures(self) -> Command:
        return self._do("figures", value=self.figures_told)

    def trunks(self) -> Command:
        return self._do("trunks", value=list(self.trunks_told))

    def status(self) -> Command:
        return self._do("status", value="UP")
