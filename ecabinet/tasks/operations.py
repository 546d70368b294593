"""Changes of tasks. None commits. Each is a line of the task's history and of the audit trail."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.database import changed
from documents.errors import Invalid, Problem
from documents.models import Document
from documents.operations import add_document, set_labels
from documents.versions import add_version
from ecabinet import audit
from ecabinet.access import member_label, office_label, unit_label
from ecabinet.clock import ZONE
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import MemberStatus
from ecabinet.tasks import rules
from ecabinet.tasks.models import GIVE, Task, TaskEvent, TaskFile, TaskHelper
from ecabinet.tasks.rules import Part, Said, TaskAct, TaskDraft, TaskState
from ecabinet.tasks.telling import tell, workers


@dataclass(frozen=True)
class Source:
    """What a task is given from: a kind and an id that the one who gives it understands, and the words to show."""

    kind: str = ""
    id: int | None = None
    text: str = ""


@dataclass(frozen=True)
class Attachment:
    """A file that comes with a report; its bytes are in the store already."""

    blob: Blob
    filename: str
    media_type: str


def give(db: Session, unit: Unit, draft: TaskDraft, source: Source, by: int, now: datetime) -> Task:
    """Give a task in the name of a unit."""
    due_on = rules.check_draft(draft, now.astimezone(ZONE).date())
    owner = owner_of(db, draft.owner_member, draft.owner_unit, "owner")
    task = Task(
        unit_id=unit.id, source_kind=source.kind, source_id=source.id, source_text=source.text[:600],
        title=draft.title, details=draft.details, priority=draft.priority, given_by=by, given_at=now, due_on=due_on,
        state=TaskState.GIVEN, percent=0, asked_reason="", **vars(owner),
    )  # fmt: skip
    task.helpers = [
        TaskHelper(member_id=member, unit_id=unit_id, name=owner_of(db, member, unit_id, "helpers").owner_name)
        for member, unit_id in (
            *((member, None) for member in dict.fromkeys(draft.helper_members) if member != draft.owner_member),
            *((None, unit_id) for unit_id in dict.fromkeys(draft.helper_units) if unit_id != draft.owner_unit),
        )
    ]
    db.add(task)
    db.flush()
    _event(db, task, GIVE, by, now, Said(draft.title, None, due_on), ())
    return task


@dataclass(frozen=True)
class Owner:
    """Who is to do a task, as the columns of :class:`Task` have it."""

    owner_member_id: int | None
    owner_unit_id: int | None
    owner_home_id: int | None
    owner_name: str


def owner_of(db: Session, member_id: int | None, unit_id: int | None, field: str) -> Owner:
    """A member or a unit as they are now; raises :class:`Invalid` by name for one who is a member no longer, and for a
    unit that was dissolved.
    """
    if member_id is not None:
        member = db.get(Member, member_id)
        if member is None:
            raise Invalid({field: Problem("no_such_member")})
        if member.status != MemberStatus.ACTIVE:
            raise Invalid({field: Problem("task_left", name=member.full_name)})
        return Owner(member_id, None, member.unit_id, member.full_name)
    unit = db.get(Unit, unit_id)
    if unit is None:
        raise Invalid({field: Problem("task_owner")})
    if unit.dissolved_on is not None:
        raise Invalid({field: Problem("unit_dissolved", unit=unit.name)})
    return Owner(None, unit_id, None, unit.name)


def act(
    db: Session,
    task: Task,
    wanted: TaskAct,
    parts: frozenset[Part],
    said: Said,
    by: int,
    now: datetime,
    attachments: Sequence[Attachment] = (),
) -> TaskEvent:
    """Do something with a task, as the table of the rules allows; the caller has locked it. Giving it to another is
    :func:`reassign`.
    """
    today = now.astimezone(ZONE).date()
    state = rules.after(wanted, TaskState(task.state), parts, asked=task.asked_due is not None)
    rules.check_said(wanted, said, task.due_on, today)
    if wanted == TaskAct.ATTACH and not attachments:
        raise Invalid({"file": Problem("missing")})
    if wanted in (TaskAct.GRANT, TaskAct.EXTEND):
        task.due_on = said.due_on if wanted == TaskAct.EXTEND and said.due_on else task.asked_due or task.due_on
    if wanted == TaskAct.ASK_EXTENSION:
        task.asked_due, task.asked_reason = said.due_on, said.text
    elif wanted in (TaskAct.GRANT, TaskAct.REFUSE, TaskAct.EXTEND) or state in rules.FINAL:
        task.asked_due, task.asked_reason = None, ""
    if wanted == TaskAct.PROGRESS and said.percent is not None:
        task.percent = said.percent
    if wanted == TaskAct.REPORT:
        task.percent, task.reported_on = 100, today
    if wanted == TaskAct.RETURN:
        task.reported_on = None
    if state in rules.FINAL:
        task.ended_at = now
    if state == TaskState.DONE:
        task.percent = 100
    task.state = state
    return _event(db, task, wanted, by, now, said, attachments)


def reassign(
    db: Session, task: Task, parts: frozenset[Part], to: tuple[int | None, int | None], reason: str, by: int,
    now: datetime,
) -> TaskEvent:  # fmt: skip
    """Give it to another, a member or a unit: it begins anew with what was reported so far, the deadline stays."""
    state = rules.after(TaskAct.REASSIGN, TaskState(task.state), parts, asked=False)
    said = Said(reason)
    rules.check_said(TaskAct.REASSIGN, said, task.due_on, now.astimezone(ZONE).date())
    if to == (task.owner_member_id, task.owner_unit_id):
        raise Invalid({"owner": Problem("task_same_owner")})
    owner, before, had_it = owner_of(db, *to, "owner"), task.owner_name, workers(db, task)
    for name, value in vars(owner).items():
        setattr(task, name, value)
    task.helpers = [one for one in task.helpers if (one.member_id, one.unit_id) != to]
    task.state, task.percent, task.reported_on, task.asked_due, task.asked_reason = state, 0, None, None, ""
    db.flush()
    db.expire(task, ["owner", "owner_unit", "owner_home"])  # whom they were a moment ago
    files = select(Document).join(TaskFile).join(TaskEvent).where(TaskEvent.task_id == task.id)
    for document in db.scalars(files.distinct()):
        set_labels(db, document, _labels(task), now)
    said = Said(f"{before} → {owner.owner_name}: {reason}")
    return _event(db, task, TaskAct.REASSIGN, by, now, said, (), also=had_it)


def _event(
    db: Session, task: Task, kind: str, by: int, now: datetime, said: Said, attachments: Sequence[Attachment],
    also: Collection[int] = (),
) -> TaskEvent:  # fmt: skip
    event = TaskEvent(
        task_id=task.id, at=now, member_id=by, kind=str(kind), text=said.text,
        percent=task.percent if kind in (TaskAct.PROGRESS, TaskAct.REPORT) else None,
        due_on=task.due_on if kind in (GIVE, TaskAct.GRANT, TaskAct.EXTEND, TaskAct.REASSIGN) else said.due_on,
    )  # fmt: skip
    event.files = [TaskFile(document_id=_keep(db, task, one, by, now)) for one in attachments]
    db.add(event)
    changed(db, "task", task.id)
    audit.record(db, by, f"task_{kind}", f"task:{task.id}", now, state=str(task.state), due=task.due_on.isoformat())
    tell(db, task, str(kind), said, by, now, also)
    return event


def _labels(task: Task) -> set[str]:
    """Those who have a part in the task, and the offices of its units."""
    members = {task.given_by, task.owner_member_id, *(helper.member_id for helper in task.helpers)}
    units = {task.unit_id, task.owner_unit_id, *(helper.unit_id for helper in task.helpers)}
    return {member_label(one) for one in members if one} | {office_label(one) for one in units if one}


def _keep(db: Session, task: Task, attachment: Attachment, by: int, now: datetime) -> int:
    """The file in the archive."""
    name = db.get_one(Member, by).full_name
    document = add_document(
        db, title=attachment.filename, kind="task_report", labels=_labels(task), by=name, now=now,
        owner=unit_label(task.unit_id),
    )  # fmt: skip
    add_version(
        db, document, attachment.blob, filename=attachment.filename, media_type=attachment.media_type, by=name, now=now
    )
    return document.id
