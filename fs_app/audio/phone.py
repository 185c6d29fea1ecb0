"""A prompt spoken into a telephone: it rings, says what to do, beeps, and records until `#` or the end of the call.

What was said becomes a job (`jobs`) that waits until somebody has listened and keeps it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import structlog

from fs_app import facts as f
from fs_app.admin.audit import Actor
from fs_app.agents.bell import FAILED, RESULTS, Bell, PhoneInUse
from fs_app.audio.jobs import Jobs, Wish
from fs_app.audio.wav import make_folders, mend_header
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.errors import FsAppError, NotFound
from fs_app.live import Live
from fs_app.phones import Phones
from fs_app.ports import Originate, OriginateResult, Outcome, SwitchPort
from fs_app.tasks import Tasks, Threads

log = structlog.get_logger(__name__)

RING_S = 25.0
GUIDE_S = 30.0
MOST_S = 300
SILENCE_S = 30
GRACE_S = 10.0
CLOSED_S = 1.0
"""After a hang-up FreeSWITCH closes the file a moment later."""

SHOWN_MS = 15 * 60_000
BEEP = "tone_stream://%(400,100,1000)"
GUIDE = "studio"
"""The shipped prompt that says what to do."""

RINGING, GUIDED, RECORDING, TAKEN = "ringing", "guided", "recording", "taken"
CUT, NOTHING = "cut", "nothing"
RUNNING = frozenset({RINGING, GUIDED, RECORDING})


@dataclass(slots=True)
class Take:
    """`state` is one of the words above; `job` is what it has become. `path`: relative to the recordings' folder."""

    agent: int
    by: Actor
    wish: Wish
    leg: str
    path: str
    at: int
    state: str = RINGING
    job: str = ""
    app: str = ""

    @property
    def running(self) -> bool:
        return self.state in RUNNING


class Takes:
    """One at a time for each telephone. `on_switch(path)`: a file of the recordings' folder as FreeSWITCH names it;
    `guide(account)`: the prompt that says what to do; `in_use(agent)`: his telephone listens to somebody."""

    def __init__(
        self,
        live: Live,
        clock: Clock,
        catalog: Catalog,
        switch: SwitchPort,
        phones: Phones,
        jobs: Jobs,
        threads: Threads,
        recordings: Path,
        on_switch: Callable[[str], str],
        guide: Callable[[int], str],
        in_use: Callable[[int], bool],
    ) -> None:
        self._clock = clock
        self._catalog = catalog
        self._switch = switch
        self._jobs = jobs
        self._threads = threads
        self._recordings = recordings
        self._on_switch = on_switch
        self._guide = guide
        self._bell = Bell(live, switch, phones, in_use)
        self._tasks = Tasks("takes")
        self._takes: dict[int, Take] = {}

    def stop(self) -> None:
        self._tasks.stop()

    def of(self, account: int) -> list[Take]:
        """The last of each telephone, the newest first."""
        now = self._clock.now_ms()
        for agent, take in list(self._takes.items()):
            if not take.running and now - take.at > SHOWN_MS:
                del self._takes[agent]
        return sorted((t for t in self._takes.values() if t.by.account == account), key=lambda t: -t.at)

    def start(self, by: Actor, agent: int, wish: Wish) -> Take:
        """Ring it. Raises NotFound, PhoneInUse, PhoneNotThere, OSError."""
        info = self._catalog.agent(agent)
        if info is None or info.account != by.account:
            raise NotFound(f"agent {agent}")
        running = self._takes.get(agent)
        if running is not None and running.running:
            raise PhoneInUse(f"agent {agent}")
        contact = self._bell.contact(info)
        leg = str(uuid4())
        take = Take(agent, by, wish, leg, f"{by.account}/studio/{leg}.wav", self._clock.now_ms())
        self._threads.run(make_folders, self._recordings, take.path)
        self._takes[agent] = take
        longest = GUIDE_S + MOST_S + GRACE_S
        pending = self._switch.originate(
            Originate(
                leg=leg,
                endpoint=contact,
                caller_number=info.number,
                caller_name="Studio",
                ring_s=RING_S,
                variables={
                    "fsapp_role": "test",
                    "park_timeout": str(int(longest)),
                    "playback_terminators": "#",
                },
            )
        )
        pending.then(lambda outcome: self._answered(take, outcome))
        self._clock.call_later(RING_S + longest, lambda: self._over(take))
        return take

    def hang_up(self, take: Take) -> None:
        """What was said so far is taken."""
        self._switch.hangup(take.leg)

    def _answered(self, take: Take, outcome: Outcome[OriginateResult]) -> None:
        if not take.running:
            return
        if outcome.error is not None or outcome.value is None:
            take.state = FAILED
            self._switch.hangup(take.leg)
        elif not outcome.value.answered:
            take.state = RESULTS.get(outcome.value.cause, FAILED)
        else:
            take.state = GUIDED
            take.app = self._switch.play(take.leg, [self._guide(take.by.account), BEEP]).id

    def on_fact(self, fact: f.LegFact) -> None:
        """Of any leg; others than ours are none of our business. Never yields."""
        take = next((t for t in self._takes.values() if t.leg == fact.leg and t.running), None)
        if take is None:
            return
        if isinstance(fact, f.AppDone) and take.app and fact.app_uuid == take.app:
            if take.state == GUIDED:
                self._record(take)
            else:
                self._over(take)
        elif isinstance(fact, f.LegHungUp):
            if take.state == RECORDING:
                self._clock.call_later(CLOSED_S, lambda: self._over(take))
            elif take.state == GUIDED:
                take.state = CUT

    def _record(self, take: Take) -> None:
        take.state = RECORDING
        pending = self._switch.record_message(take.leg, self._on_switch(take.path), MOST_S, SILENCE_S)
        take.app = pending.id

    def _over(self, take: Take) -> None:
        """He has said it; or it took too long."""
        if not take.running:
            return
        recorded = take.state == RECORDING
        take.state = TAKEN if recorded else CUT
        self._switch.hangup(take.leg)
        if recorded:
            self._tasks.spawn("take", self._fetch, take)

    def _fetch(self, take: Take) -> None:
        """From the recordings' folder to a job."""
        source = self._recordings / take.path
        try:
            name, folder = self._jobs.place(take.by.account)
            self._threads.run(_bring, source, folder / "original")
        except (OSError, FsAppError) as error:
            log.warning("a spoken prompt could not be fetched", error=str(error))
            take.state = NOTHING
            return
        take.job = self._jobs.begin(take.by, name, take.wish).id


def _bring(source: Path, target: Path) -> None:
    with suppress(ValueError):  # what is wrong with it the conversion says
        mend_header(source)
    try:
        os.replace(source, target)
    except OSError:  # another disk, or another owner's folder
        target.write_bytes(source.read_bytes())
        with suppress(OSError):
            source.unlink()
