"""What is read of tasks. "Is not there" and "is not for you" are one answer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from documents.errors import NotFound
from ecabinet.access import GRANTS, Permission, Person, ancestors, member_label, preparing_label, within
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import MemberStatus
from ecabinet.tasks import rules
from ecabinet.tasks.models import Task, TaskEvent, TaskFile, TaskHelper
from ecabinet.tasks.rules import OPEN, Part, TaskAct, TaskState

ANSWERS_FOR_UNIT = (Permission.HOLD_MEETINGS, Permission.APPROVE)
"""Who gives tasks for a unit, and answers for those given to it."""


def _answers_for(person: Person, unit: Unit | None) -> bool:
    return unit is not None and any(person.may(permission, unit.path) for permission in ANSWERS_FOR_UNIT)


def parts_of(db: Session, person: Person, task: Task) -> frozenset[Part]:
    """What a person is in a task; a role on a unit above holds for the unit as everywhere."""
    parts = set()
    if task.given_by == person.member_id or _answers_for(person, task.unit):
        parts.add(Part.GIVER)
    if task.owner_member_id == person.member_id or _answers_for(person, task.owner_unit):
        parts.add(Part.OWNER)
    for helper in task.helpers:
        unit = db.get(Unit, helper.unit_id) if helper.unit_id else None
        if helper.member_id == person.member_id or _answers_for(person, unit):
            parts.add(Part.HELPER)
    return frozenset(parts)


@dataclass(frozen=True)
class Seen:
    """A task as one person has to do with it."""

    task: Task
    parts: frozenset[Part]

    def may(self, act: str) -> bool:
        """Whether this person may do this now."""
        task = self.task
        return rules.may(TaskAct(act), TaskState(task.state), self.parts, asked=task.asked_due is not None)


def load(db: Session, person: Person, task_id: int) -> Seen:
    """A task for those who gave it, own it or help; for all others it does not exist."""
    task = db.get(Task, task_id, options=[selectinload(Task.helpers), joinedload(Task.unit)])
    parts = parts_of(db, person, task) if task is not None else frozenset()
    if task is None or not parts:
        raise NotFound(f"task {task_id}")
    return Seen(task, parts)


def load_to_change(db: Session, person: Person, task_id: int) -> Seen:
    """The same, locked until the transaction ends."""
    db.execute(select(Task.id).where(Task.id == task_id).with_for_update(key_share=True))
    return load(db, person, task_id)


def history(db: Session, task_id: int) -> list[TaskEvent]:
    """What happened, newest first, with the files that came with it."""
    files = selectinload(TaskEvent.files).joinedload(TaskFile.document)
    found = select(TaskEvent).where(TaskEvent.task_id == task_id).options(joinedload(TaskEvent.member), files)
    return list(db.scalars(found.order_by(TaskEvent.id.desc())))


@dataclass(frozen=True)
class Line:
    """A task in a list."""

    task: Task
    late: bool
    helping: bool = False
    left: bool = False


def has_left(task: Task) -> bool:
    """Whether who owns it is there no longer: a member no more, gone from the unit they belonged to when they got it
    (and those below), or a unit that was dissolved.
    """
    if task.owner_unit is not None:
        return task.owner_unit.dissolved_on is not None
    if task.owner is None:
        return False
    home = task.owner_home
    moved = home is not None and not task.owner.unit.path.startswith(home.path)
    return moved or task.owner.status != MemberStatus.ACTIVE


def line_of(task: Task, today: date, *, helping: bool = False) -> Line:
    """A task with what is computed from the day."""
    late = rules.is_late(TaskState(task.state), task.due_on, task.reported_on, today)
    return Line(task, late, helping, task.is_open and has_left(task))


def _own_units(db: Session, person: Person) -> list[int]:
    """The units that a person was given the office of, those below not among them: else a centre had all tasks."""
    paths = {path for role, path in person.roles if GRANTS[role] & set(ANSWERS_FOR_UNIT)}
    return list(db.scalars(select(Unit.id).where(Unit.path.in_(paths)))) if paths else []


def mine(db: Session, person: Person, today: date, *, ended: bool = False, limit: int = 200) -> list[Line]:
    """Tasks that a person or the unit of their office owns or helps with: the most pressing first."""
    units = _own_units(db, person)
    helped = select(TaskHelper.task_id).where(
        or_(TaskHelper.member_id == person.member_id, TaskHelper.unit_id.in_(units))
    )
    own = or_(Task.owner_member_id == person.member_id, Task.owner_unit_id.in_(units))
    state = Task.state.not_in(OPEN) if ended else Task.state.in_(OPEN)
    order = Task.ended_at.desc() if ended else Task.due_on
    found = select(Task, case((own, 0), else_=1)).where(state, or_(own, Task.id.in_(helped))).options(*WHO)
    rows = db.execute(found.order_by(order, Task.id).limit(limit))
    return [line_of(task, today, helping=bool(helping)) for task, helping in rows]


def given(db: Session, person: Person, today: date, *, ended: bool = False, limit: int = 500) -> list[Line]:
    """Tasks that a person gave, or that were given by a unit of theirs: late first, then by deadline."""
    held: list[ColumnElement[bool]] = [
        within(Unit.path, path) for permission in ANSWERS_FOR_UNIT for path in person.paths(permission)
    ]
    state = Task.state.not_in(OPEN) if ended else Task.state.in_(OPEN)
    found = (
        select(Task)
        .join(Unit, Unit.id == Task.unit_id)
        .where(and_(state, or_(Task.given_by == person.member_id, *held)))
        .options(*WHO)
        .order_by(Task.ended_at.desc() if ended else Task.due_on, Task.id)
        .limit(limit)
    )
    lines = [line_of(task, today) for task in db.scalars(found)]
    return lines if ended else sorted(lines, key=lambda line: (not line.late, line.task.due_on, line.task.id))


@dataclass(frozen=True)
class Board:
    """Tasks that were given, by the unit that owns them: the unit with the most late ones first."""

    unit: str
    lines: list[Line]

    @property
    def late(self) -> int:
        """How many are late."""
        return sum(line.late for line in self.lines)

    @property
    def percent(self) -> float:
        """Progress of all, 0–100."""
        return sum(line.task.percent for line in self.lines) / len(self.lines)


def board(db: Session, person: Person, today: date) -> list[Board]:
    """The open tasks that a person gave, by owning unit (a member's is the unit of now)."""
    lines = given(db, person, today)
    owners = {line.task.owner_member_id for line in lines if line.task.owner_member_id}
    of_member: dict[int, str] = {
        member_id: name
        for member_id, name in db.execute(
            select(Member.id, Unit.name).join(Unit, Unit.id == Member.unit_id).where(Member.id.in_(owners))
        )
    }
    groups: dict[str, list[Line]] = {}
    for line in lines:
        task = line.task
        unit = of_member[task.owner_member_id] if task.owner_member_id else task.owner_name
        groups.setdefault(unit, []).append(line)
    boards = [Board(unit, some) for unit, some in groups.items()]
    return sorted(boards, key=lambda one: (-one.late, one.lines[0].task.due_on, one.unit))


WHO = (
    joinedload(Task.owner).joinedload(Member.unit), joinedload(Task.owner_home), joinedload(Task.owner_unit),
    joinedload(Task.giver),
)  # fmt: skip
"""Who does a task and who gave it, asked for with it."""


def has_a_part(db: Session, person: Person, kind: str, source_id: int) -> bool:
    """Whether somebody has to do with a task that was given from this source."""
    return any(parts_of(db, person, task) for task in of_sources(db, [(kind, source_id)])[(kind, source_id)])


def labels_of_source(db: Session, kind: str, source_id: int) -> set[str]:
    """The same as access labels: members by name, units by those who answer for them."""
    labels: set[str] = set()
    for task in of_sources(db, [(kind, source_id)])[(kind, source_id)]:
        members = (task.owner_member_id, *(helper.member_id for helper in task.helpers))
        units = (task.unit_id, task.owner_unit_id, *(helper.unit_id for helper in task.helpers))
        paths = db.scalars(select(Unit.path).where(Unit.id.in_([one for one in units if one is not None])))
        labels |= {member_label(one) for one in (task.given_by, *members) if one is not None}
        labels |= {preparing_label(unit_id) for path in paths for unit_id in ancestors(path)}
    return labels


def of_sources(db: Session, sources: Collection[tuple[str, int]]) -> dict[tuple[str, int], list[Task]]:
    """The tasks given from these sources, cancelled ones aside, in the order of giving."""
    by_source: dict[tuple[str, int], list[Task]] = {source: [] for source in sources}
    ids = {source_id for _kind, source_id in sources}
    if not ids:
        return by_source
    found = select(Task).options(selectinload(Task.helpers), *WHO).where(Task.source_id.in_(ids)).order_by(Task.id)
    for task in db.scalars(found.where(Task.state != TaskState.CANCELLED)):
        key = (task.source_kind, task.source_id or 0)
        if key in by_source:
            by_source[key].append(task)
    return by_source
