"""api commands about legs, with the replies of mod_commands.c."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fs_app.sim import bridge, causes, life, originate, route, strings, wire
from fs_app.sim.events import now_us

if TYPE_CHECKING:
    from fs_app.sim.channel import Channel
    from fs_app.sim.core import Core

NO_CHANNEL = "-ERR No such channel!\n"


def _leg(core: Core, uuid: str) -> Channel | None:
    return core.channels.get(uuid)


def uuid_bridge(core: Core, argument: str) -> str:
    words = strings.separate(argument, " ", 4)
    if len(words) < 2:
        return "-USAGE: <uuid> <other_uuid>\n"
    a, b = _leg(core, words[0]), _leg(core, words[1])
    if a is None or b is None or not bridge.uuid_bridge(a, b):
        return "-ERR Invalid uuid\n"
    return f"+OK {words[1]}\n"


def uuid_kill(core: Core, argument: str) -> str:
    if not argument:
        return "-USAGE: <uuid> [cause]\n"
    uuid, _, cause = argument.partition(" ")
    ch = _leg(core, uuid)
    if ch is None:
        return NO_CHANNEL
    life.hangup(ch, causes.parse(cause) if cause else "NORMAL_CLEARING")
    return "+OK\n"


def uuid_transfer(core: Core, argument: str) -> str:
    words = strings.separate(argument, " ", 5)
    if not 2 <= len(words) <= 5:
        return "-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n"
    ch = _leg(core, words[0])
    if ch is None:
        return NO_CHANNEL
    if words[1] in ("-bleg", "-both"):
        partner = ch.partner
        words.pop(1)
        if partner is not None:
            route.transfer(partner, *[*words[1:], "", ""][:3])
            if argument.split()[1] == "-bleg":
                return "+OK\n"
    return "+OK\n" if route.transfer(ch, *[*words[1:], "", ""][:3]) else "-ERR\n"


def uuid_setvar(core: Core, argument: str) -> str:
    words = strings.separate(argument, " ", 3)
    if len(words) < 2:
        return "-USAGE: <uuid> <var> [value]\n"
    ch = _leg(core, words[0])
    if ch is None:
        return NO_CHANNEL
    ch.variables.set(words[1], words[2] if len(words) == 3 else None)
    return "+OK\n"


def uuid_setvar_multi(core: Core, argument: str) -> str:
    uuid, blank, rest = argument.partition(" ")
    usage = "-USAGE: <uuid> <var>=<value>;<var>=<value>...\n"
    if not blank:
        return usage
    ch = _leg(core, uuid)
    if ch is None:
        return NO_CHANNEL + usage
    count = 0
    for part in strings.separate(rest, ";", 64):
        name, equals, value = part.partition("=")
        if name:
            ch.variables.set(name, value if equals else None)
            count += 1
    return "+OK\n" if count else usage


def uuid_getvar(core: Core, argument: str) -> str:
    words = strings.separate(argument, " ", 4)
    if len(words) < 2:
        return "-USAGE: <uuid> <var>\n"
    ch = _leg(core, words[0])
    if ch is None:
        return NO_CHANNEL
    return ch.variables.get(words[1]) or core.globals.get(words[1]) or "_undef_"


def uuid_dump(core: Core, argument: str) -> str:
    words = strings.separate(argument, " ", 2)
    if not words:
        return "-USAGE: <uuid> [format]\n"
    ch = _leg(core, words[0])
    if ch is None:
        return NO_CHANNEL
    headers = core.stamper.headers("CHANNEL_DATA", now_us()) | ch.headers()
    if len(words) > 1 and words[1] == "json":
        return wire.text(wire.json_object(headers)[:-1] + b"," + ch.variables.json + b"}")
    return wire.text(wire.plain_body(headers)[:-1] + ch.variables.plain + b"\n")


def uuid_exists(core: Core, argument: str) -> str:
    return "true" if argument in core.channels else "false"


def uuid_answer(core: Core, argument: str) -> str:
    ch = _leg(core, argument)
    if ch is None:
        return "-ERROR\n"
    life.answer(ch)
    return "+OK\n"


def uuid_hold(core: Core, argument: str) -> str:
    return "+OK Success\n"


def conference(core: Core, argument: str) -> str:
    words = strings.separate(argument, " ", 4)
    if not words or words[0] == "list":
        names = core.rooms.names()
        if not names:
            return "+OK No active conferences.\n"
        return "".join(
            f"+OK Conference {name} ({len(core.rooms.get(name))} members rate: 8000)\n" for name in names
        )
    members = core.rooms.get(words[0])
    if not members:
        return f"Conference {words[0]} not found\n"
    command = words[1] if len(words) > 1 else "list"
    if command == "list":
        return "".join(
            f"{n};{ch.name};{ch.uuid};{ch.caller_name};{ch.caller_number};hear|speak;0;0;0;0\n"
            for n, ch in enumerate(members, 1)
        )
    if command in ("kick", "hup") and len(words) > 2:
        for ch in list(members):
            if words[2] in ("all", ch.variables.get("conference_member_id")):
                life.hangup(ch, "NORMAL_CLEARING")
        return "+OK kicked\n"
    return f"Conference {words[0]} has no command {command}\n"


APIS = {
    "uuid_bridge": uuid_bridge, "uuid_kill": uuid_kill, "uuid_transfer": uuid_transfer,
    "uuid_setvar": uuid_setvar, "uuid_setvar_multi": uuid_setvar_multi, "uuid_getvar": uuid_getvar,
    "uuid_dump": uuid_dump, "uuid_exists": uuid_exists, "uuid_answer": uuid_answer, "uuid_hold": uuid_hold,
    "conference": conference, "originate": originate.originate,
}  # fmt: skip
