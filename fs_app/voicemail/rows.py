"""Journal entries to rows of messages (inside the projection's transaction)."""

from __future__ import annotations

from collections.abc import Callable

from fs_app.journal import Entry
from fs_app.voicemail.model import Voicemail
from fs_app.voicemail.state import HEARD, NEW, RECORDING


def begun(e: Entry) -> None:
    """Somebody begins to speak: a message that nobody sees yet."""
    d = e.data
    if d.get("rule") != "voicemail":
        return
    Voicemail.insert(
        id=d["recording"],
        account=e.account,
        box=d.get("box"),
        queue=d.get("queue"),
        call=e.call,
        recording=d["recording"],
        number=str(d.get("number", ""))[:64],
        name=str(d.get("name", ""))[:200],
        left_at=e.at,
        state=RECORDING,
        changed_at=e.at,
    ).on_conflict_ignore().execute()


def left(e: Entry) -> str:
    """He has said it. Returns the message that is new, or '' when this was none, or was known."""
    name, ms = e.data["recording"], int(e.data.get("duration_ms", 0) or 0)
    new = (
        Voicemail.update(state=NEW, duration_ms=ms, changed_at=e.at)
        .where(Voicemail.id == name, Voicemail.state == RECORDING)
        .execute()
    )
    if not new:  # the switch's own word comes after ours, and knows better
        Voicemail.update(duration_ms=ms).where(Voicemail.id == name, Voicemail.duration_ms < ms).execute()
    return name if new else ""


def heard(e: Entry) -> None:
    Voicemail.update(state=HEARD, heard_at=e.at, heard_by=e.data["by"], changed_at=e.at).where(
        Voicemail.id == e.data["voicemail"], Voicemail.account == e.account
    ).execute()


def unheard(e: Entry) -> None:
    Voicemail.update(state=NEW, heard_at=None, heard_by="", changed_at=e.at).where(
        Voicemail.id == e.data["voicemail"], Voicemail.account == e.account
    ).execute()


HANDLERS: dict[str, Callable[[Entry], None]] = {
    "voicemail.heard": heard,
    "voicemail.unheard": unheard,
}
