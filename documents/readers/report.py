"""What a reader says while it reads, and the way in which it stops."""

import json
from collections.abc import Iterable
from typing import IO, Any

from documents.children import Limits
from documents.cleaning import clean

MOST_NAMED = 20


class End(Exception):
    """Reading stops here; ``reason`` is a value of :class:`documents.extract.Reason`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Report:
    """The child's side of the pipe: one JSON line for each thing said."""

    def __init__(self, pipe: IO[str], limits: Limits) -> None:
        self._pipe = pipe
        self.limits = limits
        self._unread = 0

    def page_count(self, count: int) -> None:
        self._say({"page_count": count})

    def page(self, number: int, text: str) -> None:
        """The text of a page, from 0."""
        self._say({"page": number, "text": clean(text)})

    def page_of(self, number: int, pieces: Iterable[str]) -> None:
        """A page of many pieces: what there is of it is said also when it has too many or they end in a fault."""
        kept: list[str] = []
        size = 0
        try:
            for piece in pieces:
                kept.append(piece)
                size += len(piece.encode("utf-8", "replace"))
                if size > self.limits.text // 2:
                    raise End("too_large_to_read")
        finally:
            if kept:
                self.page(number, "".join(kept))

    def note(self, code: str) -> None:
        """Something to know besides the reason; see :class:`documents.extract.Extracted`."""
        self._say({"note": code})

    def unread(self, number: int) -> None:
        """A page that could not be read; the first few are named."""
        self._unread += 1
        if self._unread <= MOST_NAMED:
            self.note(f"unread:{number}")

    def end(self, reason: str | None) -> None:
        """The last word; pages that could not be read are the reason when nothing worse is."""
        self._say({"end": reason or ("partly_read" if self._unread else None)})

    def _say(self, message: dict[str, Any]) -> None:
        self._pipe.write(json.dumps(message, ensure_ascii=False) + "\n")
        self._pipe.flush()
