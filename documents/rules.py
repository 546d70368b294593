"""Decisions of the library, from plain values only: states, file names, when to try again."""

import re
import unicodedata
from collections.abc import Container
from datetime import timedelta
from enum import StrEnum

MAX_ATTEMPTS = 5
LEASE = timedelta(minutes=3)
"""Longer than any job may take; a worker that dies loses its job to another after this time."""
INDEX_BATCH = 50
"""Most documents in one commit of the index, because a commit costs more than a document."""
PATIENCE = timedelta(seconds=15)
"""How long a job waits for a store or an index that is down or busy; such waits are not counted as attempts."""
QUICK_SECONDS = 15.0
"""A step that takes longer begins again among the slow ones, with all the time that it may have."""
QUICK_BYTES = 20 * 1024**2
"""Larger files do not even begin among the quick ones."""
FILENAME_CHARACTERS = 200
TITLE_CHARACTERS = 500
NOTE_CHARACTERS = 500

IN_BIN = "bin:"
"""Stands before the labels of a document in the bin. Nobody carries such a label, so it is gone for all who ask by
labels, which is everybody; the keepers of the bin ask for just these."""


class VersionState(StrEnum):
    """What became of the text of a version. The bytes themselves can be downloaded in every state."""

    WAITING = "waiting"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"
    REFUSED = "refused"


class Secrecy(StrEnum):
    """How closely a document is kept (độ mật)."""

    NORMAL = "normal"
    SECRET = "secret"  # noqa: S105 - how closely, no password


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class JobKind(StrEnum):
    """``EXTRACT`` is the next step of processing a version; ``CARRY`` carries annotations over to it from the one
    before.
    """

    EXTRACT = "extract"
    INDEX = "index"
    CARRY = "carry"


class Lane(StrEnum):
    """Which jobs a worker takes: those of one lane do not wait behind those of another."""

    INDEX = "index"
    QUICK = "quick"
    SLOW = "slow"


class Step(StrEnum):
    """What is done with a version, in this order: what people wait for comes first, what takes longest last."""

    CHECK = "check"
    TEXT = "text"
    REWRITE = "rewrite"
    PDF = "pdf"
    PREVIEW = "preview"
    OCR = "ocr"


class StepState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


class RenditionKind(StrEnum):
    """What was made of a version: to be read by ranges, as PDF, as a small and a larger picture of its first page."""

    STREAMING = "streaming"
    PDF = "pdf"
    THUMBNAIL = "thumbnail"
    PREVIEW = "preview"


def next_step(ended: Container[Step], failed: Container[Step]) -> Step | None:
    """The first step that has not ended; None when there is nothing more to do: after a check that failed, too."""
    if Step.CHECK in failed:
        return None
    return next((step for step in Step if step not in ended), None)


def is_slow(step: Step, size: int) -> bool:
    """Whether a step of a file of that many bytes is known beforehand to take long."""
    return step in {Step.PDF, Step.OCR} or size > QUICK_BYTES


def backoff(attempts: int) -> timedelta:
    """How long to wait after the ``attempts``-th failure: 10 s, 40 s, 160 s, … at most one hour."""
    return min(timedelta(seconds=10 * 4 ** max(0, attempts - 1)), timedelta(hours=1))


def clean_filename(name: str) -> str:
    """The name as the person gave it, without folders, control or direction-changing characters; never empty.

    It is only ever shown and sent back as a download name; blobs are kept under their sha256.
    """
    name = unicodedata.normalize("NFC", name)
    name = re.split(r"[/\\]", name)[-1]
    name = _one_line(name).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if dot and stem and len(ending) <= 10:
        return stem[: FILENAME_CHARACTERS - len(ending) - 1].rstrip() + "." + ending
    return name[:FILENAME_CHARACTERS] or "khong-ten"


def clean_title(title: str) -> str:
    """One line, NFC, without invisible characters, cut to what the column holds; may be empty."""
    return _one_line(unicodedata.normalize("NFC", title))[:TITLE_CHARACTERS]


def clean_note(note: str) -> str:
    """The same for a reason that somebody gives."""
    return _one_line(unicodedata.normalize("NFC", note))[:NOTE_CHARACTERS]


def _one_line(value: str) -> str:
    value = re.sub(r"\s+", " ", value)
    return "".join(c for c in value if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"}).strip()
