"""The live state of a call as a fold over the journal: what each entry makes of it."""

from __future__ import annotations

from typing import Any

from fs_app.calls.line import Line, LineState, Transfer
from fs_app.calls.stages import Role, Stage
from fs_app.calls.state import INTERNAL, Call, Leg, Offer, Recording, his_leg
from fs_app.ivr import run as runs
from fs_app.journal import Entry

IN_A_MENU = frozenset({"menu", "callback"})
"""What becomes of a call that ends in a menu, and no longer matters when he stands in a line."""

MOST_VARIABLES = 50
"""Of voice menus, that a call keeps after them."""

TAKING = ("box", "box_name", "files", "most_s", "silence_s")
"""What a message into a box is taken by."""


def started(entry: Entry) -> Call:
    """The call that a `call.started` entry begins."""
    d = entry.data
    assert entry.call is not None and entry.account is not None
    call = Call(
        id=entry.call,
        account=entry.account,
        direction=d["direction"],
        started_at=entry.at,
        caller_number=d["caller_number"],
        caller_name=d["caller_name"],
        called_number=d["called_number"],
        from_agent=d.get("from_agent"),
        queue=d.get("queue"),
        priority=d.get("priority", 0),
        callback=d.get("callback", ""),
        record=d.get("record"),
        asked_by=d.get("asked_by"),
        withheld=bool(d.get("withheld")),
        to_agent=d.get("to_agent"),
        menu=d.get("menu"),
        consult_of=d.get("consult_of", ""),
        stage_since=entry.at,
    )
    if not call.dialled:
        call.legs[entry.call] = Leg(entry.call, Role.CALLER, number=d["caller_number"], created_at=entry.at)
    return call


def evolve(call: Call, entry: Entry) -> None:
    """Apply one entry to the call that it names. The same code runs live and when a start replays the journal."""
    d = entry.data
    match entry.kind:
        case "call.stage":
            call.stage, call.stage_since = Stage(d["new"]), entry.at
            call.capture = call.capture if call.stage is Stage.HELD else ""
            if call.stage is Stage.TALKING:
                call.talked = True
            elif call.stage is Stage.OUTSIDE:
                call.left_as, call.transfer = "outside", None
        case "call.queued":
            call.left_as = "" if call.left_as in IN_A_MENU else call.left_as
            call.queue, call.ticket = d["queue"], d["ticket"]
            anew = d.get("anew")  # given to this queue by an agent: he begins to wait now
            call.queued_at = entry.at if anew else call.queued_at or d.get("since") or entry.at
            call.entered_at = entry.at
            call.been.append(d["queue"])
        case "call.overflowed":
            call.queue, call.entered_at = d["new_queue"], entry.at
            call.been.append(d["new_queue"])
        case "call.prioritised":
            call.priority = d["priority"]
        case "call.turn":
            call.ticket = d["ticket"]
        case "call.closed":
            call.closed = d["to"] is None
            call.queue = d["to"] or d["queue"]
        case "call.turned_away":
            call.farewell = d["message"]
            call.left_as = "callback" if d["why"] == "callback" else call.left_as
        case "call.voicemail":
            call.taking = {name: d[name] for name in TAKING if d.get(name) is not None}
            call.message = ""
        case "call.destined":
            call.queue, call.priority = d["queue"], d.get("priority", call.priority)
        case "call.survey_wanted":
            call.survey = d["flow"]
        case "flow.started":
            call.flow, call.survey = runs.started(d, entry.at), None
            call.language = call.flow.language
            call.left_as = call.left_as if call.talked else "menu"
            if d.get("survey"):
                call.surveyed, call.taken_by = True, ""
        case "flow.over":
            call.flow, call.after = None, ""
        case "flow.after":
            call.after, call.survey = d["why"], None
            if call.stage in (Stage.TALKING, Stage.HELD):
                call.surveyed, call.taken_by = True, ""
        case kind if kind.startswith("flow.") and call.flow is not None:
            runs.evolve(call.flow, kind, d, entry.at)
            call.language = call.flow.language
            call.after = "" if kind == "flow.exit" else call.after
            if kind == "flow.set":
                _keep_variable(call, d)
        case "callback.opened" if call.flow is not None and not call.talked:
            call.left_as = "callback"
        case "call.diverted":
            call.diverted.append(d["number"])
            call.farewell = d.get("otherwise", "")
            call.legs[d["leg"]] = Leg(d["leg"], Role.OUTSIDE, number=d["number"], created_at=entry.at)
        case "call.dialled":
            call.legs[d["leg"]] = Leg(d["leg"], Role.CALLER, number=d["number"], created_at=entry.at)
        case "record.answered":  # whoever is on a list has called us
            call.record = d["record"] if call.record is None else call.record
        case "call.contact":
            call.contact, call.contact_name = d["contact"], d.get("name", "")
        case "offer.made":
            call.offers[d["leg"]] = Offer(d["agent"], d["leg"], d["deadline"])
            call.taken_by = ""
            call.legs[d["leg"]] = Leg(
                d["leg"],
                Role.AGENT,
                d["agent"],
                number=d.get("number", ""),
                created_at=entry.at,
                line=bool(d.get("line")),
            )
        case "offer.accepted":
            if call.agent not in (None, d["agent"]) and call.transfer is None:
                call.disposition, call.note = None, ""  # the verdict is his who ends the conversation
            call.taken_by = d.get("leg") or his_leg(call, d["agent"])  # before 0.3 the entry named no leg
            call.offers, call.agent, call.preferred_agent = {}, d["agent"], None
            call.surveyed = call.handed_over = call.disposed = False
        case "offer.failed":
            call.offers = {k: o for k, o in call.offers.items() if o.agent != d["agent"]}
            if call.taken_by and call.taken_by == d.get("leg"):
                call.taken_by = ""
            if d["why"] == "LOSE_RACE":
                return  # he did nothing wrong, and may be asked again
            call.failed_agents.append(d["agent"])
            if call.preferred_agent == d["agent"]:
                call.preferred_agent = None
        case "leg.ringing":
            call.legs[d["leg"]].ringing_at = entry.at
        case "leg.answered":
            call.legs[d["leg"]].answered_at = entry.at
        case "leg.ended":
            leg = call.legs[d["leg"]]
            leg.ended_at, leg.cause = entry.at, d["cause"]
        case "call.bridged":
            call.must_qualify = bool(d.get("must_qualify"))
            call.taken_by, call.offers, call.transfer = d.get("leg") or call.taken_by, {}, None
        case "call.line_lost":
            call.preferred_agent, call.must_qualify, call.hang_up_by = d["agent"], False, ""
            call.recording_asked, call.recording_paused = False, False
            call.taken_by, call.transfer = "", None
        case "leg.muted" | "leg.unmuted":
            if d["leg"] in call.legs:
                call.legs[d["leg"]].muted = entry.kind == "leg.muted"
        case "line.dialled":
            _line_dialled(call, entry)
        case "line.state" if d["line"] in call.lines:
            line = call.lines[d["line"]]
            line.state, line.since = LineState(d["new"]), entry.at
            call.talked = call.talked or (call.direction == INTERNAL and line.state is LineState.TALKING)
        case "line.joined" if d["line"] in call.lines:
            line = call.lines[d["line"]]
            line.leg, line.agent, line.name = d["leg"], d["agent"], d.get("agent_name", "")
            _consulted(call, entry)
        case "line.ended":
            call.lines.pop(d["line"], None)
        case "call.handed_over":  # its agent's leg went to the call that asked for him
            call.legs.pop(d["leg"], None)
            call.offers, call.taken_by = {}, ""
        case "call.transfer_asked":
            call.transfer = Transfer(
                d["to"], d["from_agent"], d["returns"], d["number"], d["to_agent"], d["queue"], d["name"]
            )
        case "call.transfer_dropped":
            call.transfer = None
        case "call.transferred" if d["how"] == "blind":
            if call.transfer is not None:
                call.transfer.begun = True
            call.taken_by, call.preferred_agent, call.hang_up_by = "", None, ""
            call.recording_asked, call.recording_paused = False, False
            call.handed_over = d["to"] == "number"
            call.must_qualify = call.must_qualify and call.handed_over
        case "call.transferred":
            _attended(call, d)
        case "call.transfer_failed":
            call.transfer, call.handed_over, call.must_qualify = None, False, False
            call.preferred_agent, call.left_as = d["from_agent"], ""
        case "recording.wanted":
            call.recording = Recording(d["recording"], d["path"], since=entry.at)
            if d.get("rule") == "voicemail":
                call.message, call.message_ms, call.left_as = d["recording"], None, "voicemail"
        case "recording.asked":
            call.recording_asked = True
        case "recording.started":
            if call.recording is not None and call.recording.id == d["recording"]:
                call.recording.running, call.recording_problem = True, ""
        case "recording.paused" | "recording.resumed":
            paused = entry.kind == "recording.paused"
            if d.get("why", "hold") != "hold":
                call.recording_paused = paused
            elif call.recording is not None and call.recording.id == d["recording"]:
                call.recording.masked = paused
        case "capture.started":
            call.capture, call.captured = "asking", {}
        case "capture.ended":
            call.capture = "back" if d.get("left") else ""
            call.captured = {**call.captured, "ended": d["why"]}  # the answer may have come before
        case "capture.posted":
            call.captured = {**call.captured, "ok": d["ok"], "text": d["text"], "why": d["why"]}
        case "capture.over":
            call.capture = ""
        case "recording.broken":
            call.recording_problem = d["why"]
        case "recording.failed" | "recording.stopped":
            if call.recording is not None and call.recording.id == d["recording"]:
                call.recording = None  # what follows is a file of its own: nothing is written over
            if call.message == d["recording"]:
                call.message_ms = d.get("duration_ms")
            call.recording_problem = d["why"] if entry.kind == "recording.failed" else call.recording_problem
        case "call.qualify_dropped":
            call.must_qualify = False
        case "call.hang_up_asked":
            call.hang_up_by = d["by"]
        case "call.disposition_chosen":
            call.disposition, call.note, call.chosen_by = d["disposition"], d["note"], d.get("agent")
        case "call.disposed":
            call.disposition, call.note, call.disposed = d["disposition"], d["note"], True
        case "call.ended":
            call.ended_at, call.stage = entry.at, Stage.ENDED  # also when the line of the stage is damaged
        case _:
            pass  # told for the time line only


def _keep_variable(call: Call, data: dict[str, Any]) -> None:
    """What his agent may see, and what an address may be filled with."""
    call.variables.pop(data["name"], None)
    if not data.get("secret") and len(call.variables) < MOST_VARIABLES:
        call.variables[data["name"]] = str(data["value"])


def _line_dialled(call: Call, entry: Entry) -> None:
    d = entry.data
    call.lines[d["line"]] = Line(
        d["line"],
        d["party"],
        d.get("leg", ""),
        since=entry.at,
        number=d.get("number", ""),
        name=d.get("name", ""),
        agent=d.get("to_agent"),
        queue=d.get("queue"),
        asked_by=entry.agent,
    )
    if d.get("leg"):
        _consulted(call, entry)


def _consulted(call: Call, entry: Entry) -> None:
    """The leg of a line; of an agent's permanent line there is one already, of before."""
    d = entry.data
    agent = d.get("to_agent") if entry.kind == "line.dialled" else d["agent"]
    call.legs[d["leg"]] = Leg(
        d["leg"],
        Role.CONSULTED,
        agent,
        number=d.get("number", ""),
        created_at=entry.at,
        answered_at=entry.at if entry.kind == "line.joined" else None,
        line=bool(d.get("permanent")),
    )


def _attended(call: Call, d: dict[str, Any]) -> None:
    """The customer and who was consulted have each other."""
    line = call.lines.pop(d["line"], None)
    leg = call.legs.get(line.leg if line is not None else d["leg"])
    if leg is None:
        return
    if d["to"] == "number":
        leg.role, leg.agent, call.handed_over = Role.OUTSIDE, None, True
        call.taken_by = ""
    else:
        leg.role, call.agent, call.taken_by = Role.AGENT, d["to_agent"], leg.id
        call.handed_over = call.surveyed = call.disposed = False
    call.offers, call.preferred_agent, call.hang_up_by, call.transfer = {}, None, "", None
