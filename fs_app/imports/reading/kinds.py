"""What a file is, by its bytes: its name says what somebody wished. Raises Unreadable for what holds no table."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

from fs_app.imports.reading.words import Unreadable

LOOKED_AT = 4096
MOST_PARTS = 10_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM6", b"II*\0", b"MM\0*")
_PACKED = (b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_OTHERS = (b"\x7fELF", b"MZ\x90", b"SQLite format 3", b"\x00\x01\x00\x00Standard", b"OggS", b"ID3", b"RIFF")
_HTML = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|style)\b", re.I | re.S
)
_OLD_XML = re.compile(rb"\s*<\?xml[^>]*>.{0,400}?(?:schemas-microsoft-com:office|<Workbook\b)", re.S)
_FLAT_ODS = re.compile(rb"\s*<\?xml[^>]*>.{0,400}?<office:document\b", re.S)
_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")


def kind_of(path: Path) -> str:
    """One of FORMATS."""
    try:
        with path.open("rb") as file:
            head = file.read(LOOKED_AT)
    except FileNotFoundError:
        raise Unreadable("missing") from None
    if not head:
        raise Unreadable("empty")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _of_zip(path)
    if head.startswith(_OLE):
        return "xls"
    _refuse_others(head)
    return "csv"


def _refuse_others(head: bytes) -> None:
    if head.startswith(b"%PDF"):
        raise Unreadable("pdf")
    if head.startswith(_PICTURES) or head[4:12] in (b"ftypheic", b"ftypavif"):
        raise Unreadable("picture")
    if head.startswith(_PACKED):
        raise Unreadable("compressed")
    if head.startswith(b"{\\rtf"):
        raise Unreadable("document")
    plain = head.removeprefix(b"\xef\xbb\xbf")
    if _HTML.match(plain):
        raise Unreadable("html")
    if _OLD_XML.match(plain) or _FLAT_ODS.match(plain):
        raise Unreadable("old_xml")
    if head.startswith(_OTHERS):
        raise Unreadable("binary")
    if not head.startswith(_BOMS) and _is_binary(head):
        raise Unreadable("binary")


def _is_binary(head: bytes) -> bool:
    """Many control characters other than NUL: UTF-16 has every second byte NUL, and some exports end cells with it."""
    strange = len(head) - len(head.translate(None, bytes((*range(1, 9), *range(14, 27), 28, 127))))
    nuls = head.count(0)
    return strange * 20 > len(head) or nuls * 10 > len(head) * 7


def _of_zip(path: Path) -> str:
    names = _names(path)
    if "xl/workbook.bin" in names:
        raise Unreadable("xlsb")
    if any(n.startswith("xl/") and n.endswith(".xml") for n in names):
        return "xlsx"
    if "mimetype" in names and "content.xml" in names:
        if b"spreadsheet" in _part(path, "mimetype"):
            return "ods"
        raise Unreadable("document")
    if any(n.endswith(".iwa") or n == "Index.zip" for n in names):
        raise Unreadable("apple_numbers")
    if any(n.startswith(("word/", "ppt/")) for n in names):
        raise Unreadable("document")
    raise Unreadable("compressed")


def _names(path: Path) -> Sequence[str]:
    try:
        with zipfile.ZipFile(path) as packed:
            names = packed.namelist()
    except (
        zipfile.BadZipFile,
        OSError,
        ValueError,
        NotImplementedError,
        EOFError,
        UnicodeDecodeError,
    ) as error:
        raise Unreadable("cut_off") from error
    if len(names) > MOST_PARTS:
        raise Unreadable("bomb")
    return names


def _part(path: Path, name: str) -> bytes:
    try:
        with zipfile.ZipFile(path) as packed, packed.open(name) as part:
            return part.read(200)
    except Exception as error:
        raise Unreadable("broken_sheet") from error
