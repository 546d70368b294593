"""What leaves with annotations: the paper with them in it, and lists of them. Only what the one who asks sees."""

import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from sqlalchemy.orm import Session

from documents import annotation_queries
from documents.annotation_carrying import mark_of
from documents.annotation_export import export
from documents.annotation_marks import Mark
from documents.annotation_models import Annotation
from documents.annotation_rules import Visibility
from documents.blobs import Blobs, copy_chunks
from documents.errors import Problem
from ecabinet.clock import local
from ecabinet.reading.desks import Desk

AT_ONCE = threading.BoundedSemaphore(2)
"""So many papers are made at the same time in one process: those who read and vote keep the cores."""
PATIENCE = 20.0
"""Seconds after which the one who waits for a turn is asked to come again."""


class Layer(StrEnum):
    """Which annotations: one's own, those that several see, or all that one sees."""

    MINE = "mine"
    SHARED = "shared"
    ALL = "all"


@dataclass(frozen=True)
class Thread:
    """An annotation with what was answered to it, in the order of time."""

    annotation: Annotation
    replies: Sequence[Annotation]


def threads(db: Session, desk: Desk, layer: Layer) -> list[Thread]:
    """What the reader at the desk sees of that layer, by page and time."""
    reader = desk.reader
    seen = annotation_queries.visible(db, desk.place.version_id, reader)
    replies: dict[str, list[Annotation]] = {}
    for one in seen:
        if one.parent_id is not None:
            replies.setdefault(one.parent_id, []).append(one)
    return [
        Thread(one, replies.get(one.id, []))
        for one in seen
        if one.parent_id is None and _belongs(one, layer, reader.author)
    ]


def _belongs(annotation: Annotation, layer: Layer, author: str) -> bool:
    match layer:
        case Layer.MINE:
            return annotation.author == author
        case Layer.SHARED:
            return annotation.visibility != Visibility.PRIVATE
        case Layer.ALL:
            return True


def marks_of(found: Iterable[Thread]) -> list[Mark]:
    """As they are drawn; a reply stands on the page of what it answers."""
    return [mark_of(one) for thread in found for one in (thread.annotation, *thread.replies)]


@contextmanager
def paper_with(blobs: Blobs, sha256: str, marks: Sequence[Mark], stamps: Mapping[str, str]) -> Iterator[IO[bytes]]:
    """The paper with annotations as a file to be sent, which is gone once it is closed. Raises ``busy`` and
    :class:`documents.annotation_export.NotExported`.
    """
    if not AT_ONCE.acquire(timeout=PATIENCE):
        raise Problem("busy")
    try:
        with tempfile.TemporaryDirectory(prefix="ecabinet-") as folder:
            paper = Path(folder) / "paper.pdf"
            with paper.open("wb") as copy:
                copy_chunks(blobs.open(sha256), copy)
            file = export(paper, marks, stamps).path.open("rb")
    finally:
        AT_ONCE.release()
    try:
        yield file
    except BaseException:
        file.close()
        raise


Words = Callable[[str, str], str]
"""The label of a value of a kind, in the language of the one who asks."""


@dataclass(frozen=True)
class Line:
    """An annotation in a list; ``page`` from 1. One without a place has the page where it was in the former version."""

    page: int
    placed: bool
    author: str
    kind: str
    quote: str
    text: str
    replies: tuple[str, ...]
    at: str


def lines(found: Iterable[Thread], words: Words) -> Iterator[Line]:
    """What is said by annotations; of strokes and frames only that they are there."""
    for thread in found:
        one, said = thread.annotation, thread.annotation.body
        yield Line(
            page=one.page + 1,
            placed=said.get("placed", True),
            author=one.author_name,
            kind=words("annotation_kind", one.kind),
            quote=said.get("quote", ""),
            text=said.get("text") or (words("annotation_stamp", said["stamp"]) if said.get("stamp") else ""),
            replies=tuple(
                f"{reply.author_name} ({local(reply.modified_at)}): {reply.body.get('text', '')}"
                for reply in thread.replies
            ),
            at=local(one.modified_at),
        )
