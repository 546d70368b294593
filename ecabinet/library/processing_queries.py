"""How far the processing of a version is, what came of it, and who may have it done again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from documents import processing
from documents.errors import NotFound
from documents.models import Version, VersionStep
from documents.rules import Step, StepState, VersionState
from documents.steps import NOT_NEEDED
from ecabinet.access import Person
from ecabinet.library import document_access

SOON, LATE = 2, 60
"""Seconds between two looks of a page at what goes on, and at what has stood still for long."""
_SECONDS = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True)
class Status:
    """``lines`` are the steps to speak of, in their order; ``current`` is the one under way, None while none is;
    ``notes`` are to be known by who opens the file; ``may_repeat``: this person may have done again what failed.
    """

    version: Version
    lines: list[VersionStep]
    current: VersionStep | None
    notes: list[str]
    over: bool
    may_repeat: bool

    @property
    def failed(self) -> list[VersionStep]:
        """What could not be done, and what this machine lacks a program for."""
        return [line for line in self.lines if line.state == StepState.FAILED or processing.lacked(line)]

    @property
    def stands(self) -> str:
        """How far it is, in a word: another one when anything has changed."""
        now = self.current
        return f"{self.version.state}-{len(self.lines)}" + (f"-{now.step}-{now.done}" if now else "")

    def pause(self, asked: Mapping[str, str]) -> int:
        """After how many seconds a page asks again that has asked with this (``stands``, ``pause``): ever later while
        nothing changes.
        """
        before = asked.get("pause", "")
        if asked.get("stands") != self.stands or not _SECONDS.fullmatch(before):
            return SOON
        return min(max(SOON, 2 * int(before)), LATE)

    def seen(self, asked: Mapping[str, str]) -> dict[str, str | int]:
        """With what it asks again."""
        return {"stands": self.stands, "pause": self.pause(asked)}

    @property
    def worth_showing(self) -> bool:
        """Whether a reader should hear of it at all."""
        return not self.over or bool(self.failed or self.notes)


def status(db: Session, version: Version, *, keeps: bool) -> Status:
    """The processing of a version as somebody sees it; ``keeps``: one who keeps its document."""
    rows = processing.steps_of(db, version.id)
    over = _is_over(version, rows)
    return Status(
        version=version,
        lines=[row for row in rows.values() if row.reason != NOT_NEEDED],
        current=next((row for row in rows.values() if row.state == StepState.RUNNING), None) if not over else None,
        notes=_notes(rows),
        over=over,
        may_repeat=keeps and processing.may_gain(rows),
    )


def _is_over(version: Version, rows: Mapping[Step, VersionStep]) -> bool:
    if not rows:  # it has not begun, or was read before there were steps
        return version.state not in {VersionState.WAITING, VersionState.PROCESSING}
    return processing.step_to_do(rows) is None


def _notes(rows: Mapping[Step, VersionStep]) -> list[str]:
    """Those that have words: not every remark of a reader of files is for people."""
    told = {note for row in rows.values() for note in row.notes}
    return sorted(note for note in told if ":" not in note and note in SPOKEN)


SPOKEN = frozenset(
    {"attachments", "bomb", "locked", "macros", "password", "scripts", "signed", "tcvn3", "unchecked", "vni"}
)


def load(db: Session, person: Person, document_id: int, version_id: int) -> Version:
    """A version for those who may read its document."""
    version = db.get(Version, version_id)
    if version is None or version.document_id != document_id or not document_access.opens(db, document_id, person):
        raise NotFound(f"version {version_id} of document {document_id}")
    return version


def keeps(db: Session, person: Person, document_id: int, now: datetime) -> bool:
    """Whether this person keeps the document's archive, laid it, or works on it as a paper of a meeting."""
    seen = document_access.load(db, person, document_id, now)
    return seen.keeps or seen.work is not None
