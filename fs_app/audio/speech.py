"""Text to speech, with whatever engine the machine has. Runs in a child process; finding engines does not."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fs_app.audio.words import Refusal

ESPEAK, PIPER = "espeak-ng", "piper"
SPEAK_S = 120
LONGEST_TEXT = 3000
WORDS_PER_MINUTE = "150"

ESPEAK_VOICES = {"fr": "fr-fr", "en": "en-gb", "es": "es"}


@dataclass(frozen=True, slots=True)
class Voice:
    """`name` is what the engine is told; `label` what people choose."""

    engine: str
    name: str
    language: str

    @property
    def value(self) -> str:
        return f"{self.engine}/{self.name}"

    @property
    def label(self) -> str:
        return f"{self.engine} · {self.name.removesuffix('.onnx')}"


def voices(folder: Path | None) -> list[Voice]:
    """Those of this machine, the better ones first. Looks at the disk: in a thread."""
    found = []
    if folder is not None and shutil.which(PIPER):
        for path in sorted(folder.glob("*.onnx")):
            found.append(Voice(PIPER, path.name, path.name[:2].lower()))
    if shutil.which(ESPEAK):
        found += [Voice(ESPEAK, name, language) for language, name in ESPEAK_VOICES.items()]
    return found


def programs() -> dict[str, str]:
    """name → path of the programs that conversion and speech use and that there are."""
    known = ("ffmpeg", "ffprobe", ESPEAK, PIPER)
    return {name: path for name in known if (path := shutil.which(name))}


def speak(engine: str, voice: str, text: str, target: Path, there: Mapping[str, str]) -> None:
    """Say it into a WAV file. The text goes by the standard input: it is never part of a command. Raises Refusal."""
    program = there.get(engine)
    if program is None:
        raise Refusal("no_engine", engine=engine)
    if not text.strip():
        raise Refusal("no_text")
    if engine == ESPEAK:
        command = [program, "-v", voice, "-s", WORDS_PER_MINUTE, "--stdin", "-w", str(target)]
    else:
        command = [program, "--model", voice, "--output_file", str(target)]
    try:
        ended = subprocess.run(
            command,
            input=" ".join(text[:LONGEST_TEXT].split()).encode(),
            capture_output=True,
            timeout=SPEAK_S,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise Refusal("not_spoken", engine=engine) from error
    if ended.returncode != 0 or not target.exists() or target.stat().st_size == 0:
        raise Refusal("not_spoken", engine=engine)
