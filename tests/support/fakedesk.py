"""A desk that plays calls without a switch: for tests of the agent's page and for looking at it.

It keeps the promises of the real one (docs/events.md): complete pictures, rising numbers, errors of
fs_app/errors.py. What the caller does is done by the test: `ring`, `answer`, `far_end_hangs_up`, …
"""

from __future__ import annotations

import copy
from typing import Any

from fs_app.bus import Bus
from fs_app.clock import Clock, Timer
from fs_app.colleagues.service import shown
from fs_app.errors import Conflict, NotAllowed, NotFound
from fs_app.events import AgentMessage, AgentPicture, SwitchState
from fs_app.outbound.item import Item

Json = dict[str, Any]


class FakeDesk:
    """One account. `agents`: {agent: (name, number)}; `reasons`: [(id, label)]; delays in seconds."""

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        agents: dict[int, tuple[str, str]],
        reasons: list[tuple[int, str]] | None = None,
        queues: list[tuple[int, str]] | None = None,
        account: int = 1,
        inter_call_s: float = 3.0,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._account = account
        self._reasons = [{"id": i, "label": label} for i, label in reasons or []]
        self._queues = [
            {
                "id": i,
                "name": name,
                "waiting": 0,
                "longest_since": None,
                "callbacks": 0,
                "inbound": True,
                "outbound": True,
                "alert": {"waiting": "", "callbacks": ""},
            }
            for i, name in queues or []
        ]
        self._inter_call_s = inter_call_s
        self._switch = {"up": True, "since": clock.now_ms()}
        self._seq: dict[int, int] = {}
        self._timers: dict[int, Timer] = {}
        self.agents: dict[int, Json] = {agent: self._fresh(agent, *who) for agent, who in agents.items()}
        self.asked: list[tuple[Any, ...]] = []
        self.present: set[int] = set()
        self.outbound = FakeOutbound(self)
        self.calls = 0
        self.choices: list[Json] = [
            {
                "id": i,
                "name": name,
                "caller_id": "+33185090000",
                "caller_ids": ["+33185090000", "+33185091111"],
                "withheld": False,
            }
            for i, name in queues or []
        ]
        self._messages = 0
        self.refuse_next: Exception | None = None

    # --- what the web side asks (the interface of the real desk) --------------------------------------------
    def picture(self, agent: int) -> Json:
        if agent not in self.agents:
            raise NotFound(f"agent {agent}")
        now = self._clock.now_ms()
        self._seq[agent] = self._seq.get(agent, 0) + 1
        whole = {"seq": self._seq[agent], "at": now, **copy.deepcopy(self.agents[agent])}
        whole |= {"switch": dict(self._switch), "reasons": self._reasons}
        whole["queues"] = copy.deepcopy(self._queues)
        whole["outbound"] = self.outbound.picture()
        return whole

    def log_in(self, agent: int) -> None:
        self._asked("log_in", agent)
        self._presence(agent, "UNAVAILABLE")
        self._state(agent, "UNAVAILABLE")

    def log_out(self, agent: int) -> None:
        self._asked("log_out", agent)
        self._presence(agent, "LOGGED_OUT")
        self._state(agent, "LOGGED_OUT")

    def available(self, agent: int) -> None:
        self._asked("available", agent)
        self._want(agent, "AVAILABLE", None)

    def unavailable(self, agent: int, reason: int | None) -> None:
        self._asked("unavailable", agent, reason)
        found = next((r for r in self._reasons if r["id"] == reason), None)
        if reason is not None and found is None:
            raise NotFound(f"reason {reason}")
        self._want(agent, "UNAVAILABLE", found)

    def back_office(self, agent: int) -> None:
        self._asked("back_office", agent)
        if self.agents[agent]["presence"]["name"] == "LOGGED_OUT":
            raise NotAllowed("log in first")
        self._state(agent, "BACK_OFFICE")

    def open_line(self, agent: int) -> None:
        self._asked("open_line", agent)
        if self.agents[agent]["line_open"] is None:
            raise NotAllowed("no permanent line")
        self.change(agent, line_open={"state": "RINGING", "since": self._clock.now_ms(), "why": ""})

    def tick_queue(self, agent: int, queue: int, direction: str, on: bool) -> None:
        self._asked("tick_queue", agent, queue, direction, on)
        for row in self._queues:
            if row["id"] == queue:
                row[direction] = on
        self._tell(agent)

    def message(self, agent: int, to: int, text: str) -> None:
        self._asked("message", agent, to, text)
        if to not in self.agents:
            raise NotFound(f"agent {to}")
        names = {a: self.agents[a]["agent"]["name"] for a in (agent, to)}
        self._messages += 1
        said = shown(self._messages, self._clock.now_ms(), text, agent, names[agent], to, names[to])
        for one in (agent, to):
            self._bus.publish(AgentMessage(one, said))

    def transferred(self, agent: int) -> None:
        self._asked("transferred", agent)

    def end_delay(self, agent: int) -> None:
        self._asked("end_delay", agent)
        if self.agents[agent]["state"]["name"] not in ("NO_ANSWER_DELAY", "INTER_CALL"):
            raise NotAllowed("there is no delay to end")
        self._at_rest(agent)

    def hang_up(self, agent: int, line: str) -> None:
        self._asked("hang_up", agent, line)
        found = self._line(agent, line)
        if found.get("kind") == "consult":
            self._drop(agent, found)
        else:
            self.call_ends(agent)

    def hold(self, agent: int, line: str) -> None:
        self._asked("hold", agent, line)
        self._becomes(self._line(agent, line, "TALKING"), "HELD")
        self._able(agent)

    def resume(self, agent: int, line: str) -> None:
        """The one that talks is put on hold before."""
        self._asked("resume", agent, line)
        found = self._line(agent, line, "HELD")
        for other in self.agents[agent]["lines"]:
            if other["state"] == "TALKING":
                self._becomes(other, "HELD")
        self._becomes(found, "TALKING")
        self._able(agent)

    def dial(
        self,
        agent: int,
        number: str,
        queue: int | None,
        caller_id: str | None,
        contact: int | None,
        colleague: int | None = None,
    ) -> None:
        self._asked("dial", agent, number, queue, caller_id, contact)
        now = self._clock.now_ms()
        call = f"dialled-{now}"
        self.agents[agent]["dialling"] = {
            "call": call,
            "number": number,
            "state": "CALLING_YOU",
            "since": now,
            "cause": "",
            "why": "",
        }
        self._state(agent, "DIALING")

    def dial_choices(self, agent: int) -> list[Json]:
        return self.choices

    def consult(self, agent: int, line: str, to: Any) -> None:
        self._asked("consult", agent, line, str(to))
        self._line(agent, line)
        self.consults(agent)

    def transfer(self, agent: int, line: str, to: Any) -> None:
        self._asked("transfer", agent, line, str(to))
        self._line(agent, line)
        self.agents[agent]["lines"] = []
        self._pause(agent)

    def complete(self, agent: int, line: str) -> None:
        self._asked("complete", agent, line)
        self._line(agent, line)
        self.agents[agent]["lines"] = []
        self._pause(agent)

    def conference(self, agent: int, line: str) -> None:
        self._asked("conference", agent, line)
        for one in self.agents[agent]["lines"]:
            self._becomes(one, "CONFERENCE")
        self._able(agent)

    def leave(self, agent: int, line: str) -> None:
        self._asked("leave", agent, line)
        self.agents[agent]["lines"] = []
        self._pause(agent)

    def mute(self, agent: int, line: str) -> None:
        self._asked("mute", agent, line)
        self._line(agent, line)["muted"] = True
        self._able(agent)

    def unmute(self, agent: int, line: str) -> None:
        self._asked("unmute", agent, line)
        self._line(agent, line)["muted"] = False
        self._able(agent)

    def send_keys(self, agent: int, line: str, keys: str) -> None:
        self._asked("send_keys", agent, line, keys)

    def _becomes(self, line: Json, state: str) -> None:
        line |= {"state": state, "since": self._clock.now_ms()}

    def _drop(self, agent: int, line: Json) -> None:
        lines = self.agents[agent]["lines"]
        lines.remove(line)
        if len(lines) == 1:
            self._becomes(lines[0], "TALKING")
        self._able(agent)

    def _able(self, agent: int) -> None:
        """The buttons of each line, as the real desk gives them."""
        lines = self.agents[agent]["lines"]
        several = len(lines) > 1
        for line in lines:
            state, own = line["state"], line.get("kind") == "consult"
            recording = [name for name in line["can"] if name.endswith("_recording")]
            can = ["hang_up"]
            if state == "TALKING":
                can += ["hold", "unmute" if line.get("muted") else "mute", "dtmf", "consult"]
                can += [] if several else ["transfer"]
            elif state == "HELD":
                can += ["resume"]
            elif state == "CONFERENCE":
                can += ["unmute" if line.get("muted") else "mute", "leave"]
            if own and state in ("TALKING", "HELD"):
                can += ["complete", "conference"]
            line["can"] = [*can, *recording]
        self._tell(agent)

    def pause_recording(self, agent: int, line: str) -> None:
        self._record(agent, line, "pause_recording", "paused", "resume_recording")

    def resume_recording(self, agent: int, line: str) -> None:
        self._record(agent, line, "resume_recording", "on", "pause_recording")

    def start_recording(self, agent: int, line: str) -> None:
        self._record(agent, line, "start_recording", "on", "pause_recording")

    def capture(self, agent: int, line: str) -> None:
        self._asked("capture", agent, line)

    def end_capture(self, agent: int, line: str) -> None:
        self._asked("end_capture", agent, line)

    def _record(self, agent: int, line: str, verb: str, state: str, then: str) -> None:
        self._asked(verb, agent, line)
        found = self._line(agent, line)
        can = [name for name in found["can"] if name != verb]
        record = {"state": state, "problem": ""}
        found |= {"record": record, "recording": state == "on", "can": [*can, then]}
        self._tell(agent)

    def qualify(self, agent: int, call: str, disposition: int, note: str) -> None:
        self._asked("qualify", agent, call, disposition, note)
        work = self.agents[agent]["work"]
        if work is None or work["call"] != call:
            return  # a late note of a call that is through
        work |= {"disposition": {"id": disposition}, "note": note}
        if work["ended"]:
            self._pause(agent)
        else:
            self._tell(agent)

    def browser_seen(self, agent: int) -> None:
        self._asked("browser_seen", agent)
        self.present.add(agent)

    def browser_gone(self, agent: int) -> None:
        self._asked("browser_gone", agent)
        self.present.discard(agent)

    # --- what the world does --------------------------------------------------------------------------------
    def ring(self, agent: int, **call: Any) -> str:
        """A caller of a queue is offered to the agent; answers the call."""
        self.calls += 1
        now = self._clock.now_ms()
        facts: Json = {
            "call": f"call-{self.calls}",
            "number": "+33612345678",
            "name": "",
            "queue": {k: self._queues[0][k] for k in ("id", "name")} if self._queues else None,
            "contact": None,
            "disposition_set": None,
            **call,
        }
        line = {
            "id": f"leg-{self.calls}",
            "state": "RINGING",
            "since": now,
            "recording": False,
            "can": [],
            **{k: facts[k] for k in ("call", "number", "name", "queue")},
        }
        one = self.agents[agent]
        one["lines"] = [line]
        one["work"] = {
            **facts,
            "must_qualify": True,
            "ended": False,
            "disposition": None,
            "note": "",
            "capture": None,
            "pop": facts.get("pop", {"mode": "record", "when": "ring", "target": "tab", "url": ""}),
            "lookup": facts.get("lookup"),
        }
        self._state(agent, "RINGING", until=now + 20_000)
        return str(facts["call"])

    def answer(self, agent: int) -> None:
        one = self.agents[agent]
        one["lines"][0] |= {
            "state": "TALKING",
            "since": self._clock.now_ms(),
            "recording": True,
            "record": {"state": "on", "problem": ""},
            "can": ["pause_recording"],
        }
        one["today"]["taken"] += 1
        self._able(agent)
        self._state(agent, "IN_CALL")

    def no_answer(self, agent: int) -> None:
        one = self.agents[agent]
        one["lines"], one["work"] = [], None
        one["today"]["missed"] += 1
        self._state(agent, "NO_ANSWER_DELAY", until=self._clock.now_ms() + 10_000)

    def call_ends(self, agent: int) -> None:
        """Either side hung up."""
        one = self.agents[agent]
        one["lines"] = []
        if one["state"]["name"] != "IN_CALL":
            one["work"] = None
            self._at_rest(agent)
        elif one["work"]["disposition"]:
            self._pause(agent)
        else:
            one["work"]["ended"] = True
            self._state(agent, "WRAP_UP")

    def second_line(self, agent: int, **line: Any) -> None:
        """Another party on hold beside the first (consultation)."""
        now = self._clock.now_ms()
        held = {"id": "leg-b", "call": "call-b", "state": "HELD", "since": now, "number": "+33981203040"}
        more = {"name": "", "queue": None, "recording": False, "can": ["resume", "hang_up"]}
        self.agents[agent]["lines"].append({**held, **more, **line})
        self._tell(agent)

    def consults(self, agent: int, **line: Any) -> str:
        """Somebody else is called while the others are on hold; answers the line."""
        lines = self.agents[agent]["lines"]
        for other in lines:
            if other["state"] == "TALKING":
                self._becomes(other, "HELD")
        number = len(lines)
        lines.append(
            {
                "id": f"leg-c{number}",
                "call": lines[0]["call"],
                "kind": "consult",
                "party": {"kind": "number", "number": "+33981203040", "name": ""},
                "state": "RINGING",
                "since": self._clock.now_ms(),
                "number": "+33981203040",
                "name": "",
                "queue": None,
                "recording": False,
                "muted": False,
                "consulted_by": None,
                "can": [],
                **line,
            }
        )
        self._able(agent)
        return str(lines[-1]["id"])

    def consulted_answers(self, agent: int) -> None:
        self._becomes(self.agents[agent]["lines"][-1], "TALKING")
        self._able(agent)

    def queue_waits(self, queue: int, waiting: int, longest_s: float = 0) -> None:
        for row in self._queues:
            if row["id"] == queue:
                since = self._clock.now_ms() - round(longest_s * 1000)
                row |= {"waiting": waiting, "longest_since": since if waiting else None}
        for agent in self.agents:
            self._tell(agent, soon=True)

    def alert(self, queue: int, level: str) -> None:
        """The figures of a queue are beyond its thresholds."""
        for row in self._queues:
            if row["id"] == queue:
                row["alert"] = {"waiting": level, "callbacks": level}
        for agent in self.agents:
            self._tell(agent, soon=True)

    def switch(self, up: bool) -> None:
        self._switch = {"up": up, "since": self._clock.now_ms()}
        self._bus.publish(SwitchState(up, self._clock.now_ms(), "test"))
        for agent in self.agents:
            self._tell(agent)

    def phone(self, agent: int, registered: bool) -> None:
        self.agents[agent]["phone"]["registered"] = registered
        self._tell(agent)

    def change(self, agent: int, **parts: Any) -> None:
        """Anything else a test wants to see: parts of the picture."""
        self.agents[agent] |= parts
        self._tell(agent)

    # --- inside ---------------------------------------------------------------------------------------------
    def _fresh(self, agent: int, name: str, number: str) -> Json:
        now = self._clock.now_ms()
        return {
            "agent": {"id": agent, "name": name, "number": number},
            "presence": {
                "name": "LOGGED_OUT",
                "reason": None,
                "since": now,
                "wanted": None,
                "set_aside": None,
            },
            "state": {"name": "LOGGED_OUT", "since": now, "until": None},
            "phone": {"registered": True, "how": "own", "number": "1001", "proven": True},
            "line_open": None,
            "lines": [],
            "work": None,
            "dialling": None,
            "today": {"taken": 0, "missed": 0, "mean_handling_ms": 0, "mean_talk_ms": 0},
        }

    def _asked(self, *what: Any) -> None:
        self.asked.append(what)
        if self.refuse_next is not None and not what[0].startswith("browser"):
            error, self.refuse_next = self.refuse_next, None
            raise error

    def _line(self, agent: int, line: str, state: str = "") -> Json:
        for found in self.agents[agent]["lines"]:
            if found["id"] == line:
                if state and found["state"] != state:
                    raise Conflict(f"line {line} is {found['state']}")
                return found  # type: ignore[no-any-return]
        raise NotFound(f"line {line}")

    def _want(self, agent: int, name: str, reason: Json | None) -> None:
        one = self.agents[agent]
        if one["presence"]["name"] == "LOGGED_OUT":
            raise NotAllowed("log in first")
        if one["state"]["name"] in ("RINGING", "IN_CALL", "WRAP_UP"):
            same = one["presence"]["name"] == name and one["presence"]["reason"] == reason
            one["presence"]["wanted"] = None if same else {"name": name, "reason": reason}
            self._tell(agent)
        else:
            self._presence(agent, name, reason)
            self._at_rest(agent)

    def _presence(self, agent: int, name: str, reason: Json | None = None) -> None:
        since = self._clock.now_ms()
        self.agents[agent]["presence"] = {
            "name": name,
            "reason": reason,
            "since": since,
            "wanted": None,
            "set_aside": None,
        }

    def _pause(self, agent: int) -> None:
        """The call is through: the pause between two calls."""
        self.agents[agent]["work"] = None
        self._state(agent, "INTER_CALL", until=self._clock.now_ms() + round(self._inter_call_s * 1000))
        self._timers[agent] = self._clock.call_later(self._inter_call_s, lambda: self._pause_over(agent))

    def _pause_over(self, agent: int) -> None:
        if self.agents[agent]["state"]["name"] == "INTER_CALL":
            self._at_rest(agent)

    def _at_rest(self, agent: int) -> None:
        presence = self.agents[agent]["presence"]
        if presence["wanted"]:
            self._presence(agent, presence["wanted"]["name"], presence["wanted"]["reason"])
        name = "IDLE" if self.agents[agent]["presence"]["name"] == "AVAILABLE" else "UNAVAILABLE"
        self._state(agent, name)

    def _state(self, agent: int, name: str, until: int | None = None) -> None:
        self.agents[agent]["state"] = {"name": name, "since": self._clock.now_ms(), "until": until}
        self._tell(agent)

    def _tell(self, agent: int, soon: bool = False) -> None:
        picture = self.picture(agent)
        self._bus.publish(AgentPicture(self._account, agent, lambda: picture, soon))


class FakeOutbound:
    """The list of people to call: what is asked is written down, `items` and `shown` are what a test puts there."""

    def __init__(self, desk: FakeDesk) -> None:
        self._desk = desk
        self.items: list[Json] = []
        self.shown: Json | None = None
        self.mode = "manual"
        self.modes = ["manual", "preview", "automatic"]

    def picture(self) -> Json:
        mine = [item for item in self.items if item["mine"]]
        counters = {"due": len(self.items), "later": 0, "mine": len(mine), "overdue": 0}
        whole = {"mode": self.mode, "modes": self.modes, "counters": counters, "list": self.items}
        booking = {"step_min": 5, "latest_days": 30}
        return copy.deepcopy({**whole, "preview": self.shown, "booking": booking})

    def page(self, agent: int, asked: Any, page: int) -> Json:
        return {"total": len(self.items), "page": page, "pages": 1, "items": copy.deepcopy(self.items)}

    def seen(self, agent: int, item: str) -> Item:
        found = next((one for one in self.items if one["id"] == item), None)
        if found is None:
            raise NotFound(item)
        numbers = (found["number"],) if found["number"] else ()
        return Item(
            item,
            self._desk._account,
            1,
            numbers,
            found["name"],
            None,
            found["status"],
            1,
            found["reason"],
            None,
            0,
        )

    def calendar(self, agent: int, since: int, until: int) -> list[Json]:
        due = [item for item in self.items if item["mine"] and item["due_at"] is not None]
        return copy.deepcopy([item for item in due if since <= item["due_at"] < until])

    def set_mode(self, agent: int, mode: str) -> None:
        self._desk._asked("outbound.mode", agent, mode)
        self.mode = mode
        self._desk._tell(agent)

    def call(self, agent: int, item: str) -> None:
        self._desk._asked("outbound.call", agent, item)

    def skip(self, agent: int, item: str, reason: str) -> None:
        self._desk._asked("outbound.skip", agent, item, reason)

    def reserve(self, agent: int, item: str) -> None:
        self._desk._asked("outbound.reserve", agent, item)

    def release(self, agent: int, item: str) -> None:
        self._desk._asked("outbound.release", agent, item)

    def postpone(self, agent: int, item: str, minutes: int | None, at: str) -> None:
        self._desk._asked("outbound.postpone", agent, item, minutes, at)

    def move(self, agent: int, item: str, to: int | None) -> None:
        self._desk._asked("outbound.move", agent, item, to)

    def note(self, agent: int, item: str, note: str) -> None:
        self._desk._asked("outbound.note", agent, item, note)

    def close(self, agent: int, item: str, done: bool, disposition: int | None, note: str) -> None:
        self._desk._asked("outbound.close", agent, item, done, disposition, note)

    def book(self, agent: int, call: str, minutes: int | None, at: str, mine: bool, note: str) -> None:
        self._desk._asked("outbound.book", agent, call, minutes, at, mine, note)
