"""The number that is shown to who is called (numéro présenté): the queue's own, or one that it allows. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from fs_app.infos import Picture, QueueInfo
from fs_app.outgoing.settings import DEFAULT

WITHHELD = "withheld"
"""Instead of a number: none is shown."""


@dataclass(frozen=True, slots=True)
class CallerIds:
    """`first` is shown unless the agent chooses another of `allowed` (which has it, too); "" is what the trunk says."""

    first: str
    allowed: tuple[str, ...]
    withheld: bool

    def may(self, caller_id: str) -> bool:
        return caller_id in self.allowed or (caller_id == WITHHELD and self.withheld)


def of_queue(picture: Picture, queue: QueueInfo) -> CallerIds:
    """Only numbers of the account's own that are in use: another one is nobody's to show."""
    own = [did.number for did in picture.dids.values() if did.account == queue.account]
    leads_here = sorted(n for n in own if picture.dids[n].queue == queue.id)
    first = queue.caller_id if queue.caller_id in own else next(iter(leads_here), "")
    wanted = dict.fromkeys(n for n in (first, *queue.caller_ids) if n in own)
    settings = picture.outgoing.get(queue.account, DEFAULT)
    return CallerIds(first, tuple(wanted) or (first,), settings.withheld)
