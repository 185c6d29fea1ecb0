"""A FreeSWITCH of the test's own: this repository's configuration, a temporary folder, ports of this run alone."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import gevent

from tests.support.ports import PortBlock
from tests.support.rawesl import EslError, RawEsl
from tests.support.until import until

CONFIGURATION = Path(__file__).resolve().parents[2] / "freeswitch-conf"


def find_freeswitch() -> Path | None:
    """The binary: in FREESWITCH_HOME/bin, or on the PATH; None when there is none."""
    home = os.environ.get("FREESWITCH_HOME")
    if home:
        binary = Path(home) / "bin" / "freeswitch"
        return binary if binary.is_file() else None
    found = shutil.which("freeswitch")
    return Path(found) if found else None


class Freeswitch:
    """One instance. `settings` are environment variables of freeswitch-conf/vars.xml, beside those for ports.

    `configuration`: another folder than the repository's own.
    """

    def __init__(
        self,
        ports: PortBlock,
        settings: Mapping[str, str] | None = None,
        configuration: Path = CONFIGURATION,
    ) -> None:
        binary = find_freeswitch()
        assert binary, "no FreeSWITCH: set FREESWITCH_HOME"
        self._binary = binary
        self._configuration = configuration
        self.folder = Path(tempfile.mkdtemp(prefix="fs-app-switch-"))
        for name in ("log", "db", "run", "cdr", "recordings", "temp"):
            (self.folder / name).mkdir()
        self.ports = ports
        self.password = secrets.token_urlsafe(24)
        self.esl_port, self.sip_port, self.trunk_port = ports[0], ports[1], ports[2]
        self.outbound_port, self.directory_port = ports[3], ports[4]
        self.ws_port = ports[6]
        self.directory_url = f"http://127.0.0.1:{self.directory_port}/directory"
        self.settings = {
            "FS_APP_ESL_PASSWORD": self.password,
            "FS_APP_ESL_PORT": str(self.esl_port),
            "FS_APP_OUTBOUND": f"127.0.0.1:{self.outbound_port}",
            "FS_APP_DIRECTORY_URL": self.directory_url,
            "FS_APP_SIP_PORT": str(self.sip_port),
            "FS_APP_TRUNK_PORT": str(self.trunk_port),
            "FS_APP_WS": f"127.0.0.1:{self.ws_port}",
            "FS_APP_RTP_FIRST": str(ports[100]),
            "FS_APP_RTP_LAST": str(ports[498]),
            "FS_APP_CDR_DIR": str(self.folder / "cdr"),
            "FS_APP_RECORDINGS_DIR": str(self.folder / "recordings"),
            "FS_APP_LOG_LEVEL": "debug",
            **(settings or {}),
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder / "log" / "freeswitch.log"

    def start(self, timeout: float = 30.0, wait: bool = True) -> None:
        """Start, or start again with the same databases; returns when the event socket says READY."""
        assert self.process is None
        base = {k: v for k, v in os.environ.items() if not k.startswith("FS_APP_")}
        dirs = [word for n in ("log", "db", "run", "temp") for word in (f"-{n}", str(self.folder / n))]
        with (self.folder / "console").open("ab") as console:
            self.process = subprocess.Popen(
                [str(self._binary), "-nonat", "-nf", "-nc", "-conf", str(self._configuration), *dirs],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                env={**base, **{k: v for k, v in self.settings.items() if v}},
                start_new_session=True,
            )
        if wait:
            until(self._ready, timeout, "FreeSWITCH ready", step=0.1)

    def _ready(self) -> bool:
        assert self.process is not None
        code = self.process.poll()
        assert code is None, f"FreeSWITCH ended with {code}: {(self.folder / 'console').read_text()[-2000:]}"
        with contextlib.suppress(OSError, EslError), self.esl() as esl:
            # all profiles up: mod_sofia is the last module, `status` says ready a little before
            return "is ready" in esl.api("status") and esl.api("sofia status").count("RUNNING") >= 2
        return False

    def esl(self, timeout: float = 5.0) -> RawEsl:
        """A new connection to the event socket."""
        return RawEsl("127.0.0.1", self.esl_port, self.password, timeout)

    def api(self, text: str, timeout: float = 5.0) -> str:
        """One api command over a connection of its own."""
        with self.esl() as esl:
            return esl.api(text, timeout)

    def legs(self) -> int:
        return int(self.api("show channels count").split()[0])

    def kill(self) -> None:
        """kill -9; databases and log stay for the next start()."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self._reap(5.0)

    def freeze(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End in peace, by force after two seconds, and remove the folder unless KEEP_TEST_FOLDERS is set."""
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            with contextlib.suppress(AssertionError):
                self._reap(2.0)
            self.kill()
        if not os.environ.get("KEEP_TEST_FOLDERS"):
            shutil.rmtree(self.folder, ignore_errors=True)

    def _reap(self, timeout: float) -> None:
        process = self.process
        if process is None:
            return
        end = time.monotonic() + timeout
        while process.poll() is None:
            assert time.monotonic() < end, "FreeSWITCH does not end"
            gevent.sleep(0.02)
        self.process = None
