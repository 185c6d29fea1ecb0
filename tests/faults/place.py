"""The outside of a run: a switch and its people, and a wire of our own between the switch and the program."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.ports import PortBlock
from tests.support.rawesl import RawEsl
from tests.support.relay import Relay
from tests.support.world import Caller, Phone, World

SETTINGS = {
    "FS_APP_MUSIC": "tone_stream://%(1000,0,150);loops=-1",
    "FS_APP_AWAY_MUSIC_S": "2",
    "FS_APP_GUARD_S": "1",
    "FS_APP_MEDIA_TIMEOUT_S": "4",
    "FS_APP_MEDIA_HOLD_TIMEOUT_S": "20",
}


@dataclass(frozen=True, slots=True)
class Look:
    """Of one person: his telephone's state, why his last call ended, whether he hears anything."""

    state: str
    cause: str
    sound: bool


class Place:
    """`world` for people and the switch's life; `relay` for the link; `esl()` past it."""

    def __init__(self, switch: str, seed: int) -> None:
        self.name = switch
        self.relay: Relay
        self._ports: PortBlock | None = None
        if switch == "real":
            from tests.support.real_world import RealWorld

            real = RealWorld(SETTINGS)
            self.world: World = real
            self.relay = real.relay
            self._address = ("127.0.0.1", real.switch.esl_port, real.switch.password)
            self.switch_url = real.switch_url
        else:
            from fs_app.sim.world import SimWorld

            sim = SimWorld(SETTINGS, seed=seed)
            self.world = sim  # type: ignore[assignment]
            self._ports = PortBlock()
            self.relay = Relay(self._ports[0], ("127.0.0.1", sim.port))
            self._address = ("127.0.0.1", sim.port, sim.password)
            self.switch_url = f"esl://:{sim.password}@127.0.0.1:{self._ports[0]}"

    # What a Program needs of its world:
    @property
    def outbound_port(self) -> int:
        return self.world.outbound_port

    @property
    def directory_url(self) -> str:
        return self.world.directory_url

    @property
    def cdr_folder(self) -> str:
        return self.world.cdr_folder

    def esl(self) -> RawEsl:
        host, port, password = self._address
        return RawEsl(host, port, password, timeout=5.0)

    def cdrs(self) -> list[Path]:
        """The switch's files, wherever the program has put them."""
        spool = Path(self.cdr_folder)
        return [
            path
            for folder in (spool, spool / "done", spool / "bad")
            for path in sorted(folder.glob("*.cdr.xml"))
        ]

    def look(self, parties: Iterable[Any]) -> dict[str, Look]:
        """What many people see and hear at once, by `name_of`."""
        parties = list(parties)
        control = getattr(self.world, "control", None)
        if control is None:
            return {
                name_of(p): Look(str(p.state), p.cause, p.state == "talking" and p.sound()) for p in parties
            }
        asked = control.ask(do="crowd", parties=[p.id for p in parties])["crowd"]
        return {p.id: Look(*asked.get(p.id, ("ended", "gone", False))) for p in parties}

    def close(self) -> None:
        self.relay.cut()
        self.world.close()
        if self._ports is not None:
            self._ports.release()


def name_of(party: Caller | Phone | Any) -> str:
    return str(getattr(party, "id", "") or id(party))


def nice(by: int) -> None:
    """Whatever else runs here goes first."""
    os.nice(by)
