"""What the system's page shows of the figures, in the reader's words (PW-10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import format_decimal, format_percent

from fs_app.system.figures import DiskFigures, System
from fs_app.web import text
from fs_app.web.i18n import t
from fs_app.web.text import clipped

KIB = 1024
LOW_DISK = 0.1
MANY_CDRS = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a card; `tone` is a colour of the pages, empty: none."""

    name: str
    value: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    name: str
    icon: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Disk:
    name: str
    folder: str
    free: str
    percent: int  # used
    tone: str


def cards(seen: System, state: Mapping[str, Any], figures: Mapping[str, Any]) -> list[Card]:
    """`state` is `Application.system_state()`, `figures` those of `health()`."""
    return [
        Card(t("status.card.engine"), "phone-call", tuple(_engine(seen, state))),
        Card(t("status.card.program"), "cpu", tuple(_program(seen, state, figures))),
        Card(t("status.card.data"), "database", tuple(_data(seen, state))),
    ]


def _engine(seen: System, state: Mapping[str, Any]) -> list[Row]:
    up = bool(state["link_up"])
    rows = [
        Row(
            t("status.engine.state"),
            t("status.engine.up")
            if up
            else t("status.engine.down", why=clipped(str(state["link_trouble"]), 120)),
            "green" if up else "red",
        )
    ]
    switch = seen.switch
    if switch is None:
        if up:
            rows.append(Row(t("status.engine.figures"), t("status.engine.silent"), "orange"))
        return rows
    rows += [
        Row(t("status.engine.version"), clipped(switch.version, 60)),
        Row(t("status.engine.uptime"), _time(switch.uptime_s)),
        Row(
            t("status.engine.legs"),
            t("status.engine.legs_of", legs=_number(switch.legs), most=_number(switch.legs_most)),
            "red" if switch.legs_most and switch.legs > 0.9 * switch.legs_most else "",
        ),
        Row(t("status.engine.peak"), _number(switch.legs_peak)),
        Row(
            t("status.engine.rate"),
            t(
                "status.engine.rate_of",
                rate=_number(switch.per_second),
                most=_number(switch.per_second_most),
                peak=_number(switch.per_second_peak),
            ),
        ),
        Row(t("status.engine.phones"), "–" if seen.phones is None else _number(seen.phones)),
        Row(t("status.engine.door"), _number(state["sessions"])),
    ]
    return rows


def _program(seen: System, state: Mapping[str, Any], figures: Mapping[str, Any]) -> list[Row]:
    process, lag = seen.process, float(figures.get("loop_lag_p99_ms", 0.0))
    return [
        Row(t("status.program.version"), str(state["version"])),
        Row(t("status.program.running"), _time((seen.at - state["started_at"]) // 1000)),
        Row(t("status.program.process"), str(process.pid)),
        Row(t("status.program.lag"), t("status.ms", ms=format_decimal(lag)), "red" if lag > 200 else ""),
        Row(
            t("status.program.processor"),
            t("status.program.processor_of", percent=_number(process.processor), load=_number(process.load),
              count=process.processors),
        ),
        Row(
            t("status.program.memory"),
            t("status.program.memory_of", used=size(process.memory), free=size(process.memory_free)),
        ),
        Row(
            t("status.program.files"),
            t("status.of", now=_number(process.files), most=_number(process.files_most)),
        ),
        Row(t("status.program.browsers"), _number(state["browsers"])),
    ]  # fmt: skip


def _data(seen: System, state: Mapping[str, Any]) -> list[Row]:
    held = int(state["journal_held"])
    rows = [Row(t("status.data.kind"), clipped(str(state["database"]), 60))]
    if seen.database_bytes is not None:
        rows.append(Row(t("status.data.size"), size(seen.database_bytes)))
    return [
        *rows,
        Row(t("status.data.position"), _number(state["position"])),
        Row(t("status.data.lag"), _number(state["lag"]), "orange" if state["lag"] > 1000 else ""),
        Row(t("status.data.journal"), size(seen.journal_bytes)),
        Row(t("status.data.held"), _number(held), "red" if held else ""),
        Row(
            t("status.data.spool"),
            t("status.data.spool_waiting", count=_number(seen.spool)),
            "orange" if seen.spool > MANY_CDRS else "",
        ),
    ]


def disks(seen: System) -> list[Disk]:
    return [_disk(one) for one in seen.disks]


def _disk(one: DiskFigures) -> Disk:
    name = t(f"status.disk.{one.what}")
    if one.free is None or not one.total:
        return Disk(name, one.folder, t("status.disk.unreadable"), 0, "red")
    left = one.free / one.total
    return Disk(
        name,
        one.folder,
        t("status.disk.free", size=size(one.free), percent=format_percent(left)),
        round(100 * (1 - left)),
        "red" if left < LOW_DISK / 2 else "orange" if left < LOW_DISK else "green",
    )


def size(number: int) -> str:
    """Bytes as people read them."""
    for unit, factor in (("gb", KIB**3), ("mb", KIB**2), ("kb", KIB)):
        if number >= factor:
            return t(f"status.size.{unit}", size=format_decimal(round(number / factor, 1)))
    return t("status.size.b", size=number)


def _number(value: float) -> str:
    return format_decimal(round(value, 1))


def _time(seconds: float) -> str:
    days, rest = divmod(max(0, int(seconds)), 86_400)
    clock = text.duration(rest * 1000)
    return t("status.days", days=days, clock=clock) if days else clock


__all__ = ["Card", "Disk", "Row", "cards", "disks", "size"]
