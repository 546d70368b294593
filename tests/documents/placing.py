"""Papers with annotations on them, and what of them is where, for the tests of carrying over."""

import io
from pathlib import Path

from pypdf import PdfWriter
from pypdf.generic import RectangleObject

from documents.annotation_finding import Paper
from documents.annotation_marks import Mark, around
from documents.annotation_places import Side, read
from documents.annotation_placing import folded
from documents.annotation_rules import Kind
from ecabinet.demo import laws

LAW = Path(laws.__file__).parent / "data" / "laws" / "luat-thue-thu-nhap-doanh-nghiep.txt"
ID = "00000000-0000-4000-8000-000000000001"


def text_of_law() -> str:
    return LAW.read_text(encoding="utf-8")


def pdf_of(text: str) -> bytes:
    return laws.render(laws.read_law(LAW)).read() if text == text_of_law() else _rendered(text)


def _rendered(text: str) -> bytes:
    law = laws.read_law(LAW)
    return laws.render(laws.Law(law.title, law.number, law.issued_on, text)).read()


def turned(pdf: bytes, turn: int, crop: tuple[float, float, float, float] | None = None) -> bytes:
    """The same pages, shown turned and cut to a box."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    for page in writer.pages:
        page.rotate(turn)
        if crop is not None:
            page.cropbox = RectangleObject(crop)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def paper_of(pdf: bytes, folder: Path) -> Paper:
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    return Paper(read(Side(path, {})))


def places_of(paper: Paper, text: str, nth: int = 0) -> range:
    """Where these words stand for the nth time (from 0)."""
    wanted = folded(text)
    starts = (n for n in range(len(paper.forms)) if paper.forms[n : n + len(wanted)] == wanted)
    for _ in range(nth):
        next(starts)
    start = next(starts)
    return range(start, start + len(wanted))


def over(paper: Paper, places: range) -> Mark:
    """Words marked, each with a box of its own."""
    words = [paper.words[place] for place in places]
    quads = tuple(
        (x0, y1, x1, y1, x0, y0, x1, y0)
        for word in words
        for x0, y0, x1, y1 in [word.box]
        if word.page == words[0].page
    )
    return Mark(
        id=ID, kind=Kind.HIGHLIGHT, page=words[0].page, rect=around(quads), quads=quads, quote=quote(paper, places)
    )


def quote(paper: Paper, places: range) -> str:
    """The words as they are compared."""
    return " ".join(paper.forms[place] for place in places)


def marked(paper: Paper, mark: Mark) -> str:
    """The words that lie under a mark's quads."""
    boxes = [around([quad]) for quad in mark.quads]
    middles = (
        (place, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        for place in paper.of_page(mark.page)
        for box in [paper.words[place].box]
    )
    return " ".join(
        paper.forms[place] for place, x, y in middles if any(b[0] <= x <= b[2] and b[1] <= y <= b[3] for b in boxes)
    )


def beside(paper: Paper, text: str, kind: Kind = Kind.NOTE, nth: int = 0) -> Mark:
    """A sign in the left margin, 40 points from the first of these words."""
    word = paper.words[places_of(paper, text, nth)[0]]
    left = min(other.box[0] for other in paper.words if other.page == word.page)
    rect = (left - 40, word.box[1], left - 20, word.box[1] + 20)
    return Mark(id=ID, kind=kind, page=word.page, rect=rect, text="ghi")


def ink_on(paper: Paper, text: str, nth: int = 0) -> Mark:
    """A stroke through these words."""
    words = [paper.words[place] for place in places_of(paper, text, nth)]
    first, last = words[0].box, words[-1].box
    path = (first[0], first[1] + 4, 0.5, last[2], last[1] + 4, 0.7)
    rect = (min(path[0], path[3]), min(path[1], path[4]) - 1, max(path[0], path[3]), max(path[1], path[4]) + 1)
    return Mark(id=ID, kind=Kind.INK, page=words[0].page, rect=rect, paths=(path,))
