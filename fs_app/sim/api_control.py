"""`api sim {json}`: the remote control of the people outside and of misbehaviour. Replies are JSON too.

`{"do": "call", "to": "0100", "number": "+33612345678", "name": "Ann", "habits": {"patience": 30}}`
makes a caller; every reply has `"ok"`, and `"error"` with a sentence when it is false. `number_hex` and
`name_hex` carry bytes that are no text.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gevent
import orjson

from fs_app.sim import directory, hearing, recovery, wire
from fs_app.sim.party import Habits, Party

if TYPE_CHECKING:
    from fs_app.sim.core import Core

REGISTRATION_S = 3600


class ControlError(Exception):
    """What was asked can't be done; the text says why."""


def control(core: Core, argument: str) -> str:
    try:
        request = orjson.loads(wire.raw(argument))
        verb = _VERBS[request.pop("do")]
        answer = verb(core, request)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, ControlError) as error:
        return wire.text(orjson.dumps({"ok": False, "error": f"{type(error).__name__}: {error}"}))
    return wire.text(orjson.dumps({"ok": True, **(answer or {})}))


def habits(base: Habits, changes: dict[str, Any] | None) -> Habits:
    """`base` with some fields changed. Raises TypeError for a field that there is not."""
    values = dict(changes or {})
    if "digits" in values:
        values["digits"] = tuple((float(after), str(keys)) for after, keys in values["digits"])
    return dataclasses.replace(base, **values)


def _bytes(request: dict[str, Any], name: str, default: str = "") -> str:
    hexadecimal = request.get(f"{name}_hex")
    return wire.text(bytes.fromhex(hexadecimal)) if hexadecimal else str(request.get(name, default))


def _party(core: Core, request: dict[str, Any]) -> Party:
    party = core.people.all.get(str(request.get("party")))
    if party is None:
        raise ControlError(f"no party {request.get('party')!r}")
    return party


def picture(party: Party) -> dict[str, Any]:
    return {
        "party": party.id, "kind": party.kind, "state": party.state, "cause": party.cause,
        "sip_call_id": party.sip_call_id, "tone_hz": party.tone_hz, "caller_shown": party.caller_shown,
        "leg": party.ch.uuid if party.ch is not None else "", "digits_heard": party.digits_heard,
        "contact": party.contact, "dead": party.dead,
    }  # fmt: skip


def _call(core: Core, request: dict[str, Any]) -> dict[str, Any]:
    number = _bytes(request, "number", "+33612345678")
    party = core.people.caller(number, _bytes(request, "name"), habits(Habits(), request.get("habits")))
    core.people.place_call(party, str(request["to"]))
    return picture(party)


def _phone(core: Core, request: dict[str, Any]) -> dict[str, Any]:
    party = core.people.phone(
        str(request["user"]), str(request["domain"]), str(request.get("password", "")),
        habits(Habits(), request.get("habits")),
    )  # fmt: skip
    if request.get("register"):
        register(core, party)
    return picture(party)


def _person(core: Core, request: dict[str, Any]) -> dict[str, Any]:
    return picture(core.people.person(str(request["number"]), habits(Habits(), request.get("habits"))))


def _strangers(core: Core, request: dict[str, Any]) -> None:
    core.people.strangers = habits(Habits(), request.get("habits"))


def register(core: Core, party: Party) -> None:
    party.dead = False
    core.registrations[party.user, party.domain] = (party, time.time() + REGISTRATION_S)
    core.fire("CUSTOM", _registration_headers(party, REGISTRATION_S), "sofia::register")


def _register(core: Core, request: dict[str, Any]) -> dict[str, Any]:
    party = _party(core, request)
    if core.settings.check_users:
        url = core.globals.get("fsapp_directory_url", "")
        variables = directory.ask(url, party.user, party.domain, party.password)
        if variables is None:
            raise ControlError("REGISTER refused: 403")
        party.user_variables = variables
    register(core, party)
    return picture(party)


def _unregister(core: Core, request: dict[str, Any]) -> dict[str, Any]:
    party = _party(core, request)
    if core.registrations.pop((party.user, party.domain), None) is not None:
        core.fire("CUSTOM", _registration_headers(party, 0), "sofia::unregister")
    return picture(party)


def _registration_headers(party: Party, expires: int) -> dict[str, str]:
    port = party.contact.rpartition(":")[2]
    return {
        "profile-name": "internal", "from-user": party.user, "from-host": party.domain, "presence-hosts": "n/a",
        "contact": f'"{party.user}" <{party.contact}>', "call-id": f"reg-{party.id}@127.0.0.1",
        "rpid": "unknown", "status": "Registered(UDP)", "expires": str(expires), "to-user": party.user,
        "to-host": party.domain, "network-ip": "127.0.0.1", "network-port": port, "username": party.user,
        "realm": party.domain, "user-agent": "sim",
    }  # fmt: skip


def _hang_up(core: Core, request: dict[str, Any]) -> None:
    _party(core, request).hang_up()


def _press(core: Core, request: dict[str, Any]) -> None:
    gevent.spawn(_party(core, request).press, str(request["digits"]))


def _say_nothing(core: Core, request: dict[str, Any]) -> None:
    _party(core, request).say_nothing()


def _answer(core: Core, request: dict[str, Any]) -> None:
    _party(core, request).answer()


def _reject(core: Core, request: dict[str, Any]) -> None:
    _party(core, request).reject(int(request.get("status", 486)))


def _habits(core: Core, request: dict[str, Any]) -> None:
    party = _party(core, request)
    party.habits = habits(party.habits, request.get("habits"))


def _dial(core: Core, request: dict[str, Any]) -> None:
    party = _party(core, request)
    if party.ch is not None:
        raise ControlError("the phone is in a call")
    core.people.place_call(party, str(request["to"]))


def _hold(core: Core, request: dict[str, Any]) -> None:
    _party(core, request).hold(bool(request.get("held", True)))


def _die(core: Core, request: dict[str, Any]) -> None:
    _party(core, request).die()


def _look(core: Core, request: dict[str, Any]) -> dict[str, Any]:
    return picture(_party(core, request))


def _crowd(core: Core, request: dict[str, Any]) -> dict[str, Any]:
    """(state, cause, hears something) of many at once; who is not known any more is left out."""
    found = {name: core.people.all.get(str(name)) for name in request["parties"]}
    return {"crowd": {name: (p.state, p.cause, _hears_something(core, p)) for name, p in found.items() if p}}


def _hears_something(core: Core, party: Party) -> bool:
    if party.ch is None or party.dead or core.channels.get(party.ch.uuid) is not party.ch:
        return False
    return any(hearing.hears(party.ch))


def _hears(core: Core, request: dict[str, Any]) -> dict[str, Any]:
    party = _party(core, request)
    tones: dict[int, float] = {}
    sound = False
    if party.ch is not None and not party.dead and core.channels.get(party.ch.uuid) is party.ch:
        tones, sound = hearing.hears(party.ch)
    return {"tones": {str(hz): share for hz, share in tones.items()}, "sound": sound}


def _legs(core: Core, request: dict[str, Any]) -> dict[str, Any]:
    return {"legs": len(core.channels), "sessions": len(core.sessions), "made": core.sessions_made}


def _fault(core: Core, request: dict[str, Any]) -> dict[str, Any]:
    """`kind`: drop, half, cut, blackhole, slow, lose, swap, mend."""
    faults, kind = core.faults, request["kind"]
    if kind in ("drop", "half"):
        return {"dropped": faults.drop(half_a_body=kind == "half")}
    if kind == "cut":
        faults.cut()
    elif kind == "blackhole":
        faults.black_hole()
    elif kind == "slow":
        faults.reply_delay_s = float(request["seconds"])
    elif kind == "lose":
        faults.lose = {str(name): float(share) for name, share in request["events"].items()}
    elif kind == "swap":
        faults.swap_hangups = float(request.get("share", 1.0))
    elif kind == "mend":
        faults.mend()
    else:
        raise ControlError(f"no fault {kind!r}")
    return {}


def _crash(core: Core, request: dict[str, Any]) -> dict[str, Any]:
    recovery.crash(core)
    return {"lost": len(core.lost)}


def _rise(core: Core, request: dict[str, Any]) -> dict[str, Any]:
    recovery.rise(core)
    return {"core_uuid": core.stamper.core_uuid}


def _demo(core: Core, request: dict[str, Any]) -> dict[str, Any]:
    return core.demo.command(request)


_VERBS: dict[str, Callable[[Core, dict[str, Any]], dict[str, Any] | None]] = {
    "call": _call, "phone": _phone, "person": _person, "strangers": _strangers, "register": _register,
    "unregister": _unregister, "hang_up": _hang_up, "press": _press, "answer": _answer, "reject": _reject,
    "habits": _habits, "dial": _dial, "hold": _hold, "die": _die, "look": _look, "crowd": _crowd, "hears": _hears,
    "say_nothing": _say_nothing, "legs": _legs, "fault": _fault, "crash": _crash, "rise": _rise, "demo": _demo,
}  # fmt: skip
