"""api commands about the switch: variables, lists, status, sofia, and the functions that a dialplan uses."""

from __future__ import annotations

import re
import time
import uuid as uuids
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from fs_app.sim import dialplan, recovery, strings, wire
from fs_app.sim.events import HOSTNAME

if TYPE_CHECKING:
    from fs_app.sim.channel import Channel
    from fs_app.sim.core import Core

VERSION = "FreeSWITCH Version 1.11.3-sim~64bit (simulated)\n"


def status(core: Core, argument: str) -> str:
    seconds = int(core.uptime_s)
    return (
        f"UP 0 years, {seconds // 86400} days, {seconds // 3600 % 24} hours, {seconds // 60 % 60} minutes, "
        f"{seconds % 60} seconds, 0 milliseconds, 0 microseconds\n"
        "FreeSWITCH (Version 1.11.3-sim 64bit) is ready\n"
        f"{core.sessions_made} session(s) since startup\n"
        f"{len(core.channels)} session(s) - peak {len(core.channels)}, last 5min {len(core.channels)} \n"
        "0 session(s) per Sec out of max 100, peak 0, last 5min 0 \n"
        "2000 session(s) max\nmin idle cpu 0.00/90.00\nCurrent Stack Size/Max 240K/8192K\n"
    )


def global_setvar(core: Core, argument: str) -> str:
    name, equals, value = argument.partition("=")
    if not equals:
        return "-USAGE: <var>=<value> [=<value2>]\n"
    core.globals[name] = value
    return "+OK"


def global_getvar(core: Core, argument: str) -> str:
    if not argument:
        return "".join(f"{name}={value}\n" for name, value in core.globals.items())
    return core.globals.get(argument, "")


def strepoch(core: Core, argument: str) -> str:
    return str(int(time.time()))


def create_uuid(core: Core, argument: str) -> str:
    return str(uuids.uuid4())


def cond(core: Core, argument: str) -> str:
    """`a < b ? yes : no`: numbers as numbers, otherwise by length and letters, as cond_function does."""
    words = strings.separate(argument, " ")
    if len(words) < 5 or "?" not in words or ":" not in words:
        match = re.fullmatch(r"\s*(.+?)\s*(==|!=|>=|<=|<|>)\s*(.*?)\s*\?\s*(.*?)\s*:\s*(.*)", argument)
        if match is None:
            return "-ERR"
        a, sign, b, yes, no = (strings.cleanup(part) for part in match.groups())
    else:
        mark, colon = words.index("?"), words.index(":", words.index("?"))
        left, yes, no = words[:mark], " ".join(words[mark + 1 : colon]), " ".join(words[colon + 1 :])
        sign = next((word for word in left if word in _SIGNS), "")
        if not sign:
            return "-ERR"
        at = left.index(sign)
        a, b = " ".join(left[:at]), " ".join(left[at + 1 :])
    return yes if _SIGNS[sign](_compare(a, b)) else no


_SIGNS = {
    "==": lambda c: c == 0, "!=": lambda c: c != 0, "<": lambda c: c < 0, ">": lambda c: c > 0,
    "<=": lambda c: c <= 0, ">=": lambda c: c >= 0,
}  # fmt: skip


def _compare(a: str, b: str) -> int:
    try:
        return (float(a) > float(b)) - (float(a) < float(b))
    except ValueError:
        return (a > b) - (a < b)


def expand(core: Core, argument: str) -> str:
    """`[uuid:UUID ]command`: expand the text, then run it."""
    ch = None
    if argument.startswith("uuid:"):
        uuid, _, argument = argument[5:].partition(" ")
        ch = core.channels.get(uuid)
        if ch is None:
            return "-ERR No such channel!\n"
    text = dialplan.expand(argument, lambda name: _header(core, ch, name), core.api)
    name, _, rest = text.partition(" ")
    return core.api(name, rest)


def _header(core: Core, ch: Channel | None, name: str) -> str:
    if ch is None:
        return core.globals.get(name, "")
    if name.startswith("variable_"):
        return ch.variables.get(name[9:])
    return ch.headers().get(name) or ch.variables.get(name)


def sched_api(core: Core, argument: str) -> str:
    words = argument.split(" ", 2)
    if len(words) < 3:
        return "-ERR Invalid syntax. USAGE: [+@]<time> <group_name> <command_string>[&]\n"
    core.schedule.add(words[0], words[1], words[2])
    return "+OK Added: 1\n"


def sched_del(core: Core, argument: str) -> str:
    return f"+OK Deleted: {core.schedule.delete(argument)}\n"


def show(core: Core, argument: str) -> str:
    words = argument.split()
    what = words[0] if words else ""
    if what == "channels":
        rows = [_channel_row(ch) for ch in core.channels.values()]
    elif what in ("calls", "bridged_calls"):
        rows = [_call_row(ch) for ch in core.channels.values() if ch.partner is not None and ch.originator]
        if what == "calls":
            rows += [_channel_row(ch) for ch in core.channels.values() if ch.partner is None]
    elif what == "registrations":
        rows = [_registration_row(core, key) for key in list(core.registrations)]
    else:
        return "-USAGE: codec|endpoint|application|api|dialplan|file|calls|channels|registrations|…\n"
    if "count" in words:
        return (
            f"\n{len(rows)} total.\n" if "json" not in words else wire.text(b'{"row_count":%d}' % len(rows))
        )
    if words[1:3] != ["as", "json"]:
        lines = [",".join(rows[0])] if rows else []
        lines += [",".join(row.values()) for row in rows]
        return "\n".join(lines) + f"\n\n{len(rows)} total.\n"
    if not rows:
        return '{"row_count": 0}\n'
    body = b",".join(wire.json_object(row) for row in rows)
    return wire.text(b'{"row_count":%d,"rows":[%b]}' % (len(rows), body))


def _channel_row(ch: Channel) -> dict[str, str]:
    second = ch.created_us // 1_000_000
    return {
        "uuid": ch.uuid, "direction": "inbound" if ch.inbound else "outbound",
        "created": time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(second)), "created_epoch": str(second),
        "name": ch.name, "state": ch.state, "cid_name": ch.caller_name, "cid_num": ch.caller_number,
        "ip_addr": "127.0.0.1", "dest": ch.destination, "application": ch.application,
        "application_data": ch.application_data, "dialplan": ch.dialplan, "context": ch.context,
        "read_codec": "PCMA", "read_rate": "8000", "read_bit_rate": "64000", "write_codec": "PCMA",
        "write_rate": "8000", "write_bit_rate": "64000", "secure": "", "hostname": HOSTNAME,
        "presence_id": "", "presence_data": "", "accountcode": "", "callstate": ch.call_state,
        "callee_name": ch.callee_name, "callee_num": ch.callee_number, "callee_direction": "",
        "call_uuid": ch.variables.get("call_uuid", ch.uuid), "sent_callee_name": "", "sent_callee_num": "",
        "initial_cid_name": ch.first_caller_name, "initial_cid_num": ch.first_caller_number,
        "initial_ip_addr": "127.0.0.1", "initial_dest": ch.destination, "initial_dialplan": ch.dialplan,
        "initial_context": ch.context,
    }  # fmt: skip


def _call_row(ch: Channel) -> dict[str, str]:
    row = _channel_row(ch)
    if ch.partner is not None:
        row |= {f"b_{name}": value for name, value in _channel_row(ch.partner).items()}
    return row


def _registration_row(core: Core, key: tuple[str, str]) -> dict[str, str]:
    party, expires = core.registrations[key]
    port = party.contact.rpartition(":")[2]
    return {
        "reg_user": key[0], "realm": key[1], "token": party.sip_call_id, "url": f"sofia/internal/{party.contact}",
        "expires": str(int(expires)), "network_ip": "127.0.0.1", "network_port": port,
        "network_proto": "udp", "hostname": HOSTNAME, "metadata": "",
    }  # fmt: skip


def sofia(core: Core, argument: str) -> str:
    words = argument.split()
    if words[:1] == ["recover"]:
        tried = recovery.recover(core)
        return f"Recovered {tried} call(s)\n" if tried else "No calls to recover.\n"
    if words[:1] == ["status"]:
        lines = [
            "                     Name\t   Type\t                                      Data\tState",
            "=" * 97,
        ]
        for name, port in (("external", 5080), ("internal", 5060)):
            lines.append(f"{name:>25}\tprofile\t{f'sip:mod_sofia@127.0.0.1:{port}':>42}\tRUNNING (0)")
        lines += [
            f"{f'external::{name}':>25}\tgateway\t{'sip:127.0.0.1':>42}\tNOREG" for name in core.gateways
        ]
        return "\n".join([*lines, "=" * 97, "2 profiles 0 aliases", ""])
    if words == ["xmlstatus", "gateway"]:
        return _gateways(core)
    if words[:2] == ["xmlstatus", "profile"]:
        return _phones(core) if words[2:] == ["internal", "reg"] else "Invalid Profile!\n"
    return "-ERR Unknown command!\n" if words else "-USAGE: sofia help\n"


def _gateways(core: Core) -> str:
    rows = [
        "  <gateway>\n"
        f"    <name>{escape(name)}</name>\n"
        "    <profile>external</profile>\n"
        "    <realm>127.0.0.1</realm>\n"
        "    <proxy>sip:127.0.0.1</proxy>\n"
        "    <pingtime>0.00</pingtime>\n"
        "    <state>NOREG</state>\n"
        "    <status>UP</status>\n"
        "    <calls-in>0</calls-in>\n"
        "    <calls-out>0</calls-out>\n"
        "    <failed-calls-in>0</failed-calls-in>\n"
        "    <failed-calls-out>0</failed-calls-out>\n"
        "  </gateway>\n"
        for name in sorted(core.gateways)
    ]
    return f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<gateways>\n{"".join(rows)}</gateways>\n'


def _phones(core: Core) -> str:
    rows = []
    for (user, domain), (party, expires) in list(core.registrations.items()):
        port = party.contact.rpartition(":")[2]
        left = max(0, int(expires - time.time()))
        rows.append(
            "    <registration>\n"
            f"        <call-id>{escape(party.sip_call_id)}</call-id>\n"
            f"        <user>{escape(user)}@{escape(domain)}</user>\n"
            f"        <contact>&quot;&quot; &lt;{escape(party.contact)}&gt;</contact>\n"
            "        <agent>unknown</agent>\n"
            f"        <status>Registered(UDP)(unknown) expsecs({left})</status>\n"
            "        <ping-status>Reachable</ping-status>\n"
            "        <ping-time>0.00</ping-time>\n"
            f"        <host>{HOSTNAME}</host>\n"
            "        <network-ip>127.0.0.1</network-ip>\n"
            f"        <network-port>{escape(port)}</network-port>\n"
            f"        <sip-auth-user>{escape(user)}</sip-auth-user>\n"
            f"        <sip-auth-realm>{escape(domain)}</sip-auth-realm>\n"
            f"        <mwi-account>{escape(user)}@{escape(domain)}</mwi-account>\n"
            "    </registration>\n"
        )
    head = '<?xml version="1.0" encoding="ISO-8859-1"?>\n<profile>\n  <registrations>\n'
    return head + "".join(rows) + "  </registrations>\n</profile>\n"


def sofia_contact(core: Core, argument: str) -> str:
    address = argument.rpartition("/")[2]
    user, _, domain = address.partition("@")
    found = core.registrations.get((user, domain))
    return f"sofia/internal/{found[0].contact}" if found else "error/user_not_registered"


def reloadxml(core: Core, argument: str) -> str:
    core.reload()
    core.fire("RELOADXML", {})
    return "+OK [Success]\n"


def fsctl(core: Core, argument: str) -> str:
    words = argument.split()
    if words[:1] in (["pause"], ["resume"]):
        core.paused = words[0] == "pause"
        return "+OK\n"
    return "+OK max sessions: 2000\n" if words[:1] == ["max_sessions"] else "-ERR Invalid command\n"


APIS = {
    "status": status, "global_setvar": global_setvar, "global_getvar": global_getvar, "strepoch": strepoch,
    "create_uuid": create_uuid, "cond": cond, "expand": expand, "sched_api": sched_api, "sched_del": sched_del,
    "show": show, "sofia": sofia, "sofia_contact": sofia_contact, "reloadxml": reloadxml, "fsctl": fsctl,
    "xml_flush_cache": lambda core, argument: "+OK cleared 0 entries from user cache\n",
    "version": lambda core, argument: VERSION, "hostname": lambda core, argument: HOSTNAME,
    "switchname": lambda core, argument: HOSTNAME, "echo": lambda core, argument: argument,
}  # fmt: skip
