"""Where annotations belong in the next version of a paper, read from the two files in a child process.

PDFium tells where each letter stands; the rest decides :mod:`documents.annotation_placing`.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
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
WRITTEN = re.compile(r"[\w\u0300-\u036f]+")
"""A word, also one whose marks stand beside its letters."""
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
    text_page = page.get_textpage()
    text = _letters(text_page)
    words = [
        Word(form, number, _around(text_page.raw, found.start(), found.end() - 1), *found.span())
        for found in WRITTEN.finditer(text)
        if (form := _form(found[0]))
    ]
    text_page.close()
    return text, words


def _letters(text_page: Any) -> str:
    from pypdfium2 import raw

    count = text_page.count_chars()
    text = str(text_page.get_text_range(0, count, errors="replace"))
    if len(text) == count:
        return text
    # Some letters are more than one, or none, in the text as a whole: then they are asked for one by one.
    codes = (raw.FPDFText_GetUnicode(text_page.raw, place) for place in range(count))
    return "".join(chr(code) if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else " " for code in codes)


@cache
def _form(written: str) -> str:
    return fold(exact(unicodedata.normalize("NFC", written)))


def _around(text_page: Any, first: int, last: int) -> Box:
    """Of a word: its first and last letters tell, as they stand in one line."""
    from pypdfium2 import raw

    boxes = (raw.FS_RECTF(), raw.FS_RECTF())
    for place, box in zip((first, last), boxes, strict=True):
        raw.FPDFText_GetLooseCharBox(text_page, place, box)
    one, other = boxes
    return (
        min(one.left, other.left),
        min(one.bottom, other.bottom),
        max(one.right, other.right),
        max(one.top, other.top),
    )


if __name__ == "__main__":
    errands.serve(_work)
