"""Compose the hold music that comes with the program: sounds/music/8000/serene.wav and sounds/music/16000/serene.wav.

Everything is made here: the harmony, the melody and the tones, so the music belongs to this repository and goes under
its licence; there is nobody else's right in it. A developer runs this after changing it (`make music`); the files are
kept in the repository.

Sixteen bars of four slow beats in D major, about 70 seconds, that close where they began. A telephone carries 300 to
3400 Hz and codecs dislike bass, noise and dense chords: so plucked tones with few partials, one soft pad, nothing below
130 Hz.
"""

from __future__ import annotations

import array
import math
import random
import subprocess
import wave
from pathlib import Path

OUT = Path(__file__).resolve().parents[1] / "sounds" / "music"
NAME = "serene"
RATE = 16_000
RATES = (16_000, 8_000)
BEAT_S = 60 / 55
BARS = 16
BEATS = 4
SEED = 7

LOUDNESS = "loudnorm=I=-24:TP=-4:LRA=7"
"""As the library levels music: it waits behind what is said."""

CHORDS = ("D", "A", "Bm", "G", "D", "A", "G", "A", "Bm", "F#m", "G", "D", "Em", "A", "G", "D")
NOTES = {
    "D": (50, 57, 62, 66),
    "A": (49, 57, 61, 64),
    "Bm": (50, 59, 62, 66),
    "G": (50, 55, 59, 67),
    "F#m": (49, 54, 61, 66),
    "Em": (52, 55, 59, 67),
}
"""MIDI numbers, lowest first, close to each other so that the voices lead."""

SCALE = (62, 64, 66, 67, 69, 71, 73, 74, 76, 78, 79, 81)
PARTIALS = ((1.0, 1.0), (2.0, 0.42), (3.0, 0.16), (4.0, 0.07), (5.0, 0.03))

Track = list[float]


def hz(note: float) -> float:
    return 440.0 * 2 ** ((note - 69) / 12)


def pluck(track: Track, at_s: float, note: int, level: float, ring_s: float = 2.6) -> None:
    """A string or bell: partials that fade the faster the higher they are."""
    begin, length = int(at_s * RATE), int(ring_s * RATE)
    for factor, share in PARTIALS:
        pitch = hz(note) * factor
        if pitch > 3600:
            continue
        step, fade = 2 * math.pi * pitch / RATE, 2.2 * factor**0.6 / ring_s
        for n in range(length):
            attack = min(1.0, n / (0.006 * RATE))
            end = min(1.0, (length - n) / (0.05 * RATE))
            track[(begin + n) % len(track)] += (
                level * share * attack * end * math.exp(-fade * n / RATE * 1.6) * math.sin(step * n)
            )


def pad(track: Track, at_s: float, length_s: float, notes: tuple[int, ...], level: float) -> None:
    """A soft chord that swells and goes, over the end of the bar into the next."""
    begin, length = int(at_s * RATE), int(length_s * 1.35 * RATE)
    for number, note in enumerate(notes):
        step = 2 * math.pi * hz(note) / RATE
        drift = 2 * math.pi * (0.11 + 0.03 * number)
        for n in range(length):
            shape = math.sin(math.pi * n / length) ** 2
            tremble = 1 + 0.12 * math.sin(drift * n / RATE)
            value = math.sin(step * n) + 0.22 * math.sin(2 * step * n)
            track[(begin + n) % len(track)] += level * shape * tremble * value


def melody(dice: random.Random) -> list[tuple[float, int]]:
    """(beat, note): steps and small leaps around the chord, with rests; the last bars come home."""
    line, place = [], 4
    for bar, name in enumerate(CHORDS):
        tones = {note % 12 for note in NOTES[name]}
        rhythm = dice.choice(((0, 1.5, 3), (0, 2), (0, 1, 2.5), (0.5, 2), (0, 3)))
        for beat in rhythm if bar < BARS - 1 else (0, 2):
            place = max(1, min(len(SCALE) - 2, place + dice.choice((-2, -1, -1, 0, 1, 1, 2))))
            strong = beat == int(beat) and int(beat) % 2 == 0
            near = sorted(range(len(SCALE)), key=lambda i: (abs(i - place), i))
            if strong:
                place = next(i for i in near if SCALE[i] % 12 in tones)
            line.append((bar * BEATS + beat, SCALE[place]))
    return [*line[:-1], (BARS * BEATS - 2, 74)]


def echo(track: Track, seconds: float, share: float, times: int = 3) -> Track:
    """Of a room; it goes round the end, like the music."""
    gap, wet = int(seconds * RATE), list(track)
    for k in range(1, times + 1):
        level = share**k
        for n in range(len(track)):
            wet[(n + k * gap) % len(track)] += level * track[n]
    return wet


def compose() -> Track:
    dice = random.Random(SEED)
    bar_s = BEAT_S * BEATS
    whole = [0.0] * int(BARS * bar_s * RATE)
    for bar, name in enumerate(CHORDS):
        notes, at = NOTES[name], bar * bar_s
        pad(whole, at, bar_s, notes[1:], 0.05)
        order = (0, 1, 2, 3, 2, 1) if bar % 4 != 3 else (0, 2, 1, 3, 2, 3)
        for k, index in enumerate(order):
            level = 0.17 if k == 0 else 0.10 + dice.uniform(-0.015, 0.015)
            pluck(whole, at + k * bar_s / len(order), notes[index], level, 3.0)
    for beat, note in melody(dice):
        pluck(whole, beat * BEAT_S + dice.uniform(0, 0.012), note, 0.20, 3.4)
    return echo(whole, 0.31, 0.28)


def write(path: Path, track: Track) -> None:
    top = max(abs(value) for value in track)
    samples = array.array("h", (round(value / top * 26_000) for value in track))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def main() -> int:
    raw = OUT / "raw.wav"
    OUT.mkdir(parents=True, exist_ok=True)
    write(raw, compose())
    for rate in RATES:
        target = OUT / str(rate) / f"{NAME}.wav"
        target.parent.mkdir(exist_ok=True)
        convert = f"-af {LOUDNESS},afade=t=in:d=0.02 -ar {rate} -ac 1 -c:a pcm_s16le -fflags +bitexact -flags +bitexact"
        command = ["ffmpeg", "-loglevel", "error", "-y", "-i", str(raw), *convert.split(), str(target)]
        subprocess.run(command, check=True)
        print(target.relative_to(OUT.parent))
    raw.unlink()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
