"""Presentations: each slide is a page, with what its speaker noted."""

from collections.abc import Iterator
from pathlib import Path

from documents.readers.packed import Event, Package
from documents.readers.report import Report
from documents.readers.runs import Converter, Run


def read(path: Path, kind: str, report: Report) -> None:
    with Package(path, report) as package:
        main = package.main("ppt/presentation.xml")
        slides = _in_order(package, main)
        font = _usual_font(package, main)
        converter = Converter()
        report.page_count(len(slides))
        try:
            for number, slide in enumerate(slides[: report.limits.pages]):
                parts = [slide, *package.related(slide, "notesSlide")]
                report.page_of(
                    number, (line for part in parts for line in _lines(package.events(part), font, converter))
                )
        finally:
            for encoding in sorted(converter.found):
                report.note(encoding)


def _in_order(package: Package, main: str) -> list[str]:
    relations = package.relations(main)
    named = [event.attributes.get("id") for event in package.events(main) if event[:2] == ("start", "sldId")]
    targets = [relations[name].target for name in named if name in relations]
    return [target for target in targets if target in package]


def _usual_font(package: Package, main: str) -> str | None:
    """The font of the theme for running text."""
    for part in package.related(main, "theme")[:1]:
        minor = False
        for kind, name, said in package.events(part):
            if name == "minorFont":
                minor = kind == "start"
            elif minor and name == "latin" and kind == "start":
                return said.get("typeface")
    return None


def _lines(events: Iterator[Event], usual: str | None, converter: Converter) -> Iterator[str]:
    """A line a paragraph. Numbers that the program fills in (of the slide, today's date) are no text."""
    runs: list[Run] = []
    font = usual
    in_text, filled_in = False, 0
    for kind, name, said in events:
        if kind == "text":
            if in_text and not filled_in:
                runs.append(Run(name, font))
        elif name == "fld":
            filled_in += 1 if kind == "start" else -1
        elif name == "t":
            in_text = kind == "start"
        elif name == "r" and kind == "start":
            font = usual
        elif name == "latin" and kind == "start":
            face = said.get("typeface", "")
            font = usual if face.startswith("+") else face
        elif name in {"br", "tab"} and kind == "start":
            runs.append(Run("\n" if name == "br" else "\t", None))
        elif name == "p" and kind == "end":
            text = converter.text(runs)
            runs = []
            if text.strip():
                yield text + "\n"
