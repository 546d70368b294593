"""Where annotations belong in the next version of a paper, read from the two files in a child process.

PDFium tells where each letter stands; the rest decides :mod:`documents.annotation_placing`.
"""

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from documents import annotation_placing as placing
from documents import errands
from documents.annotation_finding import Paper, Sheet, Word
from documents.annotation_marks import Box, Mark
from documents.children import LIMITS, Limits
from documents.text import exact, fold

MOST_BYTES = 256 * 1024**2
"""Of the answer."""
NEIGHBOURS = 2
"""Pages before and after one with annotations whose words tell it from others."""


@dataclass(frozen=True)
class Side:
    """A version to read: its PDF, and the recognised text of pages that have none of their own."""

    path: Path
    texts: Mapping[int, str]


def places(old: Side, new: Side, marks: Sequence[Mark], limits: Limits = LIMITS) -> dict[str, Mark]:
    """The annotations that have a place in the new version, as they stand there, by id; the files lie in one folder.

    Raises :class:`documents.errands.ErrandFailed`.
    """
    folder = new.path.parent
    given, found = folder / "marks.json", folder / "places.json"
    sides = [{"path": str(side.path.absolute()), "texts": side.texts} for side in (old, new)]
    given.write_text(json.dumps({"sides": sides, "marks": [asdict(mark) for mark in marks]}))
    order = {"given": str(given.absolute()), "found": str(found.absolute())}
    errands.ask(__name__, order, folder, limits, written=MOST_BYTES)
    return {mark.id: mark for mark in map(Mark.restore, json.loads(found.read_text()))}


def _work(order: dict[str, Any]) -> dict[str, Any]:
    given = json.loads(Path(order["given"]).read_text())
    marks = [Mark.restore(mark) for mark in given["marks"]]
    old_side, new_side = (
        Side(Path(side["path"]), {int(page): text for page, text in side["texts"].items()}) for side in given["sides"]
    )
    near = {mark.page + step for mark in marks for step in range(-NEIGHBOURS, NEIGHBOURS + 1)}
    old = Paper(read(old_side, near))
    new = Paper(read(new_side))
    found = [asdict(there) for mark in marks if (there := placing.place(mark, old, new)) is not None]
    Path(order["found"]).write_text(json.dumps(found))
    return {"placed": len(found)}


def read(side: Side, wanted: set[int] | None = None) -> Iterator[Sheet]:
    """The pages of a PDF (all, or those wanted) with the places of their words."""
    import pypdfium2  # after the limits are set: nothing of it runs without them

    with pypdfium2.PdfDocument(side.path) as pdf:
        for number in range(len(pdf)):
            if wanted is not None and number not in wanted:
                continue
            page = pdf[number]
            text, words = _words(page, number)
            texts = placing.folded(side.texts.get(number, "")) if not words else []
            yield Sheet(number, _visible(page), page.get_rotation(), text, words, texts)
            page.close()


def _visible(page: Any) -> Box:
    x0, y0, x1, y1 = page.get_cropbox()
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _words(page: Any, number: int) -> tuple[str, list[Word]]:
    """The text of a page, letter by letter, so that places in it are places of boxes; and its words."""
    from pypdfium2 import raw

    text_page = page.get_textpage()
    handle = text_page.raw
    codes = [raw.FPDFText_GetUnicode(handle, place) for place in range(raw.FPDFText_CountChars(handle))]
    # A code that is no letter of its own, half of a pair too, stands for itself as a gap.
    text = "".join(chr(code) if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else " " for code in codes)
    words = [
        Word(form, number, _around(text_page, start, end), start, end)
        for start, end in _spans(text)
        if (form := _form(text[start:end]))
    ]
    text_page.close()
    return text, words


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Runs of letters and digits, with the marks that stand beside them as letters of their own."""
    start: int | None = None
    for place, letter in enumerate(text):
        if letter.isalnum() or unicodedata.combining(letter):
            start = place if start is None else start
        elif start is not None:
            yield start, place
            start = None
    if start is not None:
        yield start, len(text)


def _form(written: str) -> str:
    return fold(exact(unicodedata.normalize("NFC", written)))


def _around(text_page: Any, start: int, end: int) -> Box:
    """Of a word: its first and last letters tell, as they stand in one line."""
    first, last = text_page.get_charbox(start, loose=True), text_page.get_charbox(end - 1, loose=True)
    return (
        min(first[0], last[0]),
        min(first[1], last[1]),
        max(first[2], last[2]),
        max(first[3], last[3]),
    )


if __name__ == "__main__":
    errands.serve(_work)
