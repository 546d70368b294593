"""Decisions about annotations, from plain values only: what a record may hold, and which change follows which.

A record comes from a tablet as JSON. :func:`read_change` lets through what it knows and nothing else, with numbers to a
hundredth of a point and text in NFC: a record sent again is then equal to the one kept. Coordinates are those of the
page itself (PDF user space, origin bottom left, points).
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeGuard

from documents.cleaning import clean
from documents.errors import Problem

FORMAT = 1
MOST_CHANGES = 100
"""In one batch."""
MOST_POINTS = 20_000
MOST_PATHS = 500
MOST_QUADS = 500
MOST_CHARACTERS = 256 * 1024
"""Of one record, as JSON."""
TEXT_CHARACTERS = 5_000
MOST_READERS = 100
MOST_KEPT = 10_000
"""Annotations of one author on one version, those deleted among them."""
FARTHEST = 20_000
"""No page reaches farther: a PDF's are at most 14,400 points wide and high, wherever their origin lies."""
MOST_PAGES = 100_000
"""Until the pages of a version are counted. Then the count holds; what was written beyond it before is not shown."""

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
STYLE: dict[str, tuple[float, float, float]] = {
    "width": (0.1, 100, 2),
    "opacity": (0.05, 1, 1),
    "size": (4, 144, 12),
}
"""Least, most, and what holds where nothing is said; in points, but for the opacity."""
COLOUR = "#c62828"


class Kind(StrEnum):
    INK = "ink"
    HIGHLIGHT = "highlight"
    UNDERLINE = "underline"
    NOTE = "note"
    TEXT = "text"
    STAMP = "stamp"


class Visibility(StrEnum):
    """Who sees an annotation beside its author: nobody, the meeting it was made in, or chosen members."""

    PRIVATE = "private"
    MEETING = "meeting"
    MEMBERS = "members"


class Stamp(StrEnum):
    AGREE = "agree"
    DISAGREE = "disagree"
    OPINION = "opinion"


@dataclass(frozen=True)
class Content:
    """What an annotation says. ``audience``: who sees it beside its author, as labels; empty for a private one."""

    kind: Kind
    page: int
    visibility: Visibility
    parent: str | None
    body: dict[str, Any]
    audience: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Change:
    """What an author asks of one annotation: ``rev`` 1 makes it, each later one replaces the one before; ``content`` is
    None for a deletion.
    """

    id: str
    rev: int
    content: Content | None


@dataclass(frozen=True)
class Stored:
    """An annotation as it stands."""

    version_id: int
    author: str
    rev: int
    kind: Kind
    parent: str | None
    content: Content | None


class Act(StrEnum):
    """What a change comes to. REPEAT: it was made already, and its answer did not arrive."""

    ADD = "add"
    REPLACE = "replace"
    REPEAT = "repeat"


def decide(stored: Stored | None, change: Change, author: str, version_id: int) -> Act:
    """What a change by ``author`` comes to, or the named reason against it."""
    if stored is None:
        if change.rev != 1 or change.content is None:
            raise Problem("wrong_revision", f"{change.rev} of what is not there")
        return Act.ADD
    if stored.author != author:
        raise Problem("annotation_of_another")
    if stored.version_id != version_id:
        raise Problem("annotation_elsewhere")
    if change.rev == stored.rev and change.content == stored.content:
        return Act.REPEAT
    if change.rev != stored.rev + 1:
        raise Problem("old_revision", f"{change.rev} after {stored.rev}")
    if change.content is not None and (change.content.kind, change.content.parent) != (stored.kind, stored.parent):
        raise Problem("annotation_fixed")
    return Act.REPLACE


def check_thread(audience: frozenset[str], after: Content | None, *, answered: bool) -> None:
    """Whoever answered a note wrote for those who saw it then: it keeps its ``audience``, or is deleted."""
    if answered and after is not None and after.audience != audience:
        raise Problem("thread_has_replies")


def check_room(kept: int) -> None:
    """Whether somebody who has so many annotations on a version may add another."""
    if kept >= MOST_KEPT:
        raise Problem("too_many_annotations", limit=MOST_KEPT)


def read_change(record: Any, version_id: int, pages: int | None) -> Change:
    """A change as it came from outside, checked; ``pages`` of the version, None while they are not counted.

    The audience of the content is for the caller to fill in: who may be named there is not known here.
    """
    if not isinstance(record, dict) or record.get("v", FORMAT) != FORMAT:
        raise Problem("annotation_malformed", "not a record")
    if record.get("version", version_id) != version_id:
        raise Problem("annotation_elsewhere")
    key, rev = record.get("id"), record.get("rev")
    if not is_id(key):
        raise Problem("annotation_malformed", "id")
    if not _whole(rev, 1, 2**31 - 1):
        raise Problem("annotation_malformed", "rev")
    deleted = record.get("deleted", False)
    if not isinstance(deleted, bool):
        raise Problem("annotation_malformed", "deleted")
    return Change(key, rev, None if deleted else _content(record, pages))


def is_id(value: Any) -> TypeGuard[str]:
    """Whether this could name an annotation: a UUID in small letters."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _content(record: dict[str, Any], pages: int | None) -> Content:
    try:
        kind, visibility = Kind(record.get("kind", "")), Visibility(record.get("visibility", Visibility.PRIVATE))
    except ValueError as error:
        raise Problem("annotation_malformed", str(error)) from error
    page, parent = record.get("page"), record.get("parent")
    if not _whole(page, 0, (MOST_PAGES if pages is None else pages) - 1):
        raise Problem("annotation_page")
    if parent is not None and (not is_id(parent) or kind != Kind.NOTE):
        raise Problem("annotation_parent")
    body = {"style": _style(record.get("style")), "placed": _flag(record.get("placed"))}
    body |= {name: read(record[name]) for name, read in _FIELDS.items() if record.get(name) is not None}
    _check_whole(kind, body, reply=parent is not None)
    return Content(kind, page, visibility, parent, body)


_NEEDED = {
    Kind.INK: "paths",
    Kind.HIGHLIGHT: "quads",
    Kind.UNDERLINE: "quads",
    Kind.NOTE: "rect",
    Kind.TEXT: "rect",
    Kind.STAMP: "rect",
}


def _check_whole(kind: Kind, body: dict[str, Any], *, reply: bool) -> None:
    """What the kind needs is there, and the whole is not too large."""
    needed = [] if reply else [_NEEDED[kind]]
    needed += ["stamp"] if kind == Kind.STAMP else []
    if missing := [name for name in needed if name not in body]:
        raise Problem("annotation_malformed", f"{kind} without {missing[0]}")
    if kind in (Kind.NOTE, Kind.TEXT) and not body.get("text", "").strip():
        raise Problem("annotation_empty")
    if len(json.dumps(body, ensure_ascii=False)) > MOST_CHARACTERS:
        raise Problem("annotation_too_large", limit=MOST_CHARACTERS // 1024)


def _style(given: Any) -> dict[str, Any]:
    if given is None:
        given = {}
    if not isinstance(given, dict):
        raise Problem("annotation_malformed", "style")
    colour = given.get("color", COLOUR)
    if not isinstance(colour, str) or not _COLOUR.fullmatch(colour.lower()):
        raise Problem("annotation_colour")
    style: dict[str, Any] = {"color": colour.lower()}
    for name, (least, most, usual) in STYLE.items():
        value = given.get(name)
        style[name] = _number(usual if value is None else value, least, most)
    return style


def _flag(value: Any) -> bool:
    if value is not None and not isinstance(value, bool):
        raise Problem("annotation_malformed", "placed")
    return value is not False


def _rect(value: Any) -> list[float]:
    numbers = _numbers(value, 4)
    if len(numbers) != 4 or numbers[0] > numbers[2] or numbers[1] > numbers[3]:
        raise Problem("annotation_malformed", "rect")
    return numbers


def _paths(value: Any) -> list[list[float]]:
    """Each x, y, pressure, x, y, pressure, … The points are counted before any is looked at."""
    if not isinstance(value, list) or not 0 < len(value) <= MOST_PATHS or not all(isinstance(p, list) for p in value):
        raise Problem("annotation_malformed", "paths")
    if sum(len(path) for path in value) > 3 * MOST_POINTS:
        raise Problem("annotation_too_many_points", limit=MOST_POINTS)
    if any(not path or len(path) % 3 for path in value):
        raise Problem("annotation_malformed", "paths")
    return [[_number(n, *((0, 1) if at % 3 == 2 else _PLANE)) for at, n in enumerate(path)] for path in value]


def _quads(value: Any) -> list[list[float]]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_QUADS:
        raise Problem("annotation_malformed", "quads")
    quads = [_numbers(quad, 8) for quad in value]
    if any(len(quad) != 8 for quad in quads):
        raise Problem("annotation_malformed", "quads")
    return quads


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Problem("annotation_malformed", "text")
    # Before cleaning: composing a text of a million marks takes its time.
    if len(value) > 2 * TEXT_CHARACTERS or len(text := clean(value)) > TEXT_CHARACTERS:
        raise Problem("too_long", limit=TEXT_CHARACTERS)
    return text


def _stamp(value: Any) -> str:
    try:
        return Stamp(value).value
    except ValueError as error:
        raise Problem("annotation_malformed", "stamp") from error


_FIELDS: dict[str, Callable[[Any], Any]] = {
    "rect": _rect, "paths": _paths, "quads": _quads, "text": _text, "quote": _text, "stamp": _stamp,
}  # fmt: skip
_PLANE = (-FARTHEST, FARTHEST)


def _numbers(value: Any, most: int) -> list[float]:
    if not isinstance(value, list) or len(value) > most:
        raise Problem("annotation_malformed", "numbers")
    return [_number(one, *_PLANE) for one in value]


def _number(value: Any, least: float, most: float) -> float:
    # The comparison is False for NaN too, and takes whole numbers that no float can hold.
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise Problem("annotation_numbers")
    return round(float(value), 2)


def _whole(value: Any, least: int, most: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
