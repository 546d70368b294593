"""Tasks from official documents: the form that gives one, and the panel of a document that shows them."""

from collections.abc import Mapping

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, NotFound
from ecabinet.clock import now, today
from ecabinet.fields import text, texts
from ecabinet.office import desk, forms, tasks_given
from ecabinet.office.desk import Seen
from ecabinet.registry.models import Unit
from ecabinet.tasks import forms as task_forms
from ecabinet.tasks import queries
from ecabinet.tasks.forms import Choice
from ecabinet.tasks.rules import TaskState
from ecabinet.web import database, done, fault_texts, person
from ecabinet.workdays import queries as workdays

bp = Blueprint("office_tasks", __name__)


def panel(db: Session, seen: Seen) -> str:
    """The tasks given from a document, and the way to give one; nothing where there are none and none can be given."""
    tasks = tasks_given.of_document(db, seen.doc.id)
    unit = tasks_given.giving_unit(seen)
    if not tasks and unit is None:
        return ""
    lines = [(queries.line_of(task, today()), bool(queries.parts_of(db, person(), task))) for task in tasks]
    done_all = bool(tasks) and all(task.state == TaskState.DONE for task in tasks)
    return render_template("office/tasks.html", doc=seen.doc, lines=lines, gives=unit is not None,
                           done_all=done_all and seen.may("finish"))  # fmt: skip


def of_document(office_id: int) -> str:
    """The address of a document that a task was given from; empty for those who have nothing to do with it."""
    with database().reading() as db:
        try:
            desk.load(db, person(), office_id)
        except NotFound:
            return ""
    return url_for("office.page", office_id=office_id)


def _choices(db: Session, seen: Seen, unit: Unit, name: str) -> list[Choice]:
    return [Choice(one.value, one.name, one.note) for one in forms.choices(db, seen, name, within_unit=unit)]


def _page(db: Session, office_id: int, values: Mapping[str, str], faults: Mapping[str, str]) -> str:
    seen = desk.load(db, person(), office_id)
    unit = tasks_given.require_unit(seen)
    name = values.get("name", "")[:100]
    return render_template(
        "office/give_task.html", doc=seen.doc, unit=unit, name=name, values=values, faults=faults, today=today(),
        choices=_choices(db, seen, unit, name), chosen=request.form.getlist("helper"),
    )  # fmt: skip


@bp.get("/office/documents/<int:office_id>/tasks/new")
def new(office_id: int) -> ResponseReturnValue:
    """Its clerks and leaders, and those in charge of it: the form of a task; ``?name=`` looks for who is to do it."""
    with database().reading() as db:
        given = {name: request.args.get(name, "") for name in ("name", "title")}
        return _page(db, office_id, given, {})


@bp.post("/office/documents/<int:office_id>/tasks/new")
def give(office_id: int) -> ResponseReturnValue:
    """The same people: give it in the name of their unit."""
    try:
        with database().writing() as db:
            seen = desk.load_to_change(db, person(), office_id)
            unit: Unit = tasks_given.require_unit(seen)
            offered = _choices(db, seen, unit, text("name")[:100])
            values = [text("owner"), *texts("helper")]
            tasks_given.check_there(db, unit, values, [one.value for one in offered])
            draft = task_forms.read_draft(offered, workdays.load(db), today())
            tasks_given.give(db, seen, unit, draft, person(), now())
    except Invalid as invalid:
        with database().reading() as db:
            return make_response(_page(db, office_id, request.form.to_dict(), fault_texts(invalid)), 422)
    return done(url_for("office.page", office_id=office_id) + "#tasks", _("Đã giao nhiệm vụ."))
