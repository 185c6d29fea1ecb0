"""Audio files as people really bring them, and as somebody might who means harm; all made here.

`UGLY`: name of the file → how it is made. The expectation stands in test_ugly_files.py. `python -m tests.audio.ugly
FOLDER` makes them all: in a process of its own, so that it disturbs no loop that is being measured.
"""

from __future__ import annotations

import math
import random
import struct
import subprocess
import sys
from array import array
from collections.abc import Callable
from pathlib import Path

RATE = 16_000


def ffmpeg(*arguments: str) -> None:
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments]
    subprocess.run(command, check=True, timeout=120, capture_output=True)


def speech(seconds: float = 3.0, rate: int = RATE, level: float = 0.25) -> list[float]:
    """A hum with syllables, as loud as `level` of full scale."""
    return [
        level
        * math.sin(2 * math.pi * 220 * n / rate)
        * (0.35 + 0.65 * abs(math.sin(2 * math.pi * 2.5 * n / rate)))
        for n in range(int(seconds * rate))
    ]


def riff(fmt: bytes, data: bytes, before: bytes = b"", claimed: int | None = None) -> bytes:
    body = b"WAVE" + before + b"fmt " + struct.pack("<I", len(fmt)) + fmt
    body += b"data" + struct.pack("<I", len(data) if claimed is None else claimed) + data
    return b"RIFF" + struct.pack("<I", min(len(body), 0xFFFFFFFF)) + body


def form(tag: int, channels: int, rate: int, bits: int) -> bytes:
    block = channels * bits // 8
    return struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, bits)


def pcm(values: list[float]) -> bytes:
    return array("h", [max(-32768, min(32767, round(v * 32767))) for v in values]).tobytes()


def plain(path: Path, values: list[float] | None = None, channels: int = 1, rate: int = RATE) -> None:
    path.write_bytes(
        riff(form(1, channels, rate, 16), pcm(values if values is not None else speech(rate=rate)))
    )


def encoded(*arguments: str, seconds: float = 3.0) -> Callable[[Path], None]:
    """Speech through an encoder of ffmpeg."""

    def make(path: Path) -> None:
        source = path.with_name(f"source-of-{path.name}.wav")
        plain(source, speech(seconds))
        ffmpeg("-i", str(source), *arguments, str(path))
        source.unlink()

    return make


def interleaved(*channels: list[float]) -> list[float]:
    return [value for frame in zip(*channels, strict=True) for value in frame]


def truncated(path: Path) -> None:
    encoded("-c:a", "libmp3lame", "-b:a", "64k")(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10 + 7])


def truncated_wav(path: Path) -> None:
    data = pcm(speech())
    path.write_bytes(riff(form(1, 1, RATE, 16), data[: len(data) // 2 + 1], claimed=len(data)))


def deep(path: Path) -> None:
    """96 kHz, 24 bit."""
    encoded("-ar", "96000", "-c:a", "pcm_s24le")(path)


def one_side(path: Path) -> None:
    voice = speech()
    plain(path, interleaved([0.0] * len(voice), voice), channels=2)


def against_each_other(path: Path) -> None:
    voice = speech()
    plain(path, interleaved(voice, [-v for v in voice]), channels=2)


def five_hours(path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", "18000", "-c:a", "flac", str(path))


def five_hours_untold(path: Path) -> None:
    """A stream of AAC without any word on its length: some seconds of it, again and again."""
    part = path.with_suffix(".part.aac")
    encoded("-ar", "8000", "-b:a", "16k", "-c:a", "aac", "-f", "adts", seconds=20.0)(part)
    once = part.read_bytes()
    path.write_bytes(once * 70)  # more than 20 minutes
    part.unlink()


def video(path: Path) -> None:
    ffmpeg(
        *("-f", "lavfi", "-i", "testsrc=s=160x120:r=10:d=3", "-f", "lavfi", "-i", "sine=440:d=3"),
        *("-c:v", "mpeg4", "-c:a", "aac", "-shortest", str(path)),
    )


def silent_video(path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=160x120:r=10:d=3", "-c:v", "mpeg4", str(path))


def text(path: Path) -> None:
    path.write_text("Bonjour, ceci n’est pas un fichier audio.\n" * 200, encoding="utf-8")


def silence(path: Path) -> None:
    plain(path, [0.0] * RATE * 3)


def clipped(path: Path) -> None:
    plain(path, [max(-1.0, min(1.0, v * 12)) for v in speech()])


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def hostile_id3(path: Path) -> None:
    encoded(
        *("-c:a", "libmp3lame", "-id3v2_version", "3", "-metadata", 'title=<script>alert("x")</script>'),
        *("-metadata", "artist=$(touch /tmp/owned)"),
    )(path)


def playlist(path: Path) -> None:
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")


def network(path: Path) -> None:
    """What begins like a known container and then refers elsewhere."""
    path.write_text("[playlist]\nFile1=http://127.0.0.1:9/never.mp3\nNumberOfEntries=1\n")


def concat(path: Path) -> None:
    path.write_text("ffconcat version 1.0\nfile /etc/passwd\nfile 'http://127.0.0.1:9/x'\n")


def session_description(path: Path) -> None:
    path.write_text(
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 5004 RTP/AVP 0\r\n"
    )


def huge_header(path: Path) -> None:
    """Sizes of four gigabytes, and a chunk before the sound that claims to be larger than the file."""
    junk = b"JUNK" + struct.pack("<I", 0xFFFFFFF0) + b"x" * 100
    path.write_bytes(riff(form(1, 1, RATE, 16), pcm(speech()), before=junk, claimed=0xFFFFFFFF))


def boasting_header(path: Path) -> None:
    """The sound is there; its size is said to be four gigabytes."""
    path.write_bytes(riff(form(1, 1, RATE, 16), pcm(speech()), claimed=0xFFFFFFF0))


def impossible(path: Path) -> None:
    """Floats that are no numbers, infinities, and what lies far beyond full scale."""
    values = speech()
    for n in range(0, len(values), 997):
        values[n] = (math.nan, math.inf, -math.inf)[n % 3]
    path.write_bytes(riff(form(3, 1, RATE, 32), array("f", values).tobytes()))


def only_impossible(path: Path) -> None:
    path.write_bytes(riff(form(3, 1, RATE, 32), array("f", [math.nan] * RATE).tobytes()))


def eight_channels(path: Path) -> None:
    voice, rest = speech(), [0.0] * (3 * RATE)
    plain(path, interleaved(rest, rest, rest, rest, rest, voice, rest, rest), channels=8)


def no_channel(path: Path) -> None:
    path.write_bytes(riff(form(1, 0, RATE, 16), pcm(speech(0.5))))


def rate_of_nothing(path: Path) -> None:
    path.write_bytes(riff(form(1, 1, 0, 16), pcm(speech(0.5))))


def noise_as_mp3(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(200_000))


def quiet(path: Path) -> None:
    plain(path, speech(level=0.002))


def with_long_silence(path: Path) -> None:
    plain(path, [0.0] * RATE * 8 + speech() + [0.0] * RATE * 5)


def click(path: Path) -> None:
    plain(path, speech(0.02))


def bomb(path: Path) -> None:
    """A few megabytes that become hours, and nothing in them says so before they are decoded."""
    command = "ffmpeg -v error -f lavfi -i anullsrc=r=8000:cl=mono -t 15000 -c:a flac -f flac pipe:1"
    path.write_bytes(subprocess.run(command.split(), check=True, timeout=120, capture_output=True).stdout)


def amr(path: Path) -> None:
    """AMR-NB at 12.2 kbit/s (RFC 4867, 5.3), each frame with random parameters: no encoder is at hand everywhere."""
    dice = random.Random(2)
    path.write_bytes(b"#!AMR\n" + b"".join(b"\x3c" + dice.randbytes(31) for _ in range(150)))


def with_cover(path: Path) -> None:
    """The picture of an album, as music shops put it in."""
    picture, sound = path.with_name("cover.jpg"), path.with_name("cover-sound.mp3")
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x64", "-frames:v", "1", str(picture))
    encoded("-c:a", "libmp3lame")(sound)
    ffmpeg(
        *("-i", str(sound), "-i", str(picture), "-map", "0:a", "-map", "1:v", "-c", "copy"),
        *("-id3v2_version", "3", "-disposition:v", "attached_pic", str(path)),
    )
    picture.unlink()
    sound.unlink()


UGLY: dict[str, Callable[[Path], None]] = {
    "truncated.mp3": truncated,
    "truncated.wav": truncated_wav,
    "deep.wav": deep,
    "one side.wav": one_side,
    "against each other.wav": against_each_other,
    "five hours.flac": five_hours,
    "five hours untold.aac": five_hours_untold,
    "video.mp4": video,
    "silent video.mp4": silent_video,
    "text.wav": text,
    "silence.wav": silence,
    "clipped.wav": clipped,
    "nothing.wav": nothing,
    "id3 with script.mp3": hostile_id3,
    "playlist.m3u8": playlist,
    "network.mp3": network,
    "concat.wav": concat,
    "session.wav": session_description,
    "huge header.wav": huge_header,
    "boasting header.wav": boasting_header,
    "impossible values.wav": impossible,
    "only impossible values.wav": only_impossible,
    "eight channels.wav": eight_channels,
    "no channel.wav": no_channel,
    "no rate.wav": rate_of_nothing,
    "noise.mp3": noise_as_mp3,
    "quiet.wav": quiet,
    "long silence.wav": with_long_silence,
    "click.wav": click,
    "bomb.flac": bomb,
    "plain.mp3": encoded("-c:a", "libmp3lame", "-ar", "44100"),
    "plain.ogg": encoded("-c:a", "libvorbis", "-ac", "2"),
    "plain.opus": encoded("-c:a", "libopus"),
    "plain.flac": encoded("-c:a", "flac"),
    "plain.m4a": encoded("-c:a", "aac"),
    "plain.aiff": encoded("-c:a", "pcm_s16be"),
    "plain.wma": encoded("-c:a", "wmav2"),
    "plain.au": encoded("-c:a", "pcm_mulaw", "-ar", "8000"),
    "plain.gsm": encoded("-c:a", "libgsm", "-ar", "8000", "-f", "gsm"),
    "gsm in a wav.wav": encoded("-c:a", "libgsm_ms", "-ar", "8000"),
    "plain.amr": amr,
    "with cover.mp3": with_cover,
    "browser.webm": encoded("-c:a", "libopus", "-f", "webm", "-live", "1"),
    "flac named.mp3": encoded("-c:a", "flac", "-f", "flac"),
    "slow.wav": encoded("-ar", "4000", "-c:a", "pcm_u8"),
}


if __name__ == "__main__":
    for name, make in UGLY.items():
        make(Path(sys.argv[1]) / name)
