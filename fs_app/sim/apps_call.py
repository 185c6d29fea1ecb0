"""Applications that answer, set, move, park, listen and end."""

from __future__ import annotations

from fs_app.sim import causes, life, route, strings
from fs_app.sim.channel import Channel


def answer(ch: Channel, data: str) -> None:
    life.answer(ch)


def pre_answer(ch: Channel, data: str) -> None:
    life.early_media(ch)


def ring_ready(ch: Channel, data: str) -> None:
    if ch.inbound and not ch.media and not ch.progress_us:
        life.ring(ch)


def set_(ch: Channel, data: str) -> None:
    name, equals, value = data.partition("=")
    if equals:
        ch.variables.set(name.strip(), value.strip().strip("'") if value.strip() != "_undef_" else None)


def multiset(ch: Channel, data: str) -> None:
    delimiter = " "
    if data.startswith("^^") and len(data) > 2:
        delimiter, data = data[2], data[3:]
    for part in strings.separate(data, delimiter):
        set_(ch, part)


def unset(ch: Channel, data: str) -> None:
    ch.variables.set(data.strip(), None)


def nothing(ch: Channel, data: str) -> None:
    """Applications without an effect that can be seen from outside (log, info …)."""


def hangup(ch: Channel, data: str) -> None:
    life.hangup(ch, causes.parse(data) if data else "NORMAL_CLEARING")


def park(ch: Channel, data: str) -> None:
    route.park(ch)


def transfer(ch: Channel, data: str) -> None:
    words = strings.separate(data, " ", 4)
    if words:
        route.transfer(ch, *[*words, "", ""][:3])
        life.check(ch)


def execute_extension(ch: Channel, data: str) -> None:
    """Run another extension's applications and come back."""
    words = [*strings.separate(data, " ", 3), "", ""]
    if words[1].lower() == "inline":
        steps = ch.core.dialplan.inline(words[0])
    else:
        steps = ch.core.dialplan.hunt(ch, words[0], words[2] or ch.context) or []
    for app, argument in steps:
        life.execute(ch, app, argument)


def break_(ch: Channel, data: str) -> None:
    ch.broken = True


def send_dtmf(ch: Channel, data: str) -> None:
    if ch.party is not None:
        ch.party.heard_digits(data)


def eavesdrop(ch: Channel, data: str) -> None:
    """Listen to a leg; keys 2, 1, 3, 0 speak to it, to its partner, to both, to nobody. Ends with the target."""
    target = ch.core.channels.get(data.strip())
    if target is None or target.cause or target is ch:
        return
    life.answer(ch)
    ch.listened, ch.listen_mode = target, "0"
    ch.core.spying[ch.uuid] = ch
    target.fire("MEDIA_BUG_START", {"Media-Bug-Function": "eavesdrop", "Media-Bug-Target": ch.uuid})
    try:
        while target.up:
            life.run_private(ch)
            while ch.digits:
                key = ch.digits.popleft()
                if key in "0123":
                    ch.listen_mode = key
                    target.hearing_changed()
                elif key == "*":
                    return
            life.pause(ch, life.FRAME * 5)
    finally:
        ch.listened = None
        ch.core.spying.pop(ch.uuid, None)
        target.fire("MEDIA_BUG_STOP", {"Media-Bug-Function": "eavesdrop", "Media-Bug-Target": ch.uuid})


def conference(ch: Channel, data: str) -> None:
    """`NAME[@profile]`: everybody in the room hears everybody else; the room ends with its last member."""
    name = data.split("+")[0].split("@")[0].strip()
    life.answer(ch)
    ch.core.rooms.join(ch, name)
    try:
        while True:
            life.run_private(ch)
            ch.digits.clear()
            life.pause(ch)
    finally:
        ch.core.rooms.leave(ch)


def record_session(ch: Channel, data: str) -> None:
    if data:
        ch.core.record(ch, data)


def stop_record_session(ch: Channel, data: str) -> None:
    recording = ch.recordings.get(data)
    if recording is not None:
        recording.stop()


def socket(ch: Channel, data: str) -> None:
    """Ring at a program's door (outbound event socket, async): parked under its control until it leaves.

    Nobody there: the dialplan goes on at once. A session that ends without `connect`, at the latest after 25 s,
    leaves the leg parked all the same, without anybody (mod_event_socket.c).
    """
    host, _, port = data.split(" ")[0].rpartition(":")
    ch.variables.set("socket_host", host or "127.0.0.1")
    session = ch.core.ring_door(ch, host or "127.0.0.1", int(port or 8084))
    if session is None:
        return
    while not session.connected and not session.finished:
        life.pause(ch, 1.0)
    route.park(ch)


APPS = {
    "answer": answer, "pre_answer": pre_answer, "ring_ready": ring_ready, "set": set_, "export": set_,
    "multiset": multiset, "unset": unset, "log": nothing, "info": nothing, "verbose_events": nothing,
    "hangup": hangup, "park": park, "transfer": transfer, "execute_extension": execute_extension,
    "break": break_, "send_dtmf": send_dtmf, "eavesdrop": eavesdrop, "conference": conference,
    "record_session": record_session, "stop_record_session": stop_record_session, "socket": socket,
    "start_dtmf": nothing, "sched_hangup": nothing, "presence": nothing,
}  # fmt: skip
