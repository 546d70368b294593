"""What is read of annotations: what a reader has not heard of yet, with the access filter in the SQL.

A reader sees their own annotations and those shared with a label that they carry. What was shared with such a label and
is no more, they hear of as gone, once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from documents.annotation_models import Annotation, AnnotationAudience
from documents.annotations import Reader
from documents.models import Version

BATCH = 200


@dataclass(frozen=True)
class News:
    """An annotation as one reader hears of it; ``gone``: it is not for them any more."""

    annotation: Annotation
    seq: int
    gone: bool


def as_of_now(db: Session) -> None:
    """Read everything of this transaction, which has read nothing yet, as it stands at one moment: what was shared
    when its audience was read must not be shown with the words of a moment later, when it is private.
    """
    if db.get_bind().dialect.name == "postgresql":  # SQLite never reads otherwise
        db.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def seq_of(db: Session, version_id: int) -> int:
    """How many changes a version has had."""
    return db.scalar(select(Version.annotation_seq).where(Version.id == version_id)) or 0


def since(db: Session, version_id: int, reader: Reader, seq: int) -> Iterator[News]:
    """What is new for a reader after the change ``seq``, in the order of the changes; a few at a time in memory."""
    told = _told(db, version_id, reader, seq)
    order = sorted((at, key) for key, (at, _gone) in told.items())
    for start in range(0, len(order), BATCH):
        some = order[start : start + BATCH]
        found = by_ids(db, {key for _at, key in some})
        yield from (News(found[key], at, told[key][1]) for at, key in some if key in found)
        for one in found.values():
            db.expunge(one)


def _told(db: Session, version_id: int, reader: Reader, seq: int) -> dict[str, tuple[int, bool]]:
    """By annotation: its newest change that this reader is to hear of, and whether it is that it is gone."""
    newest = func.max(AnnotationAudience.seq)
    seen = func.max(case((AnnotationAudience.current, 1), else_=0))
    shared = (
        select(AnnotationAudience.annotation_id, newest, seen)
        .where(AnnotationAudience.version_id == version_id, AnnotationAudience.label.in_(sorted(reader.labels)))
        .group_by(AnnotationAudience.annotation_id)
        .having(newest > seq)
    )
    # To one who begins, what was taken back before is no news.
    told = {key: (at, not shown) for key, at, shown in db.execute(shared) if shown or seq > 0}
    own = select(Annotation.id, Annotation.seq).where(
        Annotation.version_id == version_id, Annotation.author == reader.author, Annotation.seq > seq
    )
    return told | {key: (at, False) for key, at in db.execute(own)}


def visible(db: Session, version_id: int, reader: Reader, *conditions: Any) -> Sequence[Annotation]:
    """All that a reader sees of a version now, by page and time."""
    shared = select(AnnotationAudience.annotation_id).where(
        AnnotationAudience.version_id == version_id,
        AnnotationAudience.label.in_(sorted(reader.labels)),
        AnnotationAudience.current,
    )
    mine_or_shared = or_(Annotation.author == reader.author, Annotation.id.in_(shared))
    found = select(Annotation).where(Annotation.version_id == version_id, ~Annotation.deleted, mine_or_shared)
    return db.scalars(found.where(*conditions).order_by(Annotation.page, Annotation.created_at, Annotation.id)).all()


def changes_after(db: Session, version_id: int, seq: int) -> list[tuple[str, str, int, bool]]:
    """What any reader is to hear of after the change ``seq``: annotation, label of those who are to hear, the change,
    and whether it is theirs to see; in the order of the changes. Authors hear of their own.
    """
    shared = select(
        AnnotationAudience.annotation_id, AnnotationAudience.label, AnnotationAudience.seq, AnnotationAudience.current
    ).where(AnnotationAudience.version_id == version_id, AnnotationAudience.seq > seq)
    own = select(Annotation.id, Annotation.author, Annotation.seq).where(
        Annotation.version_id == version_id, Annotation.seq > seq
    )
    found = [(key, label, at, bool(current)) for key, label, at, current in db.execute(shared)]
    found += [(key, author, at, True) for key, author, at in db.execute(own)]
    return sorted(found, key=lambda one: one[2])


def by_ids(db: Session, keys: set[str]) -> dict[str, Annotation]:
    """These annotations."""
    ordered = sorted(keys)
    found: dict[str, Annotation] = {}
    for start in range(0, len(ordered), BATCH):
        some = select(Annotation).where(Annotation.id.in_(ordered[start : start + BATCH]))
        found |= {one.id: one for one in db.scalars(some)}
    return found
