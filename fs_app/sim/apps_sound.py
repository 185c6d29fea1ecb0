"""Applications that play, say and collect."""

from __future__ import annotations

import math
import re
import time
from pathlib import Path

from fs_app.sim import hearing, life, media, strings
from fs_app.sim.channel import Channel

#: About how long one spoken character takes (seconds); the real one depends on its sound files.
SAY_S = 0.3


def _pre_answer(ch: Channel) -> None:
    """Sound on a leg that came in needs at least early media."""
    if ch.inbound and not ch.media:
        life.early_media(ch)


def play(ch: Channel, source: str, digits: list[str] | None = None, keys: str = "*") -> str:
    """Play one source to its end; a key ends it when `digits` collects them, uuid_break always.

    Returns `done`, `break`, or `missing`. Raises as life.pause does.
    """
    _pre_answer(ch)
    try:
        seconds = media.duration(source, ch.core.sounds_dir)
    except media.NotFoundError:
        return "missing"
    limit = ch.variables.get("playback_timeout_sec")
    if limit.isdigit() and int(limit) > 1:
        seconds = min(seconds, float(limit))
    kind = source.split("://", 1)[0] if "://" in source else "file"
    headers = {"Playback-File-Type": kind, "Playback-File-Path": source}
    ch.fire("PLAYBACK_START", headers)
    began = time.monotonic()
    status = "done"
    outer, ch.sound = ch.sound, source
    ch.hearing_changed()
    ch.plays += 1
    try:
        while (left := began + seconds - time.monotonic()) > 0:
            if ch.broken:
                ch.broken = ch.plays > 1  # the sound under this one ends, too [seen]
                status = "break"
                break
            if digits is not None and ch.digits:
                status = "break"
                break
            if digits is None and keys and ch.digits:
                key = ch.digits.popleft()
                if key in keys:
                    ch.variables.set("playback_terminator_used", key)
                    break
                continue
            life.run_private(ch)
            if not ch.broken:
                life.pause(ch, None if math.isinf(left) else left)
    finally:
        ch.plays -= 1
        ch.sound = outer
        ch.hearing_changed()
        milliseconds = round((time.monotonic() - began) * 1000)
        ch.variables.set("playback_seconds", str(milliseconds // 1000))
        ch.variables.set("playback_ms", str(milliseconds))
        ch.variables.set("playback_samples", str(milliseconds * 8))
        ch.fire("PLAYBACK_STOP", {**headers, "Playback-Status": status})
    return status


def playback(ch: Channel, data: str) -> None:
    variables = ch.variables
    keys = variables.get("playback_terminators", "*")
    variables.set("current_application_response", "PLAYBACK ERROR")
    status = play(ch, data, keys="" if keys == "none" else keys)
    variables.set("current_application_response", "FILE NOT FOUND" if status == "missing" else "FILE PLAYED")


def endless_playback(ch: Channel, data: str) -> None:
    while play(ch, data) == "done":
        life.pause(ch, life.FRAME)


def record(ch: Channel, data: str) -> None:
    """`path [limit_s [threshold [silence_s]]]`: what the party says, one channel, until the limit or silence."""
    words = strings.separate(data, " ", 4)
    if not words:
        return
    _pre_answer(ch)
    most = float(words[1]) if len(words) > 1 and words[1].isdigit() else math.inf
    quiet = float(words[3]) if len(words) > 3 and words[3].isdigit() else math.inf
    path = words[0]
    keys = ch.variables.get("playback_terminators", "*")
    keys = "" if keys == "none" else keys
    if not Path(path).parent.is_dir() or not ch.core.record(ch, path, stereo=False):
        # Unlike uuid_record it makes no folder, and a file that it can't write is the end of the leg [seen].
        life.hangup(ch, "DESTINATION_OUT_OF_ORDER")
        return
    end = time.monotonic() + most
    silent_since: float | None = None
    try:
        while (now := time.monotonic()) < end and not ch.broken:
            silent_since = None if hearing.says(ch) else silent_since or now
            if silent_since is not None and now - silent_since >= quiet:
                break
            if any(key in keys for key in ch.digits):
                break
            ch.digits.clear()
            life.run_private(ch)
            due = end if silent_since is None else min(end, silent_since + quiet)
            life.pause(ch, None if math.isinf(due) else max(0.0, due - now))
    except life.Redirected:  # a leg that is taken out of `record` is hung up by it [seen]
        life.hangup(ch, "DESTINATION_OUT_OF_ORDER")
        raise
    finally:
        recording = ch.recordings.get(path)
        if recording is not None:
            recording.stop()


def say(ch: Channel, data: str) -> None:
    """`language[:module] type method text`."""
    words = strings.separate(data, " ", 4)
    if len(words) == 4:
        play(ch, f"silence_stream://{round(len(words[3]) * SAY_S * 1000)}")


def sleep(ch: Channel, data: str) -> None:
    """Milliseconds; commands for the leg are carried out meanwhile, a break ends it."""
    end = time.monotonic() + (int(data) if data.isdigit() else 0) / 1000
    while (left := end - time.monotonic()) > 0 and not ch.broken:
        life.run_private(ch)
        life.pause(ch, left)


def _collect(
    ch: Channel, digits: str, most: int, keys: str, first_s: float, next_s: float
) -> tuple[str, str, bool]:
    """Keys until `most`, a terminator or silence: the digits, the terminator, and whether time ran out."""
    end = time.monotonic() + (next_s if digits else first_s)
    while len(digits) < most:
        if ch.digits:
            key = ch.digits.popleft()
            if key in keys:
                return digits, key, False
            digits += key
            end = time.monotonic() + next_s
            continue
        left = end - time.monotonic()
        if left <= 0:
            return digits, "", True
        life.run_private(ch)
        life.pause(ch, left)
    return digits, "", False


def play_and_get_digits(ch: Channel, data: str) -> None:
    """`min max tries timeout_ms terminators prompt invalid variable regex digit_timeout_ms`.

    As switch_play_and_get_digits: the variable is cleared first, and stays empty without valid input.
    """
    words = strings.separate(data, " ", 11)
    if len(words) < 7:
        return
    least, most, tries, timeout_ms = (int(word) for word in words[:4])
    keys = "" if words[4] == "none" else words[4]
    prompt, invalid = words[5], words[6]
    variable = words[7] if len(words) > 7 else ""
    pattern = words[8] if len(words) > 8 else ""
    next_ms = int(words[9]) if len(words) > 9 and words[9].isdigit() else timeout_ms
    most = max(most, least)
    variables = ch.variables
    variables.set(f"{variable}_invalid", None)
    for _ in range(max(1, tries)):
        variables.set("read_result", None)
        variables.set(variable, None)
        taken: list[str] = []
        if prompt not in ("", "silence"):
            play(ch, prompt, digits=taken)
        digits, key, late = _collect(ch, "", most, keys, timeout_ms / 1000, (next_ms or timeout_ms) / 1000)
        if key:
            variables.set("read_terminator_used", key)
        short = len(digits) < least
        variables.set("read_result", "failure" if short else "timeout" if late else "success")
        variables.set(variable, digits)
        if not short and digits:
            if not pattern or re.search(pattern, digits):
                return
            variables.set(variable, None)
            variables.set(f"{variable}_invalid", digits)
        elif not short and least == 0 and key:
            return
        play(ch, invalid)


APPS = {
    "playback": playback,
    "endless_playback": endless_playback,
    "record": record,
    "say": say,
    "sleep": sleep,
    "play_and_get_digits": play_and_get_digits,
}
