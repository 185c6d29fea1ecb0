"""WAV files whose writer died: the sound is all there, but the header says that there is none.

FreeSWITCH writes the sizes into the header when it closes the file; after its own death they are 0. Format: RIFF
(Microsoft/IBM, Multimedia Programming Interface and Data Specifications 1.0, 1991).
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

HEADER_MOST = 4096
"""The chunk `data` begins within the first bytes, or the file is none of ours."""


def mend_header(path: Path) -> bool:
    """Write the true sizes into the header when it says 0 or more than there is; True when something was mended.

    Blocks; run it in a thread. Raises OSError, and ValueError when it is no RIFF WAVE file.
    """
    with path.open("r+b") as file:
        size = os.fstat(file.fileno()).st_size
        head = file.read(HEADER_MOST)
        if len(head) < 12 or head[:4] != b"RIFF" or head[8:12] != b"WAVE":
            raise ValueError(f"{path.name} is no WAV file")
        place, block = 12, 1
        while place + 8 <= len(head):
            name, length = head[place : place + 4], struct.unpack_from("<I", head, place + 4)[0]
            if name == b"fmt " and place + 22 <= len(head):
                block = max(1, struct.unpack_from("<H", head, place + 20)[0])
            if name == b"data":
                begin = place + 8
                there = (size - begin) // block * block
                if there <= 0 or 0 < length <= there:
                    return False
                file.seek(place + 4)
                file.write(struct.pack("<I", min(there, 0xFFFFFFFF - 1)))
                file.seek(4)
                file.write(struct.pack("<I", min(begin + there - 8, 0xFFFFFFFF)))
                return True
            place += 8 + length + (length & 1)
        raise ValueError(f"{path.name} has no sound in it")


def make_folders(root: Path, path: str) -> None:
    """The folders of the file `path` under `root`, with the rights of `root`: FreeSWITCH, perhaps another user, writes
    there. Raises OSError."""
    mode = root.stat().st_mode & 0o7777
    missing = []
    folder = (root / path).parent
    while not folder.exists() and folder != root:
        missing.append(folder)
        folder = folder.parent
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        folder.chmod(mode)
