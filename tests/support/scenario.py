"""What sipp does on one telephone line, built from small pieces; `tests/support/sip.py` is the other half of this.

A line is told what to do by datagrams with its Call-ID and methods that SIP does not have (XDIAL, XANSWER, XBYE …);
what happens is written as `event|Call-ID|…` to sipp's log. sipp runs one scenario for all lines, from top to bottom,
with labels to jump to: where several messages may come, the last one in the row is mandatory for sipp and the others
are optional, and each jumps away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

REFUSALS = (403, 404, 408, 480, 486, 488, 500, 503, 603)
"""With what a ringing telephone can refuse."""
FAILURES = (400, 403, 404, 406, 408, 410, 415, 480, 481, 482, 483, 484, 486, 487, 488, 491)
FAILURES += (500, 502, 503, 504, 600, 603, 604, 606)

PIECES = 6
PIECE = 1800
"""sipp cuts a variable at 2048 bytes: a longer From comes in pieces."""

REST = "[^ ].*"  # the rest of a header line, without the blank in front
TAG = "tag=[pid]T[call_number]"
VIA = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-"
CONTACT = "Contact: <sip:party@[local_ip]:[local_port]>"
NO_BODY = "Content-Length: 0\n"
LAST = "[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]"

SHOWN = "".join(f"[$shown{n}]" for n in range(PIECES))
OURS = f"From: {SHOWN}[$local]"

# --- pieces of a message ----------------------------------------------------------------------------------------------


def sdp(version: int, direction: str = "sendrecv") -> str:
    lines = [
        "Content-Type: application/sdp",
        "Content-Length: [len]",
        "",
        "v=0",
        f"o=party 1 {version} IN IP4 [local_ip]",
        "s=-",
        "c=IN IP4 [local_ip]",
        "t=0 0",
        "m=audio [$media] RTP/AVP 8 101",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
        "a=ptime:20",
        f"a={direction}",
    ]
    return "\n".join(lines)


def reply(line: str, tag: bool = True) -> str:
    """A reply to the request whose headers were kept by KEEP_REQUEST, however much came since."""
    to = f"To: [$to];{TAG}" if tag else "To: [$to]"
    return f"SIP/2.0 {line}\nVia: [$via]\nFrom: [$from_]\n{to}\nCall-ID: [call_id]\nCSeq: [$request_cseq]\n"


OK_TO_LAST = f"SIP/2.0 200 OK\n{LAST}\n[last_CSeq:]\n{NO_BODY}"


def in_dialog(method: str) -> str:
    return (
        f"{method} [$target] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"
        f"{OURS}\nTo: [$remote]\nCall-ID: [call_id]\nCSeq: [cseq] {method}\n{CONTACT}\nMax-Forwards: 70\n"
    )


def first(method: str, number: int, to: str = "<[$uri]>", target: str = "[$uri]", branch: str = "") -> str:
    """A request with the numbers of the `number`-th INVITE of this line (its CANCEL and ACK share them)."""
    return (
        f"{method} {target} SIP/2.0\n{VIA}{branch or number}\n{OURS}\nTo: {to}\nCall-ID: [call_id]\n"
        f"CSeq: {number} {method}\nContact: <[$me]>\nMax-Forwards: 70\n"
    )


# --- actions ----------------------------------------------------------------------------------------------------------


def keep(variable: str, header: str, pattern: str = REST) -> str:
    return f'<ereg regexp="{pattern}" search_in="hdr" header="{header}:" assign_to="{variable}"/>'


def keep_in_message(variable: str, pattern: str) -> str:
    return f'<ereg regexp="{pattern}" search_in="msg" assign_to="{variable}"/>'


def log(event: str, *more: str) -> str:
    return f'<log message="{"|".join([event, "[call_id]", *more])}"/>'


def let(variable: str, value: str) -> str:
    return f'<assignstr assign_to="{variable}" value="{value}"/>'


def orders(**headers: str) -> list[str]:
    """Variables from headers of a command: `media="X-Media"`."""
    return [keep(variable, header) for variable, header in headers.items()]


SDP_PORT = keep_in_message("sdp", "m=audio [0-9]+")
TARGET = keep("target", "Contact", "sip:[^&gt;]*")
KEEP_REQUEST = [keep("via", "Via"), keep("from_", "From"), keep("to", "To"), keep("request_cseq", "CSeq")]
GO_THERE = '<setdest host="[$host]" port="[$port]" protocol="udp"/>'


class Scenario:
    """The pieces in their order."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._variables = {
            "via",
            "from_",
            "to",
            "request_cseq",
            "target",
            "sdp",
            "ruri",
            "uri",
            "host",
            "port",
        }
        self._variables |= {
            "me",
            "media",
            "local",
            "remote",
            "expires",
            "auth",
            "challenge",
            "refer_to",
            "refuse",
        }
        self._variables |= {f"shown{n}" for n in range(PIECES)}

    def label(self, name: str) -> None:
        self._out.append(f'<label id="{name}"/>')

    def send(self, text: str, then: str = "", again: bool = False) -> None:
        """`again`: repeat until something comes back (requests and final replies over UDP)."""
        lines = "\n".join("      " + line if line else "" for line in text.split("\n"))
        attributes = (' retrans="500"' if again else "") + (f' next="{then}"' if then else "")
        self._out.append(f"<send{attributes}><![CDATA[\n{lines}\n    ]]></send>")

    def on(self, methods: str, then: str = "", actions: Iterable[str] = (), last: bool = False) -> None:
        """Take a request; several methods by blanks. `last` ends a row."""
        for method in methods.split():
            self._receive(f'request="{method}"', then, actions, last)

    def on_reply(
        self, statuses: Sequence[int], then: str, actions: Iterable[str] = (), last: bool = False
    ) -> None:
        for status in statuses:
            self._receive(f'response="{status}"', then, actions, last)

    def on_within(self, method: str, timeout_ms: int) -> None:
        """Take this request or give up on the call."""
        self._out.append(f'<recv request="{method}" timeout="{timeout_ms}" ontimeout="gone"/>')

    def do(self, *actions: str) -> None:
        self._out.append(f"<nop><action>{''.join(actions)}</action></nop>")

    def jump_if(self, variable: str, then: str) -> None:
        self._out.append(f'<nop next="{then}" test="{variable}"/>')

    def text(self) -> str:
        variables = ",".join(sorted(self._variables))
        body = "\n".join(self._out)
        return (
            '<?xml version="1.0" encoding="ISO-8859-1"?>\n<scenario name="party">\n'
            f'{body}\n<nop/>\n<Reference variables="{variables}"/>\n</scenario>\n'
        )

    def _receive(self, what: str, then: str, actions: Iterable[str], last: bool) -> None:
        attributes = ("" if last else ' optional="true"') + (f' next="{then}"' if then else "")
        inner = f"<action>{''.join(actions)}</action>" if actions else ""
        self._out.append(f"<recv {what}{attributes}>{inner}</recv>")


def party() -> str:
    """The whole scenario of a line."""
    s = Scenario()
    _beginning(s)
    _ringing(s)
    _dialing(s)
    _talking(s)
    _registering(s)
    s.label("deaf")  # power cut: hear everything, say nothing
    s.on(
        "INVITE OPTIONS NOTIFY BYE CANCEL ACK INFO UPDATE XRING XANSWER XBYE XHOLD XUNHOLD XREFER XDEAF",
        "deaf",
    )
    s.on("XEND", "gone", last=True)
    s.label("gone")
    return s.text()


def _beginning(s: Scenario) -> None:
    """A Call-ID that sipp has not seen: the test begins, or the switch."""
    where = orders(uri="X-Uri", me="X-Contact", host="X-Host", port="X-Port")
    where += orders(**{f"shown{n}": f"X-From{n}" for n in range(PIECES)})
    s.on("XDIAL", "dial", [*where, *orders(media="X-Media")])
    s.on("XREGISTER", "register", [*where, *orders(expires="X-Expires")])
    asked = keep_in_message("ruri", "sip:[^ ]*")
    s.on("OPTIONS", "pinged", [*KEEP_REQUEST, asked, log("pinged", "[$ruri]")])
    s.on("NOTIFY", "polite_stranger")
    late = "XPONG XRING XBYE XHOLD XUNHOLD XREFER XREFUSE XDEAF XANSWER XEND XAUTH BYE ACK CANCEL"
    s.on(f"{late} {' '.join(f'XREJECT{status}' for status in REFUSALS)}", "gone")
    ours = [let("local", f"[$to];{TAG}"), let("remote", "[$from_]")]
    rang = log("incoming", "[$ruri]", "[$from_]", "[$sdp]")
    s.on("INVITE", "", [*KEEP_REQUEST, TARGET, asked, SDP_PORT, *ours, rang], last=True)


def _ringing(s: Scenario) -> None:
    s.label("ringing")
    s.on("XRING", "ring")
    s.on("XANSWER", "answer", orders(media="X-Media"))
    for status in REFUSALS:
        s.on(f"XREJECT{status}", f"reject{status}")
    s.on("XDEAF", "deaf")
    s.on("CANCEL", last=True)
    s.send(OK_TO_LAST)
    s.do(log("ended", "cancelled"))
    s.send(reply("487 Request Terminated") + NO_BODY, again=True)
    s.on("ACK", "gone", last=True)

    s.label("ring")
    s.send(reply("180 Ringing") + CONTACT + "\n" + NO_BODY, "ringing")

    for status in REFUSALS:
        s.label(f"reject{status}")
        s.do(log("ended", "own"))
        s.send(reply(f"{status} Refused") + NO_BODY, again=True)
        s.on("ACK", "gone", last=True)

    s.label("answer")
    s.send(reply("200 OK") + CONTACT + "\n" + sdp(1), again=True)
    s.on("CANCEL", "answered_too_late")
    s.on("ACK", "established", [log("answered", "[$sdp]")], last=True)
    s.label("answered_too_late")
    s.send(OK_TO_LAST, "established")

    s.label("pinged")
    s.on_within("XPONG", 5000)
    s.send(reply("200 OK") + NO_BODY, "gone")
    s.label("polite_stranger")
    s.send(OK_TO_LAST.replace("[last_To:]", f"[last_To:];{TAG}"), "gone")


def _dialing(s: Scenario) -> None:
    s.label("dial")
    s.do(GO_THERE, let("local", f";{TAG}"))
    for number in (1, 2):  # the second one with credentials
        challenged = number == 2
        if challenged:
            s.label("challenged")
            s.send(_ack(1))
            s.on("XAUTH", "", orders(auth="X-Auth"), last=True)
        s.send(first("INVITE", number) + ("[$auth]\n" if challenged else "") + sdp(number), again=True)
        s.label(f"calling{number}")
        s.on_reply([100], f"calling{number}")
        s.on_reply([180], f"calling{number}", [log("ringing")])
        s.on_reply([183], f"calling{number}", [SDP_PORT, log("early", "[$sdp]")])
        if not challenged:
            asked = keep("challenge", "Proxy-Authenticate")
            s.on_reply([407], "challenged", [asked, log("challenged", "INVITE", "[$challenge]")])
        for status in FAILURES:
            s.on_reply([status], f"failed{number}", [log("ended", str(status))])
        s.on("XBYE", f"cancel{number}")
        s.on("XDEAF", "deaf")
        answered = log("answered", "[$sdp]", "[$remote]", "[$local]")
        s.on_reply([200], f"ok{number}", [SDP_PORT, keep("remote", "To"), TARGET, answered], last=True)
        s.label(f"failed{number}")
        s.send(_ack(number), "gone")
        s.label(f"cancel{number}")
        s.send(first("CANCEL", number).replace("Contact: <[$me]>\n", "") + NO_BODY)
        s.label(f"cancelling{number}")
        s.on_reply([200, 180], f"cancelling{number}")
        s.on_reply([487], f"failed{number}", [log("ended", "own")], last=True)
        s.label(f"ok{number}")
        ack = first("ACK", number, to="[$remote]", target="[$target]", branch=f"a{number}")
        s.send(ack + NO_BODY, "established")


def _ack(number: int) -> str:
    """For a final reply that is no 2xx: the headers of that reply."""
    return f"ACK [$uri] SIP/2.0\n{LAST}\nCSeq: {number} ACK\nMax-Forwards: 70\n{NO_BODY}"


def _talking(s: Scenario) -> None:
    s.label("established")
    s.on("XBYE", "bye")
    s.on("XHOLD", "hold")
    s.on("XUNHOLD", "unhold")
    s.on("XREFER", "refer", orders(refer_to="X-Refer-To"))
    s.on("XREFUSE", "established", [let("refuse", "yes")])
    s.on("XDEAF", "deaf")
    s.on("INVITE", "reinvited", [*KEEP_REQUEST, SDP_PORT, TARGET])
    s.on("OPTIONS NOTIFY INFO UPDATE MESSAGE", "polite")
    s.on("ACK", "established")
    s.on_reply([200], "established")
    s.on("BYE", "", [log("ended", "bye")], last=True)
    s.label("over")
    s.send(OK_TO_LAST, "gone")
    s.label("polite")
    s.send(OK_TO_LAST, "established")

    s.label("reinvited")
    s.jump_if("refuse", "refused")
    s.send(reply("200 OK", tag=False) + CONTACT + "\n" + sdp(2), again=True)
    s.on("BYE", "over", [log("ended", "bye")])
    s.on("ACK", "established", [log("reinvited", "[$sdp]")], last=True)
    s.label("refused")
    s.send(reply("481 Call Does Not Exist", tag=False) + NO_BODY, again=True)
    s.on("ACK", "established", [log("refused")], last=True)

    s.label("bye")
    s.do(log("ended", "own"))
    s.send(in_dialog("BYE") + NO_BODY, again=True)
    s.label("saying_bye")
    s.on_reply([200, 481, 408, 503], "gone")
    s.on("NOTIFY OPTIONS INVITE ACK", "saying_bye")
    s.on("BYE", "over", last=True)

    for act, direction, version in (("hold", "sendonly", 3), ("unhold", "sendrecv", 4)):
        s.label(act)
        s.send(in_dialog("INVITE") + sdp(version, direction), again=True)
        s.label(f"{act}_asked")
        s.on_reply([100], f"{act}_asked")
        s.on("BYE", "over", [log("ended", "bye")])
        s.on_reply([491, 488], f"{act}_replied")
        s.on_reply([200], f"{act}_replied", [SDP_PORT, log(act, "[$sdp]")], last=True)
        s.label(f"{act}_replied")
        s.send(in_dialog("ACK") + NO_BODY, "established")

    s.label("refer")
    s.send(in_dialog("REFER") + "Refer-To: [$refer_to]\n" + NO_BODY, again=True)
    s.label("referring")
    for status in (202, 200, 400, 403, 404, 405, 481, 488, 491, 500, 501, 503, 603):
        s.on_reply([status], "established", [log("referred", str(status))])
    s.on("NOTIFY", "refer_notified")
    s.on("BYE", "over", [log("ended", "bye")], last=True)
    s.label("refer_notified")
    s.send(OK_TO_LAST, "referring")


def _registering(s: Scenario) -> None:
    def register(number: int, extra: str = "") -> str:
        headers: Mapping[str, str] = {"From": f"[$shown0];{TAG}", "To": "[$shown0]", "Contact": "<[$me]>"}
        lines = "\n".join(f"{name}: {value}" for name, value in headers.items())
        return (
            f"REGISTER [$uri] SIP/2.0\n{VIA}{number}\n{lines}\nCall-ID: [call_id]\nCSeq: {number} REGISTER\n"
            f"Max-Forwards: 70\nExpires: [$expires]\n{extra}{NO_BODY}"
        )

    s.label("register")
    s.do(GO_THERE)
    s.send(register(1), again=True)
    s.label("registering1")
    s.on_reply([100], "registering1")
    s.on_reply([403], "gone", [log("registered", "403")])
    asked = keep("challenge", "WWW-Authenticate")
    s.on_reply([401], "", [asked, log("challenged", "REGISTER", "[$challenge]")], last=True)
    s.on("XAUTH", "", orders(auth="X-Auth"), last=True)
    s.send(register(2, "[$auth]\n"), again=True)
    s.label("registering2")
    s.on_reply([100], "registering2")
    for status in (401, 403, 404, 408, 423, 480, 500, 503):
        s.on_reply([status], "gone", [log("registered", str(status))])
    s.on_reply([200], "gone", [log("registered", "200")], last=True)
