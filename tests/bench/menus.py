"""Callers in voice menus at once on a real FreeSWITCH, with keys as RTP events (RFC 4733).

    FREESWITCH_HOME=… python -m tests.bench.menus [--callers 50] [--seconds 60] [--json]

The same round as in `fs-app bench menus`; sipp speaks SIP for everybody.
"""

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
import random  # noqa: E402
import tempfile  # noqa: E402
from contextlib import ExitStack  # noqa: E402
from pathlib import Path  # noqa: E402

import click  # noqa: E402
import gevent  # noqa: E402

from fs_app import logs  # noqa: E402
from fs_app.bench.figures import Meanwhile, cores, tell  # noqa: E402
from fs_app.bench.installation import Installation, Size, seed  # noqa: E402
from fs_app.bench.menus import DID, GOALS, account_for, keys, publish, watch  # noqa: E402
from tests.support.line import Line  # noqa: E402
from tests.support.real_world import RealWorld  # noqa: E402
from tests.support.until import until  # noqa: E402


def measure(callers: int, seconds: float, dice_seed: int) -> dict[str, float]:
    dice = random.Random(dice_seed)
    with ExitStack() as stops:
        folder = Path(stops.enter_context(tempfile.TemporaryDirectory(prefix="fs-app-bench-")))
        program, rest = cores()
        stops.callback(os.sched_setaffinity, 0, os.sched_getaffinity(0))
        os.sched_setaffinity(0, rest)
        world = RealWorld({"FS_APP_LOG_LEVEL": "warning", "FS_APP_MAX_SESSIONS": "1000"})
        stops.callback(world.close)
        installation = Installation(
            folder,
            world.switch_url,
            f"127.0.0.1:{world.outbound_port}",
            world.directory_url.split("/")[2],
            world.cdr_folder,
            program,
        )
        seed(installation.database, Size(2, 1, 1), dice)
        publish(installation.database)
        stops.callback(installation.stop)
        installation.start()
        lines: list[Line] = []
        pressing: list[gevent.Greenlet] = []

        def press(line: Line, when: list[tuple[float, str]]) -> None:
            at = 0.0
            for due, digits in when:
                gevent.sleep(max(0.0, due - at))
                at = due
                line.press(digits)

        def come() -> None:
            for n in range(callers):
                line = world.call(DID, f"+3361234{n:04d}")
                lines.append(line)
                line.talking(timeout=20)
                pressing.append(gevent.spawn(press, line, keys(dice, seconds + 30)))

        def gone() -> None:
            gevent.killall(pressing)
            for line in lines:
                line.hang_up()
            until(lambda: world.legs() == 0, 30, "the switch is empty", step=0.2)

        meanwhile = Meanwhile([os.getpid(), installation.pid])
        figures = watch(installation, come, gone, seconds)
        return {
            "callers": callers,
            "seconds": seconds,
            **account_for(installation, callers),
            **figures,
            **meanwhile.figures(),
        }


@click.command()
@click.option("--json", "json_output", is_flag=True, help="One JSON object on the last line.")
@click.option("--callers", default=50, show_default=True)
@click.option("--seconds", default=60.0, show_default=True)
@click.option("--seed", "dice_seed", default=1, show_default=True)
def main(json_output: bool, callers: int, seconds: float, dice_seed: int) -> None:
    """Voice menus on a real FreeSWITCH."""
    logs.configure("console", "error")
    raise SystemExit(tell("menus real", measure(callers, seconds, dice_seed), GOALS, json_output))


if __name__ == "__main__":
    main()
