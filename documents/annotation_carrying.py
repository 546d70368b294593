"""Annotations carried over to the next version of a paper, as records of their own. In the caller's transaction.

What is carried has an id made of the old one and the version: done twice, or by two workers at once, it comes to the
same. Annotations on the former version stay as they are; what has no place in the new one is listed there without one.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from documents import annotations
from documents.annotation_marks import Mark
from documents.annotation_models import Annotation, AnnotationAudience
from documents.annotation_rules import Kind
from documents.database import changed
from documents.models import Version
from documents.operations import enqueue
from documents.rules import JobKind, Step, VersionState, is_slow

_NAMES = uuid.UUID("5f0d8e5c-6a55-4f0e-9c0e-2d6b1f0f7c31")
UNREAD = frozenset({VersionState.WAITING, VersionState.PROCESSING})
FINE = 2
"""Digits after the point, as in every record."""


def carried_id(annotation_id: str, version_id: int) -> str:
    """What an annotation is called in that version."""
    return str(uuid.uuid5(_NAMES, f"{annotation_id}:{version_id}"))


def ask_for(db: Session, version: Version, now: datetime) -> None:
    """Its text is out: ask for carrying over what is written on those before, if there is anything."""
    before = select(Version.id).where(Version.document_id == version.document_id, Version.number < version.number)
    written = exists().where(Annotation.version_id.in_(before), ~Annotation.deleted)
    if version.number > 1 and db.scalar(select(written)):
        job = enqueue(db, JobKind.CARRY, {"version_id": version.id}, now)
        job.slow = is_slow(Step.TEXT, version.size)


def versions_before(db: Session, version: Version) -> Sequence[Version]:
    """The newest first."""
    same = select(Version).where(Version.document_id == version.document_id, Version.number < version.number)
    return db.scalars(same.order_by(Version.number.desc())).all()


def next_version(db: Session, version: Version) -> Version | None:
    """The one that follows; None for the newest."""
    later = select(Version).where(Version.document_id == version.document_id, Version.number > version.number)
    return db.scalar(later.order_by(Version.number).limit(1))


def to_carry(db: Session, former: Version, version: Version) -> list[Annotation]:
    """What is on the former version and has not been carried over, everybody's; replies after what they answer."""
    found = db.scalars(
        select(Annotation).where(Annotation.version_id == former.id, ~Annotation.deleted).order_by(Annotation.seq)
    ).all()
    there = set(db.scalars(select(Annotation.id).where(Annotation.version_id == version.id)))
    missing = [one for one in found if carried_id(one.id, version.id) not in there]
    return sorted(missing, key=lambda one: one.parent_id is not None)


def mark_of(annotation: Annotation) -> Mark:
    """An annotation as a plain value."""
    return Mark.read(
        {
            **annotation.body,
            "id": annotation.id,
            "kind": Kind(annotation.kind),
            "page": annotation.page,
            "author_name": annotation.author_name,
            "created": annotation.created_at.isoformat(),
            "modified": annotation.modified_at.isoformat(),
            "parent": annotation.parent_id,
        }
    )


def store(
    db: Session, former: Version, version: Version, read: Mapping[str, int], places: Mapping[str, Mark], now: datetime
) -> None:
    """Write the records of the new version. ``read`` says of each annotation that was looked at at which change it was
    (:attr:`Annotation.seq`); one changed meanwhile is left for another time, which is asked for.
    """
    annotations.lock(db, [former.id, version.id])
    waiting = to_carry(db, former, version)
    for annotation in waiting:
        if read.get(annotation.id) == annotation.seq:
            _carry(db, annotation, version, places)
    if any(read.get(annotation.id) != annotation.seq for annotation in waiting):
        ask_for(db, version, now)


def _carry(db: Session, annotation: Annotation, version: Version, places: Mapping[str, Mark]) -> None:
    parent_id = carried_id(annotation.parent_id, version.id) if annotation.parent_id is not None else None
    if parent_id is not None and db.get(Annotation, parent_id) is None:
        return  # what it answers is gone
    place = places.get(annotation.parent_id or annotation.id)
    seq = annotations.next_seq(db, version.id)
    made = Annotation(
        id=carried_id(annotation.id, version.id),
        version_id=version.id,
        seq=seq,
        rev=1,
        author=annotation.author,
        author_name=annotation.author_name,
        kind=annotation.kind,
        page=place.page if place is not None else annotation.page,
        visibility=annotation.visibility,
        parent_id=parent_id,
        created_at=annotation.created_at,
        modified_at=annotation.modified_at,
        body=_body(annotation, place),
        audience=[
            AnnotationAudience(label=label, version_id=version.id, seq=seq, current=True)
            for label in sorted(annotation.labels)
        ],
    )
    db.add(made)
    db.flush()
    changed(db, "annotations", version.id)


def _body(annotation: Annotation, place: Mark | None) -> dict[str, Any]:
    """What it says, at its new place; a reply has none of its own."""
    body = {**annotation.body, "placed": place is not None}
    if place is None or annotation.parent_id is not None:
        return body
    moved: dict[str, Any] = {
        "rect": _fine(place.rect),
        "paths": [_fine(path) for path in place.paths],
        "quads": [_fine(quad) for quad in place.quads],
        "quote": place.quote,
    }
    return body | {name: value for name, value in moved.items() if name in body}


def _fine(values: Sequence[float]) -> list[float]:
    return [round(value, FINE) for value in values]
