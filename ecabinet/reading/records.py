"""Annotations as they travel: records out, and who is meant by a record that came in."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.annotation_models import Annotation
from documents.annotation_rules import FORMAT, MOST_READERS, Content, Visibility
from documents.errors import Problem
from ecabinet.access import meeting_label, member_label
from ecabinet.library import document_access
from ecabinet.meetings.persons import person_of
from ecabinet.reading.desks import Desk
from ecabinet.registry.models import Account

Record = dict[str, Any]


def record(annotation: Annotation) -> Record:
    """A whole annotation, or of a deleted one that it is."""
    return {
        "v": FORMAT,
        "id": annotation.id,
        "version": annotation.version_id,
        "kind": annotation.kind,
        "page": annotation.page,
        "author": _id(annotation.author),
        "author_name": annotation.author_name,
        "visibility": annotation.visibility,
        "members": sorted(_id(label) for label in annotation.labels if label.startswith("member:")),
        "meeting": next((_id(label) for label in annotation.labels if label.startswith("meeting:")), None),
        "rev": annotation.rev,
        "seq": annotation.seq,
        "created": annotation.created_at.isoformat(),
        "modified": annotation.modified_at.isoformat(),
        "deleted": annotation.deleted,
        "parent": annotation.parent_id,
    } | annotation.body


def gone(annotation: Annotation, seq: int) -> Record:
    """For those from whom it was taken back: nothing but that."""
    return {
        "v": FORMAT, "id": annotation.id, "version": annotation.version_id, "rev": annotation.rev, "seq": seq,
        "deleted": True, "gone": True,
    }  # fmt: skip


def audience(
    db: Session, desk: Desk, given: Record, content: Content, known: frozenset[str], now: datetime
) -> set[str]:
    """Who sees an annotation beside its author, as labels; ``known`` see it already.

    Raises for a meeting other than the one read in, and for chosen members who may not open the paper themselves.
    """
    if content.visibility == Visibility.PRIVATE:
        return set()
    if content.visibility == Visibility.MEETING:
        meeting_id = desk.place.meeting_id
        if meeting_id is None or given.get("meeting", meeting_id) not in (meeting_id, None):
            raise Problem("annotation_meeting")
        if desk.closed:
            raise Problem("archived")
        return {meeting_label(meeting_id)}
    chosen = _members(given.get("members")) - {desk.person.member_id}
    fresh = {one for one in chosen if member_label(one) not in known}
    if not chosen or fresh - who_may_open(db, fresh, desk.place.document_id, now):
        raise Problem("annotation_readers")
    return {member_label(one) for one in chosen}


def who_may_open(db: Session, member_ids: set[int], document_id: int, now: datetime) -> set[int]:
    """Of these members, those who may open the document."""
    accounts = select(Account.id, Account.member_id).where(Account.member_id.in_(member_ids), Account.active)
    found = set()
    for account_id, member_id in db.execute(accounts):
        person = person_of(db, account_id, now)
        if person is not None and document_access.opens(db, document_id, person):
            found.add(member_id)
    return found


def _members(value: Any) -> set[int]:
    if not isinstance(value, list) or len(value) > MOST_READERS:
        raise Problem("annotation_readers")
    if any(isinstance(one, bool) or not isinstance(one, int) or not 0 < one < 2**31 for one in value):
        raise Problem("annotation_malformed", "members")
    return set(value)


def _id(label: str) -> int:
    return int(label.partition(":")[2])
