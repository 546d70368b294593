"""Items of an agenda read from what a secretary types or pastes: one line is one item. Pure."""

import re
from dataclasses import dataclass

from documents.errors import Problem
from documents.text import exact, fold
from ecabinet.meetings.agenda_rules import MOST_ITEMS, ItemDraft, ItemKind

_DOTTED = re.compile(r"(\d{1,3}(?:\.\d{1,3})+)[.)]?\s+")
_NUMBERED = re.compile(r"(?:\d{1,3}[.)]\s*|\d{1,3}\t|[IVX]{1,6}[.)]\s+|[a-zđ][.)]\s+)")
_BULLET = re.compile(r"([-–—•*+])\s+")
_CELLS = re.compile(r"\s*[\t|]\s*")
_MINUTES = re.compile(r"\(?\s*(\d{1,4})\s*(?:phút|phut|ph|min|p|['’])\s*\)?\.?$", re.IGNORECASE)
_BARE_MINUTES = re.compile(r"\d{1,4}")

KINDS_BY_WORDS: tuple[tuple[str, ItemKind], ...] = (
    ("giai lao", ItemKind.BREAK),
    ("nghi giua gio", ItemKind.BREAK),
    ("nghi trua", ItemKind.BREAK),
    ("bieu quyet", ItemKind.VOTE),
    ("bau cu", ItemKind.ELECTION),
    ("bau bo sung", ItemKind.ELECTION),
    ("thao luan", ItemKind.DISCUSSION),
    ("gop y", ItemKind.DISCUSSION),
    ("cho y kien", ItemKind.DISCUSSION),
    ("chat van", ItemKind.DISCUSSION),
)
"""The first words of a title, without marks, that tell its kind; anything else is a report."""


@dataclass(frozen=True)
class Typed:
    """An item read from a line. ``depth`` is as the writing suggests; the agenda takes it as far as a tree allows."""

    depth: int
    draft: ItemDraft


def kind_of(title: str) -> ItemKind:
    """The kind that a title suggests."""
    words = fold(exact(title))
    return next((kind for start, kind in KINDS_BY_WORDS if words.startswith(start)), ItemKind.REPORT)


def read_lines(text: str) -> list[Typed]:
    """Non-empty lines as items.

    Understood are numbers and bullets at the head (dropped), levels by dots (1.2), by indentation and by bullets (under
    the last line without one), cells from a spreadsheet (title, presenter, minutes) and minutes at the end ("30 phút").
    """
    found: list[Typed] = []
    base = 1
    for line in text.splitlines():
        if not line.strip():
            continue
        depth, rest, bullet = _level(line, base)
        if not bullet:
            base = depth
        draft = _draft(rest)
        if any(letter.isalnum() for letter in draft.title):  # not a line that only draws a line
            found.append(Typed(depth, draft))
        if len(found) > MOST_ITEMS:
            raise Problem("too_many_items", limit=MOST_ITEMS)
    return found


def _level(line: str, base: int) -> tuple[int, str, bool]:
    stripped = line.lstrip()
    head = line[: len(line) - len(stripped)].expandtabs(4)
    indented = 1 + (len(head) + 2) // 4
    if dotted := _DOTTED.match(stripped):
        return dotted[1].count(".") + 1, stripped[dotted.end() :], False
    if bullet := _BULLET.match(stripped):
        return base + (2 if bullet[1] == "+" else 1), stripped[bullet.end() :], True
    if numbered := _NUMBERED.match(stripped):
        return indented, stripped[numbered.end() :], False
    return indented, stripped, False


def _draft(text: str) -> ItemDraft:
    title, *others = [cell for cell in _CELLS.split(text.strip()) if cell] or [""]
    minutes, presenters = 0, []
    for cell in others:
        said = _MINUTES.fullmatch(cell) or _BARE_MINUTES.fullmatch(cell)
        if said:
            minutes = int(said[1] if said.re is _MINUTES else said[0])
        else:
            presenters.append(cell)
    if at_end := _MINUTES.search(title):
        minutes, title = int(at_end[1]), title[: at_end.start()].rstrip(" -–—,;:(")
    return ItemDraft(title, minutes, kind_of(title), tuple(presenters))
