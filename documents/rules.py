"""Decisions of the library, from plain values only: states, file names, when to try again."""

import re
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum

MAX_ATTEMPTS = 5
LEASE = timedelta(minutes=5)
FILENAME_CHARACTERS = 200


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


def claimable(state: str, run_after: datetime, claimed_until: datetime | None, now: datetime) -> bool:
    """Whether a job may be taken: it waits and is due, or its worker has not been heard of within its lease."""
    if state == JobState.WAITING:
        return run_after <= now
    return state == JobState.RUNNING and (claimed_until is None or claimed_until <= now)


def clean_filename(name: str) -> str:
    """The name as the person gave it, without folders, control or direction-changing characters; never empty.

    It is only ever shown and sent back as a download name; blobs are kept under their sha256.
    """
    name = unicodedata.normalize("NFC", name)
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
    name = re.sub(r"\s+", " ", name).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if dot and stem and len(ending) <= 10:
        return stem[: FILENAME_CHARACTERS - len(ending) - 1].rstrip() + "." + ending
    return name[:FILENAME_CHARACTERS] or "khong-ten"
