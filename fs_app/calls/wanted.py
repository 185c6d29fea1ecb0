"""What an agent's call is to be. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from fs_app.infos import QueueInfo

DIRECTION = "outbound"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is called (`number`: E.164, or a short one that the account allows), for which queue, by whom. `shown` is
    the caller's number for him (empty: what the trunk says), `withheld`: none. `record`: of a call list, which it is
    for."""

    account: int
    agent: int
    number: str
    queue: QueueInfo
    shown: str = ""
    withheld: bool = False
    contact: int | None = None
    contact_name: str = ""
    record: int | None = None
