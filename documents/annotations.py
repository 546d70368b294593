"""Changes of annotations. As :mod:`documents.operations`: in the caller's transaction, which tells nobody yet."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from documents import annotation_rules as rules
from documents.annotation_models import Annotation, AnnotationAudience
from documents.annotation_rules import Act, Change, Content, Kind, Stored, Visibility
from documents.database import changed
from documents.errors import Problem
from documents.models import Version


@dataclass(frozen=True)
class Reader:
    """Who reads or writes: ``author`` is their own label ("member:12"), ``labels`` all by which others' annotations
    reach them here, their own among them.
    """

    author: str
    name: str
    labels: frozenset[str]


def lock(db: Session, version_ids: Iterable[int]) -> None:
    """Hold the annotations of these versions until the transaction ends, in one order for all who do."""
    ids = sorted(set(version_ids))
    held = select(Version.id).where(Version.id.in_(ids)).order_by(Version.id).with_for_update(key_share=True)
    db.execute(held).all()


def next_seq(db: Session, version_id: int) -> int:
    """The place of one more change of a version, which is held by it until the transaction ends."""
    raised = update(Version).where(Version.id == version_id).values(annotation_seq=Version.annotation_seq + 1)
    statement = raised.returning(Version.annotation_seq).execution_options(synchronize_session=False)
    return int(db.execute(statement).scalar_one())


def standing(db: Session, keys: Collection[str]) -> dict[str, Annotation]:
    """Those of these annotations that there are."""
    return {one.id: one for one in db.scalars(select(Annotation).where(Annotation.id.in_(sorted(keys))))}


def put(
    db: Session,
    version_id: int,
    change: Change,
    by: Reader,
    now: datetime,
    known: dict[str, Annotation] | None = None,
) -> Annotation:
    """Make a change by its author; the annotation as it then stands. Made before, it stays as it is.

    The version is held (:func:`lock`). A reply takes the audience of the note it answers. ``known``: what was read of
    the annotations that stand, for a batch at once; what is made here is added to it.
    """
    if known is None:
        known = standing(db, [change.id])
    found = known.get(change.id)
    if change.content is not None and change.content.parent is not None:
        change = replace(change, content=_as_reply(db, version_id, change.content, found, by))
    stored = stored_of(found) if found is not None else None
    act = rules.decide(stored, change, by.author, version_id)
    if found is None or stored is None:
        known[change.id] = _add(db, version_id, change, by, now)
        return known[change.id]
    if act == Act.REPLACE:
        answers = _replies(db, found) if found.kind == Kind.NOTE and found.parent_id is None else []
        answered = any(reply.author != by.author for reply in answers if not reply.deleted)
        rules.check_thread(found.labels, change.content, answered=answered)
        _write(db, found, change.content, change.rev, now)
        _take_along(db, change.content, [reply for reply in answers if reply.author == by.author], now)
    return found


def stored_of(annotation: Annotation) -> Stored:
    """An annotation as the rules take it."""
    kind = Kind(annotation.kind)
    content = Content(
        kind, annotation.page, Visibility(annotation.visibility), annotation.parent_id, annotation.body,
        annotation.labels,
    )  # fmt: skip
    return Stored(
        annotation.version_id, annotation.author, annotation.rev, kind, annotation.parent_id,
        None if annotation.deleted else content,
    )  # fmt: skip


def _as_reply(db: Session, version_id: int, content: Content, found: Annotation | None, by: Reader) -> Content:
    parent = db.get(Annotation, content.parent)
    if parent is None or parent.version_id != version_id or parent.kind != Kind.NOTE or parent.parent_id is not None:
        raise Problem("annotation_parent")
    if found is None and (parent.deleted or not (parent.author == by.author or parent.labels & by.labels)):
        raise Problem("annotation_parent")
    if parent.deleted and found is not None:  # what was answered is gone; the answer is still its author's to change
        return replace(content, visibility=Visibility(found.visibility), audience=found.labels)
    return _beside(parent, content, by.author)


def _beside(parent: Annotation, content: Content, author: str) -> Content:
    """A reply, seen by all who see the note and by its author."""
    visibility = Visibility(parent.visibility)
    others = frozenset({parent.author} if visibility == Visibility.MEMBERS else ())
    return replace(content, visibility=visibility, audience=(parent.labels | others) - {author})


def _add(db: Session, version_id: int, change: Change, by: Reader, now: datetime) -> Annotation:
    content = change.content
    if content is None:
        raise ValueError("nothing to add")
    mine = select(func.count()).where(Annotation.version_id == version_id, Annotation.author == by.author)
    rules.check_room(db.scalar(mine) or 0)
    made = Annotation(
        id=change.id,
        version_id=version_id,
        author=by.author,
        kind=content.kind,
        parent_id=content.parent,
        created_at=now,
        author_name=by.name,
        audience=[],
    )
    _write(db, made, content, change.rev, now)
    db.add(made)
    db.flush()
    return made


def _write(db: Session, annotation: Annotation, content: Content | None, rev: int, now: datetime) -> None:
    """``content`` None: what it said is gone, and all who saw it are to hear so."""
    annotation.seq = next_seq(db, annotation.version_id)
    annotation.rev, annotation.modified_at, annotation.deleted = rev, now, content is None
    if content is None:
        annotation.body = {}
    else:
        annotation.body, annotation.page, annotation.visibility = content.body, content.page, content.visibility
    _share(annotation, annotation.labels if content is None else content.audience)
    changed(db, "annotations", annotation.version_id)


def _share(annotation: Annotation, audience: frozenset[str]) -> None:
    known = {row.label: row for row in annotation.audience}
    for label in sorted(audience - known.keys()):
        annotation.audience.append(
            AnnotationAudience(label=label, version_id=annotation.version_id, seq=annotation.seq, current=True)
        )
    for label, row in known.items():
        if label in audience or row.current:
            row.seq, row.current = annotation.seq, label in audience


def _replies(db: Session, note: Annotation) -> list[Annotation]:
    return list(db.scalars(select(Annotation).where(Annotation.parent_id == note.id)))


def _take_along(db: Session, content: Content | None, replies: list[Annotation], now: datetime) -> None:
    """The author's own replies are seen by whoever sees the note."""
    if content is None:
        return
    for reply in replies:
        said = stored_of(reply).content
        if said is not None and said.audience != content.audience:
            moved = replace(said, visibility=content.visibility, audience=content.audience)
            _write(db, reply, moved, reply.rev + 1, now)
