"""Plain text and web pages: one page each."""

from html.parser import HTMLParser
from pathlib import Path

from documents import media
from documents.readers.report import End, Report

_HEAD = 4096
_BLOCKS = frozenset(
    {
        *("address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr"),
        *("li", "ol", "p", "pre", "section", "table", "td", "th", "title", "tr", "ul"),
    }
)
_UNSEEN = frozenset({"script", "style", "template", "noscript", "svg"})


def read(path: Path, kind: str, report: Report) -> None:
    if path.stat().st_size > report.limits.text:
        raise End("too_large_to_read")
    data = path.read_bytes()
    codec = media.text_encoding(data[:_HEAD]) or "utf-8"
    text = data.decode(codec, "replace")
    report.page_count(1)
    report.page(0, web_text(text) if kind == media.HTML else text)


def web_text(markup: str) -> str:
    """What a web page shows, a line for each block."""
    shown = _Shown()
    shown.feed(markup)
    shown.close()
    return "\n".join(filter(None, (" ".join(line.split()) for line in "".join(shown.parts).split("\n"))))


class _Shown(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            # Line ends of the source are only spaces.
            self.parts.append(data.replace("\n", " "))
