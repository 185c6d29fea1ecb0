"""Static files: published once at start under a name made of their content, compressed, cacheable for ever.

The whole tree gets one digest, `/static/<digest>/…`, so that modules may import each other by relative paths
and a browser never mixes files of two versions.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from whitenoise import WhiteNoise

from fs_app.web import lean

SOURCE = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"
DESK_STYLES = "vendor/tabler-desk.css"
COMPRESSIBLE = {".css", ".js", ".svg", ".json", ".txt"}
LEAST_BYTES = 500  # below this gzip gains nothing worth a second file


@dataclass(frozen=True, slots=True)
class Published:
    """`folder` holds the files; browsers ask for `/static/<digest>/<path>`."""

    digest: str
    folder: Path

    def url(self, path: str) -> str:
        return f"/static/{self.digest}/{path}"

    def has(self, path: str) -> bool:
        file = (self.folder / path).resolve()
        return file.is_relative_to(self.folder.resolve()) and file.is_file()


def publish(target: Path, source: Path = SOURCE) -> Published:
    """Copy `source` to `target/<digest>` with a `.gz` beside each file that gains by it.

    What is there already is used again; trees of other versions are removed.
    """
    files = {
        path.relative_to(source).as_posix(): path.read_bytes()
        for path in sorted(source.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(source).parts)
    }
    files |= lean_styles(files)
    summary = hashlib.sha256()
    for name, content in files.items():
        summary.update(f"{name}\0{len(content)}\0".encode())
        summary.update(content)
    digest = summary.hexdigest()[:12]
    target.mkdir(parents=True, exist_ok=True)
    folder = target / digest
    if not folder.is_dir():
        _write(files, folder)
    for other in target.iterdir():
        if other != folder and other.is_dir():
            shutil.rmtree(other, ignore_errors=True)
    return Published(digest, folder)


def lean_styles(files: dict[str, bytes]) -> dict[str, bytes]:
    """The part of Tabler's style sheet that the agent's page uses."""
    whole = files.get("vendor/tabler.css")
    if whole is None:
        return {}
    used = sorted(
        content.decode()
        for name, content in files.items()
        if name.endswith(".js") and name.startswith(lean.OF_THE_DESK)
    )
    used += [(TEMPLATES / name).read_text() for name in lean.TEMPLATES_OF_THE_DESK]
    return {DESK_STYLES: _pruned(whole.decode(), "\n".join(used)).encode()}


@cache
def desk_scripts() -> tuple[str, ...]:
    """The modules with which the agent's page begins: a browser that is told asks for all of them at once."""
    return tuple(lean.modules(SOURCE, "agent/main.js"))


@lru_cache(maxsize=2)
def _pruned(css: str, used: str) -> str:
    return lean.pruned(css, lean.words([used]))


def _write(files: dict[str, bytes], folder: Path) -> None:
    # First beside, then renamed: a start that is interrupted leaves no half tree under the final name.
    building = Path(tempfile.mkdtemp(prefix=".building-", dir=folder.parent))
    for name, content in files.items():
        path = building / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if path.suffix in COMPRESSIBLE and len(content) > LEAST_BYTES:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(content, mtime=0))
    building.chmod(0o755)
    try:
        building.rename(folder)
    except OSError:
        # Another process of ours was faster; its tree is the same.
        shutil.rmtree(building, ignore_errors=True)
        if not folder.is_dir():
            raise


def serve(wsgi: object, published: Published) -> WhiteNoise:
    """The WSGI application with the published files before it."""
    files = WhiteNoise(
        wsgi,
        immutable_file_test=lambda _path, _url: True,
        allow_all_origins=False,
        charset="utf-8",
        add_headers_function=lambda headers, _path, _url: headers.add_header(
            "X-Content-Type-Options", "nosniff"
        ),
    )
    files.add_files(str(published.folder), prefix=f"static/{published.digest}/")
    return files
