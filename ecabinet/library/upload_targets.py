"""Where uploads can go: into a unit's archive, under an item of a meeting's agenda, in the place of a paper, in the
place of a document's newest version.

A destination is written "archive", "item:<meeting>:<item>", "paper:<meeting>:<paper>" or "document:<document>"; the
application knows others by their first word. It is asked twice: when an upload begins, so that nobody sends a gigabyte
in vain, and when it is delivered, because days may lie between.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from flask import current_app, url_for
from sqlalchemy.orm import Session

from documents import versions
from documents.blobs import Blob
from documents.errors import NotFound, Problem
from documents.loans import require_free
from documents.models import Version
from documents.queries import newest_version
from documents.upload_models import Upload
from documents.upload_rules import title_of
from ecabinet.access import Person, member_label
from ecabinet.library import archive, document_access, keeping
from ecabinet.library.archive_rules import facts_of
from ecabinet.library.version_words import added
from ecabinet.meetings import paper_queries, paper_rules, papers, queries
from ecabinet.meetings.agenda import PaperFile
from ecabinet.meetings.models import AgendaItem, Meeting, Paper
from ecabinet.meetings.paper_queries import Work
from ecabinet.meetings.paper_rules import PaperAct
from ecabinet.upload_words import UPLOAD_LABELS

_WHOLE = re.compile(r"[0-9]{1,18}")
TYPES = frozenset(UPLOAD_LABELS["document_type"])


class Target(Protocol):
    """One destination."""

    def check(self, db: Session, person: Person, form: Mapping[str, str], now: datetime) -> dict[str, Any]:
        """Whether this person may put a file there now, and what to keep of the form. Raises as the pages do."""

    def deliver(self, db: Session, person: Person, upload: Upload, blob: Blob, kind: str, now: datetime) -> Version:
        """Put the whole file there, asking again whether they may."""

    def page(self) -> str:
        """The address of the page on which it was put in."""


def target_of(destination: str) -> Target:
    """The target that a destination names; raises ``upload_elsewhere`` for one that is written wrong."""
    name, *numbers = destination.split(":")
    target, count = _TARGETS.get(name, (None, 0))
    if target is not None and len(numbers) == count and all(_WHOLE.fullmatch(number) for number in numbers):
        return target(*map(int, numbers))
    others: Mapping[str, Callable[[str], Target]] = current_app.extensions.get("ecabinet.upload_targets", {})
    if name in others and len(numbers) == 1:
        return others[name](numbers[0])
    raise Problem("upload_elsewhere", destination)


def said_of(db: Session, person: Person, destination: str, version: Version) -> str:
    """What is said when it is there, besides that it is there: of a document's next version what became of it."""
    target = target_of(destination)
    return target.said(db, person, version) if isinstance(target, _Document) else ""


class _Archive:
    def check(self, db: Session, person: Person, form: Mapping[str, str], now: datetime) -> dict[str, Any]:
        unit = archive.load_unit(db, person, _whole(form.get("unit", "")))
        return facts_of(form, TYPES).as_json() | {"unit": unit.id}

    def deliver(self, db: Session, person: Person, upload: Upload, blob: Blob, kind: str, now: datetime) -> Version:
        unit = archive.load_unit(db, person, upload.fields["unit"])
        file = archive.File(blob, upload.filename, kind)
        return archive.put_in(db, unit, facts_of(upload.fields, TYPES), file, person, now)

    def page(self) -> str:
        return url_for("archive.new")


class _Item:
    def __init__(self, meeting_id: int, item_id: int) -> None:
        self._meeting_id, self._item_id = meeting_id, item_id

    def check(self, db: Session, person: Person, form: Mapping[str, str], now: datetime) -> dict[str, Any]:
        self._load(db, person)
        return {}

    def deliver(self, db: Session, person: Person, upload: Upload, blob: Blob, kind: str, now: datetime) -> Version:
        meeting, item = self._load(db, person)
        file = PaperFile(title_of(upload.filename), blob, upload.filename, kind)
        return _newest(db, papers.lay_paper(db, meeting, item, file, person, now))

    def page(self) -> str:
        return url_for("agenda.edit", meeting_id=self._meeting_id)

    def _load(self, db: Session, person: Person) -> tuple[Meeting, AgendaItem]:
        meeting = queries.load_to_change(db, person, self._meeting_id).require_manager()
        return meeting, queries.load_item(db, meeting, self._item_id)


class _Paper:
    def __init__(self, meeting_id: int, paper_id: int) -> None:
        self._meeting_id, self._paper_id = meeting_id, paper_id

    def check(self, db: Session, person: Person, form: Mapping[str, str], now: datetime) -> dict[str, Any]:
        self._load(db, person, now)
        return {}

    def deliver(self, db: Session, person: Person, upload: Upload, blob: Blob, kind: str, now: datetime) -> Version:
        work = self._load(db, person, now)
        file = PaperFile(work.paper.title, blob, upload.filename, kind)
        papers.submit(db, work.meeting, work.paper, file, person, now)
        return _newest(db, work.paper)

    def page(self) -> str:
        return url_for("papers.page", meeting_id=self._meeting_id, paper_id=self._paper_id)

    def _load(self, db: Session, person: Person, now: datetime) -> Work:
        work = paper_queries.load(db, person, self._meeting_id, self._paper_id, now, change=True)
        paper_rules.require(PaperAct.SUBMIT, work.state, work.parts)
        if not work.may(PaperAct.SUBMIT):
            raise Problem("wrong_state", f"meeting {work.meeting.id} is over")
        return work


class _Document:
    def __init__(self, document_id: int) -> None:
        self._document_id = document_id

    def check(self, db: Session, person: Person, form: Mapping[str, str], now: datetime) -> dict[str, Any]:
        document_access.load(db, person, self._document_id, now).require_change()
        require_free(db, self._document_id, member_label(person.member_id), now)
        return {"note": keeping.check_reason(form.get("note", "").strip(), "note")}

    def deliver(self, db: Session, person: Person, upload: Upload, blob: Blob, kind: str, now: datetime) -> Version:
        seen = document_access.load(db, person, self._document_id, now, change=True)
        file = archive.File(blob, upload.filename, kind)
        version, _same = keeping.put_version(db, seen, file, upload.fields["note"], person, now)
        return version

    def page(self) -> str:
        return url_for("documents.versions", document_id=self._document_id)

    def said(self, db: Session, person: Person, version: Version) -> str:
        same = versions.same_content(db, version.sha256, person.labels, but=version.document_id)
        return added(version, self._document_id, same)


_TARGETS: dict[str, tuple[Callable[..., Target], int]] = {
    "archive": (_Archive, 0),
    "item": (_Item, 2),
    "paper": (_Paper, 2),
    "document": (_Document, 1),
}
"""Each with how many numbers stand behind its name."""


def _newest(db: Session, paper: Paper) -> Version:
    """What was just submitted: it waits for approval, or lies before the meeting."""
    version = newest_version(db, paper.pending_id or paper.document_id or 0)
    if version is None:
        raise NotFound(f"version of paper {paper.id}")
    return version


def _whole(value: str) -> int:
    if not _WHOLE.fullmatch(value):
        raise NotFound(f"unit {value!r}")
    return int(value)
