"""Changes of tasks. None commits. Each is a line of the task's history and of the audit trail."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.database import changed
from documents.errors import Invalid, Problem
from documents.operations import add_document
from documents.versions import add_version
from ecabinet import audit
from ecabinet.access import member_label, office_label, unit_label
from ecabinet.clock import ZONE
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import MemberStatus
from ecabinet.tasks import rules
from ecabinet.tasks.models import GIVE, Task, TaskEvent, TaskHelper
from ecabinet.tasks.rules import Part, Said, TaskAct, TaskDraft, TaskState
from ecabinet.tasks.telling import tell


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
    owner_name = _name(db, draft.owner_member, draft.owner_unit, "owner")
    task = Task(
        unit_id=unit.id, source_kind=source.kind, source_id=source.id, source_text=source.text[:600],
        title=draft.title, details=draft.details, priority=draft.priority, owner_member_id=draft.owner_member,
        owner_unit_id=draft.owner_unit, owner_name=owner_name, given_by=by, given_at=now, due_on=due_on,
        state=TaskState.GIVEN, percent=0, asked_reason="",
    )  # fmt: skip
    task.helpers = [
        TaskHelper(member_id=member, unit_id=unit_id, name=_name(db, member, unit_id, "helpers"))
        for member, unit_id in (
            *((member, None) for member in dict.fromkeys(draft.helper_members) if member != draft.owner_member),
            *((None, unit_id) for unit_id in dict.fromkeys(draft.helper_units) if unit_id != draft.owner_unit),
        )
    ]
    db.add(task)
    db.flush()
    _event(db, task, GIVE, by, now, Said(draft.title, None, due_on), None)
    return task


def _name(db: Session, member_id: int | None, unit_id: int | None, field: str) -> str:
    if member_id is not None:
        member = db.get(Member, member_id)
        if member is None or member.status != MemberStatus.ACTIVE:
            raise Invalid({field: Problem("no_such_member")})
        return member.full_name
    unit = db.get(Unit, unit_id)
    if unit is None:
        raise Invalid({field: Problem("task_owner")})
    return unit.name


def act(
    db: Session,
    task: Task,
    wanted: TaskAct,
    parts: frozenset[Part],
    said: Said,
    by: int,
    now: datetime,
    attachment: Attachment | None = None,
) -> TaskEvent:
    """Do something with a task, as the table of the rules allows; the caller has locked it."""
    today = now.astimezone(ZONE).date()
    state = rules.after(wanted, TaskState(task.state), parts, asked=task.asked_due is not None)
    rules.check_said(wanted, said, task.due_on, today)
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
    return _event(db, task, wanted, by, now, said, attachment)


def _event(
    db: Session, task: Task, kind: str, by: int, now: datetime, said: Said, attachment: Attachment | None
) -> TaskEvent:
    event = TaskEvent(
        task_id=task.id, at=now, member_id=by, kind=str(kind), text=said.text,
        percent=task.percent if kind in (TaskAct.PROGRESS, TaskAct.REPORT) else None,
        due_on=task.due_on if kind in (GIVE, TaskAct.GRANT, TaskAct.EXTEND) else said.due_on,
        document_id=_keep(db, task, attachment, by, now) if attachment else None,
    )  # fmt: skip
    db.add(event)
    changed(db, "task", task.id)
    audit.record(db, by, f"task_{kind}", f"task:{task.id}", now, state=str(task.state), due=task.due_on.isoformat())
    tell(db, task, str(kind), said, by, now)
    return event


def _keep(db: Session, task: Task, attachment: Attachment, by: int, now: datetime) -> int:
    """The file in the archive: for those who have a part in the task and the offices of its units."""
    name = db.get_one(Member, by).full_name
    members = {task.given_by, task.owner_member_id, *(helper.member_id for helper in task.helpers)}
    units = {task.unit_id, task.owner_unit_id, *(helper.unit_id for helper in task.helpers)}
    labels = {member_label(one) for one in members if one} | {office_label(one) for one in units if one}
    document = add_document(
        db, title=attachment.filename, kind="task_report", labels=labels, by=name, now=now,
        owner=unit_label(task.unit_id),
    )  # fmt: skip
    add_version(
        db, document, attachment.blob, filename=attachment.filename, media_type=attachment.media_type, by=name, now=now
    )
    return document.id
