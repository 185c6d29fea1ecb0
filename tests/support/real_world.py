"""The world around a real FreeSWITCH: `World` of tests/support/world.py with sipp for everybody outside."""

from __future__ import annotations

from collections.abc import Mapping

from tests.support.freeswitch import Freeswitch
from tests.support.ports import PortBlock
from tests.support.relay import Relay
from tests.support.sip import Line, Telephone, Telephones


class RealWorld:
    """A FreeSWITCH with this repository's configuration and everybody outside.

    `settings` are environment variables of freeswitch-conf/vars.xml. The directory service is the program's: it must
    serve on `directory_url` before a phone can register.
    """

    name = "real"

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        self.ports = PortBlock()
        trunk = {
            "FS_APP_TRUNK_KIND": "address",
            "FS_APP_TRUNK_PROXY": f"127.0.0.1:{self.ports[10]}",
            "FS_APP_PING_PHONES": "false",
        }
        self.switch = Freeswitch(self.ports, {**trunk, **(settings or {})})
        self.telephones = Telephones(self.ports, self.switch.trunk_port, self.switch.sip_port)
        self.relay = Relay(self.ports[5], ("127.0.0.1", self.switch.esl_port))
        self.switch.start()

    @property
    def switch_url(self) -> str:
        return f"esl://:{self.switch.password}@127.0.0.1:{self.ports[5]}"

    @property
    def trunk_port(self) -> int:
        """Where calls from the public network come in."""
        return self.switch.trunk_port

    @property
    def outbound_port(self) -> int:
        return self.switch.outbound_port

    @property
    def directory_url(self) -> str:
        return self.switch.directory_url

    @property
    def cdr_folder(self) -> str:
        return str(self.switch.folder / "cdr")

    def call(self, to: str, number: str | bytes = "+33612345678", name: str | bytes = "") -> Line:
        return self.telephones.caller(to, number, name)

    def phone(self, user: str, password: str, domain: str) -> Telephone:
        return self.telephones.telephone(user, password, domain)

    def person(self, number: str) -> Telephone:
        return self.telephones.person(number)

    def kill_switch(self) -> None:
        self.switch.kill()

    def start_switch(self, timeout: float = 30.0) -> None:
        self.switch.start(timeout)

    def freeze_switch(self) -> None:
        self.switch.freeze()

    def thaw_switch(self) -> None:
        self.switch.thaw()

    def cut_link(self) -> None:
        self.relay.cut()

    def blackhole_link(self) -> None:
        self.relay.blackhole()

    def mend_link(self) -> None:
        self.relay.mend()

    def legs(self) -> int:
        return self.switch.legs()

    def close(self) -> None:
        self.relay.cut()
        self.telephones.stop()
        self.switch.stop()
        self.ports.release()
