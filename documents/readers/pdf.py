"""PDFs: pypdf first, PDFium where pypdf fails, finds nothing or takes long.

pypdf cannot crash and keeps to limits of its own, so it goes first and says what it finds at once; PDFium is some six
times quicker but may take the process down with it, and then costs only the pages it was called for.
"""

import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import pypdfium2
import pypdfium2.raw as pdfium
from pypdf import PasswordType, PdfReader
from pypdf.errors import LimitReachedError
from pypdf.generic import DictionaryObject

from documents.readers.pdf_fonts import FontMender, legacy_text
from documents.readers.report import End, Report

SHARE = 0.4
"""Of the time given, for pypdf."""
MANY = 1000
"""Pages: a paper with more is left to PDFium, as pypdf would not get through in its share."""


class _Slow(BaseException):
    """pypdf has had its time. Not an Exception: pypdf catches these broadly."""


@dataclass
class _Progress:
    count: int | None = None
    done: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)


def read(path: Path, kind: str, report: Report) -> None:
    progress = _Progress()
    try:
        with _at_most(report.limits.seconds * SHARE):
            _first(path, report, progress)
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


def _first(path: Path, report: Report, progress: _Progress) -> None:
    reader = PdfReader(path)
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


def _second(path: Path, report: Report, progress: _Progress) -> None:
    """Whatever pypdf left over; then the last word on how it went."""
    count, most = progress.count, report.limits.pages
    if count is None or len(progress.done) < min(count, most):
        try:
            count = _with_pdfium(path, report, progress)
        except pypdfium2.PdfiumError as error:
            if error.err_code == pdfium.FPDF_ERR_PASSWORD:
                raise End("encrypted") from error
            if not progress.done:
                raise End("too_large_to_read" if progress.refused else "damaged") from error
            count = count or len(progress.done)
    unread = [number for number in range(min(count, most)) if number not in progress.done]
    if count == 0:
        raise End("damaged")
    if len(unread) == min(count, most):
        raise End("too_large_to_read" if progress.refused else "damaged")
    for number in unread:
        report.unread(number)
    if count > most:
        raise End("too_many_pages")


def _with_pdfium(path: Path, report: Report, progress: _Progress) -> int:
    with pypdfium2.PdfDocument(path) as document:
        count = progress.count
        if count is None:
            count = len(document)
            report.page_count(count)
        encodings: set[str] = set()
        for number in range(min(count, report.limits.pages)):
            if number in progress.done or number in progress.refused:
                continue
            try:
                with closing(document[number]) as page, closing(page.get_textpage()) as words:
                    report.page(number, legacy_text(words, encodings))
            except (pypdfium2.PdfiumError, ValueError, IndexError):
                continue
            progress.done.add(number)
        for encoding in sorted(encodings):
            report.note(encoding)
        return count
