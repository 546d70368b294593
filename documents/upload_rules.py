"""Decisions of uploads, from plain values only: which bytes are taken, how much one person may begin, what a file is
called that brought no title.
"""

import re
from datetime import timedelta
from enum import StrEnum

from documents.errors import Problem
from documents.rules import clean_filename, clean_title

MIB = 1024 * 1024
MOST_CHUNK = 8 * MIB
LEAST_CHUNK = 64 * 1024
"""Of all but the last: a file in pieces of one byte each would be as many rows."""
KEPT = timedelta(days=3)
"""How long an upload waits for its next byte before it is forgotten."""
MOST_UNFINISHED = 50
ALLOWANCE = 20
"""How many times the largest file one person may have under way together."""


class UploadState(StrEnum):
    """FINISHED stands on so that finishing again finds it; what is DISCARDED the worker clears away."""

    RECEIVING = "receiving"
    FINISHED = "finished"
    DISCARDED = "discarded"


def takes(size: int, received: int, start: int, length: int) -> bool:
    """Whether a chunk continues an upload of ``size`` bytes of which ``received`` are here.

    False for one that begins before that place: it was sent again, and is answered with the place. Raises for one that
    would leave a gap, reaches over the end, or is too long or too short.
    """
    if start > received:
        raise Problem("upload_gap", f"{start} after {received}")
    if start < received or length == 0:
        return False
    if start + length > size:
        raise Problem("upload_over_end", f"{start} + {length} of {size}")
    if length > MOST_CHUNK:
        raise Problem("chunk_too_long", limit=MOST_CHUNK // MIB)
    if length < LEAST_CHUNK and start + length < size:
        raise Problem("chunk_too_short", f"{length} in the middle")
    return True


def check_begin(size: int, most: int, under_way: int, bytes_under_way: int) -> None:
    """Whether somebody with so much ``under_way`` may begin another upload of ``size`` bytes; ``most`` for one file."""
    if size == 0:
        raise Problem("empty")
    if size > most:
        raise Problem("too_large", limit=most // MIB)
    if under_way >= MOST_UNFINISHED:
        raise Problem("too_many_uploads", limit=MOST_UNFINISHED)
    if bytes_under_way + size > ALLOWANCE * most:
        raise Problem("uploads_too_large", limit=ALLOWANCE * most // MIB)


def title_of(filename: str) -> str:
    """A title out of the name of a file: "ke-hoach_nam (1).pdf" → "ke hoach nam"; never empty."""
    name = clean_filename(filename)
    stem = name.rpartition(".")[0] or name
    words = re.sub(r"\s*\(\d{1,3}\)$", "", stem.replace("_", " ")).strip()
    # In small letters hyphens stand for spaces; in "245-CV-TWĐTN" and "qcvn-32-2026" they belong to a number.
    if words.islower() and not re.search(r"\d", words):
        words = words.replace("-", " ")
    return clean_title(words) or name
