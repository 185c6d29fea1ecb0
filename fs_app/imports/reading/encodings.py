"""Which letters the bytes of a text are: a byte order mark, then NULs, then strict UTF-8, then the old code pages.

Statistical detectors guess wrong on French and Spanish; the only choice made here by counting is between the code
pages of Windows, DOS and the old Macintosh, and it takes a clear majority of the letters that these languages
have.
"""

from __future__ import annotations

import codecs
from pathlib import Path

from fs_app.imports.reading.limits import MB

LOOKED_AT = 64 * 1024
MIXED = "fsapp-mixed"

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WANTED = frozenset("éèêëàâäçùûüôöîïœñáíóúìòãõßåæøÉÈÊÀÂÇÔÎÛÑÁÍÓÚÜÖÄ€°ºª’«»¿¡–\xa0")
_OLD = ("cp1252", "cp850", "mac_roman")


def encoding_of(path: Path) -> str:
    """One of ENCODINGS."""
    with path.open("rb") as file:
        head = file.read(LOOKED_AT)
        for mark, name in _MARKS:
            if head.startswith(mark):
                return name
        wide = _wide(head)
        if wide:
            return wide
        file.seek(0)
        good, bad, strange = 0, 0, bytearray()
        decoder = codecs.getincrementaldecoder("utf-8")()
        carried = b""
        while part := file.read(MB):
            try:
                decoder.decode(part)
            except UnicodeDecodeError:
                more_good, more_bad = _counted(carried + part)
                good, bad = good + more_good, bad + more_bad
                if len(strange) < MB:
                    strange += part
                decoder.reset()
            else:
                good += not part.isascii()
            carried = decoder.getstate()[0]
    if not bad or (bad <= 5 and good > 20 * bad):
        return "utf-8"
    return _old(bytes(strange) if strange else head)


def _wide(head: bytes) -> str:
    """UTF-16 without its mark: most of what is at the even places, or at the odd ones, is NUL."""
    even, odd = head[0::2], head[1::2]
    if len(head) < 4:
        return ""
    high_first, low_first = even.count(0) / len(even), odd.count(0) / len(odd)
    if low_first > 0.4 and high_first < 0.05:
        return "utf-16-le"
    if high_first > 0.4 and low_first < 0.05:
        return "utf-16-be"
    return ""


def _counted(part: bytes) -> tuple[int, int]:
    """(letters beyond ASCII that are UTF-8, bytes that are not)."""
    bad = 0
    text = part.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    good = sum(1 for c in text if c > "\x7f") - bad
    return good, bad


def _old(sample: bytes) -> str:
    only_returns = b"\r" in sample and b"\n" not in sample
    shares = {name: _share(sample, name) for name in _OLD}
    if only_returns and shares["mac_roman"] >= shares["cp1252"]:
        return "mac_roman"
    best = max(_OLD, key=lambda name: shares[name])
    return best if shares[best] > 0.8 and shares["cp1252"] < 0.5 else "cp1252"


def _share(sample: bytes, name: str) -> float:
    """Of what is beyond ASCII, how much is a letter of these languages."""
    beyond = bytes(b for b in sample if b > 127)
    text = beyond.decode(name, errors="replace")
    return sum(c in _WANTED for c in text) / len(text) if text else 0.0


def _as_old(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 in a text that is: somebody joined two files. They are read as Windows would."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", errors="replace"), error.end


codecs.register_error(MIXED, _as_old)


def decoder(encoding: str) -> codecs.IncrementalDecoder:
    errors = MIXED if encoding == "utf-8" else "replace"
    return codecs.getincrementaldecoder(encoding)(errors)
