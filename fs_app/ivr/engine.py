"""Leads one caller through a flow: it is told what happened and says what changes and what is wanted.

The engine itself keeps nothing: where a caller is stands in his `Run`, which the engine reads and never writes. Who
asks it applies the changes (`run.evolve`, by way of the journal) and then carries out the intents, in order.

It always ends: after `MOST_SILENT` nodes without a word of the caller, or `MOST_VISITS` in all, he hears the error
prompt and the call ends; so it does when an exit leads nowhere or a node can't be used.
"""

from __future__ import annotations

from typing import Protocol

from fs_app.ivr import words
from fs_app.ivr.graph import Graph, Node
from fs_app.ivr.run import Change, Run
from fs_app.ivr.spec import DIGITS
from fs_app.ivr.turn import MOST_KEYS, Prompts, Turn
from fs_app.ivr.validation import ALWAYS_SPOKEN, MOST_FLOWS_DEEP

MOST_SILENT = 200
MOST_VISITS = 5000

FAREWELL = "farewell"
"""Where a caller is for whom nothing is left but the error prompt; no node has this kind."""


class FlowVersion(Protocol):
    """One published version of a flow."""

    @property
    def flow(self) -> int: ...
    @property
    def number(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def graph(self) -> Graph: ...


class Flows(Protocol):
    """The published flows of the caller's account, from memory."""

    def published(self, flow: int) -> FlowVersion | None: ...

    def version(self, flow: int, number: int) -> FlowVersion | None: ...


Result = tuple[list[Change], list[words.Intent]]


class Engine:
    def __init__(self, flows: Flows, prompts: Prompts) -> None:
        self._flows = flows
        self._prompts = prompts

    def begin(self, run: Run) -> Result:
        """The caller's first node; also after a restart, when his node begins anew."""
        return self.tell(run, words.Entered())

    def tell(self, run: Run, event: words.Event) -> Result:
        """What an event changes and what is wanted now. A late answer, and anything after the end, is nothing."""
        if run.over:
            return [], []
        turn = Turn(run, self._prompts)
        if isinstance(event, words.HungUp):
            turn.over("caller")
            return turn.changes, []
        if isinstance(event, words.Entered):
            self._begin(turn)
        elif not (run.sound or run.timer or run.asked or isinstance(event, words.DialEnded)):
            return [], []  # between two entries: he is on his way here, and has been asked nothing yet
        else:
            meant = _meant(turn, event)
            if meant is not None:
                self._tell_node(turn, meant)
        self._go_on(turn)
        return turn.result()

    def _begin(self, turn: Turn) -> None:
        """At the node where he is; at the start when he is nowhere yet; to the farewell when he was there."""
        version = self._flows.version(turn.run.flow, turn.run.version)
        if turn.run.node or version is None or turn.run.visits:
            self._enter(turn, turn.run.node)
        else:
            self._enter(turn, version.graph.start)

    def _tell_node(self, turn: Turn, event: words.Event) -> None:
        node = self._node(turn.run)
        if node is not None:
            turn.kind, turn.params = node.spec, node.params
            node.spec.tell(turn, event)
        elif isinstance(event, words.SoundOver):
            turn.over("hung_up")  # the farewell is said

    # --- from node to node ------------------------------------------------------------------------------------
    def _go_on(self, turn: Turn) -> None:
        """Until a node waits for something."""
        while not turn.run.over:
            if turn.way is not None:
                self._leave(turn, *turn.way)
            elif turn.into is not None:
                self._call(turn, turn.into)
            elif turn.returns:
                self._return(turn)
            elif turn.run.sound or turn.run.timer or turn.run.asked:
                return
            else:
                turn.leave("error", "nothing to wait for")  # an answer that the node has no use for

    def _enter(self, turn: Turn, name: str) -> None:
        graph = self._graph(turn.run)
        node = graph.nodes.get(name) if graph is not None else None
        if node is None or turn.run.silent >= MOST_SILENT or turn.run.visits >= MOST_VISITS:
            self._farewell(turn)
            return
        turn.change("flow.node", node=node.id, kind=node.kind, label=node.label)
        turn.kind, turn.params = node.spec, node.params
        if node.whole:
            node.spec.enter(turn)
        else:
            turn.leave("error", "cannot be used")

    def _leave(self, turn: Turn, way: str, why: str) -> None:
        turn.way = None
        node = self._node(turn.run)
        turn.hush()
        turn.change("flow.exit", node=turn.run.node, exit=way, why=why)
        target = node.leads(way) if node is not None else None
        if target is not None:
            self._enter(turn, target)
        elif node is not None and node.ends(way):
            turn.end()
        else:
            self._farewell(turn)

    def _call(self, turn: Turn, flow: int) -> None:
        turn.into = None
        version = self._flows.published(flow)
        if version is None or len(turn.run.back) >= MOST_FLOWS_DEEP:
            turn.leave("error", "no such flow" if version is None else "too deep")
            return
        data = {"flow": version.flow, "version": version.number, "name": version.name}
        turn.change("flow.sub", node=turn.run.node, **data)
        self._enter(turn, version.graph.start)

    def _return(self, turn: Turn) -> None:
        turn.returns = False
        if not turn.run.back:
            turn.over("hung_up")
            return
        caller = turn.run.back[-1]
        turn.change("flow.exit", node=turn.run.node, exit="back", why="")
        turn.change("flow.back", flow=caller.flow, version=caller.version, node=caller.node)
        turn.leave("next", "back")

    def _farewell(self, turn: Turn) -> None:
        """Nothing is left: say so and hang up."""
        turn.change("flow.node", node="", kind=FAREWELL, label="")
        if not turn.speak(turn.files(ALWAYS_SPOKEN)):
            turn.over("hung_up")

    # --- where he is ------------------------------------------------------------------------------------------
    def _graph(self, run: Run) -> Graph | None:
        version = self._flows.version(run.flow, run.version)
        return version.graph if version is not None else None

    def _node(self, run: Run) -> Node | None:
        graph = self._graph(run)
        return graph.nodes.get(run.node) if graph is not None else None


def _meant(turn: Turn, event: words.Event) -> words.Event | None:
    """The event if the run waits for it; what it waited for is over then."""
    run = turn.run
    match event:
        case words.Key(digit=digit):
            if len(digit) != 1 or digit not in DIGITS:
                return None
            turn.heard, run.silent = True, 0
            habit, run.habit = run.habit, ""
            if digit == habit:
                return None
            run.keys = (run.keys + digit)[-MOST_KEYS:]
            return event
        case words.Entered() | words.HungUp():
            return None
        case words.TimeUp(id=token):
            if not token or run.timer != token:
                return None
            run.timer, run.habit = 0, ""
            return event
    if not event.id:
        return None
    if run.sound == event.id:
        run.sound, run.habit = 0, ""
        return words.SoundOver(event.id)  # also when it could not be played
    if run.asked == event.id and not isinstance(event, words.SoundOver):
        run.asked = 0
        return event
    return None
