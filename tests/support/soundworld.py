"""A library to look at: a prompt in two languages that queues use, one with remarks, music, a list, one in the bin."""

from __future__ import annotations

import array
import math
import wave
from pathlib import Path

from fs_app.audio.model import MusicList, MusicListItem, Sound, SoundFile
from fs_app.audio.paths import RATES, file_under
from fs_app.queues.model import Queue

HOSTILE = '<script>alert("x")</script>.mp3'


def populate(account: int, queue: int, now: int) -> None:
    """Inside `db.write`; the files are those of `write_files`."""
    welcome = _sound(account, "Bienvenue", "prompt", now, "Bonjour et bienvenue chez Démonstration.")
    _file(account, welcome, "fr", 4200, now, original_name="bienvenue.mp3", original="MP3 · 44.1 kHz · 2")
    _file(account, welcome, "en", 3900, now, source="speech", text="Welcome.", voice="en-gb")
    _file(account, welcome, "fr", 5100, now, source="phone", replaced_at=now - 86_400_000)
    summer = _sound(account, "Fermeture d’été", "prompt", now, "")
    _file(
        account,
        summer,
        "fr",
        9000,
        now,
        original_name=HOSTILE,
        remarks=["clipped", "cut_off"],
        loudness=-19.4,
    )
    calm = _sound(account, "Calme", "music", now, "")
    _file(account, calm, "", 20_000, now, original_name="calme.flac", original="FLAC · 48 kHz · 2 × 24 bit")
    _sound(account, "À enregistrer", "prompt", now, "")
    old = _sound(account, "Ancien accueil", "prompt", now, "")
    Sound.update(deleted_at=now - 3_600_000).where(Sound.id == old).execute()
    chosen = MusicList.create(account=account, name="Attente du soir", shuffled=True, created_at=now)
    MusicListItem.create(account=account, list=chosen, sound=calm, position=0)
    Queue.update(greeting=f"sound:{welcome}", music=f"list:{chosen.id}").where(Queue.id == queue).execute()


def _sound(account: int, name: str, kind: str, now: int, note: str) -> int:
    made: int = Sound.create(
        account=account, name=name, kind=kind, note=note, created_at=now, changed_at=now
    ).id
    return made


def _file(account: int, sound: int, language: str, ms: int, now: int, **more: object) -> None:
    values = {"loudness": -20.1, "bytes": ms * 48, "created_by": "Ahmed Lefèvre", **more}
    path = f"{account}/{sound}/{language or 'any'}{'-before' if 'replaced_at' in more else ''}.wav"
    SoundFile.create(
        account=account, sound=sound, language=language, path=path, duration_ms=ms, created_at=now, **values
    )


def write_files(root: Path) -> None:
    """Each file that the database names, as a hum of its length (inside `db.read`)."""
    for row in SoundFile.select():
        for rate in RATES:
            write_hum(file_under(root, row.path, rate), row.duration_ms / 1000, rate)


def write_hum(path: Path, seconds: float, rate: int, hz: int = 220) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    second = array.array(
        "h",
        (
            round(9000 * abs(math.sin(n / rate * 9)) * math.sin(2 * math.pi * hz * n / rate))
            for n in range(rate)
        ),
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((second.tobytes() * (int(seconds) + 1))[: int(seconds * rate) * 2])
