"""The verbs of ports.SwitchPort over the event socket. Replies noted here were seen on FreeSWITCH 1.11.3."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from fs_app.errors import NoSuchChannel, Refused, UnsafeCommand
from fs_app.esl import commands, pictures
from fs_app.esl.link import DEADLINE_S, Link
from fs_app.esl.pending import Command, new_uuid
from fs_app.esl.wire import clean
from fs_app.facts import Channel, PhoneDetail, Registration, SwitchFigures, Trunk
from fs_app.ports import DigitSpec, Originate, OriginateResult

V = TypeVar("V")

ORIGINATE_GRACE_S = 10.0  # beyond ring_s: DNS, retransmissions of an INVITE that nobody answers
RECOVER_S = 60.0  # `sofia recover` re-INVITEs all calls one after the other
DUMPS_AT_ONCE = 50

_GONE = re.compile(r"no such channel|cannot locate session|invalid session id|invalid uuid", re.IGNORECASE)
_CAUSE = re.compile(r"-ERR ([A-Z][A-Z0-9_]+)\s*")
_RECOVERED = re.compile(r"Recovered (\d+) call")


def accepted(reply: str) -> str:
    """The text of a reply that is no refusal. Raises NoSuchChannel, Refused."""
    if reply.startswith(("-ERR", "-USAGE")):
        said = clean(reply)[:500]
        raise NoSuchChannel(said) if _GONE.search(said) else Refused(said)
    return reply


def _nothing(reply: str) -> None:
    accepted(reply)


def _originated(reply: str) -> OriginateResult:
    """`+OK uuid`, or `-ERR USER_BUSY`: a cause is a result, anything else a refusal."""
    cause = _CAUSE.fullmatch(reply)
    if cause is not None:
        return OriginateResult(answered=False, cause=cause[1])
    accepted(reply)
    return OriginateResult(answered=True)


def _variable(reply: str) -> str | None:
    """`uuid_getvar` answers with the bare value, `_undef_` when there is none."""
    if reply.startswith("-ERR"):
        accepted(reply)
    return None if reply == "_undef_" else clean(reply)


def _dumped(reply: str) -> Channel | None:
    try:
        accepted(reply)
    except NoSuchChannel:
        return None
    return pictures.channel_from_dump(reply)


def _recovered(reply: str) -> int:
    found = _RECOVERED.search(accepted(reply))
    return int(found[1]) if found else 0


class Switch:
    """Implements ports.SwitchPort. Text that can't be sent safely is the outcome UnsafeCommand."""

    def __init__(self, link: Link) -> None:
        self._link = link

    @property
    def up(self) -> bool:
        return self._link.up

    # --- how a command goes out -----------------------------------------------------------------------------
    def _api(
        self, verb: str, convert: Callable[[str], V], write: Callable[..., str], *args: object
    ) -> Command[V]:
        try:
            command = write(*args)
        except UnsafeCommand as error:
            return _failed(verb, error)
        return self._link.send(verb, command, convert)

    def _background(
        self,
        verb: str,
        convert: Callable[[str], V],
        deadline_s: float,
        write: Callable[..., str],
        *args: object,
    ) -> Command[V]:
        try:
            command = write(*args)
        except UnsafeCommand as error:
            return _failed(verb, error)
        return self._link.background(verb, command, convert, deadline_s=deadline_s)

    def _execute(
        self, verb: str, leg: str, app: str, write: Callable[..., str], *args: object
    ) -> Command[None]:
        """Queue an application on a leg. The Command's id is the application's uuid."""
        app_uuid = new_uuid()
        try:
            command, body = commands.execute(leg, app, write(*args), app_uuid)
        except UnsafeCommand as error:
            return _failed(verb, error)
        return self._link.send(verb, command, _nothing, body=body, command_id=app_uuid)

    # --- what a leg hears and says --------------------------------------------------------------------------
    def answer(self, leg: str) -> Command[None]:
        return self._execute("answer", leg, "answer", str)

    def play(self, leg: str, files: Sequence[str]) -> Command[None]:
        """Several files in a row: give them all here. A second `play` does not wait for the first: it starts at
        once on top of it, and the first goes on afterwards. So an announcement may be played over music."""
        return self._execute("play", leg, "playback", commands.play_argument, files)

    def collect_digits(self, leg: str, spec: DigitSpec) -> Command[None]:
        # The variable keeps its old value when nothing is entered: cleared first, in the same queue.
        self._execute("unset", leg, "unset", str, commands.DIGITS_VARIABLE)
        return self._execute("collect_digits", leg, "play_and_get_digits", commands.digits_argument, spec)

    def say(self, leg: str, language: str, kind: str, method: str, text: str) -> Command[None]:
        return self._execute("say", leg, "say", commands.say_argument, language, kind, method, text)

    def music(self, leg: str, source: str | Sequence[str], seconds: float) -> Command[None]:
        """An endless source (a stream, a tone with loops=-1), or files in a row; it ends by itself after `seconds`,
        rounded up to whole ones and at least two. A source that ends earlier is not repeated: AppDone tells."""
        return self._execute("music", leg, "playback", commands.music_argument, source, seconds)

    def stop_sound(self, leg: str) -> Command[None]:
        """Break off what plays and drop what is queued behind it."""
        return self._api("stop_sound", _nothing, commands.stop_sound, leg)

    def whisper_over(self, leg: str, file: str) -> Command[None]:
        return self._api("whisper_over", _nothing, commands.whisper_over, leg, file)

    def send_dtmf(self, leg: str, digits: str) -> Command[None]:
        return self._api("send_dtmf", _nothing, commands.send_dtmf, leg, digits)

    def mute(self, leg: str, muted: bool) -> Command[None]:
        return self._api("mute", _nothing, commands.mute, leg, muted)

    # --- where a leg is -------------------------------------------------------------------------------------
    def originate(self, what: Originate) -> Command[OriginateResult]:
        deadline_s = what.ring_s + ORIGINATE_GRACE_S
        return self._background("originate", _originated, deadline_s, commands.originate, what)

    def bridge(self, leg: str, other: str) -> Command[None]:
        """`+OK other`; `-ERR Invalid uuid` when one of them is gone. The LegsBridged fact is the proof."""
        return self._api("bridge", _nothing, commands.bridge, leg, other)

    def send_home(self, leg: str) -> Command[None]:
        return self.transfer(leg, commands.HOME)

    def transfer(self, leg: str, extension: str) -> Command[None]:
        return self._api("transfer", _nothing, commands.transfer, leg, extension)

    def park(self, leg: str) -> Command[None]:
        return self._api("park", _nothing, commands.park, leg)

    def hangup(self, leg: str, cause: str = "NORMAL_CLEARING") -> Command[None]:
        return self._api("hangup", _nothing, commands.kill, leg, cause)

    def conference(self, leg: str, name: str) -> Command[None]:
        return self._api("conference", _nothing, commands.conference, leg, name)

    # --- recording ------------------------------------------------------------------------------------------
    def record_start(self, leg: str, path: str) -> Command[None]:
        """Two channels: left what the leg says, right what it hears. Written through, so that it can be read
        while it grows."""
        variables = {"RECORD_STEREO": "true", "enable_file_write_buffering": "false"}
        self._api("set_variables", _nothing, commands.set_variables, leg, variables)
        return self._api("record_start", _nothing, commands.record, leg, "start", path)

    def record_stop(self, leg: str, path: str) -> Command[None]:
        return self._api("record_stop", _nothing, commands.record, leg, "stop", path)

    def record_message(self, leg: str, path: str, most_s: int, silence_s: int) -> Command[None]:
        """One channel: what the leg says. The file is whole when the leg is hung up in the middle, too."""
        return self._execute(
            "record_message", leg, "record", commands.message_argument, path, most_s, silence_s
        )

    def record_mask(self, leg: str, path: str) -> Command[None]:
        return self._api("record_mask", _nothing, commands.record, leg, "mask", path)

    def record_unmask(self, leg: str, path: str) -> Command[None]:
        return self._api("record_unmask", _nothing, commands.record, leg, "unmask", path)

    # --- supervision ----------------------------------------------------------------------------------------
    def listen(self, leg: str, target: str) -> Command[None]:
        return self._execute("listen", leg, "eavesdrop", commands.target, target)

    def whisper(self, leg: str) -> Command[None]:
        return self._api("whisper", _nothing, commands.press, leg, commands.SPEAK_TO_TARGET)

    def barge(self, leg: str) -> Command[None]:
        return self._api("barge", _nothing, commands.press, leg, commands.SPEAK_TO_ALL)

    def listen_only(self, leg: str) -> Command[None]:
        return self._api("listen_only", _nothing, commands.press, leg, commands.SPEAK_TO_NOBODY)

    # --- variables and pictures -----------------------------------------------------------------------------
    def set_variables(self, leg: str, variables: Mapping[str, str]) -> Command[None]:
        return self._api("set_variables", _nothing, commands.set_variables, leg, variables)

    def get_variable(self, leg: str, name: str) -> Command[str | None]:
        return self._api("get_variable", _variable, commands.get_variable, leg, name)

    def exists(self, leg: str) -> Command[bool]:
        return self._api("exists", lambda reply: accepted(reply).strip() == "true", commands.exists, leg)

    def channel(self, leg: str) -> Command[Channel | None]:
        return self._api("channel", _dumped, commands.dump, leg)

    def channel_ids(self) -> Command[list[str]]:
        return self._api(
            "channel_ids", lambda reply: pictures.channel_ids(accepted(reply)), commands.show, "channels"
        )

    def channels(self) -> list[Channel]:
        """All live channels; those that end meanwhile are left out. Waits. Raises LinkLost, CommandTimeout."""
        found: list[Channel] = []
        ids = self.channel_ids().get()
        for start in range(0, len(ids), DUMPS_AT_ONCE):
            dumps = [self.channel(leg) for leg in ids[start : start + DUMPS_AT_ONCE]]
            found.extend(channel for dump in dumps if (channel := dump.get()) is not None)
        return found

    def registrations(self) -> Command[list[Registration]]:
        return self._api(
            "registrations",
            lambda reply: pictures.registrations(accepted(reply)),
            commands.show,
            "registrations",
        )

    def phones(self) -> Command[list[PhoneDetail]]:
        return self._api("phones", lambda reply: pictures.phone_details(accepted(reply)), commands.phones)

    # --- the switch itself ----------------------------------------------------------------------------------
    def renew_lease(self, until_epoch_s: int) -> Command[None]:
        return self._api("renew_lease", _nothing, commands.renew_lease, until_epoch_s)

    def global_variable(self, name: str) -> Command[str]:
        """A variable of the switch itself; empty when it is not set."""
        return self._api("global_variable", lambda reply: reply.strip(), commands.global_variable, name)

    def sofia_recover(self) -> Command[int]:
        """How many calls were taken up again."""
        return self._background("sofia_recover", _recovered, RECOVER_S, commands.sofia_recover)

    def flush_directory(self, user: str = "", domain: str = "") -> Command[None]:
        return self._api("flush_directory", _nothing, commands.flush_directory, user, domain)

    def figures(self) -> Command[SwitchFigures]:
        return self._api("figures", lambda reply: pictures.figures(accepted(reply)), commands.status)

    def trunks(self) -> Command[list[Trunk]]:
        return self._api("trunks", lambda reply: pictures.trunks(accepted(reply)), commands.trunks)

    def status(self) -> Command[str]:
        return self._api("status", accepted, commands.status)


def _failed(verb: str, error: Exception) -> Command[V]:
    command: Command[V] = Command(new_uuid(), verb, _unreachable)
    command.fail(error)
    return command


def _unreachable(reply: str) -> V:  # type: ignore[type-var]
    raise AssertionError(f"reply to a command that was never sent: {reply[:80]!r}")


__all__ = ["DEADLINE_S", "Switch", "accepted"]
