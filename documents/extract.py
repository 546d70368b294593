"""From a file to the text of its pages, whatever the file does.

The reading happens in a fresh child process (:mod:`documents.extract_child`) with limits on memory, processor time and
open files; the child writes one JSON line a page, so the pages already read survive its end, however it ends. The
server has threads, so the child is a new interpreter and never a fork.
"""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from documents import media
from documents.rules import VersionState


class Reason(StrEnum):
    """Why there is no text, or not all of it."""

    EMPTY = "empty"
    NOT_A_PDF = "not_a_pdf"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large_to_read"
    TIMEOUT = "timeout"
    TOO_MANY_PAGES = "too_many_pages"
    NO_TEXT = "no_text"
    PARTLY_READ = "partly_read"
    UNSUPPORTED = "unsupported_type"


_STATES = {
    Reason.EMPTY: VersionState.REFUSED,
    Reason.NOT_A_PDF: VersionState.REFUSED,
    Reason.ENCRYPTED: VersionState.REFUSED,
    Reason.DAMAGED: VersionState.FAILED,
    Reason.TOO_LARGE: VersionState.FAILED,
    Reason.TIMEOUT: VersionState.FAILED,
}
"""The other reasons are remarks on a version that is ready."""


@dataclass(frozen=True)
class Limits:
    """``seconds`` of wall clock, ``memory`` in bytes of address space, ``text`` in bytes of UTF-8, ``pages``."""

    seconds: float = 60.0
    memory: int = 1024**3
    text: int = 64 * 1024**2
    pages: int = 20_000


LIMITS = Limits()


@dataclass
class Extracted:
    """The outcome: what was read, and the reason when something was not.

    ``pages`` maps the page (from 0) to its text; ``page_count`` is None when it could not be found out.
    """

    media_type: str
    pages: dict[int, str] = field(default_factory=dict)
    page_count: int | None = None
    reason: Reason | None = None

    @property
    def state(self) -> VersionState:
        return _STATES.get(self.reason, VersionState.READY) if self.reason else VersionState.READY


def extract(path: Path, filename: str = "", limits: Limits = LIMITS) -> Extracted:
    """Read a file. Never raises because of what is in it; an OSError means that the file cannot be opened at all.

    ``filename`` is the name the person gave: something named ``.pdf`` that is none is refused.
    """
    with path.open("rb") as file:
        kind = media.media_type(file)
    outcome = Extracted(kind)
    if kind == media.EMPTY:
        outcome.reason = Reason.EMPTY
    elif filename.lower().endswith(".pdf") and kind != media.PDF:
        outcome.reason = Reason.NOT_A_PDF
    elif kind.startswith("image/"):
        outcome.page_count, outcome.reason = 1, Reason.NO_TEXT
    elif kind in {media.PDF, media.DOCX, media.TEXT}:
        _read_in_child(path, outcome, limits)
    else:
        outcome.reason = Reason.UNSUPPORTED
    return outcome


def _read_in_child(path: Path, outcome: Extracted, limits: Limits) -> None:
    order = json.dumps({"path": str(path.absolute()), "media_type": outcome.media_type, "limits": asdict(limits)})
    child = subprocess.Popen(  # noqa: S603 - our own module, arguments as a list
        [sys.executable, "-s", "-P", "-m", "documents.extract_child", order],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=path.parent,
        env={"PYTHONPATH": str(Path(__file__).parents[1]), "PYTHONUTF8": "1", "PATH": os.defpath},
        start_new_session=True,
    )
    assert child.stdout is not None  # noqa: S101 - for the type checker: PIPE was asked for
    with child.stdout as pipe:
        try:
            if not _collect(pipe, outcome, limits):
                outcome.reason = _death(child)
        finally:
            # Its whole session, should a library ever start something of its own.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _collect(pipe: IO[bytes], outcome: Extracted, limits: Limits) -> bool:
    """Take the child's lines; False when it went away before saying that it is done."""
    size = 0
    for line in _lines(pipe, time.monotonic() + limits.seconds, limits.text):
        if line is None:
            outcome.reason = Reason.TIMEOUT
            return True
        size += len(line)
        if size > limits.text:
            outcome.reason = Reason.TOO_LARGE
            return True
        if _take(outcome, line):
            return True
    return False


def _death(child: subprocess.Popen[bytes]) -> Reason:
    """Why a child said no last word. It has closed its pipe, so it is ending or stuck in doing so."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(1)
    if child.returncode == -signal.SIGXCPU:
        return Reason.TIMEOUT
    if child.returncode == -signal.SIGKILL:  # nobody else kills it but the system, for want of memory
        return Reason.TOO_LARGE
    return Reason.DAMAGED


def _take(outcome: Extracted, line: bytes) -> bool:
    """Add one line to the outcome; True when it was the last."""
    message: dict[str, Any] = json.loads(line)
    if "page" in message:
        outcome.pages[message["page"]] = message["text"]
    elif "page_count" in message:
        outcome.page_count = message["page_count"]
    else:
        reason = message["end"]
        outcome.reason = Reason(reason) if reason else None
        if not reason and not any(text.strip() for text in outcome.pages.values()):
            outcome.reason = Reason.NO_TEXT
        return True
    return False


def _lines(pipe: IO[bytes], deadline: float, most: int) -> Iterator[bytes | None]:
    """Whole lines as they come, at most ``most`` bytes in one; None when the deadline passes."""
    waiting = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                yield None
                return
            chunk = os.read(pipe.fileno(), 1 << 16)
            if not chunk:
                return
            waiting += chunk
            if len(waiting) > most:
                yield bytes(waiting)
                return
            if b"\n" in chunk:
                *whole, rest = waiting.split(b"\n")
                waiting = rest
                yield from map(bytes, whole)
