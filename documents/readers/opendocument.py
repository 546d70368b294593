"""Files of LibreOffice and its like: a text is one page, each sheet and each slide is one."""

from collections.abc import Iterator
from pathlib import Path

from documents import media
from documents.readers.packed import Event, Package
from documents.readers.report import End, Report

_PAGES = {media.ODS: "table", media.ODP: "page"}
_CONTENT = "content.xml"
_SIGNS = {"s": " ", "tab": "\t", "line-break": "\n"}


def read(path: Path, kind: str, report: Report) -> None:
    with Package(path, report) as package:
        if b"encryption-data" in b"".join(package.data("META-INF/manifest.xml")):
            raise End("encrypted")
        number = 0
        for number, page in enumerate(_pages(package.events(_CONTENT), _PAGES.get(kind)), 1):
            if number > report.limits.pages:
                raise End("too_many_pages")
            report.page_of(number - 1, page)
        report.page_count(number)


def _pages(events: Iterator[Event], element: str | None) -> Iterator[Iterator[str]]:
    """The pages, each to be taken before the next is asked for."""
    if element is None:
        yield _lines(events, None)
        return
    for kind, name, said in events:
        if kind == "start" and name == element:
            title = said.get("name", "")
            yield (line for part in ((title + "\n" if title else "",), _lines(events, element)) for line in part)


def _lines(events: Iterator[Event], until: str | None) -> Iterator[str]:
    """A line a paragraph, the cells of a row side by side; up to the end of this element."""
    paragraphs, row, depth = 0, 0, 0
    for kind, name, _ in events:
        if kind == "text":
            if paragraphs:
                yield name
        elif name in {"p", "h"}:
            paragraphs += 1 if kind == "start" else -1
            if kind == "end" and not paragraphs:
                yield "\t" if row else "\n"
        elif name in _SIGNS and kind == "start" and paragraphs:
            yield _SIGNS[name]
        elif name == "table-row":
            row += 1 if kind == "start" else -1
            if kind == "end":
                yield "\n"
        elif name == until:
            depth += 1 if kind == "start" else -1
            if depth < 0:
                return
