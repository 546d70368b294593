"""CSV read row by row: what is damaged is one row with its reason, never the rest of the file."""

import csv
import io
from collections.abc import Generator, Iterator
from typing import IO, NamedTuple

ROW_CHARACTERS = 64 * 1024
ROW_LINES = 20
"""So many lines a row may have, where its cells hold line ends."""


class Damaged(NamedTuple):
    """A row that cannot be read; ``code`` says why."""

    code: str


def csv_rows(file: IO[bytes], encoding: str, delimiter: str) -> Generator[list[str] | Damaged, None, None]:
    """Every row that is not empty. What is no letter of the encoding spoils its row only."""
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    try:
        yield from _Rows(text, delimiter)
    finally:
        text.detach()  # the file stays the caller's


class _Rows:
    """The lines of a text put together to rows.

    A quotation mark that is never closed would swallow all that follows. So a row over several lines is believed only
    while it looks like one: no more cells than the header has, and in no cell as many delimiters as a whole row has.
    Where it is not, its first line is the damaged one, and reading goes on with the second.
    """

    def __init__(self, text: io.TextIOWrapper, delimiter: str) -> None:
        self._text = text
        self._delimiter = delimiter
        self._given_back: list[str] = []
        self._width = 0

    def __iter__(self) -> Iterator[list[str] | Damaged]:
        while line := self._line():
            row = self._row(line)
            if isinstance(row, Damaged):
                yield row
            elif any(row):
                self._width = self._width or len(row)
                yield row

    def _line(self) -> str:
        return self._given_back.pop() if self._given_back else self._text.readline(ROW_CHARACTERS)

    def _row(self, line: str) -> list[str] | Damaged:
        if len(line) == ROW_CHARACTERS and not line.endswith(("\n", "\r")):
            while (rest := self._text.readline(ROW_CHARACTERS)) and not rest.endswith(("\n", "\r")):
                pass
            return Damaged("row_too_long")
        if "\ufffd" in line or "\x00" in line:
            return Damaged("row_unreadable")
        try:
            cells = self._parsed([line])
            return self._over_lines(line) if cells is None else cells
        except csv.Error:
            return Damaged("row_quote")

    def _parsed(self, lines: list[str]) -> list[str] | None:
        """The cells, or None where a quotation mark is open at the end; raises csv.Error for one out of place."""
        reader = csv.reader([*lines, ""], delimiter=self._delimiter, strict=True)
        try:
            return next(reader)
        except csv.Error:
            if reader.line_num <= len(lines):
                raise
            return None

    def _over_lines(self, first: str) -> list[str] | Damaged:
        taken = [first]
        cells = None
        while cells is None and len(taken) < ROW_LINES and sum(map(len, taken)) < ROW_CHARACTERS:
            line = self._line()
            taken.append(line)
            if not line or self._is_a_row(line) or "\ufffd" in line or "\x00" in line:
                break
            cells = self._parsed_over(taken)
        if cells is not None and self._believed(cells):
            return cells
        self._given_back.extend(line for line in reversed(taken[1:]) if line)
        return Damaged("row_quote")

    def _parsed_over(self, lines: list[str]) -> list[str] | None:
        try:
            return self._parsed(lines)
        except csv.Error:
            return []

    def _is_a_row(self, line: str) -> bool:
        return line.count('"') % 2 == 0 and 0 < self._width - 1 <= line.count(self._delimiter)

    def _believed(self, cells: list[str]) -> bool:
        most = max((cell.count(self._delimiter) for cell in cells), default=0)
        return len(cells) > 0 and (not self._width or (len(cells) <= self._width and most < max(self._width - 1, 1)))
