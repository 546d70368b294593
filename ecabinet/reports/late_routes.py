"""The board of what is late, unit by unit: tasks and incoming documents of a subtree, with the rows behind it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from documents.errors import NotFound
from ecabinet.access import Permission
from ecabinet.clock import today
from ecabinet.fields import asked
from ecabinet.office import desk, desk_queries
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import Book
from ecabinet.office.register_filters import LATE, in_state
from ecabinet.registry.exports import export_response
from ecabinet.registry.models import Unit
from ecabinet.reports import late_queries
from ecabinet.reports.late_queries import UnitOpen
from ecabinet.tasks import late_queries as task_queries
from ecabinet.tasks.late_queries import UnitTasks
from ecabinet.tasks.queries import ANSWERS_FOR_UNIT, line_of
from ecabinet.web import database, person

bp = Blueprint("late", __name__)

ANSWERS = (Permission.APPROVE, Permission.HOLD_MEETINGS, Permission.ASSIGN, Permission.KEEP_REGISTERS)
"""Whose role on a unit shows them what is late there and below."""
SHOWN = 300


@dataclass(frozen=True)
class Line:
    """A unit with its tasks and its documents."""

    unit_id: int
    path: str
    name: str
    tasks: UnitTasks
    documents: UnitOpen

    @property
    def late(self) -> int:
        """All that is late."""
        return self.tasks.late + self.documents.late


ORDERS: dict[str, Callable[[Line], tuple[int | str, ...]]] = {
    "late": lambda line: (-line.late, -line.tasks.long_late, line.path),
    "open": lambda line: (-line.tasks.open - line.documents.open, line.path),
    "percent": lambda line: (101 if line.tasks.percent is None else line.tasks.percent, line.path),
    "name": lambda line: (line.path,),
}


def _lines(db: Session, unit: Unit, on: date, order: str) -> list[Line]:
    tasks = {one.unit_id: one for one in task_queries.by_unit(db, unit.path, on)}
    documents = {one.unit_id: one for one in late_queries.by_unit(db, unit.path, on)}
    found = []
    for unit_id in tasks.keys() | documents.keys():
        one = tasks.get(unit_id) or documents[unit_id]
        of_tasks = tasks.get(unit_id, UnitTasks(unit_id, one.path, one.name))
        of_documents = documents.get(unit_id, UnitOpen(unit_id, one.path, one.name, 0, 0, None))
        found.append(Line(unit_id, one.path, one.name, of_tasks, of_documents))
    return sorted(found, key=ORDERS.get(order, ORDERS["late"]))


def _unit(db: Session) -> Unit:
    return desk.unit_of(db, person(), request.args.get("unit", type=int), *ANSWERS)


@bp.get("/tasks/late")
def board() -> ResponseReturnValue:
    """Those with an office: the units of a subtree with what is late there."""
    order = asked("order", 10) if asked("order", 10) in ORDERS else "late"
    with database().reading() as db:
        unit = _unit(db)
        lines = _lines(db, unit, today(), order)
        return render_template(
            "reports/late.html", unit=unit, units=desk.units_of(db, person(), *ANSWERS), lines=lines[:SHOWN],
            all=lines, order=order,
        )  # fmt: skip


@bp.get("/tasks/late/<int:unit_id>")
def rows(unit_id: int) -> ResponseReturnValue:
    """The same people: the late documents of one of these units; who answers for tasks there also the open ones."""
    with database().reading() as db:
        unit = _unit(db)
        one = db.get(Unit, unit_id)
        if one is None or not one.path.startswith(unit.path):
            raise NotFound(f"unit {unit_id} below {unit.id}")
        late = select(OfficeDocument).where(
            OfficeDocument.unit_id == one.id, OfficeDocument.book == Book.INCOMING, in_state(LATE, today())
        )  # fmt: skip
        docs = db.scalars(late.order_by(OfficeDocument.due_on).limit(SHOWN).options(joinedload(OfficeDocument.unit)))
        answers = any(person().may(permission, unit.path) for permission in ANSWERS_FOR_UNIT)
        tasks = task_queries.of_unit(db, one.id, unit.path, today()) if answers else []
        return render_template(
            "reports/late_rows.html", unit=unit, one=one, documents=desk_queries.waiting(db, docs.all(), today()),
            tasks=[line_of(task, today()) for task in tasks],
        )  # fmt: skip


@bp.get("/tasks/late/export/<kind>")
def export(kind: str) -> ResponseReturnValue:
    """The same people: the board as a list (xlsx, csv)."""
    header = [
        _("Đơn vị"), _("Nhiệm vụ đang làm"), _("Nhiệm vụ quá hạn"), _("Quá hạn trên 3 ngày"), _("Xong trong 12 tháng"),
        _("Tỷ lệ đúng hạn, %"), _("Văn bản đến chưa xong"), _("Văn bản đến quá hạn"), _("Quá hạn từ"),
    ]  # fmt: skip
    with database().reading() as db:
        root = _unit(db).id

    def listed(db: Session) -> Iterator[list[str]]:
        for line in _lines(db, db.get_one(Unit, root), today(), "late"):
            tasks, documents = line.tasks, line.documents
            yield [
                line.name, str(tasks.open), str(tasks.late), str(tasks.long_late), str(tasks.done),
                "" if tasks.percent is None else str(tasks.percent), str(documents.open), str(documents.late),
                documents.since.strftime("%d/%m/%Y") if documents.since else "",
            ]  # fmt: skip

    return export_response(kind, "qua-han-theo-don-vi", header, listed, "late_export", f"unit:{root}", {})
