"""Tasks given from official documents: by whom, to whom, and what their page says of the document. None commits.

A secret document has tasks for people by name, and no task of it names it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Forbidden, Invalid, Problem
from documents.operations import set_labels
from ecabinet.access import Person
from ecabinet.office import desk
from ecabinet.office.desk import TASK_SOURCE, Seen
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import SECRET_BOOKS
from ecabinet.office.life_rules import OfficePart, OfficeState
from ecabinet.office.routing_rules import Role
from ecabinet.registry.models import Member, Unit
from ecabinet.tasks import operations, queries
from ecabinet.tasks.models import Task
from ecabinet.tasks.operations import Source
from ecabinet.tasks.rules import TaskDraft

GIVING = frozenset({
    OfficeState.REGISTERED, OfficeState.PRESENTED, OfficeState.ASSIGNED, OfficeState.DONE, OfficeState.ISSUED,
})  # fmt: skip


def giving_unit(seen: Seen) -> Unit | None:
    """In whose name this person may give tasks from it: the document's unit for its clerks and leaders, the unit in
    charge of it for that unit's; None for nobody's.
    """
    if seen.doc.state not in GIVING or seen.doc.recalled_at is not None:
        return None
    if seen.parts & {OfficePart.CLERK, OfficePart.LEADER}:
        return seen.doc.unit
    return next((one.unit for one in seen.mine if one.role == Role.LEAD and one.unit is not None), None)


def require_unit(seen: Seen) -> Unit:
    """The same; raises where there is none."""
    unit = giving_unit(seen)
    if unit is None:
        raise Forbidden if seen.doc.state in GIVING else Problem("office_state", f"tasks in {seen.doc.state}")
    return unit


def words_of(doc: OfficeDocument) -> str:
    """What a task says of the document that it is given from."""
    return "Văn bản mật" if doc.book in SECRET_BOOKS else f"{doc.code} {doc.subject}".strip()


def give(db: Session, seen: Seen, unit: Unit, draft: TaskDraft, person: Person, now: datetime) -> Task:
    """Give one from it. Those who do it read the document from now on, unless it is secret."""
    doc = seen.doc
    if doc.book in SECRET_BOOKS and (draft.owner_unit is not None or draft.helper_units):
        raise Invalid({"owner": Problem("secret_to_unit")})
    task = operations.give(db, unit, draft, Source(TASK_SOURCE, doc.id, words_of(doc)), person.member_id, now)
    set_labels(db, doc.document, desk.labels_of(db, doc), now)
    changed(db, "office", doc.id)
    return task


def check_there(db: Session, unit: Unit, values: Sequence[str], offered: Sequence[str]) -> None:
    """Raise by name for somebody chosen who is no longer among those of the unit."""
    for value in values:
        if value in offered or not value.startswith("m") or not value[1:].isascii() or not value[1:].isdigit():
            continue
        member = db.get(Member, int(value[1:])) if len(value) <= 18 else None
        if member is not None and not member.unit.path.startswith(unit.path):
            raise Invalid({"owner": Problem("assign_left", name=member.full_name, unit=unit.name)})


def of_document(db: Session, office_id: int) -> list[Task]:
    """The tasks given from a document, those called off aside."""
    return queries.of_sources(db, [(TASK_SOURCE, office_id)])[(TASK_SOURCE, office_id)]
