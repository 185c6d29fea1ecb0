"""Is this file audio, and what kind? ffprobe says, and is given no freedom: only known containers, only audio decoders,
no protocol but the one file. So no playlist, list of files to be joined or network address inside is followed."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from fs_app.audio.words import LONGEST_S, Refusal

PROBE_S = 30

CONTAINERS = (
    "wav,w64,aiff,au,caf,mp3,aac,ogg,flac,mov,mp4,m4a,3gp,matroska,webm,asf,avi,flv,mpeg,mpegts,amr,gsm,"
    "ac3,eac3,wv,ape,tta"
)
CODECS = (
    "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_s8,pcm_u8,pcm_f32le,pcm_f32be,pcm_f64le,"
    "pcm_f64be,pcm_alaw,pcm_mulaw,pcm_u16le,pcm_u16be,adpcm_ms,adpcm_ima_wav,adpcm_ima_qt,adpcm_g726,g722,gsm,gsm_ms,"
    "truespeech,mp1,mp2,mp3,mp1float,mp2float,mp3float,aac,aac_latm,aac_fixed,vorbis,libvorbis,opus,libopus,flac,alac,"
    "amrnb,amrwb,libopencore_amrnb,libopencore_amrwb,wmav1,wmav2,wmapro,wmalossless,wmavoice,ac3,eac3,ac3_fixed,"
    "speex,libspeex,wavpack,ape,tta"
)

PICTURES = (
    "mjpeg,png,h264,hevc,mpeg4,vp8,vp9,av1,libdav1d,flv,h263,mpeg1video,mpeg2video,msmpeg4v2,msmpeg4,wmv1,wmv2,wmv3,"
    "vc1,theora,mov_text,webvtt"
)
"""What may stand beside the sound: the cover of an album, a film. ffprobe opens a decoder for each stream and gives up
over one that it may not; ffmpeg is never given these."""


def bounds(codecs: str = CODECS) -> tuple[str, ...]:
    """Before the input of ffmpeg."""
    return ("-protocol_whitelist", "file,pipe", "-format_whitelist", CONTAINERS, "-codec_whitelist", codecs)


LISTS = (
    b"#EXTM3U",
    b"[playlist]",
    b"ffconcat",
    b"<?xml",
    b"<asx",
    b"<smil",
    b"<MPD",
    b"file '",
    b'file "',
    b"v=0\r",
    b"v=0\n",
)
"""How lists of files begin: they are refused by a name of their own, for whoever brought one by mistake."""

GSM_FRAME = 33
GSM_MARK = 0xD


@dataclass(frozen=True, slots=True)
class Facts:
    """`forced`: the format that ffmpeg must be told; `duration_s` None: nobody knows before it is decoded."""

    container: str
    codec: str
    rate: int
    channels: int
    bits: int
    duration_s: float | None
    video: bool
    forced: str = ""

    @property
    def is_float(self) -> bool:
        return self.codec.startswith(("pcm_f32", "pcm_f64"))

    def described(self) -> str:
        """For people of any language: MP3 · 44.1 kHz · 2 × 24 bit."""
        bits = f" × {self.bits} bit" if self.bits else ""
        return (
            f"{self.codec.removesuffix('float').upper()} · {self.rate / 1000:g} kHz · {self.channels}{bits}"
        )


def probe(path: Path, suffix: str, programs: Mapping[str, str]) -> Facts:
    """Raises Refusal."""
    size = path.stat().st_size
    if size == 0:
        raise Refusal("empty")
    with path.open("rb") as file:
        head = file.read(4096)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(LISTS):
        raise Refusal("playlist")
    found, forced = _asked(path, programs, ""), ""
    if not _audio(found) and suffix.lower() == "gsm" and _is_gsm(head, size):
        found, forced = _asked(path, programs, "gsm"), "gsm"
    streams = found.get("streams") or []
    if not streams:
        raise Refusal("not_audio")
    audio = _audio(found)
    if not audio:
        raise Refusal("no_sound")
    form = found.get("format") or {}
    facts = Facts(
        str(form.get("format_name", "")).partition(",")[0],
        str(audio.get("codec_name", "")),
        _whole(audio.get("sample_rate")),
        _whole(audio.get("channels")),
        _whole(audio.get("bits_per_raw_sample")) or _whole(audio.get("bits_per_sample")),
        _seconds(form.get("duration")) or _seconds(audio.get("duration")),
        any(stream.get("codec_type") == "video" and not _is_cover(stream) for stream in streams),
        forced,
    )
    if not facts.codec or facts.rate <= 0 or facts.channels <= 0:
        raise Refusal("broken")
    if facts.duration_s is not None and facts.duration_s > LONGEST_S:
        raise Refusal("too_long", seconds=round(facts.duration_s), most=LONGEST_S)
    return facts


def _asked(path: Path, programs: Mapping[str, str], forced: str) -> dict[str, Any]:
    command = [
        programs["ffprobe"],
        *("-v", "error", "-hide_banner", *bounds(f"{CODECS},{PICTURES}")),
        *("-probesize", "10000000", "-analyzeduration", "20000000"),
        *(("-f", forced) if forced else ()),
        *("-print_format", "json", "-show_format", "-show_streams", f"file:{path}"),
    ]
    try:
        answer = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PROBE_S, check=False
        )
        found = orjson.loads(answer.stdout or b"{}")
    except (subprocess.TimeoutExpired, ValueError) as error:
        raise Refusal("broken") from error
    return found if isinstance(found, dict) else {}


def _audio(found: Mapping[str, Any]) -> dict[str, Any]:
    return next((s for s in found.get("streams") or [] if s.get("codec_type") == "audio"), {})


def _is_cover(stream: Mapping[str, Any]) -> bool:
    """The picture of an album."""
    return bool((stream.get("disposition") or {}).get("attached_pic"))


def _is_gsm(head: bytes, size: int) -> bool:
    """GSM 06.10 has no header, but each frame of 33 bytes begins with the same four bits."""
    return size % GSM_FRAME == 0 and all(byte >> 4 == GSM_MARK for byte in head[::GSM_FRAME])


def _whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def _seconds(value: Any) -> float | None:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None
    return seconds if 0 < seconds < 1e9 else None
