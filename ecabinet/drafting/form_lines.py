"""The lines of a paper as they were read, asked for words. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from documents.text import exact, fold


@dataclass(frozen=True)
class Line:
    """A line or paragraph of the paper: ``page`` (from 1) where pages are known, ``number`` of the paragraph on the
    paper, or of the line on its page. ``side``: "left" or "right" where it stands in a column. What is not known of its
    looks is None.
    """

    text: str
    number: int
    page: int | None = None
    side: str = ""
    bold: bool | None = None
    italic: bool | None = None
    size: float | None = None
    font: str | None = None


@dataclass(frozen=True)
class Laid:
    """What stands on a paper; ``margins`` (top, right, bottom, left, in millimetres) where they are written down."""

    lines: tuple[Line, ...]
    margins: tuple[float, float, float, float] | None = None


def plain(text: str) -> str:
    """Composed letters, one space between words."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def loosely(text: str) -> str:
    """The bare letters: marks, case and signs aside."""
    return re.sub(r"[\W_]+", "", fold(exact(text)))


class Reading:
    """The lines of a paper, asked for words that may run over several of them, in a column or across."""

    def __init__(self, found: Sequence[Line]) -> None:
        self.lines = [line for line in found if plain(line.text)]

    def find(self, wanted: str, *, loose: bool = False, last: bool = False) -> Line | None:
        """The line in which these words begin: letter by letter, or (``loose``) marks, case and signs aside."""
        as_asked = loosely if loose else plain
        words = as_asked(wanted)
        for column in self._columns():
            at, starts = 0, []
            for line in column:
                starts.append(at)
                at += len(as_asked(line.text)) + (0 if loose else 1)
            text = ("" if loose else " ").join(as_asked(line.text) for line in column)
            place = text.rfind(words) if last else text.find(words)
            if words and place >= 0:
                return next(
                    line for line, start in reversed(list(zip(column, starts, strict=True))) if start <= place
                )  # fmt: skip
        return None

    def _columns(self) -> Iterable[list[Line]]:
        yield self.lines
        for side in ("left", "right"):
            yield [line for line in self.lines if line.side == side]

    def match(self, pattern: re.Pattern[str]) -> tuple[Line, re.Match[str]] | None:
        """The first line that begins so."""
        for line in self.lines:
            if found := pattern.match(plain(line.text)):
                return line, found
        return None
