"""What a tab of the queue's form is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fs_app.admin.queue_parts import Part


def _nothing(account: int) -> None:
    return None


def _as_it_is(offered: Any) -> Any:
    return offered


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab, in a file of its own beside this one, listed in `TABS`.

    - `name` is also its place in the address (`#overflow`), its text (`queues.tab.overflow`) and its template
      (`admin/queue/overflow.html`, included in a section of the one form).
    - `fields` are the names of its inputs. A problem with one of them, or with one that begins so (`need` →
      `need-3-level`), marks the tab.
    - `part` reads and writes its value; None: the basic settings, `admin.queues.QueueForm`.
    - `typed()` makes the value of what stands in the request. A tab that the form did not send is left as it is.
    - `offered(account)`, inside `Database.read` (another thread, no request): what it can choose from.
    - `shown(offered)`, in the request: the same in the reader's words and zone.

    The template gets `form` (the value), `offered`, `problems`, `files` (names of sounds) and `stored` (None: new).
    """

    name: str
    fields: tuple[str, ...]
    part: Part[Any] | None = None
    typed: Callable[[], Any] | None = None
    offered: Callable[[int], Any] = _nothing
    shown: Callable[[Any], Any] = _as_it_is

    def has(self, field: str) -> bool:
        return any(field == own or field.startswith(own + "-") for own in self.fields)
