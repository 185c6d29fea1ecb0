"""The highest rate of calls that our program sustains on a real FreeSWITCH.

    FREESWITCH_HOME=… python -m tests.bench.load [--from 5] [--step 5] [--most 60] [--seconds 20] [--json]

sipp calls, sipp answers for the agents (each with a toolbar of ours), a conversation takes ten seconds. The rate rises
step by step until a call is lost, fails or finds no agent, or the program's loop is more than 20 ms late for more than
one moment in a hundred. What is reported is the last step before.
"""

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
import random  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from contextlib import ExitStack  # noqa: E402
from pathlib import Path  # noqa: E402

import click  # noqa: E402
import gevent  # noqa: E402
import psutil  # noqa: E402

from fs_app import logs  # noqa: E402
from fs_app.bench.figures import Meanwhile, cores, tell  # noqa: E402
from fs_app.bench.installation import DOMAIN, PASSWORD, Installation, Seeded, Size, seed  # noqa: E402
from fs_app.bench.load import account_for, all_in_database, lag_buckets, share_above  # noqa: E402
from fs_app.bench.toolbars import Toolbars  # noqa: E402
from fs_app.bench.witness import Witness  # noqa: E402
from tests.bench.sip import Telephone  # noqa: E402
from tests.support.freeswitch import Freeswitch  # noqa: E402
from tests.support.ports import PortBlock  # noqa: E402
from tests.support.until import until  # noqa: E402

TALK_S, AGENTS_FOR_ONE_CALL = 10.0, 1.3
QUEUES, QUEUES_OF_AN_AGENT = 10, 3
LATE_S, LATE_SHARE = 0.02, 0.01
BAD = ("lost", "failed", "unanswered", "unfinished", "legs_unaccounted")

_CALLER = """<?xml version="1.0" encoding="UTF-8" ?>
<scenario name="caller">
  <send retrans="500"><![CDATA[

    INVITE sip:[field0]@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:+336[call_number]@[local_ip]:[local_port]>;tag=[pid]t[call_number]
    To: <sip:[field0]@[remote_ip]:[remote_port]>
    Call-ID: [call_id]
    CSeq: 1 INVITE
    Contact: <sip:caller@[local_ip]:[local_port]>
    Max-Forwards: 70
    Content-Type: application/sdp
    Content-Length: [len]

    v=0
    o=- 1 1 IN IP4 127.0.0.1
    s=-
    c=IN IP4 127.0.0.1
    t=0 0
    m=audio 9 RTP/AVP 8
    a=rtpmap:8 PCMA/8000

  ]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="200" rrs="true" timeout="10000"/>
  <send><![CDATA[

    ACK [next_url] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:+336[call_number]@[local_ip]:[local_port]>;tag=[pid]t[call_number]
    [last_To:]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
  <pause/>
  <send retrans="500"><![CDATA[

    BYE [next_url] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:+336[call_number]@[local_ip]:[local_port]>;tag=[pid]t[call_number]
    [last_To:]
    Call-ID: [call_id]
    CSeq: 2 BYE
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
  <recv response="200" timeout="10000"/>
</scenario>
"""


class Place:
    """Switch, program, agents' telephones and toolbars."""

    def __init__(self, stops: ExitStack, agents: int, dice: random.Random) -> None:
        self._folder = Path(stops.enter_context(tempfile.TemporaryDirectory(prefix="fs-app-bench-")))
        self._ports = PortBlock()
        stops.callback(self._ports.release)
        program, rest = cores()
        stops.callback(os.sched_setaffinity, 0, os.sched_getaffinity(0))
        os.sched_setaffinity(0, rest)
        settings = {
            "FS_APP_LOG_LEVEL": "warning",
            "FS_APP_PING_PHONES": "false",
            "FS_APP_MEDIA_TIMEOUT_S": "600",  # nobody speaks
            "FS_APP_MAX_SESSIONS": "10000",
            "FS_APP_SESSIONS_PER_SECOND": "1000",
            # A block of test ports has room for 100 calls: each takes two ports for each of its two legs.
            "FS_APP_RTP_FIRST": "40000",
            "FS_APP_RTP_LAST": "59998",
        }
        self.switch = Freeswitch(self._ports, settings)
        stops.callback(self.switch.stop)
        self.switch.start()
        self.installation = Installation(
            self._folder,
            f"esl://:{self.switch.password}@127.0.0.1:{self.switch.esl_port}",
            f"127.0.0.1:{self.switch.outbound_port}",
            f"127.0.0.1:{self.switch.directory_port}",
            str(self.switch.folder / "cdr"),
            program,
        )
        self.seeded: Seeded = seed(self.installation.database, Size(agents, QUEUES, QUEUES_OF_AN_AGENT), dice)
        stops.callback(self.installation.stop)
        self.installation.start()
        self.witness = Witness(self.switch.esl_port, self.switch.password)
        stops.callback(self.witness.stop)
        self._telephones(stops)
        self.toolbars = Toolbars(self._folder / "pictures")
        stops.callback(self.toolbars.stop)
        self.toolbars.connect(self.installation.port, self.seeded.cookies)
        self.toolbars.press("agent.log_in")
        self.toolbars.press("agent.available")
        (self._folder / "caller.xml").write_text(_CALLER)
        (self._folder / "numbers.csv").write_text("RANDOM\n" + "".join(f"{d};\n" for d in self.seeded.dids))

    def _telephones(self, stops: ExitStack) -> None:
        """One sipp is all the agents' telephones: it answers whatever it is called by."""
        port = self._ports[10]
        self._answering = self._sipp(
            ["-sn", "uas", "-i", "127.0.0.1", "-p", str(port), "-mp", str(self._ports[12])]
        )
        stops.callback(_end, self._answering)
        registrar = Telephone(self.switch.sip_port)
        for number in self.seeded.numbers:
            registrar.register(number, PASSWORD, DOMAIN, port)
        registrar.stop()

    def _sipp(self, words: list[str]) -> subprocess.Popen[bytes]:
        with (self._folder / "screen").open("wb") as screen:
            return subprocess.Popen(
                ["sipp", *words, "-nostdin"],
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=screen,
                env={**os.environ, "TERM": "dumb"},
                cwd=self._folder,
            )

    def step(self, rate: float, seconds: float) -> dict[str, float]:
        """So many calls a second for so long; the figures of this step."""
        made, since = round(rate * seconds), time.time_ns() // 1000
        assert self.switch.process is not None
        switch = psutil.Process(self.switch.process.pid)
        meanwhile = Meanwhile(
            [os.getpid(), self.installation.pid, self.toolbars.pid, switch.pid, self._answering.pid]
        )
        before, cpu, switch_cpu = self._lag(), self.installation.cpu_s(), sum(switch.cpu_times()[:2])
        begin = time.monotonic()
        calling = self._sipp(
            [
                *("-sf", "caller.xml", "-inf", "numbers.csv", "-r", str(rate), "-m", str(made)),
                *("-i", "127.0.0.1", "-p", str(self._ports[20]), "-mp", str(self._ports[22])),
                *("-d", str(int(TALK_S * 1000)), f"127.0.0.1:{self.switch.trunk_port}"),
            ]
        )
        gevent.sleep(seconds)
        took = time.monotonic() - begin
        figures = {
            "calls_per_second": rate,
            "late_share": round(share_above(before, self._lag(), LATE_S), 5),
            "program_cpu": round((self.installation.cpu_s() - cpu) / took, 3),
            "switch_cpu": round((sum(switch.cpu_times()[:2]) - switch_cpu) / took, 3),
            **meanwhile.figures(),
        }
        until(lambda: calling.poll() is not None, TALK_S + 60, "the callers are through", step=0.2)
        until(lambda: self.witness.alive() == 0, 60, "the switch is empty", step=0.2)
        all_in_database(self.installation)
        calls = list(self.witness.callers(since))
        found = account_for(self.installation, self.witness, calls, made)
        return {**figures, "made": made, "failed": float(calling.returncode != 0)} | {
            name: found[name] for name in BAD if name in found
        }

    def _lag(self) -> dict[float, float]:
        return lag_buckets(self.installation.get("/metrics").decode())


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def measure(first: float, step: float, most: float, seconds: float, dice_seed: int) -> dict[str, float]:
    """The figures of the last good step, and what ended the rise."""
    good: dict[str, float] = {"calls_per_second": 0.0}
    with ExitStack() as stops:
        place = Place(stops, int(most * TALK_S * AGENTS_FOR_ONE_CALL), random.Random(dice_seed))
        rate = first
        while rate <= most:
            found = place.step(rate, seconds)
            click.echo("  ".join(f"{name} {value:g}" for name, value in found.items()))
            if found["late_share"] > LATE_SHARE or any(found[name] for name in BAD):
                break
            good = found
            rate += step
    return {**good, "calls_at_once": good["calls_per_second"] * TALK_S}


@click.command()
@click.option("--json", "json_output", is_flag=True, help="One JSON object on the last line.")
@click.option("--from", "first", default=5.0, show_default=True, help="Calls a second to begin with.")
@click.option("--step", default=5.0, show_default=True)
@click.option("--most", default=60.0, show_default=True)
@click.option("--seconds", default=20.0, show_default=True, help="Of each step.")
@click.option("--seed", default=1, show_default=True)
def main(json_output: bool, first: float, step: float, most: float, seconds: float, seed: int) -> None:
    """The highest rate of calls on a real FreeSWITCH."""
    logs.configure("console", "error")
    raise SystemExit(tell("load real", measure(first, step, most, seconds, seed), [], json_output))


if __name__ == "__main__":
    main()
