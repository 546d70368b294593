"""Tasks as what can be found: by those who gave them, own them or help, as their page decides."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from flask import url_for
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from documents.search import Entry
from documents.search_query import Field
from ecabinet.access import ancestors, member_label, preparing_label, within
from ecabinet.clock import ZONE
from ecabinet.entries import SEPARATOR, EntryKind, itself, key_of
from ecabinet.registry.models import Unit
from ecabinet.tasks.models import Task, TaskEvent, TaskHelper

KIND = "task"


def _read(db: Session, ids: Sequence[int]) -> Iterator[Entry]:
    tasks = select(Task).options(joinedload(Task.unit), joinedload(Task.owner_unit), selectinload(Task.helpers))
    said = _history(db, ids)
    found = list(db.scalars(tasks.where(Task.id.in_(ids))))
    paths = _paths(db, found)
    for task in found:
        helpers = [helper.name for helper in task.helpers]
        text = [task.details, task.source_text, task.owner_name, *helpers, *said.get(task.id, ())]
        yield Entry(
            key=key_of(KIND, task.id),
            kind=KIND,
            title=task.title,
            text=SEPARATOR.join(part for part in text if part),
            labels=_labels(task, paths),
            issued_on=task.given_at.astimezone(ZONE).date(),
            unit=task.unit.name,
            also=((Field.KIND, "nhiệm vụ"),),
        )


def _labels(task: Task, paths: Mapping[int, str]) -> frozenset[str]:
    """The members who have a part in it, and those who answer for the units that have one: see
    :func:`ecabinet.tasks.queries.parts_of`.
    """
    members = {task.given_by, task.owner_member_id, *(helper.member_id for helper in task.helpers)}
    units = {task.unit_id, task.owner_unit_id, *(helper.unit_id for helper in task.helpers)}
    above = {unit_id for one in units if one is not None for unit_id in ancestors(paths[one])}
    return frozenset({member_label(one) for one in members if one is not None} | {preparing_label(i) for i in above})


def _paths(db: Session, tasks: Iterable[Task]) -> dict[int, str]:
    units = {
        unit_id
        for task in tasks
        for unit_id in (task.unit_id, task.owner_unit_id, *(helper.unit_id for helper in task.helpers))
        if unit_id is not None
    }
    rows = db.execute(select(Unit.id, Unit.path).where(Unit.id.in_(units)))
    return {unit_id: path for unit_id, path in rows}


def _history(db: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    said: dict[int, list[str]] = defaultdict(list)
    rows = select(TaskEvent.task_id, TaskEvent.text).where(TaskEvent.task_id.in_(ids), TaskEvent.text != "")
    for task_id, text in db.execute(rows.order_by(TaskEvent.id)):
        said[task_id].append(text)
    return said


def _below(db: Session, unit_id: int) -> list[int]:
    """The tasks in which a unit, or one below it, has a part."""
    path = db.scalar(select(Unit.path).where(Unit.id == unit_id)) or ""
    if not path:
        return []
    units = select(Unit.id).where(within(Unit.path, path))
    helped = select(TaskHelper.task_id).where(TaskHelper.unit_id.in_(units))
    own = or_(Task.unit_id.in_(units), Task.owner_unit_id.in_(units), Task.id.in_(helped))
    return list(db.scalars(select(Task.id).where(own)))


def _pages(_db: Session, ids: Sequence[int]) -> dict[int, str]:
    return {number: url_for("tasks.page", task_id=number) for number in ids}


KINDS = (EntryKind(KIND, Task.id, Task.title, _read, _pages, {"task": itself, "unit": _below}),)
