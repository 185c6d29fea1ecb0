"""The machine: processors, memory, limits, tools, time zones, ports, permissions of files."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import stat
import sys
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psutil

from fs_app.doctor.installation import FileSeen, MachineSeen

TOOLS = ("ffmpeg", "ffprobe", "espeak-ng")


def look(zones: Iterable[str]) -> MachineSeen:
    memory = psutil.virtual_memory()
    return MachineSeen(
        processors=len(os.sched_getaffinity(0)),
        load=os.getloadavg()[1],
        memory_free=memory.available / memory.total,
        most_files=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        python=(sys.version_info.major, sys.version_info.minor),
        tools={name: path for name in TOOLS if (path := shutil.which(name))},
        zones={name: _known(name) for name in zones},
        ephemeral=_ephemeral(),
        addresses=_addresses(),
        listening=_listening(),
    )


def _known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _ephemeral() -> tuple[int, int] | None:
    try:
        first, last = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
        return int(first), int(last)
    except (OSError, ValueError):
        return None


def _addresses() -> frozenset[str]:
    kinds = (socket.AF_INET, socket.AF_INET6)
    return frozenset(
        a.address for found in psutil.net_if_addrs().values() for a in found if a.family in kinds
    )


def _listening() -> frozenset[tuple[str, int]] | None:
    """(address, port) of every TCP listener; None when the system does not say."""
    try:
        found = psutil.net_connections("tcp")
    except (psutil.Error, OSError, RuntimeError):
        return None
    return frozenset((c.laddr.ip, c.laddr.port) for c in found if c.status == psutil.CONN_LISTEN)


# --- files --------------------------------------------------------------------------------------------------
def look_at(path: Path, uid: int | None = None, groups: frozenset[int] = frozenset()) -> FileSeen:
    """A file or folder; `uid` and `groups` are the switch's, when they are known. Nothing is written."""
    try:
        found = path.stat()
    except OSError:
        return FileSeen(path)
    free, free_files = _room(path)
    folder = stat.S_ISDIR(found.st_mode)
    return FileSeen(
        path=path,
        mode=stat.S_IMODE(found.st_mode),
        uid=found.st_uid,
        gid=found.st_gid,
        free=free,
        free_files=free_files,
        ours=os.access(path, (os.W_OK | os.X_OK | os.R_OK) if folder else os.R_OK),
        switch_reads=None if uid is None else may(path, uid, groups, 5 if folder else 4),
        switch_writes=None if uid is None else may(path, uid, groups, 3 if folder else 2),
    )


def may(path: Path, uid: int, groups: frozenset[int], wanted: int) -> bool:
    """Whether this user has the rights `wanted` (4 read, 2 write, 1 enter) there, and gets there, by the bits alone."""
    if uid == 0:
        return True
    try:
        return _allowed(path, uid, groups, wanted) and all(
            _allowed(parent, uid, groups, 1) for parent in path.resolve().parents
        )
    except OSError:
        return False


def _allowed(path: Path, uid: int, groups: frozenset[int], wanted: int) -> bool:
    found = path.stat()
    bits = found.st_mode & 7
    if found.st_uid == uid:
        bits = found.st_mode >> 6 & 7
    elif found.st_gid in groups:
        bits = found.st_mode >> 3 & 7
    return bits & wanted == wanted


def _room(path: Path) -> tuple[int | None, int | None]:
    try:
        found = os.statvfs(path)
    except OSError:
        return None, None
    return found.f_bavail * found.f_frsize, found.f_favail if found.f_files else None
