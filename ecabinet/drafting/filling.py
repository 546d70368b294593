"""Word files of strangers worked on in a child process with limits (``python -m`` this module): a template checked and
filled in, the lines of a paper read.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pypdfium2
from docx import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from documents import errands
from documents.children import Limits
from documents.errors import Problem
from documents.media import DOCX
from ecabinet.drafting import template_rules
from ecabinet.drafting.form_lines import Laid, Line
from ecabinet.drafting.template_rules import TemplateFault

LIMITS = Limits(seconds=30.0)
MOST_BYTES = 64 * 1024**2
MOST_LINES = 20_000
FILE, MADE, LINES = "file.docx", "made.docx", "lines.json"
LEFT, RIGHT = "left", "right"
LEFT_OF, RIGHT_OF = 0.42, 0.58
"""On a page what has its middle before or behind these shares of its width stands in a column."""
HIGH, CLOSE, ROOM = 4.0, 24.0, 100.0
"""Points: so little apart two pieces of text stand on one line, and belong together; with room to be filled in."""


class BrokenTemplate(Problem):
    """A template that cannot be filled in; ``faults`` name each field and where it stands."""

    def __init__(self, faults: list[TemplateFault]) -> None:
        first = faults[0]
        super().__init__(
            "template_broken", first.tag, field="file", tag=first.tag, place=first.place, text=first.text
        )  # fmt: skip
        self.faults = faults


def fill(template: bytes, context: Mapping[str, Any]) -> bytes:
    """A template with these values; raises :class:`BrokenTemplate`, ``file_unreadable``: it is no Word file."""
    with TemporaryDirectory(prefix="ecabinet-template-") as name:
        folder = Path(name)
        _ask(folder, template, {"context": dict(context)})
        return (folder / MADE).read_bytes()


def read(paper: bytes, media_type: str = DOCX) -> Laid:
    """What stands in a Word file or a PDF; raises ``file_unreadable``."""
    with TemporaryDirectory(prefix="ecabinet-paper-") as name:
        folder = Path(name)
        answer = _ask(folder, paper, {"read": media_type})
        rows = json.loads((folder / LINES).read_text("utf-8"))
    return Laid(tuple(Line(**row) for row in rows), tuple(answer["margins"]) if answer["margins"] else None)


def _ask(folder: Path, file: bytes, order: dict[str, Any]) -> dict[str, Any]:
    (folder / FILE).write_bytes(file)
    try:
        answer = errands.ask(__name__, order, folder, LIMITS, MOST_BYTES)
    except errands.ErrandFailed as failed:
        raise Problem("file_unreadable", failed.reason, field="file") from failed
    if answer.get("faults"):
        raise BrokenTemplate([TemplateFault(**fault) for fault in answer["faults"]])
    return answer


def _serve(order: dict[str, Any]) -> dict[str, Any]:
    if "context" in order:
        return _fill(order["context"])
    return _read() if order["read"] == DOCX else _read_pdf()


def _fill(context: dict[str, Any]) -> dict[str, Any]:
    texts = [text for part in _parts() for text in part]
    if faults := template_rules.faults_of(texts):
        return {"faults": [vars(fault) for fault in faults]}
    template = DocxTemplate(FILE)
    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    try:
        template.render(context, environment, autoescape=True)
    except UndefinedError as error:
        return {"faults": [vars(TemplateFault(str(error.message), 0, ""))]}
    except TemplateError as error:
        return {"faults": [vars(TemplateFault(str(error.message or error), 0, ""))]}
    template.save(MADE)
    return {}


def _parts() -> Iterator[list[str]]:
    """The texts of all paragraphs: those of the body, then of headers and footers."""
    document = Document(FILE)
    roots = [document.element.body]
    for section in document.sections:
        parts = (section.header, section.first_page_header, section.footer, section.first_page_footer)
        roots += [part._element for part in parts if not part.is_linked_to_previous]
    for root in roots:
        yield ["".join(text.text or "" for text in one.iter(qn("w:t"))) for one in root.iter(qn("w:p"))]


def _read() -> dict[str, Any]:
    document = Document(FILE)
    rows = []
    for number, (paragraph, side) in enumerate(_blocks(document), 1):
        if number > MOST_LINES:
            raise errands.Beyond
        looks = _looks(paragraph)
        rows += [
            {"text": text, "number": number, "side": side, **looks}
            for text in paragraph.text.split("\n")
            if text.strip()
        ]
    Path(LINES).write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    page = document.sections[0]
    sides = (page.top_margin, page.right_margin, page.bottom_margin, page.left_margin)
    return {"margins": [side.mm for side in sides if side is not None] if all(sides) else None}


def _read_pdf() -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    with pypdfium2.PdfDocument(Path(FILE)) as document:
        for count in range(min(len(document), LIMITS.pages)):
            page = document[count]
            rows += [
                {"text": text, "page": count + 1, "number": number, "side": side}
                for number, (text, side) in enumerate(_lines(page), 1)
            ]
    Path(LINES).write_text(json.dumps(rows[:MOST_LINES], ensure_ascii=False), "utf-8")
    return {"margins": None}


def _lines(page: Any) -> Iterator[tuple[str, str]]:
    """The lines of a page with the column in which they stand; what lies close beside each other is one."""
    words, width = page.get_textpage(), page.get_width()
    pieces: list[list[tuple[float, float, float, float]]] = []
    for place in range(words.count_rects()):
        box = words.get_rect(place)
        before = pieces[-1][-1] if pieces else None
        room = ROOM if before is not None and _waits(words.get_text_bounded(*before)) else CLOSE
        if before is not None and abs(box[1] - before[1]) < HIGH and -HIGH < box[0] - before[2] < room:
            pieces[-1].append(box)
        else:
            pieces.append([box])
    for boxes in pieces:
        left, right = boxes[0][0], boxes[-1][2]
        text = words.get_text_bounded(
            left - 1, min(box[1] for box in boxes) - 1, right + 1, max(box[3] for box in boxes) + 1
        )
        middle = (left + right) / 2 / width
        side = LEFT if middle < LEFT_OF else RIGHT if middle > RIGHT_OF else ""
        yield " ".join(text.split()), side


def _waits(text: str) -> bool:
    """Whether room is left behind it for what is filled in."""
    return text.rstrip(" :\N{NO-BREAK SPACE}").lower().endswith(("số", "ngày", "tháng", "năm"))


def _blocks(document: Any) -> Iterable[tuple[Paragraph, str]]:
    """The paragraphs in the order of reading, with the column where they stand in a table of two."""
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            yield block, ""
            continue
        yield from _cells(block)


def _cells(table: Table) -> Iterable[tuple[Paragraph, str]]:
    columns = len(table.columns)
    for column in range(columns):
        side = (LEFT, RIGHT)[column] if columns == 2 else ""
        seen = set()
        for cell in table.column_cells(column):
            if cell._tc not in seen:
                seen.add(cell._tc)
                yield from ((paragraph, side) for paragraph in cell.paragraphs)


def _looks(paragraph: Paragraph) -> dict[str, Any]:
    runs = [run for run in paragraph.runs if run.text.strip()]
    if not runs:
        return {}

    def said(of: Any, name: str) -> Any:
        """By the run itself, else by its style and those which that builds on."""
        own = getattr(of.font, name)
        style = paragraph.style
        while own is None and style is not None:
            own = getattr(style.font, name)
            style = style.base_style
        return own

    sizes = [size.pt for run in runs if (size := said(run, "size")) is not None]
    fonts = {font for run in runs if (font := said(run, "name"))}
    return {
        "bold": all(bool(said(run, "bold")) for run in runs), "italic": all(bool(said(run, "italic")) for run in runs),
        "size": max(sizes, default=None), "font": next(iter(sorted(fonts)), None),
    }  # fmt: skip


if __name__ == "__main__":
    errands.serve(_serve)
