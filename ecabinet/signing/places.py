"""Where number, date and signatures of a PDF go, found by its words; read in a child process with limits."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from documents.children import Child, Limits, TooMuch, TooSlow
from documents.errors import Problem
from ecabinet.signing.place_rules import How, Letter, Page, Place, Places, judge

__all__ = ["How", "Place", "Places", "find"]

LIMITS = Limits(seconds=30, memory=1024**3, text=64 * 1024**2, pages=200)


class Unreadable(Problem):
    """The bytes are no PDF that can be read within the limits."""

    def __init__(self, detail: str) -> None:
        super().__init__("pdf_unreadable", detail)


def find(pdf: bytes, signers: Sequence[str] = ()) -> Places:
    """The places of a paper; ``signers``: their names as the paper writes them, in the order of signing. What is not
    found gets a sensible place and is named in :attr:`Places.missing`. Raises :class:`Unreadable`.
    """
    pages = letters(pdf)
    if not pages:
        raise Unreadable("no pages")
    return judge(pages, signers)


def letters(pdf: bytes) -> list[Page]:
    """The letters of each page; of a very long paper, of its first pages. Raises :class:`Unreadable`."""
    pages: list[Page] = []
    with tempfile.TemporaryDirectory(prefix="ecabinet-places-") as folder:
        path = Path(folder) / "paper.pdf"
        path.write_bytes(pdf)
        order = {"path": str(path), "limits": asdict(LIMITS)}
        with Child("ecabinet.signing.places_child", order, Path(folder)) as child:
            try:
                for line in child.lines(LIMITS.seconds, LIMITS.text):
                    message: dict[str, Any] = json.loads(line)
                    if "end" not in message:
                        pages.append(_page(message))
                    elif message["end"]:
                        raise Unreadable(message["end"])
                    else:
                        return pages
            except (TooSlow, TooMuch) as error:
                raise Unreadable(type(error).__name__) from error
    raise Unreadable("died")


def _page(message: dict[str, Any]) -> Page:
    found = tuple(Letter(*letter) for letter in message["letters"])
    return Page(message["width"], message["height"], found)
