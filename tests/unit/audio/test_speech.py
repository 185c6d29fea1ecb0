"""Which voices there are, and what an engine is given: never a text as part of a command."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fs_app.audio import speech
from fs_app.audio.speech import Voice
from fs_app.audio.words import Refusal

PIPER = """#!/bin/sh
# A stand-in for piper: it notes what it was told, and writes what it was given to say.
echo "$@" > "{folder}/told"
while [ "$1" != "--output_file" ]; do shift; done
cat > "$2"
"""


@pytest.fixture
def engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty PATH, and a folder on it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}")
    return folder


def program(folder: Path, name: str, text: str = "#!/bin/sh\n") -> Path:
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_without_an_engine_there_is_no_voice(engines: Path, tmp_path: Path) -> None:
    (tmp_path / "fr_FR-siwis-medium.onnx").touch()
    assert speech.voices(tmp_path) == []
    assert speech.programs() == {}


def test_voices_are_those_of_the_engines_that_there_are_the_better_ones_first(
    engines: Path, tmp_path: Path
) -> None:
    program(engines, "espeak-ng")
    assert [voice.value for voice in speech.voices(None)] == [
        "espeak-ng/fr-fr",
        "espeak-ng/en-gb",
        "espeak-ng/es",
    ]
    program(engines, "piper")
    (tmp_path / "es_ES-davefx-medium.onnx").touch()
    assert speech.voices(tmp_path)[0] == Voice("piper", "es_ES-davefx-medium.onnx", "es")
    assert speech.voices(tmp_path)[0].label == "piper · es_ES-davefx-medium"
    assert len(speech.voices(tmp_path / "nowhere")) == 3


def test_the_text_goes_by_the_standard_input(
    engines: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(engines, "piper", PIPER.format(folder=tmp_path))
    monkeypatch.setenv("PATH", f"{engines}{os.pathsep}/usr/bin{os.pathsep}/bin")
    said = "--output_file /etc/passwd\n; $(touch x) `id`"
    target = tmp_path / "out.wav"
    speech.speak("piper", "/voices/fr.onnx", said, target, {"piper": str(engines / "piper")})
    assert (tmp_path / "told").read_text().split() == [
        "--model",
        "/voices/fr.onnx",
        "--output_file",
        str(target),
    ]
    assert target.read_text() == "--output_file /etc/passwd ; $(touch x) `id`"


@pytest.mark.parametrize(("text", "reason"), [("  \n", "no_text"), ("Bonjour", "not_spoken")])
def test_an_engine_that_says_nothing_is_a_refusal(
    engines: Path, tmp_path: Path, text: str, reason: str
) -> None:
    path = program(engines, "espeak-ng", "#!/bin/sh\nexit 3\n")
    with pytest.raises(Refusal, match=reason):
        speech.speak("espeak-ng", "fr-fr", text, tmp_path / "out.wav", {"espeak-ng": str(path)})
