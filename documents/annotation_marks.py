"""Annotations as plain values, for what is made of them outside the database: a PDF, a place in the next version.

Lengths are points of the PDF's user space; pages count from 0.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""
Numbers = tuple[float, ...]


class Kind(StrEnum):
    INK = "ink"
    HIGHLIGHT = "highlight"
    UNDERLINE = "underline"
    NOTE = "note"
    TEXT = "text"
    STAMP = "stamp"


ON_WORDS = frozenset({Kind.HIGHLIGHT, Kind.UNDERLINE})
"""These mark words; all others lie somewhere on the page."""


@dataclass(frozen=True)
class Mark:
    """One annotation as the readers exchange it. ``paths`` of ink: x, y and pressure, again and again; ``quads``: four
    corners each, upper left, upper right, lower left, lower right; ``parent``: of what it is a reply to.

    ``created`` and ``modified`` in ISO 8601; ``color`` as ``#rrggbb``; ``quote`` is the text that it marks.
    """

    id: str
    kind: Kind
    page: int
    rect: Box
    author_name: str = ""
    created: str = ""
    modified: str = ""
    color: str = "#ffd43b"
    width: float = 2.0
    opacity: float = 1.0
    size: float = 12.0
    paths: tuple[Numbers, ...] = ()
    quads: tuple[Numbers, ...] = ()
    text: str = ""
    quote: str = ""
    stamp: str = ""
    parent: str | None = None
    placed: bool = True

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> "Mark":
        """Of a record as it goes over the wire; what it does not say of its looks is as usual."""
        style = {name: value for name in _STYLE if (value := (record.get("style") or {}).get(name)) is not None}
        return cls(
            id=record["id"],
            kind=Kind(record["kind"]),
            page=record["page"],
            rect=_box(record.get("rect") or (0, 0, 0, 0)),
            author_name=_words(record.get("author_name")),
            created=record.get("created") or "",
            modified=record.get("modified") or "",
            paths=tuple(map(tuple, record.get("paths") or ())),
            quads=tuple(map(tuple, record.get("quads") or ())),
            text=_words(record.get("text")),
            quote=_words(record.get("quote")),
            stamp=record.get("stamp") or "",
            parent=record.get("parent"),
            placed=record.get("placed", True),
            **style,
        )


_STYLE = ("color", "width", "opacity", "size")


def _words(said: str | None) -> str:
    return unicodedata.normalize("NFC", said or "")


def _box(numbers: Any) -> Box:
    x0, y0, x1, y1 = map(float, numbers)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
