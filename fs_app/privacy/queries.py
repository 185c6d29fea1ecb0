"""What pages ask about exports and erasures. Inside `Database.read`; plain values of one account come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fs_app.errors import NotFound
from fs_app.privacy.model import PersonJob

MOST = 100


@dataclass(frozen=True, slots=True)
class Job:
    """Times UTC ms. `why`: what it waits for or why it failed; `stays`: [{kind, rows, why}]."""

    id: int
    kind: str
    state: str
    label: str
    user_name: str
    created_at: int
    ended_at: int | None
    phase: str
    done: int
    total: int
    why: str
    file: str
    bytes: int
    expires_at: int | None
    downloads: int
    counts: Mapping[str, int] = field(default_factory=dict)
    stays: tuple[Mapping[str, Any], ...] = ()

    @property
    def open(self) -> bool:
        return self.state in ("NEW", "WAITING", "RUNNING")

    @property
    def percent(self) -> int:
        return min(100, 100 * self.done // self.total) if self.total else 0


def listing(account: int) -> list[Job]:
    """The newest first."""
    query = PersonJob.select().where(PersonJob.account == account).order_by(PersonJob.id.desc())
    return [_job(row) for row in query.limit(MOST)]


def one(account: int, job: int) -> Job:
    """Raises NotFound."""
    row = PersonJob.get_or_none((PersonJob.id == job) & (PersonJob.account == account))
    if row is None:
        raise NotFound(f"job {job}")
    return _job(row)


def downloaded(job: int) -> None:
    """Inside `Database.write`."""
    PersonJob.update(downloads=PersonJob.downloads + 1).where(PersonJob.id == job).execute()


def _job(row: Any) -> Job:
    return Job(
        row.id,
        row.kind,
        row.state,
        row.label,
        row.user_name,
        row.created_at,
        row.ended_at,
        row.phase,
        row.done,
        row.total,
        row.why,
        row.file,
        row.bytes,
        row.expires_at,
        row.downloads,
        row.counts or {},
        tuple(row.stays or ()),
    )
