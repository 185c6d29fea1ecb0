"""Speak the prompts of sounds/catalogue.json with espeak-ng (Debian) into sounds/LANGUAGE/NAME.wav, 8 kHz mono, and
the numbers of fs_app/calls/spoken.py into sounds/LANGUAGE/numbers/.

`make_sounds.py NAME…` makes only these (`numbers` for the numbers). A developer runs this after changing the
catalogue; the files are kept in the repository.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from fs_app.calls.spoken import NUMBERS

SOUNDS = Path(__file__).resolve().parents[1] / "sounds"
VOICES = {"fr": "fr-fr", "en": "en-gb", "es": "es"}
WORDS_PER_MINUTE = "150"


def speak(language: str, text: str, target: Path) -> None:
    """One prompt: speech at 22 kHz, brought to the telephone's band and an even loudness."""
    speech = subprocess.run(
        ["espeak-ng", "-v", VOICES[language], "-s", WORDS_PER_MINUTE, "--stdout", text],
        check=True,
        capture_output=True,
    ).stdout
    target.parent.mkdir(parents=True, exist_ok=True)
    convert = "-af highpass=f=200,lowpass=f=3400,loudnorm=I=-20:TP=-3:LRA=7 -ar 8000 -ac 1 -c:a pcm_s16le"
    command = f"ffmpeg -loglevel error -y -i pipe:0 {convert} -fflags +bitexact -flags +bitexact"
    subprocess.run([*command.split(), str(target)], input=speech, check=True)


def main() -> int:
    asked = sys.argv[1:]
    catalogue = json.loads((SOUNDS / "catalogue.json").read_text(encoding="utf-8"))
    catalogue |= {f"numbers/{n}": dict.fromkeys(VOICES, str(n)) for n in NUMBERS}
    for name, texts in catalogue.items():
        if asked and name.partition("/")[0] not in asked:
            continue
        for language, text in texts.items():
            speak(language, text, SOUNDS / language / f"{name}.wav")
            print(f"{language}/{name}.wav")
    return 0


if __name__ == "__main__":
    sys.exit(main())
