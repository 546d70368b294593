"""PDFs: pypdf first, PDFium where pypdf fails, finds nothing or takes long.

pypdf cannot crash and keeps to limits of its own, so it goes first and says what it finds at once; PDFium is some six
times quicker but may take the process down with it, and then costs only the pages it was called for.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from pypdf import PasswordType, PdfReader
from pypdf.errors import LimitReachedError
from pypdf.generic import DictionaryObject

from documents.readers.pdf_fonts import FontMender
from documents.readers.report import End, Report

SHARE = 0.4
"""Of the time given, for pypdf."""
MANY = 1000
"""Pages: a paper with more is left to PDFium, as pypdf would not get through in its share."""


class _Slow(BaseException):
    """pypdf has had its time. Not an Exception: pypdf catches these broadly."""


@dataclass
class Progress:
    """How many pages there are, once somebody knows; which have been read; which asked for more than the limits."""

    count: int | None = None
    done: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)


def read(path: Path, kind: str, report: Report) -> None:
    progress = Progress()
    try:
        # An open file, as pypdf would take the whole of a path into memory.
        with _at_most(report.limits.seconds * SHARE), path.open("rb") as file:
            _first(file, report, progress)
    except _Slow:
        pass
    except End:
        raise
    except (MemoryError, LimitReachedError) as error:
        raise End("too_large_to_read") from error
    except Exception:  # noqa: BLE001, S110 - pypdf raises bare built-ins too; PDFium has a second look
        pass
    _second(path, report, progress)


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise _Slow

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _first(file: IO[bytes], report: Report, progress: Progress) -> None:
    reader = PdfReader(file)
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise End("encrypted")
    root = reader.root_object["/Pages"].get_object()
    if isinstance(root, DictionaryObject) and isinstance(claimed := root.get("/Count"), int) and claimed > MANY:
        return
    pages = reader.pages
    mender = FontMender()
    count = len(pages)
    report.page_count(count)
    progress.count = count
    for number in range(min(count, report.limits.pages)):
        try:
            page = pages[number]
            mender.mend(page)
            text = page.extract_text()
        except (MemoryError, LimitReachedError):
            progress.refused.add(number)
            continue
        except Exception:  # noqa: BLE001, S112 - one bad page must not cost the others
            continue
        if text.strip():
            report.page(number, text)
            progress.done.add(number)
    for encoding in sorted(mender.found):
        report.note(encoding)


def _second(path: Path, report: Report, progress: Progress) -> None:
    """Whatever pypdf left over; then the last word on how it went."""
    most = report.limits.pages
    if progress.count is None or len(progress.done) < min(progress.count, most):
        # Seldom needed, and slow to load.
        from documents.readers import pdf_second

        pdf_second.read(path, report, progress)
    count = progress.count or 0
    unread = [number for number in range(min(count, most)) if number not in progress.done]
    if len(unread) == min(count, most):
        raise End("too_large_to_read" if progress.refused else "damaged")
    for number in unread:
        report.unread(number)
    if count > most:
        raise End("too_many_pages")
