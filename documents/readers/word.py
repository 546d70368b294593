"""Word files: the body with its tables and text boxes, then footnotes, headers and footers, as one page."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from documents.readers.packed import Event, Package
from documents.readers.report import Report
from documents.readers.runs import Converter, Run

_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "\xad"}
# The same text a second time: for older programs, and where it stood before it was moved.
_TWICE = frozenset({"Fallback", "moveFrom"})


def read(path: Path, kind: str, report: Report) -> None:
    with Package(path, report) as package:
        main = package.main("word/document.xml")
        fonts = Fonts(package, next(iter(package.related(main, "styles")), None))
        converter = Converter()
        parts = [
            main,
            *package.related(main, "footnotes", "endnotes", "header", "footer"),
        ]
        try:
            report.page_of(0, (piece for part in parts for piece in _story(package.events(part), fonts, converter)))
        finally:
            for encoding in sorted(converter.found):
                report.note(encoding)


class Fonts:
    """Which font a style brings, through those it is based on."""

    def __init__(self, package: Package, part: str | None) -> None:
        self._own: dict[str, str] = {}
        self._base: dict[str, str] = {}
        self._default: str | None = None
        self._paragraph = ""
        style = ""
        for event in package.events(part) if part else ():
            if event.kind != "start":
                continue
            said = event.attributes
            if event.name == "style":
                style = said.get("styleId", "")
                if said.get("default") in {"1", "true"} and said.get("type") == "paragraph":
                    self._paragraph = style
            elif event.name == "basedOn":
                self._base[style] = said.get("val", "")
            elif event.name == "rFonts" and (font := named_font(said)):
                if style:
                    self._own[style] = font
                else:
                    self._default = font

    def of(self, *styles: str | None) -> str | None:
        """The font that the first of these styles brings that has one; else the document's."""
        for style in (*styles, self._paragraph):
            at, steps = style, 0
            while at and steps < 20:  # a chain may be a ring
                if at in self._own:
                    return self._own[at]
                at, steps = self._base.get(at), steps + 1
        return self._default


def named_font(said: dict[str, str]) -> str | None:
    """The font of ``w:rFonts`` for Western letters: those of the upper half are what the old encodings used."""
    return said.get("hAnsi") or said.get("ascii")


@dataclass
class _Paragraph:
    style: str | None = None
    runs: list[Run] = field(default_factory=list)
    in_run: bool = False
    font: str | None = None
    run_style: str | None = None


def _story(events: Iterator[Event], fonts: Fonts, converter: Converter) -> Iterator[str]:
    """The text of a part: a line a paragraph, cells side by side."""
    open_paragraphs: list[_Paragraph] = []
    pending = ""  # the line end after a paragraph, which the end of a cell turns into a tab
    skipping = 0
    in_text = False
    for kind, name, said in events:
        if kind == "text":
            if in_text and not skipping and open_paragraphs:
                _write(open_paragraphs[-1], name, fonts)
        elif name in _TWICE:
            skipping += 1 if kind == "start" else -1
        elif skipping:
            continue
        elif name == "t":
            in_text = kind == "start"
        elif name == "p":
            if kind == "start":
                open_paragraphs.append(_Paragraph())
            elif open_paragraphs:
                yield pending + converter.text(open_paragraphs.pop().runs)
                pending = "\n"
        elif name == "tc" and kind == "end":
            pending = "\t"
        elif name == "tr" and kind == "end":
            pending = "\n"
        elif open_paragraphs:
            _inside(open_paragraphs[-1], kind, name, said, fonts)
    yield pending


def _inside(paragraph: _Paragraph, kind: str, name: str, said: dict[str, str], fonts: Fonts) -> None:
    """What stands in a paragraph besides its words: styles, fonts, and signs that have elements of their own."""
    if name == "r":
        paragraph.in_run, paragraph.font, paragraph.run_style = kind == "start", None, None
    elif kind == "end":
        return
    elif name == "pStyle":
        paragraph.style = said.get("val")
    elif not paragraph.in_run:
        return
    elif name == "rStyle":
        paragraph.run_style = said.get("val")
    elif name == "rFonts":
        paragraph.font = named_font(said) or paragraph.font
    elif name in _SIGNS:
        _write(paragraph, _SIGNS[name], fonts)
    elif name == "sym" and said.get("char"):
        paragraph.runs.append(Run(chr(int(said["char"], 16)), said.get("font")))


def _write(paragraph: _Paragraph, text: str, fonts: Fonts) -> None:
    font = paragraph.font or fonts.of(paragraph.run_style, paragraph.style)
    paragraph.runs.append(Run(text, font))
