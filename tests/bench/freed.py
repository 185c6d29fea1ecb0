"""From an agent who becomes free to the INVITE at his telephone, on a real FreeSWITCH, beside mod_callcenter.

    FREESWITCH_HOME=… python -m tests.bench.freed [--rounds 200] [--json]

One agent, three callers who wait, on one and the same switch; our program and mod_callcenter in turn, fifty rounds
each.

- available: he says that he is available (our toolbar's button; `callcenter_config agent set status`), from sending
  it;
- hang-up: he puts his telephone down, the next caller waits (no wrap-up, no pause), from sending BYE.

Both end when the INVITE has arrived at his telephone's port, by the kernel's clock.
"""

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
import random  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from contextlib import ExitStack  # noqa: E402
from pathlib import Path  # noqa: E402
from queue import Empty  # noqa: E402
from typing import Protocol  # noqa: E402

import click  # noqa: E402
import gevent  # noqa: E402

from fs_app import logs  # noqa: E402
from fs_app.bench.figures import Goal, Meanwhile, spread, tell  # noqa: E402
from fs_app.bench.installation import DOMAIN, PASSWORD, Installation, Size, seed  # noqa: E402
from fs_app.bench.witness import Witness  # noqa: E402
from tests.bench import callcenter  # noqa: E402
from tests.bench.sip import Callers, Message, Telephone  # noqa: E402
from tests.support.freeswitch import Freeswitch  # noqa: E402
from tests.support.ports import PortBlock  # noqa: E402
from tests.support.rawesl import RawEsl  # noqa: E402
from tests.support.rawsio import RawSocketIO  # noqa: E402
from tests.support.until import until  # noqa: E402

ROUNDS, IN_TURN, WAITING, WARM_UP = 200, 50, 3, 3
RING_S = 15.0
TALK_S = (0.25, 0.45)
"""Drawn between: who looks at his agents every 100 ms must not always be met at the same moment."""


class Side(Protocol):
    """One of the two who are measured. `bridges`: how many conversations there were on the switch so far."""

    telephone: Telephone
    callers: Callers
    bridges: Callable[[], int]

    def available(self) -> None: ...
    def pause(self) -> None:
        """No call after this one."""

    def state(self) -> str:
        """For a report of what went wrong."""


class Ours:
    def __init__(
        self, telephone: Telephone, callers: Callers, bridges: Callable[[], int], page: RawSocketIO
    ) -> None:
        self.telephone, self.callers, self.bridges, self._page = telephone, callers, bridges, page

    def available(self) -> None:
        self._do("agent.available")

    def pause(self) -> None:
        self._do("agent.unavailable")

    def state(self) -> str:
        return str(self._page.of("agent")[-1])

    def _do(self, event: str) -> None:
        answer = self._page.ask(event, {})
        assert answer.get("ok"), f"{event}: {answer}"


class Theirs:
    def __init__(
        self, telephone: Telephone, callers: Callers, bridges: Callable[[], int], esl: RawEsl
    ) -> None:
        self.telephone, self.callers, self.bridges, self._esl = telephone, callers, bridges, esl

    def available(self) -> None:
        self._set("Available")

    def pause(self) -> None:
        self._set("On Break")

    def state(self) -> str:
        return self._esl.api("callcenter_config agent list")

    def _set(self, status: str) -> None:
        answer = self._esl.api(f"callcenter_config agent set status {callcenter.AGENT} '{status}'")
        assert answer.startswith("+OK"), answer


def _rings(side: Side) -> Message:
    try:
        return side.telephone.rings.get(timeout=RING_S)
    except Empty:
        raise AssertionError(
            f"{type(side).__name__}: no call within {RING_S} s; {side.telephone.last.decode()} {side.state()}"
        ) from None


def _talk(side: Side, invite: Message, dice: random.Random) -> None:
    before = side.bridges()
    side.telephone.pick_up(invite)
    until(lambda: side.bridges() > before, RING_S, "the conversation")
    gevent.sleep(dice.uniform(*TALK_S))


def by_button(side: Side, rounds: int, dice: random.Random) -> list[float]:
    """ms from the button to the INVITE."""
    found = []
    for _ in range(rounds):
        begin = time.time_ns()
        side.available()
        invite = _rings(side)
        found.append((invite.at - begin) / 1e6)
        _talk(side, invite, dice)
        side.pause()
        side.telephone.put_down(invite)
        gevent.sleep(dice.uniform(*TALK_S))
    return found


def by_hang_up(side: Side, rounds: int, dice: random.Random) -> list[float]:
    """ms from BYE to the next INVITE."""
    found = []
    side.available()
    invite = _rings(side)
    for _ in range(rounds):
        _talk(side, invite, dice)
        begin = side.telephone.put_down(invite)
        invite = _rings(side)
        found.append((invite.at - begin) / 1e6)
    _talk(side, invite, dice)
    side.pause()
    side.telephone.put_down(invite)
    gevent.sleep(0.5)
    return found


def measure(rounds: int, dice_seed: int) -> dict[str, float]:
    """The figures by name."""
    dice = random.Random(dice_seed)
    with ExitStack() as stops:
        folder = Path(stops.enter_context(tempfile.TemporaryDirectory(prefix="fs-app-bench-")))
        ports = PortBlock()
        stops.callback(ports.release)
        sip_port, trunk_port = ports[1], ports[2]
        telephones = [Telephone(sip_port), Telephone(sip_port)]
        for telephone in telephones:
            stops.callback(telephone.stop)
        configuration = callcenter.configure(folder, telephones[1].port)
        quiet = {
            "FS_APP_LOG_LEVEL": "warning",
            "FS_APP_PING_PHONES": "false",
            "FS_APP_MEDIA_TIMEOUT_S": "600",  # nobody speaks
        }
        switch = Freeswitch(ports, quiet, configuration)
        stops.callback(switch.stop)
        switch.start()
        installation = Installation(
            folder,
            f"esl://:{switch.password}@127.0.0.1:{switch.esl_port}",
            f"127.0.0.1:{switch.outbound_port}",
            f"127.0.0.1:{switch.directory_port}",
            str(switch.folder / "cdr"),
            os.sched_getaffinity(0),
        )
        seeded = seed(installation.database, Size(1, 1, 1), dice)
        stops.callback(installation.stop)
        installation.start()
        telephones[0].register(seeded.numbers[0], PASSWORD, DOMAIN)
        page = RawSocketIO(installation.port, seeded.cookies[0]).settled()
        stops.callback(page.close)
        assert page.ask("agent.log_in", {})["ok"]
        until(lambda: page.of("agent")[-1]["phone"]["registered"], 5, "the telephone is known")
        esl = stops.enter_context(switch.esl())
        witness = Witness(switch.esl_port, switch.password)
        stops.callback(witness.stop)
        bridges = lambda: witness.kinds["LegsBridged"]  # noqa: E731
        sides: dict[str, Side] = {
            "ours": Ours(telephones[0], Callers(trunk_port, seeded.dids[0], WAITING), bridges, page),
            "callcenter": Theirs(
                telephones[1], Callers(trunk_port, callcenter.NUMBER, WAITING), bridges, esl
            ),
        }
        for side in sides.values():
            stops.callback(side.callers.stop)
            side.callers.begin()
        assert switch.process is not None
        meanwhile = Meanwhile([os.getpid(), installation.pid, switch.process.pid])
        found = _in_turn(sides, rounds, dice)
        figures: dict[str, float] = {"rounds": rounds}
        for name, values in found.items():
            figures |= spread(values, name)
        figures |= {f"repeated_{name}": side.telephone.repeated for name, side in sides.items()}
        return figures | meanwhile.figures()


def _in_turn(sides: dict[str, Side], rounds: int, dice: random.Random) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {
        f"{how}_{name}": [] for how in ("available", "hang_up") for name in sides
    }
    for side in sides.values():  # first times are slower everywhere
        by_hang_up(side, WARM_UP, dice)
    left = rounds
    while left > 0:
        some = min(left, IN_TURN)
        for name, side in sides.items():
            found[f"available_{name}"] += by_button(side, some, dice)
            found[f"hang_up_{name}"] += by_hang_up(side, some, dice)
        left -= some
    return found


@click.command()
@click.option("--json", "json_output", is_flag=True, help="One JSON object on the last line.")
@click.option("--rounds", default=ROUNDS, show_default=True, type=click.IntRange(min=1))
@click.option("--seed", default=1, show_default=True)
def main(json_output: bool, rounds: int, seed: int) -> None:
    """From a free agent to the INVITE at his telephone, beside mod_callcenter on the same switch."""
    logs.configure("console", "error")
    figures = measure(rounds, seed)
    goals = [
        Goal(f"{how}_ours_{share}_ms", figures[f"{how}_callcenter_{share}_ms"])
        for how in ("available", "hang_up")
        for share in ("p50", "p99")
    ]
    raise SystemExit(tell("freed", figures, goals, json_output))


if __name__ == "__main__":
    main()
