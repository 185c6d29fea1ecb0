"""Who hears whom: computed from how the legs are connected, for parties' ears and for recordings."""

from __future__ import annotations

import re

from fs_app.sim.channel import Channel

_TONES = re.compile(r"%\(\s*\d+\s*,\s*\d+\s*,\s*([\d.,]+)\)")


def says(ch: Channel) -> int:
    """The tone (Hz) that comes from the party on this leg; 0 when silent, held or muted."""
    party = ch.party
    if party is None or not party.speaking or "read" in ch.muted or not ch.up or not ch.answered:
        return 0
    return int(party.tone_hz)


def hears(ch: Channel) -> tuple[dict[int, float], bool]:
    """Tones (Hz → share of the energy) and whether some other sound is heard on this leg."""
    if not ch.up or not ch.media or "write" in ch.muted:
        return {}, False
    sounds = [ch.displaced, ch.sound if ch.partner is None else ""]
    sources: list[Channel] = []
    if ch.partner is not None:
        sources.append(ch.partner)
    if ch.room:
        sources += [other for other in ch.core.rooms.get(ch.room, []) if other is not ch]
    target = ch.listened
    if target is not None and target.up:
        sources.append(target)
        if target.partner is not None:
            sources.append(target.partner)
        sounds.append(target.sound if target.partner is None else "")
    for spy in ch.core.spies():
        heard_by_target = spy.listened is ch and spy.listen_mode in ("2", "3")
        heard_by_partner = (
            ch.partner is not None and spy.listened is ch.partner and spy.listen_mode in ("1", "3")
        )
        if heard_by_target or heard_by_partner:
            sources.append(spy)
    tones = {hz for source in sources if (hz := says(source))}
    sounds = [sound for sound in sounds if sound and not sound.startswith("silence_stream://")]
    for sound in sounds:
        tones.update(_tones_of(sound))
    share = 1.0 / len(tones) if tones else 0.0
    return dict.fromkeys(sorted(tones), share), bool(sounds)


def _tones_of(sound: str) -> list[int]:
    """The frequencies of a tone_stream, none for other sounds."""
    return [round(float(hz)) for part in _TONES.findall(sound) for hz in part.split(",")]


def recorded(ch: Channel) -> tuple[int, int]:
    """Left and right of a stereo recording of this leg: what it says, and what it hears (one tone)."""
    tones, sound = hears(ch)
    return says(ch), next(iter(tones), 440 if sound else 0)
