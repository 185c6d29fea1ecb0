"""api commands about what a leg hears, says and keys, with the replies of mod_commands.c."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fs_app.sim import life, media, strings

if TYPE_CHECKING:
    from fs_app.sim.channel import Channel
    from fs_app.sim.core import Core

NO_CHANNEL = "-ERR No such channel!\n"
NO_SESSION = "-ERR Cannot locate session!\n"


def uuid_broadcast(core: Core, argument: str) -> str:
    words = strings.separate(argument, " ", 4)
    if len(words) < 2:
        return "-USAGE: <uuid> <path> [aleg|bleg|holdb|both]\n"
    ch = core.channels.get(words[0])
    if ch is None:
        return "-ERR invalid uuid\n"
    where = words[2] if len(words) > 2 else "aleg"
    app, colons, rest = words[1].partition("::")
    app, path = (app, rest) if colons else ("playback", words[1])
    legs = [ch] if where in ("aleg", "both", "holdb") else []
    if where in ("bleg", "both") and ch.partner is not None:
        legs.append(ch.partner)
    for leg in legs:
        leg.private.append(life.Execute(app, path, lock=True, lead_s=5 * life.FRAME))
        leg.poke()
    return "+OK Message sent\n"


def uuid_break(core: Core, argument: str) -> str:
    words = argument.split(" ")
    ch = core.channels.get(words[0])
    if not argument:
        return "-USAGE: <uuid> [all]\n"
    if ch is None:
        return NO_CHANNEL
    legs = [ch]
    if "both" in words and ch.partner is not None:
        legs.append(ch.partner)
    for leg in legs:
        if "all" in words:
            leg.private.clear()
        leg.broken = True
        leg.poke()
    return "+OK\n"


def uuid_record(core: Core, argument: str) -> str:
    words = strings.separate(argument, " ", 5)
    usage = "-USAGE: <uuid> [start|stop|mask|unmask] <path> [<limit>] [<recording_vars>]\n"
    if len(words) < 3:
        return usage
    ch = core.channels.get(words[0])
    if ch is None:
        return NO_SESSION
    action, path = words[1].lower(), words[2]
    if action == "start":
        done = core.record(ch, path)
    elif action == "stop":
        found = list(ch.recordings.values()) if path == "all" else [ch.recordings.get(path)]
        running = [recording for recording in found if recording is not None]
        for recording in running:
            recording.stop()
        done = bool(running)
    elif action in ("mask", "unmask"):
        done = path in ch.recordings
        if done:
            ch.recordings[path].mask(action == "mask")
    else:
        return usage
    if done:
        return "+OK Success\n"
    words_for = {"start": "record session", "stop": "stop record session"}
    return f"-ERR Cannot {words_for.get(action, f'{action} recording session')}!\n"


def uuid_displace(core: Core, argument: str) -> str:
    words = strings.separate(argument, " ", 5)
    if len(words) < 3:
        return "-USAGE: <uuid> [start|stop] <path> [<limit>] [mux]\n"
    ch = core.channels.get(words[0])
    if ch is None:
        return NO_SESSION
    if words[1] == "stop":
        if ch.displaced != words[2]:
            return "-ERR Cannot stop displace session!\n"
        ch.displaced = ""
        return "+OK Success\n"
    try:
        seconds = media.duration(words[2], core.sounds_dir)
    except media.NotFoundError:
        return "-ERR Cannot displace session!\n"
    if ch.displaced or not ch.media:
        return "-ERR Cannot displace session!\n"
    ch.displaced = words[2]
    ch.hearing_changed()
    if seconds != media.ENDLESS:
        core.later(seconds, _end_displace, ch, words[2])
    return "+OK Success\n"


def _end_displace(ch: Channel, path: str) -> None:
    if ch.displaced == path:
        ch.displaced = ""
        ch.hearing_changed()


def uuid_send_dtmf(core: Core, argument: str) -> str:
    words = strings.separate(argument, " ", 2)
    if len(words) < 2:
        return "-USAGE: <uuid> <dtmf_data>\n"
    ch = core.channels.get(words[0])
    if ch is None:
        return NO_SESSION
    if ch.party is not None:
        ch.party.heard_digits(words[1].partition("@")[0])
    return f"+OK {words[0]} sent DTMF {words[1]}.\n"


def uuid_recv_dtmf(core: Core, argument: str) -> str:
    words = strings.separate(argument, " ", 2)
    if len(words) < 2:
        return "-USAGE: <uuid> <dtmf_data>\n"
    ch = core.channels.get(words[0])
    if ch is None:
        return NO_SESSION
    for digit in words[1].partition("@")[0]:
        core.later(life.FRAME, core.digit, ch, digit, "APP")
    return f"+OK {words[0]} received DTMF {words[1]}.\n"


def uuid_audio(core: Core, argument: str) -> str:
    words = strings.separate(argument, " ", 5)
    ch = core.channels.get(words[0]) if words else None
    if ch is None:
        return "-ERR No such channel!\n"
    if words[1:2] == ["stop"]:
        ch.muted.clear()
    elif words[1:2] == ["start"] and len(words) == 5 and words[3] == "mute":
        if words[4] != "0":
            ch.muted.add(words[2])
        else:
            ch.muted.discard(words[2])
    else:
        return "-USAGE: <uuid> [start [read|write] [mute|level <level>]|stop]\n"
    ch.hearing_changed()
    return "+OK Success\n"


APIS = {
    "uuid_broadcast": uuid_broadcast, "uuid_break": uuid_break, "uuid_record": uuid_record,
    "uuid_displace": uuid_displace, "uuid_send_dtmf": uuid_send_dtmf, "uuid_recv_dtmf": uuid_recv_dtmf,
    "uuid_audio": uuid_audio,
}  # fmt: skip
