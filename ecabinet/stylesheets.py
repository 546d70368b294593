"""The style sheet of the pages in one piece: written as fifty files, it would be asked for fifty times."""

import re
from functools import lru_cache
from pathlib import Path

SHEET = "css/app.css"
"""The one that imports the others."""

_IMPORT = re.compile(r'@import url\("([^"]+)"\)(?: layer\((\w+)\))?;')
_CHARSET = '@charset "UTF-8";'


def imported(path: Path) -> list[Path]:
    """The files that a style sheet imports: nobody asks for them."""
    return [(path.parent / found[1]).resolve() for found in _IMPORT.finditer(path.read_text(encoding="utf-8"))]


def joined(path: Path) -> bytes:
    """A style sheet with those that it imports in their places."""
    return _joined(path, tuple(part.stat().st_mtime_ns for part in (path, *imported(path))))


@lru_cache(4)
def _joined(path: Path, _changed_at: tuple[int, ...]) -> bytes:
    def put_in(found: re.Match[str]) -> str:
        part = (path.parent / found[1]).read_text(encoding="utf-8").removeprefix(_CHARSET)
        return f"@layer {found[2]} {{\n{part}\n}}" if found[2] else part

    return _IMPORT.sub(put_in, path.read_text(encoding="utf-8")).encode()
