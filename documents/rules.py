"""Decisions of the library, from plain values only: states, file names, when to try again."""

import re
import unicodedata
from datetime import timedelta
from enum import StrEnum

MAX_ATTEMPTS = 5
LEASE = timedelta(minutes=3)
"""Longer than any job may take; a worker that dies loses its job to another after this time."""
INDEX_BATCH = 50
"""Most documents in one commit of the index, because a commit costs more than a document."""
PATIENCE = timedelta(seconds=15)
"""How long a job waits for a store or an index that is down or busy; such waits are not counted as attempts."""
FILENAME_CHARACTERS = 200
TITLE_CHARACTERS = 500


class VersionState(StrEnum):
    """What became of the text of a version. The bytes themselves can be downloaded in every state."""

    WAITING = "waiting"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"
    REFUSED = "refused"


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class JobKind(StrEnum):
    EXTRACT = "extract"
    INDEX = "index"


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


def _one_line(value: str) -> str:
    value = re.sub(r"\s+", " ", value)
    return "".join(c for c in value if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"}).strip()
