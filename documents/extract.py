"""From a file to the text of its pages, whatever the file does.

The reading happens in a fresh child process (:mod:`documents.extract_child`) with limits on memory, processor time and
open files; the child writes one JSON line a page, so the pages already read survive its end, however it ends.
"""

import json
import signal
import tempfile
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from documents import media, office
from documents.children import LIMITS, Child, Limits, TooMuch, TooSlow
from documents.rules import VersionState

__all__ = ["LIMITS", "READ", "Extracted", "Limits", "Reason", "extract"]


class Reason(StrEnum):
    """Why there is no text, or not all of it; or what to know of a file that was read."""

    EMPTY = "empty"
    NOT_A_PDF = "not_a_pdf"
    ENCRYPTED = "encrypted"
    UNSAFE = "unsafe_content"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large_to_read"
    TIMEOUT = "timeout"
    TOO_MANY_PAGES = "too_many_pages"
    NO_TEXT = "no_text"
    PARTLY_READ = "partly_read"
    MACROS = "macros"
    UNSUPPORTED = "unsupported_type"
    OFFICE_MISSING = "office_missing"


_STATES = {
    Reason.EMPTY: VersionState.REFUSED,
    Reason.NOT_A_PDF: VersionState.REFUSED,
    Reason.ENCRYPTED: VersionState.REFUSED,
    Reason.UNSAFE: VersionState.REFUSED,
    Reason.DAMAGED: VersionState.FAILED,
    Reason.TOO_LARGE: VersionState.FAILED,
    Reason.TIMEOUT: VersionState.FAILED,
}
"""The other reasons are remarks on a version that is ready."""

READ = frozenset(
    {
        *(media.PDF, media.TEXT, media.HTML, media.EML),
        *(media.DOCX, media.XLSX, media.PPTX, media.DOCM, media.XLSM, media.PPTM),
        *(media.ODT, media.ODS, media.ODP),
        *media.PICTURES,
    }
)
"""The kinds of file that the child looks into; those of :data:`documents.office.OLD` are made into such first."""

_ZIPPED = frozenset({".docx", ".docm", ".xlsx", ".xlsm", ".pptx", ".pptm", ".odt", ".ods", ".odp"})
"""A zip of such a name has lost what would make it such a file."""


@dataclass
class Extracted:
    """The outcome: what was read, and the reason when something was not.

    ``pages`` maps the page (from 0) to its text: a page of a PDF, a sheet of a workbook, a slide; all else is one page.
    ``page_count`` is None when it could not be found out. ``notes`` tell more than the one reason: ``tcvn3`` and
    ``vni`` (text converted from these encodings), ``macros``, ``unread:<page>`` (the first twenty pages that could not
    be read), and the reason for which a reading that kept some pages ended early.
    """

    media_type: str
    pages: dict[int, str] = field(default_factory=dict)
    page_count: int | None = None
    reason: Reason | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def state(self) -> VersionState:
        return _STATES.get(self.reason, VersionState.READY) if self.reason else VersionState.READY


def extract(path: Path, filename: str = "", limits: Limits = LIMITS) -> Extracted:
    """Read a file. Never raises because of what is in it; an OSError means that the file cannot be opened at all.

    ``filename`` is the name the person gave: something named ``.pdf`` that is none is refused, and a zip with the name
    of an office file is a damaged one.
    """
    with path.open("rb") as file:
        kind = media.media_type(file)
    outcome = Extracted(kind)
    if kind == media.EMPTY:
        outcome.reason = Reason.EMPTY
    elif filename.lower().endswith(".pdf") and kind != media.PDF:
        outcome.reason = Reason.NOT_A_PDF
    elif kind == media.SEALED:
        outcome.reason = Reason.ENCRYPTED
    elif kind in READ:
        _judge(outcome, _read_in_child(path, kind, outcome, limits))
    elif kind == media.ZIP and Path(filename).suffix.lower() in _ZIPPED:
        outcome.reason = Reason.DAMAGED
    elif kind in office.OLD:
        _read_old(path, outcome, limits)
    else:
        outcome.reason = Reason.UNSUPPORTED
    return outcome


def _read_old(path: Path, outcome: Extracted, limits: Limits) -> None:
    """Files of the nineties are made into those of today first, which takes LibreOffice."""
    with tempfile.TemporaryDirectory(prefix="ecabinet-old-") as folder:
        modern = Path(folder) / "modern"
        try:
            kind = office.modernise(path, modern, limits)
        except office.OfficeMissing:
            outcome.reason = Reason.OFFICE_MISSING
        except office.NotConverted as error:
            outcome.reason = Reason.TIMEOUT if error.code == "office_timeout" else Reason.DAMAGED
        else:
            _judge(outcome, _read_in_child(modern, kind, outcome, limits))


def _judge(outcome: Extracted, end: Reason | None) -> None:
    """Give the outcome its one reason: what ended the reading, unless pages were kept all the same."""
    any_text = any(text.strip() for text in outcome.pages.values())
    if end in _STATES and any_text:
        outcome.notes.append(end.value)
        end = Reason.PARTLY_READ
    if end is None and not any_text:
        end = Reason.NO_TEXT
    if end in {None, Reason.NO_TEXT} and Reason.MACROS in outcome.notes:
        end = Reason.MACROS
    outcome.reason = end


def _read_in_child(path: Path, kind: str, outcome: Extracted, limits: Limits) -> Reason | None:
    order = {"path": str(path.absolute()), "media_type": kind, "limits": asdict(limits)}
    with (
        tempfile.TemporaryDirectory(prefix="ecabinet-read-") as folder,
        Child("documents.extract_child", order, Path(folder)) as child,
    ):
        try:
            for line in child.lines(limits.seconds, limits.text):
                message = json.loads(line)
                if "end" in message:
                    return Reason(message["end"]) if message["end"] else None
                _take(outcome, message)
        except TooSlow:
            return Reason.TIMEOUT
        except TooMuch:
            return Reason.TOO_LARGE
        return _death(child.exit_code())


def _take(outcome: Extracted, message: dict[str, Any]) -> None:
    if "page" in message:
        # A second reader is asked for pages where the first found nothing.
        outcome.pages[message["page"]] = message["text"]
    elif "page_count" in message:
        outcome.page_count = message["page_count"]
    elif message["note"] not in outcome.notes:
        outcome.notes.append(message["note"])


def _death(exit_code: int | None) -> Reason:
    """Why a child said no last word. It has closed its pipe, so it is ending or stuck in doing so."""
    if exit_code == -signal.SIGXCPU:
        return Reason.TIMEOUT
    if exit_code == -signal.SIGKILL:  # nobody else kills it but the system, for want of memory
        return Reason.TOO_LARGE
    return Reason.DAMAGED
