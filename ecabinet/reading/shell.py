"""The files that every page is made of, each with its hash: what a tablet keeps to open pages without a network."""

import hashlib
import threading
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from ecabinet.stylesheets import SHEET, imported, joined

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
WORKER = STATIC / "js" / "service-worker.js"
READER = "vendor/pdfjs"
"""What only papers need: fetched when the first is taken along."""
SERVED = frozenset({".css", ".js", ".mjs", ".svg", ".png", ".woff2", ".bcmap", ".pfb", ".ttf", ".gif", ".icc", ".wasm"})
LOOK_EVERY = 2.0


@dataclass(frozen=True)
class Shell:
    """``core`` and ``reader``: path below static/ → hash of the file; ``version`` of all of them."""

    version: str
    core: dict[str, str]
    reader: dict[str, str]


@dataclass
class ShellFiles:
    """Reads the files again when one of them has changed, which it looks for every :data:`LOOK_EVERY` seconds."""

    folder: Path = STATIC
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _hashes: dict[str, tuple[float, int, str]] = field(default_factory=dict)
    _shell: Shell | None = None
    _looked: float = 0.0

    def present(self) -> Shell:
        """The files as they are."""
        with self._lock:
            if self._shell is None or monotonic() - self._looked > LOOK_EVERY:
                self._shell, self._looked = self._read(), monotonic()
            return self._shell

    def _read(self) -> Shell:
        sheet = self.folder / SHEET
        within = set(imported(sheet)) if sheet.is_file() else set()
        found = [path for path in self.folder.rglob("*") if _served(path) and path.resolve() not in within]
        files = {path.relative_to(self.folder).as_posix(): path for path in found}
        hashes = {name: self._hash(name, files[name]) for name in sorted(files)}
        self._hashes = {name: self._hashes[name] for name in hashes}
        if sheet.is_file():
            hashes[SHEET] = _mark(joined(sheet))  # as it is served, with all that it imports
        version = hashlib.sha256("\n".join(f"{name} {mark}" for name, mark in hashes.items()).encode()).hexdigest()[:16]
        reader = {name: mark for name, mark in hashes.items() if name.startswith(READER)}
        core = {name: mark for name, mark in hashes.items() if name not in reader}
        return Shell(version, core, reader)

    def _hash(self, name: str, path: Path) -> str:
        found = path.stat()
        known = self._hashes.get(name)
        if known is None or known[:2] != (found.st_mtime, found.st_size):
            self._hashes[name] = known = (found.st_mtime, found.st_size, _mark(path.read_bytes()))
        return known[2]


def _mark(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _served(path: Path) -> bool:
    return path.suffix in SERVED and path != WORKER and path.is_file()
