"""Speak the prompts of sounds/catalogue.json with espeak-ng (Debian) into sounds/LANGUAGE/NAME.wav, 8 kHz mono, and
the pieces of fs_app/ivr/speech/ (numbers, days, currencies …) into sounds/LANGUAGE/numbers/ and sounds/LANGUAGE/say/.

`make_sounds.py NAME…` makes only these (`numbers`, `say` for the pieces). A developer runs this after changing the
texts; the files are kept in the repository.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from fs_app.ivr import speech

SOUNDS = Path(__file__).resolve().parents[1] / "sounds"
VOICES = {"fr": "fr-fr", "en": "en-gb", "es": "es"}
WORDS_PER_MINUTE = "150"

LOUD = "highpass=f=200,lowpass=f=3400,volume=%(gain)sdB,alimiter=limit=0.7:level=false"
"""The telephone's band, and a gain that is the same for all texts of a voice. (ffmpeg's loudnorm measures over three
seconds: it left prompts shorter than that 20 dB too quiet.)"""

SILENT_BELOW = "-45dB"
CUT = f"silenceremove=start_periods=1:start_threshold={SILENT_BELOW}:start_silence=0.02"
PROMPT = LOUD
PIECE = f"{CUT},areverse,{CUT},areverse,{LOUD},apad=pad_dur=0.03"
"""Pieces stand close together: without the silence around them."""

READ_AS = {("fr", "plus"): "plusse", ("fr", "pence"): "pènsse"}
"""What the voice would say wrong when it reads it as it is written."""

GAIN = {"fr": 2.4, "en": 1.0, "es": 1.6}
"""What brings a voice from espeak-ng to the loudness of the prompts (-20 LUFS)."""


def speak(language: str, text: str, target: Path, sound: str) -> None:
    """Speech at 22 kHz, brought to the telephone's 8 kHz and an even loudness."""
    speech = subprocess.run(
        ["espeak-ng", "-v", VOICES[language], "-s", WORDS_PER_MINUTE, "--stdout", text],
        check=True,
        capture_output=True,
    ).stdout
    target.parent.mkdir(parents=True, exist_ok=True)
    convert = f"-af {sound % {'gain': GAIN[language]}} -ar 8000 -ac 1 -c:a pcm_s16le"
    command = f"ffmpeg -loglevel error -y -i pipe:0 {convert} -fflags +bitexact -flags +bitexact"
    subprocess.run([*command.split(), str(target)], input=speech, check=True)


def main() -> int:
    asked = sys.argv[1:]

    def wanted(name: str) -> bool:
        return not asked or name in asked or name.partition("/")[0] in asked

    catalogue = json.loads((SOUNDS / "catalogue.json").read_text(encoding="utf-8"))
    for name, texts in catalogue.items():
        for language, text in texts.items() if wanted(name) else ():
            speak(language, text, SOUNDS / language / f"{name}.wav", PROMPT)
            print(f"{language}/{name}.wav")
    for language, grammar in speech.LANGUAGES.items():
        for name, text in grammar.PIECES.items():
            if wanted(name):
                read = READ_AS.get((language, text), text)
                speak(language, read, SOUNDS / language / f"{name}.wav", PIECE)
                print(f"{language}/{name}.wav")
    return 0


if __name__ == "__main__":
    sys.exit(main())
