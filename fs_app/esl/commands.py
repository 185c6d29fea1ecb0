"""The only place that writes command text for the event socket.

Each function returns the text of one command without the closing empty line. Everything that comes from
elsewhere passes through quoting.py; CR, LF and NUL never get into a line (UnsafeCommand).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from fs_app.errors import UnsafeCommand
from fs_app.esl import quoting as q
from fs_app.ports import DigitSpec, Originate

HOME = "home"
CONTEXT = "fsapp"
DIGITS_VARIABLE = "fsapp_digits"
LONG_ARGUMENT = 1_000  # bytes; longer arguments travel as the body of sendmsg

SILENCE = 200  # mean amplitude; a quiet voice on the telephone is above 500

# How the supervisor's leg is heard, by the key that `eavesdrop` reads (switch_ivr_async.c): 2 mixes into what
# the target hears, 1 into what the target says, 3 both, 0 neither.
SPEAK_TO_TARGET, SPEAK_TO_ALL, SPEAK_TO_NOBODY = "2", "3", "0"


# --- the link itself --------------------------------------------------------------------------------------
def auth(password: str) -> str:
    return f"auth {q.line(password)}"


def subscribe(names: Sequence[str]) -> str:
    """`event json …`; the names of CUSTOM subclasses follow the word CUSTOM."""
    return "event json " + " ".join(q.line(name) for name in names)


def connect() -> str:
    """The first command of an outbound session: its reply is the channel."""
    return "connect"


def leave() -> str:
    return "exit"


def api(*words: str) -> str:
    """`api …` from parts that are safe already."""
    return q.line("api " + " ".join(words))


def background(job: str, command: str) -> str:
    """`api …` as `bgapi …` with our own Job-UUID."""
    if not command.startswith("api "):
        raise UnsafeCommand(f"only an api command can run in the background: {command[:40]!r}")
    return f"bg{q.line(command)}\nJob-UUID: {q.uuid(job)}"


def execute(leg: str, application: str, argument: str, event_uuid: str) -> tuple[str, str]:
    """`sendmsg` that runs an application on a leg: the text and its body (empty when there is none).

    On a parked leg it starts at once. While a sound plays it starts at once too, on top of it, and the sound
    goes on afterwards [seen]. `argument` must be safe; a `${` in it would be expanded by FreeSWITCH and is
    refused here once more.
    """
    if "${" in argument.replace("\\", ""):
        raise UnsafeCommand(f"argument would be expanded: {argument[:80]!r}")
    q.line(argument)
    head = (
        f"sendmsg {q.uuid(leg)}\n"
        "call-command: execute\n"
        f"execute-app-name: {q.name(application)}\n"
        f"Event-UUID: {q.uuid(event_uuid)}"
    )
    if not argument:
        return head, ""
    size = len(argument.encode("utf-8"))
    if size <= LONG_ARGUMENT:
        return f"{head}\nexecute-app-arg: {argument}", ""
    return f"{head}\ncontent-type: text/plain\ncontent-length: {size}", argument


# --- where a leg is ---------------------------------------------------------------------------------------
def originate(what: Originate) -> str:
    """`api originate {variables}endpoint what-then`; the caller runs it in the background."""
    variables = {
        "origination_uuid": q.uuid(what.leg),
        "originate_timeout": str(max(1, math.ceil(what.ring_s))),
        "ignore_early_media": "false" if what.early_media else "true",
    }
    number, name = q.caller_number(what.caller_number), q.caller_name(what.caller_name)
    if number:
        variables["origination_caller_id_number"] = number
    if name or number:
        variables["origination_caller_id_name"] = name or number
    if what.withheld:
        variables["origination_privacy"] = "hide_name:hide_number"
    for key in what.variables:
        if key in variables:
            raise UnsafeCommand(f"the variable {key} is set by originate itself")
    variables["hangup_after_bridge"] = "false"
    variables.update(what.variables)
    inside = ",".join(f"{q.name(key)}={q.originate_value(text)}" for key, text in variables.items())
    if what.then == "park":
        after = "&park()"
    elif what.then.startswith("transfer:"):
        after = f"{q.extension(what.then.removeprefix('transfer:'))} XML {CONTEXT}"
    else:
        raise UnsafeCommand(f"originate can't continue with {what.then[:40]!r}")
    return api("originate", f"{{{inside}}}{q.endpoint(what.endpoint)}", after)


def bridge(leg: str, other: str) -> str:
    return api("uuid_bridge", q.uuid(leg), q.uuid(other))


def transfer(leg: str, extension: str) -> str:
    return api("uuid_transfer", q.uuid(leg), q.extension(extension), "XML", CONTEXT)


def park(leg: str) -> str:
    return api("uuid_transfer", q.uuid(leg), "park:", "inline")


def conference(leg: str, name: str) -> str:
    return api("uuid_transfer", q.uuid(leg), f"conference:{q.name(name)}@default", "inline")


def kill(leg: str, cause: str) -> str:
    return api("uuid_kill", q.uuid(leg), q.cause(cause))


# --- what a leg hears and says ----------------------------------------------------------------------------
def play_argument(files: Sequence[str]) -> str:
    """The argument of `playback` for one file or several in a row."""
    if not files:
        raise UnsafeCommand("nothing to play")
    sounds = [q.sound(file) for file in files]
    return sounds[0] if len(sounds) == 1 else "file_string://" + "!".join(sounds)


def music_argument(source: str | Sequence[str], seconds: float) -> str:
    """The argument of `playback` for an endless source, or for files in a row, that must end by itself.

    `%[…]` sets variables for this one application (switch_core_session.c); the time-out is in whole seconds,
    at least two (switch_ivr_play_say.c).
    """
    limit = max(2, math.ceil(seconds))
    files = [source] if isinstance(source, str) else source
    return f"%[playback_timeout_sec={limit},playback_timeout_as_success=true]{play_argument(files)}"


def digits_argument(spec: DigitSpec) -> str:
    """The argument of `play_and_get_digits`; the result goes to DIGITS_VARIABLE."""
    counts = (spec.least, spec.most, spec.tries, spec.timeout_ms)
    if any(number < 0 for number in (*counts, spec.inter_digit_ms)) or spec.most > 120:
        raise UnsafeCommand(f"counts of digits can't be used: {spec}")
    return " ".join(
        (
            *(str(int(number)) for number in counts),
            q.terminators(spec.terminators),
            q.blank(q.sound(spec.prompt)),
            q.blank(q.sound(spec.invalid_prompt)),
            DIGITS_VARIABLE,
            q.pattern(spec.pattern),
            str(int(spec.inter_digit_ms)),
        )
    )


def say_argument(language: str, kind: str, method: str, text: str) -> str:
    return " ".join((q.say_word(language), q.say_word(kind), q.say_word(method), q.blank(q.say_text(text))))


def target(leg: str) -> str:
    """The argument of `eavesdrop`."""
    return q.uuid(leg)


def stop_sound(leg: str) -> str:
    return api("uuid_break", q.uuid(leg), "all")


def whisper_over(leg: str, file: str) -> str:
    return api("uuid_displace", q.uuid(leg), "start", q.blank(q.sound(file)), "0", "mux")


def send_dtmf(leg: str, digits: str) -> str:
    return api("uuid_send_dtmf", q.uuid(leg), q.dtmf(digits))


def press(leg: str, digits: str) -> str:
    """As if the party on the leg had pressed the keys."""
    return api("uuid_recv_dtmf", q.uuid(leg), q.dtmf(digits))


def mute(leg: str, muted: bool) -> str:
    return api("uuid_audio", q.uuid(leg), *(("start", "read", "mute", "1") if muted else ("stop",)))


def record(leg: str, action: str, file: str) -> str:
    """`action`: start, stop, mask or unmask."""
    return api("uuid_record", q.uuid(leg), q.name(action), q.blank(q.path(file)))


def message_argument(file: str, most_s: int, silence_s: int) -> str:
    """The argument of `record`: file, longest time, energy below which it is silent (mean amplitude of a frame, of
    32767), seconds of silence that end it (switch_ivr_play_say.c)."""
    if not (0 < most_s <= 3600 and 0 < silence_s <= 60):
        raise UnsafeCommand(f"a message can't be recorded like this: {most_s} s, {silence_s} s of silence")
    return f"{q.blank(q.path(file))} {int(most_s)} {SILENCE} {int(silence_s)}"


def phones() -> str:
    """The telephones of the profile where they register."""
    return api("sofia", "xmlstatus", "profile", "internal", "reg")


def trunks() -> str:
    """All gateways of all profiles."""
    return api("sofia", "xmlstatus", "gateway")


# --- variables and pictures -------------------------------------------------------------------------------
def set_variables(leg: str, variables: Mapping[str, str]) -> str:
    if not 0 < len(variables) <= 60:
        raise UnsafeCommand(f"{len(variables)} variables at once (1 to 60)")
    return api(
        "uuid_setvar_multi",
        q.uuid(leg),
        ";".join(f"{q.name(key)}={q.multi_value(text)}" for key, text in variables.items()),
    )


def get_variable(leg: str, name: str) -> str:
    return api("uuid_getvar", q.uuid(leg), q.name(name))


def exists(leg: str) -> str:
    return api("uuid_exists", q.uuid(leg))


def dump(leg: str) -> str:
    return api("uuid_dump", q.uuid(leg), "json")


def show(what: str) -> str:
    """`channels`, `calls` or `registrations`."""
    return api("show", q.name(what), "as json")


# --- the switch itself ------------------------------------------------------------------------------------
def core_uuid() -> str:
    return api("global_getvar core_uuid")


def ping() -> str:
    return api("strepoch")


def renew_lease(until_epoch_s: int) -> str:
    return api(f"global_setvar fsapp_lease={int(until_epoch_s)}")


def global_variable(name: str) -> str:
    return api("global_getvar", q.name(name))


def sofia_recover() -> str:
    return api("sofia recover")


def flush_directory(user: str, domain: str) -> str:
    if not user and not domain:
        return api("xml_flush_cache")
    return api("xml_flush_cache", "id", q.extension(user), q.extension(domain))


def status() -> str:
    return api("status")
