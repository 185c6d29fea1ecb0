"""From any file to what the telephone plays: 8 and 16 kHz, mono, 16 bit, all equally loud. Runs in a child process.

ffmpeg decodes and resamples, pydub looks at the sound: which channel holds it, silence at its ends, its peaks.
"""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pydub import AudioSegment
from pydub.silence import detect_leading_silence

from fs_app.audio.paths import RATES, at_rate
from fs_app.audio.probe import Facts, bounds, probe
from fs_app.audio.words import LONGEST_S, MUSIC, SHORTEST_MS, Converted, Order, Refusal

BEST = max(RATES)

LOUDNESS = {MUSIC: -24.0}
SPEECH_LOUDNESS = -20.0
"""LUFS. Music waits behind what is said."""

CEILING = 0.7943
"""Peaks reach −2 dB at most: A-law and a little echo need room."""

MOST_GAIN_DB = 40.0
QUIET_DB = 24.0
"""More gain than this is remarked: the noise comes up with the voice."""

SILENT_DBFS = -60.0
CLIPPED = 0.98
CLIPPED_SHARE = 0.004
ONE_SIDED_DB = 25.0
CANCELLED_DB = 12.0
"""Left and right together are so much quieter than each alone: one of them was wired the wrong way round."""

TROUBLE = re.compile(r"error|invalid|missing|truncated|partial", re.I)
"""In ffmpeg's complaints: something of the sound could not be read."""

EDGE_DB = 38.0
LEAD_MS, TAIL_MS = 80, 250
"""What stays of the silence before and after speech."""

Progress = Callable[[str, int], None]


def convert(order: Order, progress: Progress) -> Converted:
    """Writes the files of all rates under `order.folder`. Raises Refusal, OSError."""
    source = Path(order.source)
    progress("checking", 2)
    facts = probe(source, order.suffix, order.programs)
    remarks: set[str] = set()
    if facts.video:
        remarks.add("video")
    if facts.rate < 8000:
        remarks.add("narrow")
    sound = _decoded(source, facts, order.programs, progress, remarks)
    progress("levelling", 62)
    mono = _one_channel(sound, remarks)
    _judge(mono, sound, remarks)
    if order.kind != MUSIC:
        mono = _trimmed(mono, remarks)
    mono = mono.fade_in(min(5, len(mono))).fade_out(min(10, len(mono)))
    gain = _gain(mono, LOUDNESS.get(order.kind, SPEECH_LOUDNESS), order.programs)
    if gain > QUIET_DB:
        remarks.add("quiet")
    progress("writing", 78)
    written = 0
    best = _shaped(
        mono, f"volume={gain:.2f}dB,alimiter=limit={CEILING}:attack=2:release=60:level=disabled", BEST, order
    )
    for done, rate in enumerate(sorted(RATES, reverse=True)):
        made = best if rate == BEST else _shaped(best, "anull", rate, order)
        target = Path(order.folder) / at_rate(order.name, rate)
        target.parent.mkdir(parents=True, exist_ok=True)
        made.export(target, format="wav").close()
        written += target.stat().st_size
        progress("writing", 85 + 7 * done)
    loudness = _loudness(best, order.programs)
    return Converted(len(best), written, loudness, facts.described(), tuple(sorted(remarks)))


# --- decoding -----------------------------------------------------------------------------------------------
def _decoded(
    source: Path, facts: Facts, programs: Mapping[str, str], progress: Progress, remarks: set[str]
) -> AudioSegment:
    """At most two channels, in the best rate. Raises Refusal."""
    filters = []
    if facts.is_float:
        filters.append("aeval=if(isnan(val(ch))+isinf(val(ch))\\,0\\,val(ch)):c=same")
        if _has_impossible_values(source, facts, programs):
            remarks.add("impossible_values")
    channels = facts.channels
    if channels > 2:
        filters.append("pan=mono|c0<" + "+".join(f"c{n}" for n in range(channels)))
        remarks.add("many_channels")
        channels = 1
    command = [
        programs["ffmpeg"],
        *("-nostdin", "-hide_banner", "-v", "error", "-threads", "1", *bounds()),
        *(("-f", facts.forced) if facts.forced else ()),
        *("-i", f"file:{source}", "-map", "0:a:0", "-t", str(LONGEST_S + 1)),
        *(("-af", ",".join(filters)) if filters else ()),
        *("-ac", str(channels), "-ar", str(BEST), "-c:a", "pcm_s16le", "-f", "s16le"),
        *("-progress", "pipe:2", "-stats_period", "0.2", "pipe:1"),
    ]
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    said: list[str] = []
    listener = threading.Thread(target=_listen, args=(child, facts, progress, said), daemon=True)
    listener.start()
    assert child.stdout is not None
    raw = child.stdout.read((LONGEST_S + 2) * BEST * 2 * channels)
    child.stdout.close()
    child.wait()
    listener.join(5.0)
    raw = raw[: len(raw) // (2 * channels) * 2 * channels]
    if not raw:
        raise Refusal("broken")
    sound = AudioSegment(raw, sample_width=2, frame_rate=BEST, channels=channels)
    if len(sound) > LONGEST_S * 1000:
        raise Refusal("too_long", seconds=len(sound) // 1000, most=LONGEST_S)
    short = facts.duration_s is not None and len(sound) < facts.duration_s * 950 - 200
    if short or child.returncode != 0 or said:
        remarks.add("cut_off")
    return sound


def _listen(child: subprocess.Popen[bytes], facts: Facts, progress: Progress, said: list[str]) -> None:
    """ffmpeg's word on how far it is, and its complaints."""
    assert child.stderr is not None
    for line in child.stderr:
        name, _, value = line.decode(errors="replace").strip().partition("=")
        if name == "out_time_us" and value.lstrip("-").isdigit():
            share = int(value) / 1e6 / (facts.duration_s or LONGEST_S)
            progress("decoding", 5 + round(55 * min(1.0, max(0.0, share))))
        elif TROUBLE.search(name) and "whitelist" not in name:
            said.append(name[:200])
            del said[:-50]


def _has_impossible_values(source: Path, facts: Facts, programs: Mapping[str, str]) -> bool:
    """Not-a-number or infinity among the samples, which no converter agrees about."""
    command = [
        programs["ffmpeg"],
        *("-nostdin", "-hide_banner", "-v", "error", "-threads", "1", *bounds(), "-i", f"file:{source}"),
        *("-map", "0:a:0", "-t", str(LONGEST_S + 1)),
        *(
            "-af",
            "aeval=isnan(val(ch))+isinf(val(ch)):c=same",
            "-ac",
            "1",
            "-c:a",
            "pcm_s16le",
            "-f",
            "s16le",
            "pipe:1",
        ),
    ]
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert child.stdout is not None
    found = False
    while chunk := child.stdout.read(1 << 20):
        found = found or chunk.count(0) != len(chunk)
    child.wait()
    return found


# --- looking --------------------------------------------------------------------------------------------------
def _one_channel(sound: AudioSegment, remarks: set[str]) -> AudioSegment:
    """The mean of both channels, or the one that holds the sound."""
    if sound.channels == 1:
        return sound
    left, right = sound.split_to_mono()
    if abs(_level(left) - _level(right)) > ONE_SIDED_DB:
        remarks.add("one_channel")
        return left if _level(left) > _level(right) else right
    mixed = sound.set_channels(1)
    if _level(mixed) < max(_level(left), _level(right)) - CANCELLED_DB:
        remarks.add("out_of_phase")
        return left
    return mixed


def _level(sound: AudioSegment) -> float:
    """dBFS; silence is −120."""
    return max(-120.0, float(sound.dBFS))


def _judge(mono: AudioSegment, sound: AudioSegment, remarks: set[str]) -> None:
    """Raises Refusal."""
    if len(mono) < SHORTEST_MS:
        raise Refusal("too_short", ms=len(mono), least=SHORTEST_MS)
    if float(mono.max_dBFS) < SILENT_DBFS:
        raise Refusal("silent")
    if mono.max >= CLIPPED * mono.max_possible_amplitude:
        values = sound.get_array_of_samples()
        top = CLIPPED * sound.max_possible_amplitude
        loud = sum(1 for value in values[:: max(1, len(values) // 2_000_000)] if abs(value) >= top)
        if loud > CLIPPED_SHARE * min(len(values), 2_000_000):
            remarks.add("clipped")


def _trimmed(mono: AudioSegment, remarks: set[str]) -> AudioSegment:
    """Without the silence before and after what is said."""
    threshold = min(-35.0, _level(mono) - EDGE_DB)
    lead = detect_leading_silence(mono, threshold, 10)
    tail = detect_leading_silence(mono.reverse(), threshold, 10)
    begin, end = max(0, lead - LEAD_MS), len(mono) - max(0, tail - TAIL_MS)
    if end - begin < SHORTEST_MS or (begin == 0 and end == len(mono)):
        return mono
    if begin + len(mono) - end > 300:
        remarks.add("trimmed")
    return mono[begin:end]


# --- loudness ---------------------------------------------------------------------------------------------------
def _gain(mono: AudioSegment, target: float, programs: Mapping[str, str]) -> float:
    """dB to the target; what is too short to be measured is levelled by its mean."""
    loudness = _loudness(mono, programs)
    if loudness is None:
        loudness = _level(mono)
    return max(-MOST_GAIN_DB, min(MOST_GAIN_DB, target - loudness))


def _loudness(mono: AudioSegment, programs: Mapping[str, str]) -> float | None:
    """Integrated loudness in LUFS (ITU-R BS.1770). None: too short."""
    said = _ffmpeg(mono, ("-af", "ebur128=framelog=verbose", "-f", "null", "-"), programs, "info").stderr
    found = re.findall(rb"\bI:\s+(-?\d+(?:\.\d+)?) LUFS", said)
    value = float(found[-1]) if found else -70.0
    return round(value, 1) if value > -70.0 else None


def _shaped(mono: AudioSegment, filters: str, rate: int, order: Order) -> AudioSegment:
    """Through filters, in another rate."""
    made = _ffmpeg(
        mono, ("-af", filters, "-ar", str(rate), "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1"), order.programs
    )
    if made.returncode != 0 or not made.stdout:
        raise Refusal("broken")
    return AudioSegment(made.stdout, sample_width=2, frame_rate=rate, channels=1)


def _ffmpeg(
    mono: AudioSegment, rest: Sequence[str], programs: Mapping[str, str], says: str = "error"
) -> subprocess.CompletedProcess[bytes]:
    """Our own samples through ffmpeg."""
    source = ("-f", "s16le", "-ar", str(mono.frame_rate), "-ac", "1", "-i", "pipe:0")
    command = [programs["ffmpeg"], "-hide_banner", "-v", says, "-nostats", "-threads", "1", *source, *rest]
    return subprocess.run(command, input=mono.raw_data, capture_output=True, check=False)
