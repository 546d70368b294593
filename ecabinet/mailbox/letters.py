"""A stranger's letter taken apart in a child process with limits; its files lie in a folder of ours afterwards."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from documents import errands
from documents.children import Limits
from documents.errands import ErrandFailed
from documents.errors import Problem
from documents.rules import clean_filename
from ecabinet.mailbox import letter_child

MOST_BYTES = 50 * 1024**2
LIMITS = Limits(seconds=60.0, memory=1024**3)
FAULTS = {"timeout": "mail_slow", "too_large_to_read": "mail_too_large", "damaged": "mail_broken"}


@dataclass(frozen=True)
class Enclosed:
    """A file of a letter, in the folder; ``media_type`` by its content."""

    path: Path
    name: str
    media_type: str


@dataclass(frozen=True)
class Letter:
    """What a letter says of itself; ``key`` is its Message-ID, else what stands for its bytes. ``fault`` is why it
    cannot be taken as a document, "" where it can.
    """

    key: str
    sender: str
    subject: str
    sent_at: datetime | None
    files: tuple[Enclosed, ...]
    fault: str


def open_letter(path: Path) -> Letter:
    """Take the letter in a file apart. Nothing in it makes this raise but a full disk."""
    content_key = f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    try:
        order = {"path": str(path.absolute())}
        said = errands.ask(letter_child.__name__, order, path.parent, LIMITS, written=MOST_BYTES)
    except ErrandFailed as failed:
        return Letter(content_key, "", "", None, (), FAULTS[failed.reason])
    files = tuple(
        Enclosed(path.parent / f"attachment-{number}", clean_filename(one["name"] or f"tep-{number + 1}"), one["kind"])
        for number, one in enumerate(said["files"])
    )
    fault = "" if said["papers"] else "mail_broken" if said["broken"] else "mail_no_attachment"
    sender = (
        f"{said['name']} <{said['address']}>" if said["name"] and said["address"] else said["name"] or said["address"]
    )
    at = datetime.fromisoformat(said["sent_at"]) if said["sent_at"] else None
    return Letter(said["id"] or content_key, sender[:300], said["subject"][:500], at, files, fault)


def check_size(size: int) -> None:
    """Refuse what is too large to be fetched."""
    if size > MOST_BYTES:
        raise Problem("mail_too_large", limit=MOST_BYTES // 1024**2)
