"""The child process: `python -m fs_app.privacy.child`, an order as JSON on its standard input.

`export`: what was gathered (a file of JSON) and the sound files become one ZIP. `scrub`: a person is taken out of the
files of the journal, of imports and of kept call records. It answers as `fs_app.children` says; how far it is:
`{"done", "total"}`. It is nice, and has bounds of memory; it knows no database.
"""

from __future__ import annotations

import os
import resource
import sys
import zipfile
from pathlib import Path
from typing import Any

import orjson

from fs_app import child
from fs_app.privacy import document, scrub
from fs_app.privacy.erasing_journal import owned_of
from fs_app.privacy.person import person_of

MEMORY = 1536 * 1024**2
NICE = 10


def bound() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICE)
    os.umask(0o077)


def export(order: dict[str, Any]) -> dict[str, Any]:
    """`gathered`: the file of JSON; `sounds`: [identifier, path]; `recordings`: their folder; `file`: the ZIP. A sound
    that is not there is named in the page's list of missing ones, and nothing else is lost."""
    gathered, target = Path(order["gathered"]), Path(order["file"])
    data = orjson.loads(gathered.read_bytes())
    base = Path(order["recordings"]).resolve()
    sounds, missing = [], []
    beside = target.with_name(target.name + ".part")
    total = len(order["sounds"]) + 2
    try:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
            for number, (identifier, relative) in enumerate(order["sounds"]):
                path = (base / relative).resolve()
                name = f"sounds/{''.join(c for c in identifier if c.isalnum() or c in '-_')}.wav"
                if path.is_relative_to(base) and path.is_file():
                    archive.write(path, name, zipfile.ZIP_STORED)
                    sounds.append({"name": name, "id": identifier})
                else:
                    missing.append(identifier)
                child.say({"done": number + 1, "total": total})
            data["sounds"] = sounds
            document_data = {**data}
            archive.writestr("person.html", "".join(document.page(document_data)))
            machine = {k: v for k, v in data.items() if k not in ("words", "lead", "foot", "title")}
            machine["sounds_missing"] = missing
            archive.writestr("person.json", orjson.dumps(machine, option=orjson.OPT_INDENT_2))
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
        gathered.unlink(missing_ok=True)
    return {"bytes": target.stat().st_size, "sounds": len(sounds), "missing": len(missing)}


def clean(order: dict[str, Any]) -> dict[str, Any]:
    """`journal`, `before`, `calls`, `owned`; `imports`: folders; `records`: folder of kept call records; `what`: the
    person."""
    person = person_of(order["account"], order["what"])
    owned = owned_of(order.get("owned") or {})
    entries = scrub.journals(Path(order["journal"]), order["before"], person, order["calls"], owned)
    child.say({"done": 1, "total": 3})
    lines = files = 0
    for folder in order["imports"]:
        more = scrub.texts(Path(folder), person)
        lines, files = lines + more[0], files + more[1]
    child.say({"done": 2, "total": 3})
    return {
        "entries": entries,
        "lines": lines,
        "files": files,
        "records": scrub.records(Path(order["records"]), person),
    }


ORDERS = {"export": export, "scrub": clean}


def main() -> int:
    bound()
    order = child.order()
    try:
        child.say({"over": ORDERS[order["order"]](order)})
    except MemoryError:
        child.say({"broken": "too_heavy"})
    except OSError as error:
        child.say({"broken": "disk_full" if child.is_disk_full(error) else "files"})
    return 0


if __name__ == "__main__":
    sys.exit(main())
