"""Workbooks: each sheet is a page, a row a line, cells as they are shown. Formulas are text and never evaluated."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from documents.readers.numbers import BUILT_IN, DATES_FROM_1904, shown
from documents.readers.packed import Event, Package
from documents.readers.report import Report
from documents.readers.runs import Converter, Run

_TRUTH = {"0": "FALSE", "1": "TRUE"}


def read(path: Path, kind: str, report: Report) -> None:
    with Package(path, report) as package:
        main = package.main("xl/workbook.xml")
        book = _Book(package, main)
        converter = Converter()
        sheets = [(name, part) for name, part in book.sheets if part in package]
        report.page_count(len(sheets))
        try:
            for number, (name, part) in enumerate(sheets[: report.limits.pages]):
                report.page_of(number, _sheet(name, package.events(part), book, converter))
        finally:
            for encoding in sorted(converter.found):
                report.note(encoding)


class _Book:
    """What the sheets share: texts, fonts and formats of numbers."""

    def __init__(self, package: Package, main: str) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.epoch = 0
        relations = package.relations(main)
        for kind, name, said in package.events(main):
            if kind == "start" and name == "sheet" and said.get("id") in relations:
                self.sheets.append((said.get("name", ""), relations[said["id"]].target))
            elif kind == "start" and name == "workbookPr" and said.get("date1904") in {"1", "true"}:
                self.epoch = DATES_FROM_1904
        self.styles = [style for part in package.related(main, "styles")[:1] for style in _styles(package.events(part))]
        self.texts = [
            text for part in package.related(main, "sharedStrings")[:1] for text in _texts(package.events(part), "si")
        ]

    def style(self, index: str) -> "_Style":
        place = int(index or 0)
        return self.styles[place] if place < len(self.styles) else _Style()


@dataclass(frozen=True)
class _Style:
    font: str | None = None
    number: str = ""


def _styles(events: Iterator[Event]) -> Iterator[_Style]:
    """The styles of cells, in order."""
    fonts: list[str | None] = []
    formats = dict(BUILT_IN)
    inside = ""
    for kind, name, said in events:
        if name in {"fonts", "cellXfs"}:
            inside = name if kind == "start" else ""
        elif kind != "start":
            continue
        elif name == "numFmt":
            formats[said.get("numFmtId", "")] = said.get("formatCode", "")
        elif name == "font" and inside == "fonts":
            fonts.append(None)
        elif name == "name" and inside == "fonts" and fonts:
            fonts[-1] = said.get("val")
        elif name == "xf" and inside == "cellXfs":
            place = int(said.get("fontId", 0))
            yield _Style(fonts[place] if place < len(fonts) else None, formats.get(said.get("numFmtId", ""), ""))


def _texts(events: Iterator[Event], element: str) -> Iterator[list[Run]]:
    """The runs of each text; a font only where a run has one of its own. How a name is pronounced is left out."""
    runs: list[Run] = []
    font: str | None = None
    in_text, phonetic = False, 0
    for kind, name, said in events:
        if kind == "text":
            if in_text and not phonetic:
                runs.append(Run(name, font))
        elif name == "rPh":
            phonetic += 1 if kind == "start" else -1
        elif name == "t":
            in_text = kind == "start"
        elif name == "r":
            font = None
        elif name == "rFont":
            font = said.get("val", font)
        elif name == element and kind == "end":
            yield runs
            runs, font = [], None


@dataclass
class _Cell:
    kind: str
    style: _Style
    value: list[str] = field(default_factory=list)
    formula: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)

    def runs(self, book: _Book) -> list[Run]:
        value = "".join(self.value)
        if self.kind == "s" and value.strip().isdecimal() and int(value) < len(book.texts):
            runs = book.texts[int(value)]
        elif self.kind == "inlineStr":
            runs = [Run("".join(self.inline), None)]
        elif self.kind == "b":
            runs = [Run(_TRUTH.get(value, value), None)]
        elif value and self.kind in {"", "n"}:
            return [Run(shown(value, self.style.number, book.epoch), None)]
        elif value:
            runs = [Run(value, None)]
        else:
            return [Run("=" + "".join(self.formula), None)] if self.formula else []
        return [Run(run.text, run.font or self.style.font) for run in runs]


def _sheet(name: str, events: Iterator[Event], book: _Book, converter: Converter) -> Iterator[str]:
    """The sheet's name, then a line for each row that has something in it."""
    yield name
    cell: _Cell | None = None
    row: list[str] = []
    into: list[str] | None = None
    for kind, element, said in events:
        if kind == "text":
            if into is not None:
                into.append(element)
        elif element == "c":
            if kind == "start":
                cell = _Cell(said.get("t", ""), book.style(said.get("s", "")))
            elif cell is not None:
                row.append(converter.text(cell.runs(book)).replace("\n", " "))
                cell = None
        elif cell is not None and element in {"v", "f", "t"}:
            into = {"v": cell.value, "f": cell.formula, "t": cell.inline}[element] if kind == "start" else None
        elif element == "row" and kind == "end":
            if any(row):
                yield "\n" + "\t".join(filter(None, row))
            row = []
