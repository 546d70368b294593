"""A stranger's package opened in a child process with limits; its attachments lie in a folder of ours afterwards."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from documents import errands
from documents.children import Limits
from documents.errands import ErrandFailed
from documents.errors import Busy, Problem
from ecabinet.exchange import package_child, package_values
from ecabinet.exchange.package_rules import MOST_BYTES, Fault, Header, Signature, Status

LIMITS = Limits(seconds=60.0, memory=1536 * 1024**2)
AT_ONCE = 2
"""Packages opened at the same time in one process of ours; others wait a little, then come again."""
WAIT_SECONDS = 20.0
_FAULTS = {"timeout": Fault.SLOW, "too_large_to_read": Fault.TOO_LARGE, "damaged": Fault.NOT_XML}
_places = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Came:
    """A file of a package, in the folder."""

    path: Path
    name: str
    description: str


@dataclass(frozen=True)
class Opened:
    """What a package says, what its signature is worth, and its files."""

    said: Header | Status
    signature: Signature
    files: tuple[Came, ...]


def open_package(path: Path, certificates: Mapping[str, str]) -> Opened:
    """``certificates``: what senders have given to us, by their codes. Raises :class:`Problem` with a code of
    :class:`Fault`, and ``busy`` when too many are being opened.
    """
    if path.stat().st_size > MOST_BYTES:
        raise Problem(Fault.TOO_LARGE, limit=MOST_BYTES // 1024**2)
    with _a_place():
        try:
            order = {"path": str(path.absolute()), "certificates": dict(certificates)}
            answer = errands.ask(package_child.__name__, order, path.parent, LIMITS, written=package_child.UNPACKED)
        except ErrandFailed as failed:
            raise Problem(_FAULTS[failed.reason], failed.reason, limit=MOST_BYTES // 1024**2) from failed
    if "refused" in answer:
        raise Problem(answer["refused"], answer["detail"], **answer["values"])
    read = package_values.header if answer["kind"] == "document" else package_values.status
    files = tuple(
        Came(path.parent / f"attachment-{number}", one["name"], one["description"])
        for number, one in enumerate(answer["files"])
    )
    return Opened(read(answer["said"]), Signature(answer["signature"]), files)


@contextmanager
def _a_place() -> Iterator[None]:
    if not _places.acquire(timeout=WAIT_SECONDS):
        raise Busy
    try:
        yield
    finally:
        _places.release()
