"""Annotations as plain values, for what is made of them outside the database: a PDF, a place in the next version.

Lengths are points of the PDF's user space; pages count from 0.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from documents.annotation_rules import Kind

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""
Numbers = tuple[float, ...]


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
        paths = tuple(map(tuple, record.get("paths") or ()))
        quads = tuple(map(tuple, record.get("quads") or ()))
        rect = record.get("rect")
        return cls(
            id=record["id"],
            kind=Kind(record["kind"]),
            page=record["page"],
            rect=_box(rect) if rect else around(quads) if quads else around(paths, 3),
            author_name=_words(record.get("author_name")),
            created=record.get("created") or "",
            modified=record.get("modified") or "",
            paths=paths,
            quads=quads,
            text=_words(record.get("text")),
            quote=_words(record.get("quote")),
            stamp=record.get("stamp") or "",
            parent=record.get("parent"),
            placed=record.get("placed", True),
            **style,
        )

    @classmethod
    def restore(cls, fields: Mapping[str, Any]) -> "Mark":
        """Of its own fields as they came through JSON."""
        return cls.read({**fields, "style": fields})


def around(shapes: Iterable[Numbers], step: int = 2) -> Box:
    """The box of all points, each ``step`` numbers that begin with x and y; of none a box of no size."""
    given: Sequence[Numbers] = tuple(shapes)
    across = [x for shape in given for x in shape[::step]] or [0.0]
    up = [y for shape in given for y in shape[1::step]] or [0.0]
    return min(across), min(up), max(across), max(up)


_STYLE = ("color", "width", "opacity", "size")


def _words(said: str | None) -> str:
    return unicodedata.normalize("NFC", said or "")


def _box(numbers: Any) -> Box:
    x0, y0, x1, y1 = map(float, numbers)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
